"""What a supplement request asks about single questions, and what was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from vouchers.applications import rules
from vouchers.applications.models import Application, ApplicationSection, SupplementItem
from vouchers.rounds.rules import Question, is_question

S = rules.ApplicationStatus


@dataclass(frozen=True)
class Asked:
    """One question of a request. label: the question; before, after: the answers in words; open: not closed yet; answered: what
    stands there is not what was handed in."""

    item: SupplementItem
    label: Any
    before: str
    after: str
    open: bool
    answered: bool

    @property
    def anchor(self) -> str:
        """Where it is answered on the section's page."""
        return f"id_document_{self.item.field}" if self.item.section == rules.SectionKey.DOCUMENTS else f"id_{self.item.field}"


def supplement_items(application: Application) -> list[SupplementItem]:
    """All that was ever asked about single questions, in order. One query."""
    return list(application.supplement_items.order_by("pk"))


def asked(application: Application) -> list[Asked]:
    """The same in words; of open questions the answer of now. At most three queries."""
    items = supplement_items(application)
    now = answers_now(application) if any(item.closed_at is None for item in items) else {}
    own = {one.key: one for one in application.questions} if items else {}
    return [_asked(item, now, own.get(item.field)) for item in items]


def _asked(item: SupplementItem, now: Mapping[tuple[str, str], Any], own: Question | None) -> Asked:
    after = now.get((item.section, item.field)) if item.closed_at is None else item.after
    return Asked(
        item, item.label, _in_words(item, item.before, own), _in_words(item, after, own), item.closed_at is None, after != item.before
    )  # fmt: skip


def all_answered(application: Application, asked_now: Sequence[Asked]) -> bool:
    """Whether nothing is left to change before the supplement is handed in. A section that opened as a whole has no question whose
    answer could tell. asked_now: the open questions of the request."""
    known = {one.item.section for one in asked_now if one.item.alone}
    return bool(asked_now) and known.issuperset(application.supplement_sections) and all(one.answered for one in asked_now)


def _in_words(item: SupplementItem, value: Any, own: Question | None) -> str:
    """own: the call's question, where it is one of those."""
    if isinstance(value, dict):
        return str(value.get("name", ""))
    if own is not None:
        line = rules.in_line(own, value)
        return f"{line:,}" if isinstance(line, int) else line
    if item.section == rules.SectionKey.DOCUMENTS or value in (None, ""):
        return ""
    found = next((f for f in rules.FIELDS[rules.SectionKey(item.section)] if f.name == item.field), None)
    if found is not None and found.kind == "choice":
        return str(dict(found.choices).get(value, value))
    if found is not None and found.kind == "check":
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def answers_now(application: Application) -> dict[tuple[str, str], Any]:
    """(section, question) → what stands there; of files by kind their name and hash. Two queries."""
    found: dict[tuple[str, str], Any] = {
        (row.key, name): value
        for row in ApplicationSection.objects.filter(application=application)
        for name, value in row.answers.items()
    }
    section_of = {one.key: one.section for one in application.questions}
    for file in application.application_documents.filter(current=True).select_related("document"):
        found[section_of.get(file.kind, rules.SectionKey.DOCUMENTS.value), file.kind] = {
            "name": file.document.name,
            "sha256": file.document.sha256,
        }
    return found


def askable(application: Application, required: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Section → question → label: what a supplement request may name. required: kinds of files that the policy asks for."""
    found: dict[str, dict[str, Any]] = {key.value: {f.name: f.label for f in rules.FIELDS[key]} for key in rules.ORDER}
    files = application.application_documents.filter(current=True).values_list("kind", flat=True)
    kinds = dict.fromkeys([*required, *files])
    found[rules.SectionKey.DOCUMENTS.value] = {kind: rules.document_label(kind) for kind in kinds if not is_question(kind)}
    for one in application.questions:
        found[one.section][one.key] = one.label
    return found


def closed_questions(application: Application, key: str) -> frozenset[str]:
    """Questions of a section that stay as they were handed in while others of it are open."""
    only = only_fields(application, key)
    if only is None:
        return frozenset()
    names = {f.name for f in rules.FIELDS[rules.SectionKey(key)]} | {one.key for one in application.questions}
    return frozenset(names) - only


def only_fields(application: Application, key: str) -> frozenset[str] | None:
    """While a supplement names single questions of a section: those; None where the whole section is open (or closed)."""
    if application.status != S.SUPPLEMENT_REQUESTED:
        return None
    items = application.supplement_items.filter(section=key, closed_at__isnull=True, alone=True)
    return frozenset(items.values_list("field", flat=True)) or None
