"""Hash chain, period and VAT of an agreement on paper."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouchers.agreements import rules

D = date


def chain(*bodies):
    rows, before = [], rules.GENESIS
    for body in bodies:
        own = rules.content_hash(body, before)
        rows.append((body, before, own))
        before = own
    return rows


def test_the_hash_does_not_depend_on_the_order_of_keys():
    assert rules.content_hash({"a": 1, "b": "가"}, "0") == rules.content_hash({"b": "가", "a": 1}, "0")


@given(st.dictionaries(st.text(max_size=5), st.integers()), st.dictionaries(st.text(max_size=5), st.integers()))
def test_any_other_body_has_another_hash(left, right):
    assert (rules.content_hash(left, "0") == rules.content_hash(right, "0")) == (left == right)


def test_a_chain_holds_until_a_version_is_touched():
    rows = chain({"v": 1}, {"v": 2})
    assert rules.chain_holds(rows)
    assert not rules.chain_holds([({"v": 9}, rows[0][1], rows[0][2]), rows[1]])
    assert not rules.chain_holds(rows[1:])


@pytest.mark.parametrize(
    ("starts", "ends", "fault"),
    [
        (D(2027, 4, 1), D(2027, 11, 30), ""),
        (D(2027, 4, 1), D(2027, 4, 1), ""),
        (D(2027, 4, 2), D(2027, 4, 1), "period_order"),
        (D(2027, 3, 1), D(2027, 3, 9), "period_past"),
        (D(2027, 3, 31), D(2027, 11, 30), "before_round"),
        (D(2027, 4, 1), D(2027, 12, 1), "after_round"),
    ],
)
def test_period(starts, ends, fault):
    assert rules.period_fault(starts, ends, D(2027, 3, 10), D(2027, 4, 1), D(2027, 11, 30)) == fault


def test_vat_is_rounded_down_per_payee():
    assert rules.vat_won([(1, 15, "TAXABLE"), (1, 15, "TAXABLE"), (2, 19, "TAXABLE"), (2, 100, "EXEMPT")]) == 4


def test_every_clause_speaks_both_languages():
    assert all(c.title_ko and c.title_en and c.text_ko and c.text_en for c in rules.CLAUSES)


def test_agreements_wait_for_letters_window_and_objections_only_where_the_round_says_so():
    last, end = D(2027, 3, 5), datetime(2027, 3, 5, 15, 0, tzinfo=UTC)  # midnight in Korea
    plain = {"provisional": True, "unserved": 0, "last_day": last, "reviewed": False}
    assert rules.waits_for(**plain, now=end - timedelta(microseconds=1)) == rules.Waiting.WINDOW
    assert rules.waits_for(**plain, now=end) is None
    assert rules.waits_for(**{**plain, "unserved": 1}, now=end) == rules.Waiting.LETTERS
    assert rules.waits_for(**{**plain, "reviewed": True}, now=end) == rules.Waiting.OBJECTION
    assert rules.waits_for(**{**plain, "last_day": None}, now=end) is None, "nobody got an adverse letter"
    assert rules.waits_for(provisional=False, unserved=3, last_day=last, reviewed=True, now=end) is None


def test_over_maximum_names_the_quotes_whose_lines_exceed_them():
    maxima = {1: 100, 2: 50}
    assert rules.over_maximum([(1, 60), (1, 40), (2, 50)], maxima) == []
    assert rules.over_maximum([(1, 60), (1, 41), (2, 50)], maxima) == [1]
    assert rules.over_maximum([(3, 1)], maxima) == [3]  # nothing was committed
    assert rules.over_maximum([], maxima) == []


def _body(version, *, grant=80, lines=(("A", 60), ("A", 40)), **changes):
    found = {
        "version": version,
        "money": {"grant_won": grant},
        "period": {},
        "goal": "x",
        "data_scope": "",
        "clauses": [],
    } | changes
    return found | {
        "lines": [{"position": n, "payee": {"name_ko": who}, "amount_won": won} for n, (who, won) in enumerate(lines, 1)]
    }


def test_a_noted_version_with_other_money_than_was_signed_is_named_however_old_it_is():
    signed, shift = (_body(1), ""), (_body(2, lines=(("A", 50), ("A", 50))), "NOTED")
    assert rules.noted_apart([signed, shift, (_body(3, grant=90), "IN_FORCE"), (_body(4, grant=90), "NOTED")]) == []
    assert rules.noted_apart([signed, (_body(2, grant=81), "NOTED"), (_body(3, grant=90), "IN_FORCE")]) == [2]
    assert rules.noted_apart([signed, (_body(2, lines=(("A", 50), ("A", 40))), "NOTED")]) == [2]
    assert rules.noted_apart([signed, (_body(2, grant=99), "WITHDRAWN"), (_body(3, goal="y"), "NOTED")]) == [3]
    assert rules.noted_apart([signed, (_body(2, lines=(("B", 60), ("B", 40))), "NOTED")]) == []  # renamed meanwhile
