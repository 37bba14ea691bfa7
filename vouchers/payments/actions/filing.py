"""A payment file: many registered payments handed over at once, all or nothing.

In one transaction the payments are locked, each is asked whether it may leave now, its attempt is written as for any transfer,
and the file is written, held against its schema and kept as a private document. So the same bytes are given however often it is
downloaded, and a payment that is in a file is under way like one that was sent: nothing else can take it.
"""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.accounts import second_factor
from portal.documents import actions as documents
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import DomainError, NotAllowed, Refused
from portal.kit.models import make_ref
from vouchers.payments import gateways, queries, rules
from vouchers.payments.actions.disbursements import lock, require_apart, require_payable, require_unhindered
from vouchers.payments.actions.tries import record
from vouchers.payments.actions.yearly import refuse_after_year
from vouchers.payments.models import Disbursement, PaymentAttempt, PaymentFile
from vouchers.rounds.models import Round
from vouchers.rounds.rules import PayingPolicy, Way

T = rules.AttemptState
KINDS = {
    Way.PAIN_001: ("xml", "application/xml"),
    Way.SHEET: ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    Way.NETWORK: ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@documents.all_or_nothing()
def make_payment_file(
    *, round_id: int, way: str, disbursement_ids: Collection[int], second_factor_code: str, by: Any
) -> PaymentFile:
    """Somebody who neither approved nor registered any of them puts these payments into one file, with a fresh second factor.

    way: PAIN_001, SHEET or NETWORK, as they were registered. Writes: PaymentFile, its document, a PaymentAttempt SENT for each,
    Events, Duty. Raises: NotAllowed (four eyes), Refused naming the first payment that cannot leave; then there is no file."""
    require(by, "vouchers.send_payments")
    round_ = Round.objects.get(pk=round_id)
    rows = [lock(pk) for pk in sorted(set(disbursement_ids))]
    for row in rows:
        _require_leaves(row, round_id, way, by)
    ref, paying = make_ref(PaymentFile.REF_PREFIX), round_.policy().paying
    attempts = [_attempt(row, by) for row in rows]
    transfers = [_transfer(row, attempt) for row, attempt in zip(rows, attempts, strict=True)]
    content = _content(ref, way, round_, paying, rows, transfers)
    second_factor.check(by, second_factor_code)
    kind, media_type = KINDS[Way(way)]
    document = documents.store_generated(name=f"{ref}.{kind}", content=content, media_type=media_type, kind="payment_file", by=by)
    file = PaymentFile(
        ref=ref, round=round_, way=way, document=document, account=paying.account if way != Way.NETWORK else "",
        pay_on=clock.today(), line_count=len(rows), total_won=sum(row.amount_won for row in rows), made_by=by,
    )  # fmt: skip
    file.save()
    for attempt in attempts:
        _hand_over(attempt, file, by)
    journal.record(
        "payment_file.made", file, by=by, to="SENT",
        data={"way": way, "lines": file.line_count, "total_won": file.total_won, "sha256": document.sha256},
    )  # fmt: skip
    journal.open_duty(
        file, "read_payment_answer", title_ko=f"지급 파일의 결과를 읽어들여 주십시오: {ref}",
        title_en=f"Read the answer to a payment file: {ref}", url=f"/payments/files/{ref}/", due_in=round_.days("file_answer"),
        role="OPERATOR_FINANCE", by=by,
    )  # fmt: skip
    return file


def _require_leaves(row: Disbursement, round_id: int, way: str, by: Any) -> None:
    """Whether this payment may leave in such a file now. Raises as the first thing says that forbids it, with its name."""
    if not rules.may_pay(by.pk, {row.approved_by_id, row.registered_by_id}):
        raise NotAllowed(
            str(_("%(payment)s: you approved or registered it, so somebody else must hand it over.")) % {"payment": name_of(row)},
            "four_eyes",
        )
    try:
        require_apart(row, by)
        if row.milestone.agreement.round_id != round_id:
            raise Refused(_("It belongs to another round."), "other_round")
        if not Disbursement.objects.payable(way).filter(pk=row.pk).exists():
            require_payable(row)  # says so where agreement or voucher are the reason
            raise Refused(
                _("It is not registered for such a file, or has left already. Reload the page and choose again."), "not_due"
            )
        if row.payee_account and rules.account_waits(row.payee_account.waits_until, clock.today()):
            raise Refused(_("The account of its payee changed and still waits. Leave it for a later file."), "payee_waits")
        require_unhindered(row)
        refuse_after_year(row)
        documents.require_taken([row.invoice_document, row.own_share_document])
        if why := queries.kept_back(row, list(queries.attempts_of(row))):
            raise Refused(why, "kept_back")
        if not queries.statement_frees(row):
            raise Refused(
                _("A former transfer of it was refused. Read to its former file first what shows that nothing moved: a statement (camt.053) that begins by the day of that file and was made after the payment was registered again, or, where a person said so, the result list, read by somebody else."),
                "statement_missing",
            )  # fmt: skip
    except DomainError as error:
        raise Refused(f"{name_of(row)}: {error}", error.code) from error


def name_of(row: Disbursement) -> str:
    """What people call a payment in sentences: its payee's milestone and its reference."""
    return f"{row.named()} ({row.ref})"


def _attempt(row: Disbursement, by: Any) -> PaymentAttempt:
    return PaymentAttempt(
        disbursement=row, key=gateways.new_key(row.ref), amount_won=row.amount_won, state=T.CLAIMED, claimed_at=clock.now(),
        approved_by_id=row.approved_by_id, registered_by_id=row.registered_by_id, account_id=row.payee_account_id, paid_by=by,
    )  # fmt: skip


def _transfer(row: Disbursement, attempt: PaymentAttempt) -> rules.Transfer:
    """Raises: Refused naming the payment that no file can hold."""
    assert row.payee_account is not None, "registered only with a verified account"
    transfer = rules.Transfer(
        key=attempt.key, amount_won=attempt.amount_won, bank_code=row.payee_account.bank_code, account=row.payee_account.number,
        holder=row.payee_account.holder, text=rules.printable(f"{row.ref} {row.named()}"),
    )  # fmt: skip
    if fault := rules.line_fault(transfer):
        raise Refused(f"{name_of(row)}: {fault}", "line_fault")
    return transfer


def _content(
    ref: str, way: str, round_: Round, paying: PayingPolicy, rows: list[Disbursement], transfers: list[rules.Transfer]
) -> bytes:
    if fault := rules.sum_fault(transfers):
        raise Refused(fault, "file_sum")
    if way == Way.NETWORK:
        return rules.write_network_sheet(ref, round_.title_ko, list(zip(transfers, map(_evidence, rows), strict=True)))
    if way == Way.SHEET:
        return rules.write_bank_sheet(ref, transfers)
    payer = rules.Payer(bank_code=paying.bank_code, account=paying.account, holder=paying.holder)
    content = rules.write_pain_001(message_id=ref, payer=payer, transfers=transfers, pay_on=clock.today(), made_at=clock.now())
    if fault := rules.schema_fault(content):
        raise Refused(str(_("The file would not be valid, so none was made: %(fault)s")) % {"fault": fault}, "file_invalid")
    return content


def _evidence(row: Disbursement) -> rules.Evidence:
    return rules.Evidence(
        agreement=row.milestone.agreement.number, payee=row.payee.name_ko, supply_won=row.supply_amount_won, vat_won=row.vat_won,
        invoice_no=row.invoice_no, invoice_on=row.invoice_on, taxed=row.tax_kind == "TAXABLE",
    )  # fmt: skip


def _hand_over(attempt: PaymentAttempt, file: PaymentFile, by: Any) -> None:
    """CLAIMED → SENT: from here on the file is as good as at the bank, whoever carries it there."""
    attempt.file = file
    attempt.save()
    record(attempt, "claimed", "", by=by, file=file.ref)
    attempt.state, attempt.sent_at = rules.ATTEMPT_LIFECYCLE.step(attempt.state, "send"), clock.now()
    attempt.save()
    record(attempt, "sent", T.CLAIMED, by=by, file=file.ref)
