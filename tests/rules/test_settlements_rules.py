"""What is paid back, late or too much, for whatever is stated and disallowed: whole won, rounded down, never more than was paid."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouchers.rounds.rules import parse_settling, settling_faults
from vouchers.rounds.rules.settling import LATE, late_text, months_after, parse_late
from vouchers.settlements import rules
from vouchers.settlements.rules import COMPANY, Used, balance

WON = st.integers(0, 10**9)


@st.composite
def statements(draw):
    """Lines of at most three providers, of whom the voucher paid each at least what is stated."""
    lines = []
    for payee in draw(st.lists(st.integers(1, 3), max_size=5)):
        grant, own = draw(WON), draw(WON)
        lines.append(Used(payee, grant, own, draw(st.integers(0, grant + own)), draw(st.sampled_from(["COMPANY", "PAYEE"]))))
    paid = {
        payee: sum(one.grant_won for one in lines if one.payee == payee) + draw(WON) for payee in {one.payee for one in lines}
    }
    supply = draw(st.integers(1, 10**9))
    return lines, paid, {"grant_won": draw(st.integers(0, supply)), "supply_won": supply, "interest_won": draw(WON)}


@given(statements())
def test_nobody_pays_back_more_than_was_paid_and_every_won_has_one_debtor(case):
    lines, paid, agreed = case
    found = balance(lines, paid, **agreed)
    assert 0 <= found.principal_won <= found.paid_won == sum(paid.values())
    assert sum(principal for principal, _ in found.owed.values()) == found.principal_won
    assert sum(interest for _, interest in found.owed.values()) == agreed["interest_won"] == found.interest_won
    assert set(found.owed) <= {COMPANY, *paid} and all(min(parts) >= 0 and sum(parts) for parts in found.owed.values())
    assert found.recognised_won + found.principal_won == found.paid_won
    assert rules.statement_fault(lines, paid) is None


@given(statements())
def test_disallowing_less_never_raises_the_whole_refund(case):
    lines, paid, agreed = case
    less = [Used(one.payee, one.grant_won, one.own_cash_won, one.disallowed_won // 2, one.owed_by) for one in lines]
    rounding = len(lines)  # each line rounds down by itself
    assert balance(less, paid, **agreed).refund_won <= balance(lines, paid, **agreed).refund_won + rounding


@given(statements(), st.dictionaries(st.integers(0, 3), WON, max_size=3))
def test_what_was_taken_back_is_not_claimed_again_and_waives_nothing_of_others(case, wanted):
    lines, paid, agreed = case
    whole, taken, left = balance(lines, paid, **agreed), {}, sum(paid.values())
    for who in sorted({COMPANY, *paid} & set(wanted), reverse=True):
        taken[who] = min(wanted[who], left, paid.get(who, left))
        left -= taken[who]
    found, gone = balance(lines, paid, taken=taken, **agreed), sum(taken.values())
    assert found.principal_won == sum(principal for principal, _ in found.owed.values())
    assert 0 <= found.principal_won <= (found.paid_won + found.uncovered_won if gone else whole.principal_won)
    assert (found.paid_won, found.interest_won) == (whole.paid_won - gone, whole.interest_won)
    if all(taken.get(payee, 0) < won for payee, won in paid.items()) and gone < whole.paid_won:
        assert found.principal_won == whole.principal_won - gone + found.uncovered_won
        if len(paid) > 1:
            for payee in set(paid) - set(taken):
                assert found.owed.get(payee, (0, 0))[0] == whole.owed.get(payee, (0, 0))[0]
    if gone == whole.paid_won:
        assert found.principal_won == found.uncovered_won == 0


HALVES = [
    (50, 50, {}, 0),
    (40, 60, {}, 0),
    (40, 50, {1: (10, 0)}, 0),
    (100, 50, {}, 50),
    (80, 50, {}, 30),
    (0, 100, {}, 0),
    (100, 100, {}, 0),
]


@pytest.mark.parametrize(("stated", "taken", "owed", "uncovered"), HALVES)
def test_half_taken_back_and_the_rest_stated(stated, taken, owed, uncovered):
    found = balance([Used(1, stated, 0)], {1: 100}, grant_won=100, supply_won=100, interest_won=0, taken={COMPANY: taken})
    assert (found.owed, found.paid_won, found.given_won, found.uncovered_won) == (owed, 100 - taken, 100, uncovered)
    assert found.recognised_won == max(0, 100 - taken - sum(sum(parts) for parts in owed.values()))


TWO = [
    ({1: 50}, 0, "COMPANY", {2: (50, 0)}, 50),  # nobody judged the line of whom it was taken: 2 owes what it holds all the same
    ({1: 50}, 50, "COMPANY", {2: (50, 0)}, 0),
    ({1: 50}, 50, "PAYEE", {2: (50, 0)}, 0),
    ({1: 30}, 50, "COMPANY", {2: (50, 0), COMPANY: (20, 0)}, 0),
    ({COMPANY: 50}, 50, "COMPANY", {2: (50, 0)}, 0),
    ({COMPANY: 50}, 0, "COMPANY", {2: (50, 0)}, 50),
    ({COMPANY: 50}, 50, "PAYEE", {1: (50, 0), 2: (50, 0)}, 50),
    ({2: 80}, 0, "COMPANY", {}, 30),
    ({1: 100}, 0, "COMPANY", {2: (50, 0)}, 0),  # all of it was taken: its line counts no more
    ({1: 100, COMPANY: 100}, 0, "COMPANY", {}, 0),  # a termination at whose end all returns
]


@pytest.mark.parametrize(("taken", "disallowed", "owed_by", "owed", "uncovered"), TWO)
def test_what_was_taken_of_one_provider_is_not_waived_of_another(taken, disallowed, owed_by, owed, uncovered):
    lines = [Used(1, 100, 0, disallowed, owed_by), Used(2, 50, 0)]
    found = balance(lines, {1: 100, 2: 100}, grant_won=200, supply_won=200, interest_won=0, taken=taken)
    assert (found.owed, found.uncovered_won, found.paid_won) == (owed, uncovered, 200 - sum(taken.values()))


def test_the_worked_example():
    """400 of supply at 80 %: 10 disallowed, its grant's share 8; 4 of the grant unused; own cash 4 short takes 3.2 of the grant."""
    lines = [Used(7, 316_000_000, 76_000_000, 10_000_000)]
    found = balance(lines, {7: 320_000_000}, grant_won=320_000_000, supply_won=400_000_000, interest_won=1_234)
    taken = 10_000_000 * 316_000_000 // 392_000_000
    excess = 316_000_000 - taken - -(-382_000_000 * 320 // 400)
    assert (found.unused_won, found.disallowed_won, found.excess_won) == (4_000_000, taken, excess) and excess > 0
    assert found.owed == {7: (4_000_000, 0), COMPANY: (taken + excess, 1_234)}


def test_more_grant_than_was_paid_is_named():
    assert rules.statement_fault([Used(7, 5, 0), Used(8, 1, 0), Used(7, 6, 0)], {7: 10, 8: 1}) == 7
    assert rules.statement_fault([Used(9, 1, 0)], {7: 10}) == 9


@pytest.mark.parametrize(("disallowed", "verdict", "ground", "fault"), [
    (0, "RECOGNISED", "", ""), (1, "DISALLOWED", "OTHER", ""), (11, "DISALLOWED", "OTHER", "over_cost"), (-1, "DISALLOWED", "OTHER", "over_cost"),
    (0, "DISALLOWED", "OTHER", "amount"), (1, "RECOGNISED", "", "amount"), (1, "DISALLOWED", "", "ground"), (0, "RECOGNISED", "OTHER", "ground"),
])  # fmt: skip
def test_a_line_is_judged_whole(disallowed, verdict, ground, fault):
    assert rules.verdict_fault(Used(1, 6, 4), disallowed, verdict, ground) == fault


# ── What came ────────────────────────────────────────────────────────────────────────────────────────
@given(WON, WON, WON, WON)
def test_what_came_is_shared_out_whole(came, principal, interest, late):
    parts = rules.shared(came, principal_won=principal, interest_won=interest, late_won=late)
    assert parts.principal_won + parts.interest_won + parts.late_won + parts.over_won == came
    assert (parts.principal_won <= principal, parts.interest_won <= interest, parts.late_won <= late) == (True, True, True)
    assert not parts.interest_won or parts.principal_won == principal


DUE = date(2027, 3, 31)


@pytest.mark.parametrize(
    ("days", "percent"), [(0, 0), (1, 1), (7, 1), (8, 2), (30, 2), (31, 3), (61, 3), (62, 4), (91, 4), (92, 5), (999, 5)]
)
def test_the_table_of_late_charges(days, percent):
    """1 % to a week, 2 % to a month, then 1 % more each month, at most 5 % (domain.md §1.7)."""
    assert rules.late_charge_won(1_000_199, DUE, DUE + timedelta(days=days), LATE) == 1_000_199 * percent // 100


@given(WON, st.lists(st.tuples(st.integers(0, 10**9), st.integers(-30, 900)), max_size=6))
def test_late_charges_of_parts_stay_below_the_laws_ceiling(whole, parts):
    left, charged = whole, 0
    for part, days in parts:
        paid = min(part, left)
        left -= paid
        charged += rules.late_charge_won(paid, DUE, DUE + timedelta(days=days), LATE)
    assert 0 <= charged <= whole * 5 // 100


def test_a_suspended_debt_is_due_as_much_later():
    assert rules.moved_due(DUE, DUE - timedelta(days=5), DUE + timedelta(days=9)) == DUE + timedelta(days=14)
    saturday = date(2027, 3, 20)
    assert rules.moved_due(date(2027, 3, 12), date(2027, 3, 1), date(2027, 3, 9)) == saturday + timedelta(days=2)


# ── Policy ───────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("day", "months", "after"), [
    (date(2026, 12, 31), 2, date(2027, 2, 28)), (date(2027, 1, 31), 1, date(2027, 2, 28)), (date(2027, 10, 5), 2, date(2027, 12, 5)),
    (date(2027, 11, 30), 1, date(2027, 12, 30)), (date(2027, 12, 1), 12, date(2028, 12, 1)), (date(2028, 2, 29), 0, date(2028, 2, 29)),
])  # fmt: skip
def test_months_after(day, months, after):
    assert months_after(day, months) == after


def test_the_table_is_written_as_it_is_read():
    assert parse_late(late_text(LATE)) == LATE and late_text(LATE) == "7d:1, 1m:2, 2m:3, 3m:4, :5"
    assert settling_faults({}) == [] and parse_settling({}).surcharge["FALSE_RECEIPT"] == 5


@pytest.mark.parametrize(("body", "fault"), [
    ({"months": 0}, "settling_numbers"), ({"months": "zwei"}, "settling_shape"), ({"surcharge": {"FALSE_RECEIPT": 6}}, "settling_surcharge"),
    ({"surcharge": {"THEFT": 1}}, "settling_shape"), ({"late": "7d:1, :6"}, "settling_late"), ({"late": "7d:2, 1m:1, :5"}, "settling_late"),
    ({"late": "7d:1"}, "settling_late"), ({"late": ":1, 7d:2"}, "settling_late"), ({"late": "soon"}, "settling_shape"), ({"excluded_from": {"BREACH": 0}}, "settling_excluded"),
    ({"last_invoice": "12-31", "last_payment": "12-01"}, "settling_year"), ({"last_invoice": "02-30"}, "settling_shape"), ({"objection_suspends": "yes"}, "settling_shape"),
])  # fmt: skip
def test_what_is_wrong_with_the_rules_is_named(body, fault):
    from vouchers.rounds.rules import fault_words

    assert settling_faults(body) == [fault] and fault_words(fault)


# ── Clawback ─────────────────────────────────────────────────────────────────────────────────────────
@given(WON, st.integers(-2, 9))
def test_a_surcharge_is_whole_won_and_at_most_five_times(amount, times):
    if 0 <= times <= 5:
        assert rules.surcharge_won(amount, times) == amount * times <= 5 * amount
    else:
        with pytest.raises(ValueError, match="at most five"):
            rules.surcharge_won(amount, times)


@pytest.mark.parametrize(("ground", "most"), [("FALSE_RECEIPT", 5), ("OTHER_USE", 3), ("BREACH", 2), ("REQUIREMENT", 1)])
def test_the_table_of_surcharges(ground, most):
    table = parse_settling({}).surcharge
    assert [rules.times_fault(times, ground, table) for times in (-1, 0, most, most + 1)] == [True, False, False, True]


@pytest.mark.parametrize(("ground", "earlier", "must"), [
    ("FALSE_RECEIPT", 0, True), ("OTHER_USE", 0, False), ("OTHER_USE", 1, True), ("BREACH", 1, False), ("REQUIREMENT", 2, True),
])  # fmt: skip
def test_from_which_order_on_a_company_is_kept_out(ground, earlier, must):
    assert rules.must_exclude(earlier, ground, parse_settling({}).excluded_from) is must


def test_nobody_is_ordered_to_pay_before_they_could_be_heard():
    assert [rules.heard(DUE, DUE + timedelta(days=n), given=False) for n in (-1, 0, 1)] == [False, False, True]
    assert rules.heard(DUE, DUE, given=True) and not rules.heard(None, DUE, given=False)
