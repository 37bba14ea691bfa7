"""What the room tells."""

from typing import Any

from portal.journal.actions import tell
from vouchers.objections import rules
from vouchers.objections.models import Objection

OUTCOMES = {
    "UPHELD": ("인용", "upheld"),
    "PARTLY_UPHELD": ("일부 인용", "partly upheld"),
    "DISMISSED": ("기각", "dismissed"),
    "REJECTED": ("각하(요건 미비)", "not admissible"),
}


def filed(objection: Objection) -> None:
    """To the reviewers; to the company as its receipt."""
    _reviewers("objection_filed", objection)
    _company("objection_received", objection)


def opinion_asked(objection: Objection) -> None:
    """To the officers: say why it was decided so. To the company: the objection is reviewed."""
    assert objection.opinion_due_at is not None
    _officers("objection_opinion_asked", objection, opinion_due_at=objection.opinion_due_at.isoformat())
    _company("objection_admissible", objection)


def opinion_given(objection: Objection) -> None:
    _reviewers("objection_opinion_given", objection)


def decided(objection: Objection) -> None:
    """To the company; where it was right, to the officers as well."""
    ko, en = OUTCOMES[objection.status]
    told = {"outcome_ko": ko, "outcome_en": en, "reason": objection.reason}
    _company("objection_decided", objection, **told)
    if objection.status in rules.UPHELD:
        selection = rules.ATTACKABLE[objection.event_name].room == rules.Room.SELECTION
        _officers("objection_upheld", objection, **told, selection=selection)


def extended(objection: Objection) -> None:
    _company("objection_extended", objection, reason=objection.extension_reason)


def remedied(objection: Objection) -> None:
    _company("objection_remedied", objection, remedy=objection.remedy)


def remedy_waived(objection: Objection) -> None:
    """To the company: nothing has to be done, and why."""
    _company("objection_remedy_waived", objection, remedy=objection.remedy)


def withdrawn(objection: Objection) -> None:
    _reviewers("objection_withdrawn", objection)


def _company(template: str, objection: Objection, **more: Any) -> None:
    tell(
        template, app="vouchers", subject=objection, organisation=objection.company.organisation,
        url=objection.get_absolute_url(), context=_context(objection) | more,
    )  # fmt: skip


def _reviewers(template: str, objection: Objection) -> None:
    tell(template, app="vouchers", subject=objection, role="OBJECTION_REVIEWER", url=desk(objection), context=_context(objection))


def _officers(template: str, objection: Objection, **more: Any) -> None:
    tell(
        template, app="vouchers", subject=objection, role="MINISTRY_OFFICER", url=desk(objection),
        context=_context(objection) | more,
    )  # fmt: skip


def desk(objection: Objection) -> str:
    """Where reviewers and officers work on it."""
    return f"/admin/vouchers/objection/{objection.pk}/change/"


def _context(objection: Objection) -> dict[str, Any]:
    return {
        "about": objection.about,
        "ref": objection.ref,
        "round_ko": objection.round.title_ko,
        "round_en": objection.round.title_en,
        "company_ko": objection.company.name_ko,
        "company_en": objection.company.name_en or objection.company.name_ko,
        "due_at": objection.due_at.isoformat(),
    }
