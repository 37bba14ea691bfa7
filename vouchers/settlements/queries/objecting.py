"""Objections against the room's decisions: what may be attacked, and what came of it."""

from typing import Any

from portal.journal import queries as journal
from portal.journal.models import Event
from portal.kit import clock
from vouchers.applications import queries as applications
from vouchers.objections import queries as objections
from vouchers.objections.models import Objection
from vouchers.objections.rules import LIVE, UPHELD, open_until
from vouchers.settlements import rules
from vouchers.settlements.models import Clawback, Debt, Settlement


def decision(row: Settlement | Clawback) -> objections.Decision | None:
    """The fixed amount, or the order, as a decision that the company may attack; None before it. Served by the mail that told it,
    else on the day of the decision. An order against a provider is attacked by no company."""
    if isinstance(row, Settlement):
        stands, notice = row.status in rules.FIXED, "settlement_confirmed"
        deciders = {row.proposed_by_id, row.confirmed_by_id, *row.lines.values_list("judged_by_id", flat=True)}
    else:
        stands, notice = row.status in rules.ORDERED and row.is_companys, "clawback_ordered"
        deciders = {row.detected_by_id, row.ordered_by_id}
    event = event_of(row) if stands else None
    if event is None:
        return None
    application = row.agreement.award.application
    mailed = journal.sent_at(notice, [row.ref]).get(row.ref)
    served = clock.to_kst(mailed if mailed is not None and mailed >= event.at else event.at).date()
    last = open_until(served, applications.policy_of(application).selection.objection_days)
    return objections.Decision(event, application, served, last, frozenset(one for one in deciders if one))


def event_of(row: Settlement | Clawback) -> Event | None:
    """The event by which it was decided."""
    name = "settlement.confirmed" if isinstance(row, Settlement) else "clawback.ordered"
    return Event.objects.filter(subject_ref=row.ref, name=name).order_by("-seq").first()


def _filed(row: Settlement | Clawback) -> Objection | None:
    event = event_of(row)
    return objections.filed_against(event) if event is not None else None


def upheld(row: Settlement | Clawback) -> Objection | None:
    """The upheld objection that was not acted on yet."""
    found = _filed(row)
    if found is None or found.status not in UPHELD or found.remedy_waived or objections.acted_on(found):
        return None
    return found


def may_lower(row: Settlement | Clawback, user: Any, permission: str) -> bool:
    """Whether this person acts on the upheld objection: nobody does who took part in the decision that was attacked."""
    found = upheld(row)
    return found is not None and user.pk not in found.deciders and bool(user.has_perm(permission))


def held_back(debt: Debt) -> bool:
    """Is an objection against what this debt rests on open, or upheld and not acted on yet?"""
    row = debt.settlement or debt.clawback
    assert row is not None, "a debt rests on a settlement or a clawback"
    found = _filed(row)
    return found is not None and (found.status in LIVE or upheld(row) is not None)
