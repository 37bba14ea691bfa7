"""The whole application as people read it: content, its hash, who certified, its story."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext as _

from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.journal import queries as journal
from portal.journal.models import Duty, Event
from portal.journal.rules import canonical
from portal.kit.words import moment
from vouchers.applications import rules
from vouchers.applications.models import (
    Application,
    ApplicationSection,
    SectionComment,
)
from vouchers.applications.queries.behind import (
    chosen_matches,
    representatives,
    stored_money,
)
from vouchers.applications.queries.filed import (
    blind_hashes,
    current_documents,
)
from vouchers.applications.rules import copying
from vouchers.companies.models import Company
from vouchers.matching.models import Match, Need
from vouchers.rounds.rules import Money, Question, QuestionKind, is_question


# ── The whole content: preview, evaluators, hash ─────────────────────────────────────────────────────
@dataclass(frozen=True)
class Answer:
    """One question with its answer, ready to show. kind: as in rules.Field, or of a call's own question `choices`, `table`
    (value: rows of cells under heads) or `file` (value: the Document). confidential: evaluators do not read it."""

    label: Any
    value: Any
    kind: str
    heads: Sequence[str] = ()
    confidential: bool = False


@dataclass(frozen=True)
class Content:
    """An application as evaluators read it. Company facts stand apart, so that a page may leave them out."""

    application: Application
    sections: Sequence[tuple[rules.SectionKey, list[Answer]]]
    matches: list[Match]
    documents: list[Any]  # ApplicationDocument, in a blind review BlindDocument under neutral names
    money: Money | None
    formula: str
    need: Need | str | None


def content(application: Application, *, for_evaluators: bool = False, files: Sequence[Any] | None = None) -> Content:
    """Everything that was answered, in the order of the form (declarations last). for_evaluators: without the confidential ones.

    files: rows with kind and document (default: the files that count)."""
    rows = {s.key: s.answers for s in application.sections.all()}
    sums, files = stored_money(application), current_documents(application) if files is None else files
    sections = [
        (
            key,
            [
                *shown(key, rows.get(key, {})),
                *own_answers(application, key, rows.get(key, {}), files, for_evaluators=for_evaluators),
            ],
        )
        for key in rules.ORDER
        if key != rules.SectionKey.DOCUMENTS
    ]
    return Content(
        application=application,
        sections=sections,
        matches=chosen_matches(application),
        documents=[row for row in files if not is_question(row.kind)],
        money=sums,
        formula=rules.formula(sums) if sums and sums.supply_won else "",
        need=application.need,
    )


def amount_rows(sums: Money | None) -> list[dict[str, Any]]:
    """The amounts that evaluators read; the company's preview shows these very lines."""
    if sums is None:
        return []
    return [
        {"label": _("Supply amount (VAT excluded)"), "amount": sums.supply_won},
        {"label": _("Grant"), "amount": sums.grant_won},
        {"label": _("Own cash"), "amount": sums.own_cash_won},
        {"label": _("Own in kind"), "amount": sums.own_in_kind_won},
    ]


def shown(key: str, answers: Mapping[str, Any]) -> list[Answer]:
    """A section's answers in words; amounts that were not typed are left out."""
    found = []
    for f in rules.FIELDS[rules.SectionKey(key)]:
        value = answers.get(f.name)
        if f.kind == "choice":
            value = dict(f.choices).get(str(value or ""), value)
        if f.kind == "won" and value in (None, ""):
            continue
        found.append(Answer(f.label, value, f.kind))
    return found


_SHOWN_AS = {
    QuestionKind.NUMBER: "number", QuestionKind.WON: "won", QuestionKind.CHOICES: "choices", QuestionKind.TABLE: "table",
    QuestionKind.FILE: "file",
}  # fmt: skip


def own_answers(
    application: Application,
    key: str,
    answers: Mapping[str, Any],
    files: Sequence[Any],
    *,
    for_evaluators: bool = False,
) -> list[Answer]:
    """The answers of a section to the call's own questions, as far as they are asked."""
    asked = rules.asked_in(application.questions, key)
    held = {row.kind: row.document for row in files}
    return [
        answer_to(one, held.get(one.key) if one.kind == QuestionKind.FILE else answers.get(one.key))
        for one in asked
        if rules.applies(one, asked, answers) and not (for_evaluators and one.confidential)
    ]


def answer_to(question: Question, value: Any) -> Answer:
    """One answer to a call's own question. value: as stored; of a file its Document."""
    words = value if question.kind == QuestionKind.FILE else rules.in_words(question, value)
    shown_as = _SHOWN_AS.get(QuestionKind(question.kind), "text")
    return Answer(question.label, words, shown_as, [column.label for column in question.columns], question.confidential)


def content_hash(application: Application) -> str:
    """SHA-256 over everything that a representative certifies: answers, matches, files, amounts."""
    body = {
        "application": application.ref,
        "round": application.round.key,
        "track": application.track.key,
        "need": application.need.ref if application.need_id and application.need else None,
        "sections": {s.key: s.answers for s in application.sections.all()},
        "matches": [m.ref for m in chosen_matches(application)],
        "documents": {d.kind: d.document.sha256 for d in current_documents(application)},
        "amounts": [
            application.supply_amount_won,
            application.vat_won,
            application.grant_won,
            application.own_cash_won,
            application.own_in_kind_won,
        ],
    }
    blind = blind_hashes(application)
    if blind:  # only then, so that hashes from before keep their value
        body["blind_documents"] = blind
    return hashlib.sha256(canonical(body)).hexdigest()


def answers_about(need: Need) -> dict[str, Any]:
    """What the newest application about a data need says that has not ended, all sections in one; empty without one."""
    newest = Application.objects.live().filter(need=need).order_by("-created_at", "-id").first()
    return {name: value for section in newest.sections.all() for name, value in section.answers.items()} if newest else {}


def said_in_need(application: Application, key: str) -> dict[str, Any]:
    """What the data need says already that this section asks again, as long as it fits: nobody writes it twice. At most one query."""
    if key != rules.SectionKey.PROJECT or application.need is None:
        return {}
    limits = {one.name: one.limit for one in rules.FIELDS[rules.SectionKey.PROJECT]}
    told = {name: application.need.document.get(name) for name in ("product", "regulatory_route")}
    return {name: words for name, words in told.items() if words and len(words) <= (limits[name] or len(words))}


# ── Certification ────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Signer:
    """A representative and whether the present content carries their certification."""

    user: User
    certified_at: Any


def signers(application: Application, hash_now: str) -> list[Signer]:
    """Who must certify: every representative where they represent jointly, else any one of them."""
    certified = dict(application.certifications.filter(content_hash=hash_now).values_list("user_id", "updated_at"))
    people = representatives(application.company.organisation)
    return [Signer(user, certified.get(user.pk)) for user in people]


# ── Timeline ─────────────────────────────────────────────────────────────────────────────────────────
def history(application: Application) -> list[Event]:
    """What the company reads of the journal, in order."""
    return list(journal.history(application).filter(name__in=rules.TIMELINE_EVENTS))


def last_changes(section: ApplicationSection) -> dict[str, Event]:
    """Field → the newest saving that changed it, of the last hundred."""
    found: dict[str, Event] = {}
    for event in journal.history(section).filter(name="section.saved").order_by("-seq")[:100]:
        for name in event.data.get("fields", []):
            found.setdefault(name, event)
    return found


_FILED = ("application.document_attached", "application.document_removed")


def file_change(application: Application, field: str) -> Event | None:
    """Who last uploaded or removed the file of a kind, or with `BLIND` before it its blind version (which falls with its file);
    looked for in the last hundred."""
    kind = field.removeprefix(rules.BLIND)
    names = [*_FILED, "application.blind_document_attached"] if kind != field else _FILED
    found = journal.history(application).filter(name__in=names).order_by("-seq")[:100]
    return next((event for event in found if event.data.get("kind") == kind), None)


def file_change_words(application: Application, field: str, label: Any) -> str:
    """The same as a sentence."""
    event = file_change(application, field)
    if event is None:
        return _("Somebody changed the file of “%(field)s”.") % {"field": label}
    who = event.by.get_full_name() if event.by else _("A colleague")
    words = (
        _("%(who)s uploaded a file for “%(field)s” on %(when)s.")
        if event.name != "application.document_removed"
        else _("%(who)s removed the file of “%(field)s” on %(when)s.")
    )
    return words % {"who": who, "field": label, "when": moment(event.at)}


def comments(application: Application, user: Any, key: str) -> list[SectionComment]:
    """What colleagues said about a section, open ones first, then in order; empty for everybody outside the company."""
    found = SectionComment.objects.visible_to(user).filter(application=application, section=key)
    return list(found.select_related("written_by", "resolved_by").order_by(F("resolved_at").asc(nulls_first=True), "pk"))


def open_comments(application: Application, user: Any) -> dict[str, int]:
    """Section → number of open comments, for the company's own people."""
    found = SectionComment.objects.visible_to(user).filter(application=application, resolved_at__isnull=True)
    return dict(found.order_by().values("section").annotate(n=Count("pk")).values_list("section", "n"))


def comment_of(application: Application, user: Any, ref: str) -> SectionComment | None:
    return SectionComment.objects.visible_to(user).filter(application=application, ref=ref).first()


def copyable(company: Company) -> QuerySet[Application]:
    """The company's applications that another one may start from: with answers still, the newest first."""
    found = Application.objects.filter(company=company, forgotten_at__isnull=True)
    return found.select_related("round").order_by("-created_at", "-id")


@dataclass(frozen=True)
class NotTaken:
    """One thing that a copy left behind. label: question, file or section; reason: a sentence; section: where to mend it."""

    section: str
    label: Any
    reason: Any


def not_taken(application: Application) -> list[NotTaken]:
    """What could not be taken over when the draft was started as a copy; empty otherwise. One query."""
    event = journal.history(application).filter(name="application.copied").first()
    return [
        NotTaken(
            one["section"], str(copying.left_label(one["section"], one["name"])).rstrip("."), copying.Left(one["reason"]).label
        )
        for one in (event.data["left"] if event else [])
    ]


def ball(application: Application) -> Duty | None:
    """Who has to act now, the earliest due first; a paused duty is nobody's turn."""
    found = journal.open_duties(application).filter(paused_at__isnull=True).order_by("due_at").first()
    return found


def members_of(application: Application) -> frozenset[int]:
    """Ids of the people of the company: their names are shown to it, an official's is not."""
    return frozenset(accounts.users_of(application.company.organisation).values_list("pk", flat=True))
