"""What happens to an agreement later: stopped, resumed, ended early, completed. Each by the operating agency."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from portal.journal import actions as journal
from portal.journal import queries as journal_queries
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.agreements import notices, queries, rules
from vouchers.agreements.actions.changing import drop_open_change
from vouchers.agreements.actions.drafting import lock, move, needed, require_apart
from vouchers.agreements.actions.ending import end
from vouchers.agreements.models import Agreement, AgreementHalt, AgreementParty, HaltRecovery, Voucher
from vouchers.evaluation import actions as evaluation


def stop(halt: AgreementHalt, *, by: Any) -> Agreement:
    """중지·해지: carries out a suspension or termination that was agreed to or decided, in the transaction of the room that has booked
    its money (`payments.actions`), which holds the agreement's lock and has marked the halt as carried out.

    After a termination an open change is dropped and the voucher cancelled; what is kept of its money waits for the settlement.
    Writes: Agreement, Voucher, AgreementChange, Event, Notices; closes duties of the agreement.
    """
    agreement, reason = halt.agreement, halt.answer or halt.statement
    if halt.kind == rules.HaltKind.SUSPENSION:
        move(agreement, "suspend", "agreement.suspended", by=by, reason=reason)
        _tell_all(agreement, lambda party: notices.agreement_suspended(agreement, party, reason))
        return agreement
    move(agreement, "terminate", "agreement.terminated", by=by, reason=reason)
    voucher = Voucher.objects.select_for_update().get(agreement=agreement)
    if rules.VOUCHER_LIFECYCLE.can(voucher.status, "cancel"):
        end(voucher, "cancel", "cancelled", by=by, reason=reason)
    drop_open_change(agreement, by=by, reason=reason)
    journal.close_duties(agreement, by=by)
    _tell_all(agreement, lambda party: notices.agreement_terminated(agreement, party, reason))
    return agreement


@transaction.atomic
def resume(*, agreement_id: int, by: Any) -> AgreementHalt:
    """In force again; who knows which clocks stood lets them run (`payments.actions.resume`). Writes: Agreement, AgreementHalt, Event,
    Notices. Returns: the suspension that ended."""
    agreement = _step(agreement_id, "resume", "agreement.resumed", by)
    halt = agreement.halts.select_for_update().get(
        kind=rules.HaltKind.SUSPENSION, executed_at__isnull=False, resumed_at__isnull=True
    )
    halt.resumed_at = clock.now()
    halt.save()
    _tell_all(agreement, lambda party: notices.agreement_resumed(agreement, party))
    return halt


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
    """해지 before the agreement took force: the draft is given up, the award ends with it, its money goes back and the next in line
    moves up. One in force ends by consent or after notice (`payments.actions.propose_halt`).

    Writes: Agreement, Award, Event, Notices; closes duties. Raises: Refused (in force).
    """
    agreement = lock(agreement_id)
    require(by, "vouchers.draft_agreement")
    require_apart(agreement, by)
    if agreement.activated_at is not None:
        raise Refused(rules.NEEDS_HALT, "needs_halt")
    move(agreement, "terminate", "agreement.terminated", by=by, reason=needed(reason))
    evaluation.cancel_award(award_id=agreement.award_id, reason=agreement.reason, by=by)
    journal.close_duties(agreement, by=by)
    _tell_all(agreement, lambda party: notices.agreement_terminated(agreement, party, agreement.reason))
    return agreement


@transaction.atomic
def end_with_year(*, application_ref: str, year: int) -> bool:
    """The year of an award's money is closed and nothing of it is carried over: an agreement that did not take force ends, and the
    award with it. Called by the close. Writes: Agreement, Award, Application, Event, Notices. Returns: whether it ended now."""
    words = (
        f"{year} 회계연도가 마감되어 예산이 소멸했습니다.",
        f"The fiscal year {year} was closed and its money lapsed.",
    )
    found = Agreement.objects.filter(award__application__ref=application_ref).exclude(status=rules.AgreementStatus.TERMINATED)
    agreement = lock(found.get().pk) if found.exists() else None
    if agreement is not None and agreement.activated_at is not None:
        return False
    if agreement is not None and rules.LIFECYCLE.can(agreement.status, "terminate"):
        move(agreement, "terminate", "agreement.terminated", by=None, reason=words[0], reason_en=words[1])
        journal.close_duties(agreement, by=None)
    ended = evaluation.end_with_year(application_ref=application_ref, reason=words[0], reason_en=words[1])
    if agreement is not None:
        _tell_all(agreement, lambda party: notices.agreement_terminated(agreement, party, agreement.reason))
    return ended


def note_ordered_back(*, agreement_id: int, organisation_id: int, amount_won: int) -> None:
    """Pushed down by the room that orders money back: what stands in all against a party, so that a termination does not claim it
    again. Called in its transaction. Writes: AgreementParty."""
    AgreementParty.objects.filter(agreement_id=agreement_id, organisation_id=organisation_id).update(ordered_back_won=amount_won)


def note_recovered(*, recovery_id: int, amount_won: int) -> None:
    """Pushed down by the room that books what comes back: so much more of what a termination takes back came. Called in its
    transaction. Writes: HaltRecovery."""
    recovery = HaltRecovery.objects.select_for_update().get(pk=recovery_id)
    recovery.recovered_won += amount_won
    recovery.save()


def _step(agreement_id: int, verb: str, event: str, by: Any, reason: str = "") -> Agreement:
    agreement = lock(agreement_id)
    require(by, "vouchers.draft_agreement")
    require_apart(agreement, by)
    move(agreement, verb, event, by=by, reason=reason)
    return agreement


def _tell_all(agreement: Agreement, tell: Callable[[Any], None]) -> None:
    for party in queries.told(agreement):
        tell(party)
