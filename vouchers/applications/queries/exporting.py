"""A round's applications as a table: every question a column, in one language."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.kit.clock import to_kst
from portal.kit.words import pick
from vouchers.applications import rules
from vouchers.applications.models import Application, ApplicationQuerySet
from vouchers.rounds.models import PolicyVersion, Round
from vouchers.rounds.rules import Question, QuestionKind, parse_questions

CHUNK = 200
SECTIONS = [key for key in rules.ORDER if rules.FIELDS[key] and key != rules.SectionKey.DECLARATIONS]


def export_rows(round_: Round, applications: ApplicationQuerySet, language: str) -> Iterator[list[Any]]:
    """The headings, then a row an application; before them a demonstration says that it is one. Read in pieces of 200, so the
    length of the table costs no memory.

    applications: those that the reader may see. language: `ko` or `en`, of headings and words; what was typed stays as it is.
    """
    asked = asked_ever(round_)
    with override(language):
        if round_.is_demo:
            yield ["# " + _("Demonstration: fictional data")]
        yield _head(asked)
    found = (
        applications.filter(round=round_)
        .select_related("company", "track", "policy_version", "round")
        .prefetch_related("sections", "application_documents__document")
        .order_by("submitted_at", "id")
    )
    for application in found.iterator(chunk_size=CHUNK):
        with override(language):
            row = _row(application, asked)
        yield row


def asked_ever(round_: Round) -> list[Question]:
    """The questions of every version under which an application may stand, the newest wording of each, in the newest order."""
    found: dict[str, Question] = {}
    frozen = PolicyVersion.objects.filter(round=round_, frozen_at__isnull=False)
    for body in frozen.order_by("-number").values_list("body", flat=True):
        for one in parse_questions(body.get("questions", ())):
            found.setdefault(one.key, one)
    return list(found.values())


def _head(asked: Sequence[Question]) -> list[Any]:
    fixed = [
        _("Receipt number"), _("State"), _("Company"), _("Track"), _("Submitted at"), _("Supply amount (VAT excluded)"), _("Grant (won)"),
    ]  # fmt: skip
    columns = [(section, *_columns(section, asked)) for section in SECTIONS]
    return [*fixed, *(f"{section.label}: {label}" for section, *labels in columns for label in labels)]


def _columns(section: rules.SectionKey, asked: Sequence[Question]) -> list[Any]:
    return [*(f.label for f in rules.FIELDS[section]), *(one.label for one in rules.asked_in(asked, section))]


def _row(application: Application, asked: Sequence[Question]) -> list[Any]:
    answers = {one.key: one.answers for one in application.sections.all()}
    files = {row.kind: row.document.name for row in application.application_documents.all() if row.current}
    submitted = application.submitted_at
    fixed: list[Any] = [
        application.receipt_no, str(application.get_status_display()), pick(application.company, "name"), pick(application.track, "name"),
        to_kst(submitted).strftime("%Y-%m-%d %H:%M:%S") if submitted else "", application.supply_amount_won, application.grant_won,
    ]  # fmt: skip
    for section in SECTIONS:
        held = answers.get(section, {})
        fixed += [_fixed(f, held.get(f.name)) for f in rules.FIELDS[section]]
        fixed += [_own(application, one, held, files) for one in rules.asked_in(asked, section)]
    return fixed


def _fixed(field: rules.Field, value: Any) -> Any:
    if field.kind == "check":
        return str(_("Yes") if value else _("No"))
    if field.kind == "choice":
        return str(dict(field.choices).get(str(value or ""), value or ""))
    return "" if value is None else value


def _own(application: Application, question: Question, answers: Mapping[str, Any], files: Mapping[str, str]) -> Any:
    """As the version reads that the application was made under; empty where it was not asked."""
    mine = rules.asked_in(application.questions, question.section)
    own = next((one for one in mine if one.key == question.key), None)
    if own is None or not rules.applies(own, mine, answers):
        return ""
    return files.get(own.key, "") if own.kind == QuestionKind.FILE else rules.in_line(own, answers.get(own.key))
