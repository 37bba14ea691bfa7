"""Whole won between pots, once for a key, never more than there is; the database itself refuses the rest."""

import pytest
from django.db import IntegrityError, connection, transaction

from portal.kit.errors import NotAllowed, Refused
from portal.management.verify import ledger_faults
from tests import services
from tests.committed import together
from tests.factories.providers import person
from tests.factories.rounds import make_draft, make_round
from vouchers.ledger import actions, queries
from vouchers.ledger.models import Account, Entry, LedgerEvent
from vouchers.ledger.rules import over_call_won
from vouchers.rounds import actions as rounds
from vouchers.rounds.models import Round

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
    assert list(queries.faults()) == []
    assert sum(Entry.objects.values_list("amount_won", flat=True)) == 0


@pytest.mark.django_db
def test_one_won_that_is_changed_behind_the_ledgers_back_is_found_and_named():
    programme = funded()
    event = reserve(programme)
    reserved = Account.objects.get(kind="RESERVED")
    for change, said in (
        ("UPDATE vouchers_entry SET amount_won = amount_won + 1 WHERE amount_won > 0 AND event_id = {event}", event.ref),
        ("UPDATE vouchers_ledgerevent SET amount_won = amount_won + 1 WHERE id = {event}", event.ref),
        ("DELETE FROM vouchers_entry WHERE event_id = {event}", event.ref),
        ("UPDATE vouchers_account SET balance_won = balance_won + 1 WHERE id = {pot}", reserved.ref),
    ):
        with transaction.atomic(), connection.cursor() as cursor:
            for table in ("vouchers_entry", "vouchers_ledgerevent", "vouchers_account"):
                cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(change.format(event=event.pk, pot=reserved.pk))
            assert any(said in fault for fault in ledger_faults()), change
            transaction.set_rollback(True)
    assert list(ledger_faults()) == []


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
    assert list(queries.faults()) == [] and LedgerEvent.objects.filter(pk=given.pk).exists()


@pytest.mark.django_db
def test_a_round_never_gets_more_than_its_call_says_until_the_call_is_amended():
    programme, approver = make_round(budget_won=100), person("MINISTRY_APPROVER")
    give = lambda won, key: actions.appropriate(round_id=programme.pk, amount_won=won, reason="예산", by=approver, key=key)
    with pytest.raises(Refused) as error:
        give(200, "a")
    assert (error.value.code, error.value.field) == ("over_call", "amount_won") and "변경" in str(error.value)
    first = give(100, "b")
    assert give(100, "b") == first  # the second click of one form is not a second budget
    with pytest.raises(Refused) as error:
        give(1, "c")
    assert error.value.code == "over_call"
    why = {"reason_ko": "추가경정", "reason_en": "Supplementary budget"}
    rounds.amend(round_id=programme.pk, facts={"budget_won": 150}, by=approver, **why)
    give(50, "d")
    assert queries.position(programme.pk).appropriated_won == 150


@pytest.mark.django_db
def test_a_draft_with_money_keeps_a_budget_that_covers_it():
    approver, draft = person("MINISTRY_APPROVER"), make_draft(budget_won=100)
    actions.appropriate(round_id=draft.pk, amount_won=100, reason="예산", by=approver)
    with pytest.raises(Refused, match="초안"):
        actions.appropriate(round_id=draft.pk, amount_won=1, reason="예산", by=approver, key="more")
    for less in (99, None):
        with pytest.raises(Refused) as error:
            rounds.edit_round(round_id=draft.pk, version=draft.version, by=None, budget_won=less)
        assert error.value.code == "below_ledger"
    with pytest.raises(Refused):
        actions.appropriate(round_id=make_draft(budget_won=None).pk, amount_won=1, reason="예산", by=approver)


@pytest.mark.parametrize(
    ("said", "given", "more", "over"), [(100, 0, 100, 0), (100, 60, 41, 1), (None, 0, 5, 5), (100, 100, 1, 1)]
)
def test_how_much_is_more_than_the_call_says(said, given, more, over):
    assert over_call_won(said, given, more) == over


@pytest.mark.django_db
def test_money_is_booked_in_the_fiscal_year_of_its_round():
    programme = make_round(fiscal_year=2031)
    actions.appropriate(round_id=programme.pk, amount_won=BUDGET, reason="예산", by=person("MINISTRY_APPROVER"))
    reserve(programme)
    assert set(LedgerEvent.objects.values_list("fiscal_year", flat=True)) == {2031}


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
    assert list(queries.faults()) == [] and LedgerEvent.objects.count() == 2
    assert queries.balance(programme.pk, "RESERVED", "app-1") == 300


def test_two_reserve_the_last_money_at_once_one_wins(committed_db):
    programme = funded()
    results = together(
        *[lambda n=n: reserve(programme, f"app-{n}", BUDGET // 2 + 1) for n in range(4)],
        behind=Account.objects.get(kind="AVAILABLE"),
    )
    assert sum(isinstance(r, actions.OverBudget) for r in results) == 3, results
    assert queries.position(programme.pk).reserved_won == BUDGET // 2 + 1 and list(queries.faults()) == []


def test_one_key_at_once_from_many_books_once(committed_db):
    programme = funded()
    reserve(programme, won=1000)
    actions.commit(round_id=programme.pk, owner_ref="app-1", voucher_ref="vch-1", amount_won=1000, reason="x", by=None)
    pay = lambda: actions.pay(round_id=programme.pk, voucher_ref="vch-1", amount_won=400, key="one", reason="x", by=None)
    results = together(*[pay] * 4, behind=Account.objects.get(kind="COMMITTED"))
    assert len({r.pk for r in results}) == 1, results
    assert queries.position(programme.pk).paid_won == 400 and list(queries.faults()) == []


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
    assert queries.balance(programme.pk, "RESERVED", "app-1") == 20 and list(queries.faults()) == []


def test_a_budget_is_given_and_booked_back_by_the_role_that_runs_the_portal(committed_db):
    """That role has no right to change the ledger, so it cannot lock what is there either."""
    programme, approver = make_round(), person("MINISTRY_APPROVER")
    with services.django_as_the_running_role():
        given = actions.appropriate(round_id=programme.pk, amount_won=BUDGET, reason="예산", by=approver)
        actions.reverse(event_id=given.pk, reason="오타", by=approver)
        assert queries.position(programme.pk).appropriated_won == 0 and list(queries.faults()) == []


def test_two_book_the_same_budget_back_at_once_it_goes_once(committed_db):
    funded()
    given, approver = LedgerEvent.objects.get(), person("MINISTRY_APPROVER")
    results = together(*[lambda: actions.reverse(event_id=given.pk, reason="오타", by=approver)] * 3, behind=Round.objects.get())
    assert sum(isinstance(r, LedgerEvent) for r in results) == 1, results
    assert sum(getattr(r, "code", "") == "reversed_already" for r in results) == 2 and list(queries.faults()) == []


def test_the_database_itself_gives_no_call_more_than_it_says(committed_db):
    programme = make_round(budget_won=100)
    actions.appropriate(round_id=programme.pk, amount_won=100, reason="예산", by=person("MINISTRY_APPROVER"))
    pots = {a.kind: a.pk for a in Account.objects.all()}
    with pytest.raises(IntegrityError, match="ledger_within_call"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO vouchers_ledgerevent (ref, created_at, updated_at, version, kind, key, round_id, fiscal_year, subject_ref,"
            " amount_won, reason, at) VALUES ('lev-x', now(), now(), 1, 'APPROPRIATED', 'x', %s, 2027, 'x', 1, 'x', now())"
            " RETURNING id",
            [programme.pk],
        )
        (event,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO vouchers_entry (event_id, account_id, amount_won) VALUES (%s, %s, -1), (%s, %s, 1)",
            [event, pots["TREASURY"], event, pots["AVAILABLE"]],
        )
    for lowered in ("99", "NULL"):
        with pytest.raises(IntegrityError):
            run(f"UPDATE vouchers_round SET budget_won = {lowered}")
