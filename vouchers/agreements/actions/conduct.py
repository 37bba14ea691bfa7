"""What happens to an agreement later: stopped, resumed, ended early, completed. Each by the operating agency."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from portal.journal import actions as journal
from portal.journal import queries as journal_queries
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.agreements import notices, queries, rules
from vouchers.agreements.actions.changing import drop_open_change
from vouchers.agreements.actions.drafting import lock, move, needed, require_apart
from vouchers.agreements.actions.ending import end
from vouchers.agreements.models import Agreement, Voucher
from vouchers.evaluation import actions as evaluation


@transaction.atomic
def suspend(*, agreement_id: int, reason: str, by: Any) -> Agreement:
    """중지: nothing is accepted or paid meanwhile. Writes: Agreement, Event, Notices."""
    agreement = _step(agreement_id, "suspend", "agreement.suspended", by, needed(reason))
    _tell_all(agreement, lambda party: notices.agreement_suspended(agreement, party, agreement.reason))
    return agreement


@transaction.atomic
def resume(*, agreement_id: int, by: Any) -> Agreement:
    """In force again. Writes: Agreement, Event, Notices."""
    agreement = _step(agreement_id, "resume", "agreement.resumed", by)
    _tell_all(agreement, lambda party: notices.agreement_resumed(agreement, party))
    return agreement


@transaction.atomic
def complete(*, agreement_id: int, by: Any) -> Agreement:
    """The project is done; settlement follows. Writes: Agreement, Event, Notices; closes the duty. Raises: Refused while a
    change or a delivery is open (`owe_completion`)."""
    agreement = lock(agreement_id)
    require(by, "vouchers.draft_agreement")
    require_apart(agreement, by)
    if why := queries.not_yet_complete(agreement):
        raise Refused(why, "change_open" if queries.open_change(agreement) else "deliveries_open")
    move(agreement, "complete", "agreement.completed", by=by)
    journal.close_duty(agreement, "complete_agreement", by=by)
    _tell_all(agreement, lambda party: notices.agreement_completed(agreement, party))
    return agreement


@transaction.atomic
def owe_completion(*, agreement_id: int, settled: Callable[[], bool], by: Any) -> bool:
    """Called by the room of the deliveries when one was settled: once all are, the operating agency owes the completion.

    settled: asked under the agreement's lock, so that the last two do not miss each other. Writes: Duty. Returns: is it owed now?
    """
    agreement = lock(agreement_id)
    open_already = journal_queries.owing("complete_agreement", [agreement.ref])
    if agreement.status not in rules.COMPLETABLE or open_already or not settled():
        return False
    journal.open_duty(
        agreement, "complete_agreement", title_ko=f"협약 완료 처리: {agreement.number}",
        title_en=f"Complete the agreement: {agreement.number}", url=f"/agreements/{agreement.ref}/",
        due_in=agreement.round.days("completion"),
        role="OPERATOR_CASE", by=by,
    )  # fmt: skip
    return True


@transaction.atomic
def terminate(*, agreement_id: int, reason: str, by: Any) -> Agreement:
    """해지. Before the agreement took force the award ends with it: its money goes back and the next in line moves up.

    Afterwards an open change is dropped, the voucher is cancelled and its money stays committed until the settlement says what is left: a payment may
    be under way at the bank. Writes: Agreement, Award or Voucher, Event, Notices.
    """
    agreement = _step(agreement_id, "terminate", "agreement.terminated", by, needed(reason))
    voucher = Voucher.objects.select_for_update().filter(agreement=agreement).first()
    if voucher is None:
        evaluation.cancel_award(award_id=agreement.award_id, reason=agreement.reason, by=by)
    elif rules.VOUCHER_LIFECYCLE.can(voucher.status, "cancel"):
        end(voucher, "cancel", "cancelled", by=by, reason=agreement.reason)
    drop_open_change(agreement, by=by, reason=agreement.reason)
    journal.close_duties(agreement, by=by)
    _tell_all(agreement, lambda party: notices.agreement_terminated(agreement, party, agreement.reason))
    return agreement


def _step(agreement_id: int, verb: str, event: str, by: Any, reason: str = "") -> Agreement:
    agreement = lock(agreement_id)
    require(by, "vouchers.draft_agreement")
    require_apart(agreement, by)
    move(agreement, verb, event, by=by, reason=reason)
    return agreement


def _tell_all(agreement: Agreement, tell: Callable[[Any], None]) -> None:
    for party in queries.told(agreement):
        tell(party)
