"""Whole won between pots, once for a key, never more than there is; the database itself refuses the rest."""

import pytest
from django.db import IntegrityError, connection, transaction

from portal.kit.errors import NotAllowed, Refused
from tests.committed import together
from tests.factories.providers import person
from tests.factories.rounds import make_round
from vouchers.ledger import actions, queries
from vouchers.ledger.models import Account, Entry, LedgerEvent

BUDGET = 1_000_000_000


def funded():
    programme = make_round()
    actions.appropriate(round_id=programme.pk, amount_won=BUDGET, reason="예산", by=person("MINISTRY_APPROVER"))
    return programme


def reserve(programme, owner="app-1", won=300):
    return actions.reserve(round_id=programme.pk, owner_ref=owner, amount_won=won, organisation=None, reason="선정", by=None)


@pytest.mark.django_db
def test_money_moves_from_appropriation_to_payment_and_nothing_is_lost():
    programme = funded()
    given = {"round_id": programme.pk, "reason": "시험", "by": None}
    reserve(programme)
    actions.commit(owner_ref="app-1", voucher_ref="vch-1", amount_won=200, **given)
    actions.release(owner_ref="app-1", amount_won=100, **given)
    actions.pay(voucher_ref="vch-1", amount_won=150, key="k1", **given)
    actions.expire(voucher_ref="vch-1", amount_won=50, **given)
    actions.recover(voucher_ref="vch-1", amount_won=20, key="r1", **given)
    found = queries.position(programme.pk)
    assert (found.appropriated_won, found.available_won, found.reserved_won, found.committed_won) == (BUDGET, BUDGET - 200, 0, 0)
    assert (found.paid_won, found.expired_won, found.recovered_won) == (130, 50, 20)
    assert queries.faults() == []
    assert sum(Entry.objects.values_list("amount_won", flat=True)) == 0


@pytest.mark.django_db
def test_the_same_key_moves_money_once_and_not_with_another_amount():
    programme = funded()
    first = reserve(programme)
    assert reserve(programme) == first
    assert queries.balance(programme.pk, "RESERVED", "app-1") == 300
    with pytest.raises(Refused) as error:
        reserve(programme, won=301)
    assert error.value.code == "ledger_key_reused"


@pytest.mark.django_db
def test_more_than_the_pot_holds_is_refused_in_words():
    programme = funded()
    with pytest.raises(actions.OverBudget) as error:
        reserve(programme, won=BUDGET + 1)
    assert "1,000,000,000" in str(error.value)
    for won in (0, -5):
        with pytest.raises(Refused):
            reserve(programme, won=won)


@pytest.mark.django_db
def test_only_the_approver_appropriates():
    programme = make_round()
    for role in ("MINISTRY_OFFICER", "OPERATOR_FINANCE", "SYSADMIN"):
        with pytest.raises(NotAllowed):
            actions.appropriate(round_id=programme.pk, amount_won=1, reason="x", by=person(role))


@pytest.mark.django_db
def test_reverse_books_back_what_is_still_free_and_once():
    programme, approver = funded(), person("MINISTRY_APPROVER")
    given = LedgerEvent.objects.get(kind="APPROPRIATED")
    held = reserve(programme)
    with pytest.raises(actions.OverBudget):
        actions.reverse(event_id=given.pk, reason="오타", by=approver)
    with pytest.raises(Refused) as error:
        actions.reverse(event_id=held.pk, reason="오타", by=approver)
    assert error.value.code == "not_reversible"
    with pytest.raises(NotAllowed):
        actions.reverse(event_id=given.pk, reason="오타", by=person("MINISTRY_OFFICER"))
    actions.release(round_id=programme.pk, owner_ref="app-1", amount_won=300, reason="포기", by=None)
    made = actions.reverse(event_id=given.pk, reason="오타", by=approver)
    assert (made.kind, made.amount_won) == ("REVERSED", BUDGET) and queries.position(programme.pk).appropriated_won == 0
    with pytest.raises(Refused):
        actions.reverse(event_id=given.pk, reason="오타", by=approver)
    assert queries.faults() == [] and LedgerEvent.objects.filter(pk=given.pk).exists()


# ── Committed: triggers and races ────────────────────────────────────────────────────────────────────
def run(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_database_guards_the_ledger(committed_db):
    programme = funded()
    event = reserve(programme)
    pot = Account.objects.get(kind="RESERVED").pk
    source = Account.objects.get(kind="AVAILABLE").pk
    other = (
        "INSERT INTO vouchers_ledgerevent (ref, created_at, updated_at, version, kind, key, round_id, fiscal_year, subject_ref,"
        f" amount_won, reason, at) VALUES ('lev-{{n}}', now(), now(), 1, 'RESERVED', 'k{{n}}', {programme.pk}, 2027, 'x', 5, 'x',"
        " now())"
    )  # fmt: skip
    line = "INSERT INTO vouchers_entry (event_id, account_id, amount_won) VALUES ({event}, {account}, {won})"
    new = "(SELECT id FROM vouchers_ledgerevent WHERE key = 'k{n}')"
    for n, broken in enumerate((
        "UPDATE vouchers_entry SET amount_won = 1", "DELETE FROM vouchers_entry", "TRUNCATE vouchers_entry",
        "TRUNCATE vouchers_account CASCADE", "UPDATE vouchers_ledgerevent SET amount_won = 1", "DELETE FROM vouchers_ledgerevent",
        "UPDATE vouchers_account SET balance_won = balance_won + 1", "DELETE FROM vouchers_account",
        "UPDATE vouchers_account SET kind = 'PAID'",
        other,  # an event without entries
        line.format(event=event.pk, account=pot, won=7),  # one more line
        other + "; " + line.format(event=new, account=pot, won=5),  # one-sided
        other + "; " + line.format(event=new, account=pot, won=5) + "; " + line.format(event=new, account=source, won=-4),
        other + "; " + line.format(event=new, account=pot, won=9) + "; " + line.format(event=new, account=source, won=-9),
        other + "; " + line.format(event=new, account=pot, won=-5) + "; "
        + line.format(event=new, account=source, won=-BUDGET),
        f"INSERT INTO vouchers_account (ref, created_at, updated_at, version, round_id, kind, owner_ref, balance_won)"
        f" VALUES ('acc-x', now(), now(), 1, {programme.pk}, 'PAID', 'x', 9)",
    )):  # fmt: skip
        with pytest.raises(IntegrityError):
            run(broken.format(n=n))
    assert queries.faults() == [] and LedgerEvent.objects.count() == 2
    assert queries.balance(programme.pk, "RESERVED", "app-1") == 300


def test_two_reserve_the_last_money_at_once_one_wins(committed_db):
    programme = funded()
    results = together(
        *[lambda n=n: reserve(programme, f"app-{n}", BUDGET // 2 + 1) for n in range(4)],
        behind=Account.objects.get(kind="AVAILABLE"),
    )
    assert sum(isinstance(r, actions.OverBudget) for r in results) == 3, results
    assert queries.position(programme.pk).reserved_won == BUDGET // 2 + 1 and queries.faults() == []


def test_one_key_at_once_from_many_books_once(committed_db):
    programme = funded()
    reserve(programme, won=1000)
    actions.commit(round_id=programme.pk, owner_ref="app-1", voucher_ref="vch-1", amount_won=1000, reason="x", by=None)
    pay = lambda: actions.pay(round_id=programme.pk, voucher_ref="vch-1", amount_won=400, key="one", reason="x", by=None)
    results = together(*[pay] * 4, behind=Account.objects.get(kind="COMMITTED"))
    assert len({r.pk for r in results}) == 1, results
    assert queries.position(programme.pk).paid_won == 400 and queries.faults() == []


def test_overspending_by_sql_from_two_connections_is_refused(committed_db):
    programme = funded()
    reserve(programme, won=100)
    pot, back = Account.objects.get(kind="RESERVED").pk, Account.objects.get(kind="AVAILABLE").pk

    def spend(n):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO vouchers_ledgerevent (ref, created_at, updated_at, version, kind, key, round_id, fiscal_year,"
                " subject_ref, amount_won, reason, at) VALUES (%s, now(), now(), 1, 'RELEASED', %s, %s, 2027, 'x', 80, 'x', now())"
                " RETURNING id",
                [f"lev-{n}", f"key-{n}", programme.pk],
            )
            (event,) = cursor.fetchone()
            cursor.execute(
                "INSERT INTO vouchers_entry (event_id, account_id, amount_won) VALUES (%s, %s, -80), (%s, %s, 80)",
                [event, pot, event, back],
            )

    results = together(lambda: spend(1), lambda: spend(2), behind=Account.objects.get(kind="RESERVED"))
    assert sum(isinstance(r, IntegrityError) for r in results) == 1, results
    assert queries.balance(programme.pk, "RESERVED", "app-1") == 20 and queries.faults() == []
