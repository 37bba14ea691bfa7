"""What the database itself refuses of settlements, whoever asks by SQL."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.factories import settling as s
from vouchers.settlements import actions
from vouchers.settlements.models import Debt, Receipt, Settlement

pytestmark = pytest.mark.django_db
S, L, D, R = "vouchers_settlement", "vouchers_settlementline", "vouchers_debt", "vouchers_receipt"


def bites(sql: str, word: str) -> None:
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert word in str(error.value), str(error.value)


def test_before_an_amount_is_fixed():
    at, _desk, row = s.ended()
    for sql, word in (
        (f"UPDATE {S} SET status = 'SUBMITTED'", "settlement_stated"),
        (f"UPDATE {S} SET interest_won = 1", "settlement_interest_proved"),
        (f"UPDATE {S} SET refund_won = 1", "settlement_refund_within_paid"),
        (f"UPDATE {L} SET disallowed_won = 1", "settlement_line_disallowed"),
        (f"UPDATE {L} SET verdict = 'RECOGNISED'", "settlement_line_judged_pair"),
        (f"UPDATE {L} SET in_kind_won = 1 WHERE agreement_line_id IS NOT NULL", "settlement_line_in_kind_apart"),
        (f"UPDATE {L} SET grant_won = 1 WHERE agreement_line_id IS NULL", "settlement_line_in_kind_apart"),
        (f"UPDATE {L} SET position = 1", "settlement_line_position"),
        (f"DELETE FROM {L}", "never deleted"),
        (f"DELETE FROM {S}", "never deleted"),
    ):
        bites(sql, word)
    s.state(at, row, s.used(at, row, grant_won=320_000_000, own_cash_won=80_000_000))
    bites(f"UPDATE {S} SET verification_id = NULL", "settlement_verified")
    bites(
        f"UPDATE {L} SET verdict = 'DISALLOWED', disallowed_won = 500000000, ground = 'OTHER', judged_by_id = submitted_by_id FROM {S}",
        "disallowed_within",
    )
    bites(f"UPDATE {S} SET status = 'CLOSED'", "settlement_fixed_whole")
    s.judge(at, row)
    actions.propose_amount(settlement_id=row.pk, by=at.operator)
    bites(
        f"UPDATE {S} SET status = 'CLOSED', confirmed_at = now(), confirmed_by_id = proposed_by_id",
        "line is not judged, or was judged by who fixes",
    )
    bites(f"UPDATE {S} SET confirmed_by_id = proposed_by_id", "settlement_four_eyes")


def test_after_an_amount_is_fixed():
    at, desk, _row = s.fixed()
    receipt = s.report(Debt.objects.get(), 5_000_000, at.company)
    for sql, word in (
        (f"UPDATE {S} SET refund_won = refund_won + 1", "a fixed amount stays"),
        (f"UPDATE {S} SET paid_won = paid_won + 1", "a fixed amount stays"),
        (f"UPDATE {S} SET status = 'SUBMITTED'", "a fixed amount stays"),
        (f"UPDATE {L} SET grant_won = grant_won - 1 WHERE disallowed_won > 0", "the amount is fixed"),
        (f"UPDATE {L} SET disallowed_won = disallowed_won + 1 WHERE disallowed_won > 0", "the amount is fixed"),
        (f"UPDATE {D} SET principal_won = principal_won + 1", "only falls"),
        (f"UPDATE {D} SET due_on = due_on - 1", "only falls"),
        (f"UPDATE {D} SET status = 'PAID'", "are owed"),
        (f"UPDATE {D} SET status = 'SUSPENDED'", "debt_suspended_pair"),
        (f"DELETE FROM {D}", "never deleted"),
        (f"UPDATE {R} SET amount_won = 0", "what was reported stays"),
        (
            f"UPDATE {R} SET status = 'CONFIRMED', bank_ref = 'X', decided_by_id = {desk.finance.pk}, decided_at = now()",
            "receipt_shared_whole",
        ),
        (f"UPDATE {R} SET decided_by_id = reported_by_id", "receipt_four_eyes"),
        (
            f"UPDATE {R} SET status = 'CONFIRMED', bank_ref = 'X', decided_by_id = {desk.finance.pk}, decided_at = now(), principal_won = 9000000",
            "would have come",
        ),
        (f"DELETE FROM {R}", "never deleted"),
    ):
        bites(sql, word)
    s.arrived(receipt, desk.finance)
    bites(f"UPDATE {R} SET reason = 'x'", "is decided once")
    copied = Receipt.objects.get()
    copied.pk, copied.ref, copied.is_repayment = None, "", True
    with pytest.raises(DatabaseError, match="decided by a second person"), transaction.atomic():
        copied.save()
    copied.status, copied.decided_by, copied.decided_at, copied.principal_won, copied.bank_ref = "REPORTED", None, None, 0, ""
    copied.save()
    bites(
        f"UPDATE {R} SET status = 'CONFIRMED', bank_ref = 'X', decided_by_id = {desk.finance.pk}, decided_at = now(), principal_won = amount_won"
        " WHERE is_repayment",
        "more would go back",
    )
    again = Debt.objects.get()
    again.pk, again.ref = None, ""
    with pytest.raises(DatabaseError, match="debt_one_refund_each"), transaction.atomic():
        again.save()
    again.kind = "CLAWBACK"
    with pytest.raises(DatabaseError, match="debt_of_what"), transaction.atomic():
        again.save()
    assert Settlement.objects.get().status == "REFUND_DUE"
