"""Objections against the room's decisions: what may be attacked, and what came of it."""

from portal.journal import queries as journal
from portal.journal.models import Event
from portal.kit import clock
from vouchers.applications import queries as applications
from vouchers.objections import queries as objections
from vouchers.objections.models import Objection
from vouchers.objections.rules import LIVE, UPHELD, open_until
from vouchers.settlements import rules
from vouchers.settlements.models import Debt, Settlement


def decision(row: Settlement) -> objections.Decision | None:
    """The fixed amount as a decision that the company may attack; None before it is fixed. Served by the mail that told it, else on
    the day of the decision."""
    if row.status not in rules.FIXED:
        return None
    event = Event.objects.filter(subject_ref=row.ref, name="settlement.confirmed").order_by("-seq").first()
    if event is None:
        return None
    deciders = {row.proposed_by_id, row.confirmed_by_id, *row.lines.values_list("judged_by_id", flat=True)}
    return _decision(event, row, "settlement_confirmed", deciders)


def _decision(event: Event, row: Settlement, notice: str, deciders: set[int | None]) -> objections.Decision:
    application = row.agreement.award.application
    mailed = journal.sent_at(notice, [row.ref]).get(row.ref)
    served = clock.to_kst(mailed if mailed is not None and mailed >= event.at else event.at).date()
    last = open_until(served, applications.policy_of(application).selection.objection_days)
    return objections.Decision(event, application, served, last, frozenset(one for one in deciders if one))


def upheld(row: Settlement) -> Objection | None:
    """The upheld objection that was not acted on yet."""
    event = Event.objects.filter(subject_ref=row.ref, name="settlement.confirmed").order_by("-seq").first()
    found = objections.filed_against(event) if event is not None else None
    if found is None or found.status not in UPHELD or found.remedy_waived or objections.acted_on(found):
        return None
    return found


def held_back(debt: Debt) -> bool:
    """Is an objection against what this debt rests on open, or upheld and not acted on yet?"""
    row = debt.settlement
    event = Event.objects.filter(subject_ref=row.ref, name="settlement.confirmed").order_by("-seq").first() if row else None
    found = objections.filed_against(event) if event is not None else None
    if found is None:
        return False
    return found.status in LIVE or (found.status in UPHELD and not found.remedy_waived and not objections.acted_on(found))
