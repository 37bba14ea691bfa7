"""From the provider's request to the registered payment; five people at least: provider, company, operator, finance,
registrar (domain.md §6.11: evidence before pay, approver ≠ registrar)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts import second_factor
from portal.documents.actions import require_taken
from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock, prepared, words
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from portal.kit.won import won
from vouchers.agreements import actions as agreements
from vouchers.agreements import queries as agreement_queries
from vouchers.agreements.rules import PAYABLE_AGREEMENTS, VoucherStatus, too_late
from vouchers.companies import actions as checks
from vouchers.companies import queries as companies
from vouchers.milestones import queries as milestones
from vouchers.milestones.models import Milestone
from vouchers.payments import notices, queries, rules
from vouchers.payments.actions.yearly import refuse_after_year
from vouchers.payments.models import Disbursement, PayeeAccount, PaymentAttempt

S = rules.DisbursementStatus
PAST = {
    "confirm_disbursement": "confirmed", "return_disbursement": "returned", "check_evidence": "evidence_checked",
    "resubmit_disbursement": "resubmitted", "approve_disbursement": "approved", "register_disbursement": "registered",
    "settle_paid": "paid", "settle_failed": "failed", "settle_sent_back": "sent_back", "retry_disbursement": "retried",
    "close_disbursement": "closed", "withdraw_return": "return_withdrawn", "unregister_disbursement": "unregistered",
    "unapprove_disbursement": "unregistered", "unregister_refused": "unregistered", "unapprove_sent_back": "unregistered",
}  # fmt: skip


def lock(disbursement_id: int) -> Disbursement:
    """The row locked, with everything that the verbs look at."""
    return queries.locked(disbursement_id)


def payee(institution: Any) -> Any:
    """The organisation that is paid; without one, nobody may act for it."""
    if institution.organisation is None:
        raise NotAllowed
    return institution.organisation


def require_apart(disbursement: Disbursement, by: Any) -> None:
    """Nobody decides about money of a company, a provider or a payee with which a conflict of theirs stands. Raises: Refused."""
    held = companies.conflicts_of(by)
    if held:  # of whom nothing is recorded, nothing more is asked
        agreements.require_apart(disbursement.milestone.agreement, by)
        refuse_conflict(disbursement.payee.organisation_id, by, held)


def refuse_conflict(organisation_id: int | None, by: Any, held: set[int] | None = None) -> None:
    """The same for who is paid. held: who has a conflict with them, where that is known. Raises: Refused."""
    if organisation_id in (companies.conflicts_of(by) if held is None else held):
        raise Refused(
            _("A conflict of interest with who is paid is recorded for you. A colleague must decide."), "conflict"
        )  # fmt: skip


def move(disbursement: Disbursement, verb: str, *, by: Any, reason: str = "", **data: Any) -> None:
    """Steps the lifecycle, saves, records."""
    before = disbursement.status
    disbursement.status = rules.LIFECYCLE.step(disbursement.status, verb)
    keep(disbursement)
    disbursement.last_event = journal.record(
        f"disbursement.{PAST[verb]}", disbursement, by=by, frm=before, to=disbursement.status, reason=reason,
        organisations=disbursement.organisation_ids(), data={"amount_won": disbursement.amount_won, **data},
        after=disbursement.last_event,
    )  # fmt: skip


def keep(row: Disbursement | PaymentAttempt) -> None:
    """Writes what changed of a row that was read under its lock; else all of it."""
    if row.as_read is None:
        row.save()
        return
    prepared.write(row, row.as_read)
    row.as_read = dict(row.__dict__)


def hand_on(disbursement: Disbursement, verb: str, next_verb: str, ko: str, en: str, *, by: Any, **whom: Any) -> None:
    """A usual step: the row moves, what was owed for it is done, and the next step is owed (as by `owe`). One statement for all
    that is written."""
    with prepared.together():
        move(disbursement, verb, by=by)
        journal.close_duties(disbursement, by=by, verbs=[verb])
        owe(disbursement, next_verb, ko, en, by=by, **whom)


def owe(disbursement: Disbursement, verb: str, ko: str, en: str, *, step: str, by: Any, **whom: Any) -> None:
    """Who has the ball next, with the round's target days."""
    milestone, owed = disbursement.milestone, disbursement.owed
    journal.open_duty(
        disbursement, verb, title_ko=f"{ko}: {disbursement.named('ko')}", title_en=f"{en}: {disbursement.named('en')}",
        url=f"/payments/{disbursement.ref}/", due_in=milestone.agreement.round.policy().days(step), by=by,
        anew=owed is not None and verb not in owed, **whom,
    )  # fmt: skip
    if owed is not None:
        owed.add(verb)


def check_invoice(invoice_no: str, invoice_on: date, milestone: Milestone) -> None:
    if not invoice_no.strip():
        raise Refused(_("Enter the number of the tax invoice."), "invoice_missing", "invoice_no")
    if fault := rules.invoice_no_fault(invoice_no):
        raise Refused(fault, "invoice_unprintable", "invoice_no")
    today, agreement = clock.today(), milestone.agreement
    if fault := rules.invoice_day_fault(invoice_on, today, agreement.starts_on, agreement.ends_on):
        raise Refused(fault, "invoice_future" if invoice_on > today else "invoice_period", "invoice_on")
    last = agreement.round.policy().settling.last_day("last_invoice", agreement.round.fiscal_year)
    if too_late(invoice_on, last, carried=False) and not agreement_queries.carried(agreement):
        raise Refused(
            _("Invoices count until %(day)s of the fiscal year. Ask the operating agency for a carry-over.") % {"day": words.day(last)},
            "invoice_after_year", "invoice_on",
        )  # fmt: skip


def number_used() -> Refused:
    return Refused(_("This invoice number was already used for another disbursement."), "invoice_used", "invoice_no")


def _check_number(invoice_no: str, payee: Any, but: int) -> None:
    """A provider numbers its own invoices: another one's may bear the same number. but: the disbursement that is mended."""
    if Disbursement.objects.filter(payee=payee, invoice_no=invoice_no.strip()).exclude(pk=but).exists():
        raise number_used()


@contextmanager
def number_once() -> Iterator[None]:
    """Two requests with one number at the same moment: the second is told so."""
    try:
        yield
    except IntegrityError as error:  # the whole action is undone
        if "disbursement_invoice_once" not in str(error):
            raise
        raise number_used() from error


@transaction.atomic
def request_disbursement(
    *, milestone_id: int, invoice_no: str, invoice_on: date, invoice_document: Document | None, by: Any
) -> Disbursement:
    """The provider asks for the voucher's share of an accepted milestone.

    The amount is the milestone's grant share; VAT and the own share are paid by the company beside it. Writes: Disbursement,
    Event, Duty, Notice. Raises: Refused (not accepted, agreement not in force, invoice used, more than the voucher holds).
    """
    milestone = queries.milestone_of(milestone_id)
    require(by, "vouchers.request_disbursement", payee(milestone.institution))
    if milestone.agreement.status not in PAYABLE_AGREEMENTS:  # a completed one still pays what was accepted
        raise Refused(_("The agreement is not in force, so nothing can be paid."), "agreement_not_active")
    if milestone.status != "ACCEPTED":
        raise Refused(_("A disbursement follows an accepted milestone."), "milestone_not_accepted")
    facts = queries.facts_of_request(milestone, invoice_no.strip())
    if facts.asked:
        raise Refused(_("A disbursement was already requested for this milestone."), "already_requested")
    if milestone.grant_won <= 0:
        raise Refused(_("The voucher pays nothing of this milestone; the company pays it alone."), "nothing_to_pay")
    if why := milestones.money_held(milestone):
        raise Refused(why, "grade_holds_money")
    check_invoice(invoice_no, invoice_on, milestone)
    if facts.number_used:
        raise number_used()
    if invoice_document is None:
        raise Refused(_("Attach the tax invoice."), "invoice_file_missing", "file")
    netted_won = _netted(milestone) if facts.advanced else 0
    check_voucher(facts, milestone.grant_won - netted_won)
    disbursement = Disbursement(
        milestone=milestone, voucher=facts.voucher, payee=milestone.institution, amount_won=milestone.grant_won - netted_won,
        netted_won=netted_won,
        supply_amount_won=milestone.amount_won, vat_won=milestone.vat_won,
        tax_kind="TAXABLE" if milestone.vat_won else "EXEMPT", invoice_no=invoice_no.strip(), invoice_on=invoice_on,
        invoice_document=invoice_document, requested_by=by,
        payee_account=facts.account,
    )  # fmt: skip
    with number_once():
        prepared.insert([disbursement])
    with prepared.together():
        data = {"amount_won": disbursement.amount_won, "milestone": milestone.ref} | (
            {"netted_won": netted_won} if netted_won else {}
        )
        born = [("disbursement.requested", disbursement, data)]
        journal.record_births(born, by=by, to=S.REQUESTED, organisations=disbursement.organisation_ids())
        journal.close_duties(milestone, by=by, verbs=["request_disbursement"])
        disbursement.owed = set()
        owe_confirmation(disbursement, by)
        notices.requested(disbursement)
    return disbursement


def _netted(milestone: Milestone) -> int:
    """What of an advance is taken off this tranche, whole won. Raises: Refused while the advance is under way, or covers it whole."""
    if queries.unsettled_advance(milestone.agreement, milestone.institution_id):
        raise Refused(
            _("Your advance is not paid or closed yet, so what is netted is not known. Wait for it, then request this payment."),
            "advance_open",
        )  # fmt: skip
    netted_won = queries.netted_of(milestone)
    if netted_won >= milestone.grant_won:
        raise Refused(_("The advance covers this milestone whole, so nothing more is paid of it."), "covered_by_advance")
    return netted_won


def require_payable(disbursement: Disbursement) -> None:
    """Nothing is released while the agreement is suspended or after it or its voucher ended. Locks the voucher."""
    agreement, voucher = queries.standing_of(disbursement)
    if agreement not in PAYABLE_AGREEMENTS:
        raise Refused(_("The agreement is not in force, so nothing can be paid."), "agreement_not_active")
    _require_valid(voucher)
    require_unhindered(disbursement)


def require_unhindered(disbursement: Disbursement) -> None:
    """Nothing is released that the final evaluation holds, nor for a business that ended or rests. Raises: Refused."""
    code, why = queries.hindrance(disbursement)
    if code:
        raise Refused(why, code)


def _require_valid(voucher_status: str) -> None:
    if voucher_status != VoucherStatus.ISSUED:
        raise Refused(_("The voucher is no longer valid, so nothing can be paid from it."), "voucher_ended")


def check_voucher(facts: queries.RequestFacts, amount_won: int) -> None:
    _require_valid(facts.voucher.status)
    if facts.asked_won + amount_won > facts.held_won:
        raise Refused(
            _("The voucher holds %(held)s, of which %(asked)s is already asked for.")
            % {"held": won(facts.held_won), "asked": won(facts.asked_won)},
            "over_voucher",
        )


def owe_confirmation(disbursement: Disbursement, by: Any) -> None:
    owe(
        disbursement, "confirm_disbursement", "대금 청구를 확인해 주십시오", "Confirm the disbursement",
        step="milestone_acceptance", by=by, organisation=disbursement.milestone.agreement.company.organisation,
    )  # fmt: skip


@transaction.atomic
def resubmit_disbursement(
    *, disbursement_id: int, invoice_no: str, invoice_on: date, invoice_document: Document | None, by: Any
) -> Disbursement:
    """The provider mended what was returned. Writes: Disbursement, Event, Duty, Notice."""
    disbursement = lock(disbursement_id)
    require(by, "vouchers.request_disbursement", payee(disbursement.payee))
    require_payable(disbursement)
    check_invoice(invoice_no, invoice_on, disbursement.milestone)
    _check_number(invoice_no, disbursement.payee, but=disbursement.pk)
    disbursement.invoice_no, disbursement.invoice_on = invoice_no.strip(), invoice_on
    disbursement.invoice_document = invoice_document or disbursement.invoice_document
    disbursement.confirmed_by = disbursement.checked_by = disbursement.approved_by = disbursement.registered_by = None
    disbursement.checked_at = disbursement.approved_at = disbursement.registered_at = None
    disbursement.reason = ""
    with number_once():
        move(disbursement, "resubmit_disbursement", by=by)
    journal.close_duty(disbursement, "resubmit_disbursement", by=by)
    owe_confirmation(disbursement, by)
    notices.requested(disbursement)
    return disbursement


@transaction.atomic
def confirm_disbursement(
    *, disbursement_id: int, own_share_deposited_on: date | None = None, own_share_document: Document | None = None, by: Any
) -> Disbursement:
    """The company confirms and proves its own share of this milestone (cash). Writes: Disbursement, Event, Duty."""
    disbursement = lock(disbursement_id)
    require(by, "vouchers.confirm_disbursement", disbursement.milestone.agreement.company.organisation)
    require_taken([disbursement.invoice_document])
    own_won = disbursement.own_won
    if own_won and (own_share_deposited_on is None or own_share_document is None):
        raise Refused(
            _("Enter the day on which your own share of %(own)s was deposited and attach the proof.") % {"own": won(own_won)},
            "own_share_missing",
            "own_share_deposited_on",
        )
    if own_share_deposited_on:
        today, opened = clock.today(), queries.opened_on(disbursement)
        if fault := rules.deposit_day_fault(own_share_deposited_on, today, opened):
            code = "deposit_future" if own_share_deposited_on > today else "deposit_before_call"
            raise Refused(fault, code, "own_share_deposited_on")
    disbursement.own_share_deposited_on, disbursement.own_share_document = own_share_deposited_on, own_share_document
    disbursement.confirmed_by = by
    hand_on(
        disbursement, "confirm_disbursement", "check_evidence", "지급 증빙을 확인해 주십시오", "Check the evidence of a disbursement",
        step="evidence_check", by=by, role="OPERATOR_CASE", by_mail=True,
    )  # fmt: skip
    return disbursement


@transaction.atomic
def check_evidence(*, disbursement_id: int, by: Any) -> Disbursement:
    """The operator found the evidence complete: the payment clock starts, and the tax service is asked again about the company.
    Writes: Disbursement, Event, Duty, Company.check_due_at."""
    disbursement = lock(disbursement_id)
    require(by, "vouchers.check_evidence")
    require_apart(disbursement, by)
    require_taken([disbursement.invoice_document, disbursement.own_share_document])
    disbursement.checked_by, disbursement.checked_at = by, clock.now()
    checks.ask_before_payment(company_id=disbursement.milestone.agreement.company_id, now=disbursement.checked_at)
    hand_on(
        disbursement, "check_evidence", "approve_disbursement", "지급을 승인해 주십시오", "Approve a disbursement", step="payment",
        by=by, role="OPERATOR_FINANCE", by_mail=True,
    )  # fmt: skip
    return disbursement


def _chosen_way(disbursement: Disbursement, way: str, *, tried: bool) -> str:
    """The way in which it leaves from now on. Raises: Refused for one that the round does not allow, or another than before."""
    chosen, ways = way or disbursement.way, disbursement.milestone.agreement.round.policy().paying.ways
    if not rules.may_leave_by(chosen or ways[0], ways, before=disbursement.way, tried=tried):
        raise Refused(
            _("This payment cannot leave that way: the round does not allow it, or it was already tried in another one."),
            "way_refused", "way",
        )  # fmt: skip
    return chosen or ways[0]


def _account_to_pay(disbursement: Disbursement) -> PayeeAccount:
    """The same, once it has taken another's place for as long as the round lets a changed account wait."""
    account = _verified_account(disbursement)
    if account.waits_until and rules.account_waits(account.waits_until, clock.today()):
        raise Refused(
            _(
                "The account of the payee changed. Nothing is paid to it before %(day)s, so that anybody who knows nothing of it can say so."
            )
            % {"day": words.day(account.waits_until)},
            "payee_waits",
        )
    return account


def _verified_account(disbursement: Disbursement) -> PayeeAccount:
    """The payee's account of now: one that was replaced since an earlier step is never paid."""
    account = disbursement.account_now
    if account is None or account.verified_by_id is None:
        raise Refused(
            _("The payee has no verified account. Enter it and let a second person verify it first."), "payee_unverified"
        )
    return account


@transaction.atomic
def approve_disbursement(*, disbursement_id: int, second_factor_code: str, by: Any) -> Disbursement:
    """Finance approves, with a fresh second factor; never who checked the evidence. Needs a verified payee account and papers that
    the virus scan does not hold. A payment that the bank sent back is approved anew, never by who said so of its transfer.
    Writes: Disbursement, Event, Duty."""
    disbursement = lock(disbursement_id)
    require(by, "vouchers.approve_disbursement")
    require_apart(disbursement, by)
    if by.pk in {disbursement.checked_by_id, disbursement.requested_by_id, disbursement.confirmed_by_id}:
        raise NotAllowed(_("Somebody else must approve what you checked or requested."), "four_eyes")
    tried = queries.tries_of(disbursement)
    if not rules.may_approve(by.pk, [one.resolved_by_id for one in tried if one.state == "SENT_BACK"]):
        raise NotAllowed(
            _("You wrote down what became of a transfer that came back, so somebody else must approve this payment again."),
            "four_eyes",
        )
    require_payable(disbursement)
    rules.LIFECYCLE.step(disbursement.status, "approve_disbursement")  # an old page is told before a code is used up
    require_taken([disbursement.invoice_document, disbursement.own_share_document])
    disbursement.payee_account = _verified_account(disbursement)
    second_factor.check(by, second_factor_code)
    disbursement.approved_by, disbursement.approved_at = by, clock.now()
    hand_on(
        disbursement, "approve_disbursement", "register_disbursement", "승인된 지급을 등록해 주십시오", "Register an approved payment",
        step="payment", by=by, role="PAYMENT_REGISTRAR", by_mail=True,
    )  # fmt: skip
    return disbursement


@transaction.atomic
def register_disbursement(*, disbursement_id: int, second_factor_code: str, by: Any, way: str = "") -> Disbursement:
    """The registrar, never the approver, releases the payment, with a fresh second factor.

    way: how it is handed over, of those that the round allows (rounds.rules.Way); "": as before, else the round's usual one. A
    payment that was tried keeps its way for ever. Writes: Disbursement, Event."""
    return _release(disbursement_id, "register_disbursement", second_factor_code, by, way=way)


@transaction.atomic
def retry_disbursement(*, disbursement_id: int, second_factor_code: str, by: Any) -> Disbursement:
    """After the bank refused and no money moved: again, with a new attempt and a new key, once the bank's statement shows none
    of the former ones as paid (`claim_next`). What moved and came back is approved anew instead (`rules.approval_stands`).
    Writes: Disbursement, Event."""
    return _release(disbursement_id, "retry_disbursement", second_factor_code, by)


def _release(disbursement_id: int, verb: str, second_factor_code: str, by: Any, *, way: str = "") -> Disbursement:
    disbursement = lock(disbursement_id)
    require(by, "vouchers.register_disbursement")
    require_apart(disbursement, by)
    if by.pk == disbursement.approved_by_id:
        raise NotAllowed(_("Somebody else must register what you approved."), "four_eyes")
    require_payable(disbursement)
    rules.LIFECYCLE.step(disbursement.status, verb)
    tried = queries.tries_of(disbursement)
    came_back = max((one.settled_at for one in tried if one.state == "SENT_BACK" and one.settled_at), default=None)
    if not rules.approval_stands(disbursement.approved_at, came_back):
        raise Refused(_("The money came back since this was approved. Finance must approve it again."), "approve_anew")
    require_taken([disbursement.invoice_document, disbursement.own_share_document])
    refuse_after_year(disbursement)
    disbursement.payee_account = _account_to_pay(disbursement)
    disbursement.way = _chosen_way(disbursement, way, tried=bool(tried))
    second_factor.check(by, second_factor_code)
    disbursement.registered_by, disbursement.registered_at = by, clock.now()
    with prepared.together():
        move(disbursement, verb, by=by, way=disbursement.way)
        journal.close_duties(disbursement, by=by, verbs=[verb])
    return disbursement
