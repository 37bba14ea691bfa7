"""A carry-over past the fiscal year: asked by the operator, decided by the ministry."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from portal.kit.won import won
from vouchers.agreements import notices, queries, rules
from vouchers.agreements.actions.drafting import lock, require_apart
from vouchers.agreements.models import CarryOver
from vouchers.ledger import queries as money


@transaction.atomic
def request_carry_over(*, agreement_id: int, amount_won: int, reason: str, by: Any) -> CarryOver:
    """So much of the grant is to be paid after 31 December of the round's year. Writes: CarryOver, Event, Duty of the ministry.
    Raises: Refused (a terminated agreement, a year whose close has begun, more than the grant that is not paid, no reason, one that is open or approved)."""
    agreement = lock(agreement_id)
    require(by, "vouchers.request_carry_over")
    require_apart(agreement, by)
    if agreement.status == rules.AgreementStatus.TERMINATED:  # a completed one still pays what was accepted
        raise Refused(_("The agreement has ended: nothing of it is carried over."), "ended")
    _refuse_closed_year(agreement.round.fiscal_year)
    most = queries.unpaid_won(agreement)
    if not 0 < amount_won <= most:
        raise Refused(
            _("%(most)s of the grant are not paid yet. Enter from 1 won up to that.") % {"most": won(most)},
            "amount",
            "amount_won",
        )
    if not reason.strip():
        raise Refused(_("Say why it cannot be paid within the year: the ministry decides by it."), "reason_missing", "reason")
    row = CarryOver(
        agreement=agreement,
        fiscal_year=agreement.round.fiscal_year,
        amount_won=amount_won,
        reason=reason.strip(),
        requested_by=by,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "carry_over_one_live" not in str(error):
            raise
        raise Refused(_("A carry-over of this agreement is open or approved already."), "one_live") from error
    journal.record(
        "carry_over.requested", row, by=by, to=row.status, reason=row.reason, organisations=row.organisation_ids(),
        data={"agreement": agreement.ref, "amount_won": amount_won},
    )  # fmt: skip
    journal.open_duty(
        row, "decide_carry_over", title_ko=f"이월 승인: {agreement.number}", title_en=f"Decide about a carry-over: {agreement.number}",
        url=f"/admin/vouchers/carryover/{row.pk}/change/", due_in=agreement.round.days("carry_over_review"), role="MINISTRY_APPROVER",
        by_mail=True, by=by,
    )  # fmt: skip
    return row


def _refuse_closed_year(year: int) -> None:
    """What the year's close has taken is not carried over any more. Raises: Refused."""
    if money.year_closed(year):
        raise Refused(
            _("The close of the fiscal year %(year)s has begun: nothing of it is carried over any more.") % {"year": year},
            "year_closed",
        )


@transaction.atomic
def decide_carry_over(*, carry_over_id: int, approve: bool, reason: str = "", by: Any) -> CarryOver:
    """By somebody else than asked for it. Writes: CarryOver, Event, Notice to the company. Raises: Refused, NotAllowed."""
    row = (
        CarryOver.objects.select_for_update(of=("self",)).select_related("agreement__company__organisation").get(pk=carry_over_id)
    )
    require(by, "vouchers.decide_carry_over")
    require_apart(row.agreement, by)
    verb = "approve_carry_over" if approve else "reject_carry_over"
    before, row.status = row.status, rules.CARRY_LIFECYCLE.step(row.status, verb)
    if row.requested_by_id == by.pk:
        raise NotAllowed(_("Somebody else than asked for it decides."), "four_eyes")
    if approve:
        _refuse_closed_year(row.fiscal_year)
    if not approve and not reason.strip():
        raise Refused(_("Say why it is not approved."), "reason_missing", "reason")
    row.decided_by, row.decided_at, row.answer = by, clock.now(), reason.strip()
    row.save()
    journal.record(
        f"carry_over.{row.status.lower()}", row, by=by, frm=before, to=row.status, reason=row.answer, organisations=row.organisation_ids(),
        data={"amount_won": row.amount_won},
    )  # fmt: skip
    journal.close_duty(row, "decide_carry_over", by=by)
    notices.carry_over_decided(row)
    return row
