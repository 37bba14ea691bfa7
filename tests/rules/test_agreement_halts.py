"""What a suspension or termination does to the money, and when it is decided, on paper."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouchers.agreements import rules as agreed
from vouchers.payments import rules

K, G, F = agreed.HaltKind, agreed.HaltGround, rules.PaymentFate
COMPANY, FIRST, SECOND = 1, 2, 3
DAY = date(2027, 3, 31)


def figures(kind=K.TERMINATION, ground=G.NOT_PERFORMED, *, at_fault=None, open_won=0, deliveries=(), claims=(), ordered=None):
    paid = sum(one.amount_won for one in claims if one.paid)
    return rules.consequences(
        kind, ground, at_fault=at_fault, company=COMPANY, grant_won=paid + open_won, open_won=open_won, paid_won=paid,
        deliveries=deliveries, claims=claims, ordered=ordered,
    )  # fmt: skip


def delivered(party, won, recognised=True):
    return rules.Delivery(f"m{party}{won}", party, won, recognised)


def claim(party, won, **state):
    return rules.Claim(f"d{party}{won}", party, won, **state)


def test_what_is_recognised_and_unpaid_stays_the_rest_goes_back():
    found = figures(
        open_won=300, deliveries=[delivered(FIRST, 100), delivered(FIRST, 120), delivered(SECOND, 180, False)],
        claims=[claim(FIRST, 100, paid=True), claim(FIRST, 120)],
    )  # fmt: skip
    assert (found.paid_won, found.recognised_won, found.unrecognised_won) == (100, 220, 180)
    assert (found.kept_won, found.released_won, found.after_won, found.recovered_won) == (120, 180, 120, 0)
    assert [(one.amount_won, one.fate) for one in found.payments] == [(120, F.CLOSES)]


def test_what_is_under_way_at_the_bank_counts_as_it_ends():
    found = figures(open_won=300, claims=[claim(FIRST, 90, under_way=True)])
    assert (found.kept_won, found.released_won, found.payments[0].fate) == (90, 210, F.COUNTS)


def test_an_advance_that_was_not_worked_off_comes_back_from_whoever_holds_it():
    found = figures(
        open_won=300, deliveries=[delivered(FIRST, 40), delivered(SECOND, 50)],
        claims=[claim(FIRST, 100, paid=True), claim(SECOND, 20, paid=True)],
    )  # fmt: skip
    assert [(one.party, one.amount_won) for one in found.recoveries] == [(FIRST, 60)]
    assert (found.kept_won, found.released_won) == (30, 270)  # nobody's advance pays another's work


@pytest.mark.parametrize(("at_fault", "back"), [(COMPANY, {COMPANY: 90, FIRST: 60}), (FIRST, {FIRST: 100}), (SECOND, {FIRST: 60, SECOND: 50})])  # fmt: skip
def test_false_statements_give_all_back_by_whoever_is_at_fault(at_fault, back):
    found = figures(
        ground=G.FALSE_CLAIM, at_fault=at_fault, open_won=10, deliveries=[delivered(FIRST, 40), delivered(SECOND, 50)],
        claims=[claim(FIRST, 100, paid=True), claim(SECOND, 50, paid=True)],
    )  # fmt: skip
    assert {one.party: one.amount_won for one in found.recoveries} == back


ORDERED = [
    (G.FALSE_CLAIM, FIRST, 100, {FIRST: 50}, {FIRST: 50}),  # half was ordered back of it: the other half comes back now
    (G.FALSE_CLAIM, COMPANY, 100, {FIRST: 50}, {COMPANY: 50}),
    (G.FALSE_CLAIM, FIRST, 100, {COMPANY: 80}, {FIRST: 20}),  # never more than is left of what was paid
    (G.FALSE_CLAIM, COMPANY, 100, {COMPANY: 100}, {}),
    (G.NOT_PERFORMED, None, 40, {FIRST: 50}, {FIRST: 10}),
    (G.NOT_PERFORMED, None, 60, {FIRST: 80}, {}),
    (G.NOT_PERFORMED, None, 40, {COMPANY: 80}, {FIRST: 20}),
]


@pytest.mark.parametrize(("ground", "at_fault", "recognised", "ordered", "back"), ORDERED)
def test_what_was_ordered_back_before_is_not_taken_back_again(ground, at_fault, recognised, ordered, back):
    deliveries, claims = [delivered(FIRST, recognised)], [claim(FIRST, 100, paid=True)]
    found = figures(ground=ground, at_fault=at_fault, deliveries=deliveries, claims=claims, ordered=ordered)
    assert {one.party: one.amount_won for one in found.recoveries} == back
    assert [one.ordered_won for one in found.recoveries] == [ordered.get(party, 0) for party in back]


def test_a_suspension_moves_nothing():
    found = figures(
        K.SUSPENSION, G.FALSE_CLAIM, at_fault=FIRST, open_won=300, deliveries=[delivered(FIRST, 100, False)],
        claims=[claim(FIRST, 100, paid=True), claim(FIRST, 30), claim(FIRST, 5, closed=True)],
    )  # fmt: skip
    assert (found.released_won, found.after_won, found.recoveries) == (0, 300, ())
    assert [one.fate for one in found.payments] == [F.WAITS]


CLAIMS = st.lists(
    st.builds(
        lambda party, won, state: claim(party, won, **{state: True} if state else {}), st.sampled_from([FIRST, SECOND]),
        st.integers(1, 100), st.sampled_from(["paid", "under_way", "closed", ""]),
    ), max_size=6,
)  # fmt: skip
PARTS = st.lists(st.builds(delivered, st.sampled_from([FIRST, SECOND]), st.integers(1, 100), st.booleans()), max_size=6)


@given(
    CLAIMS,
    PARTS,
    st.integers(0, 400),
    st.sampled_from(list(G)),
    st.sampled_from([None, COMPANY, FIRST]),
    st.sampled_from(list(K)),
    st.dictionaries(st.sampled_from([COMPANY, FIRST, SECOND]), st.integers(1, 100)),
)
def test_no_won_is_invented_or_lost(claims, parts, open_won, ground, at_fault, kind, ordered):
    found = figures(kind, ground, at_fault=at_fault, open_won=open_won, deliveries=parts, claims=claims, ordered=ordered)
    assert found.recovered_won <= max(0, found.paid_won - sum(ordered.values()))
    assert found.kept_won + found.released_won == found.open_won and found.released_won >= 0
    assert 0 <= found.recovered_won <= found.paid_won and all(one.amount_won > 0 for one in found.recoveries)
    assert rules.consequences_of(found.document()) == found
    assert len(found.payments) == sum(not (one.paid or one.closed) for one in claims)


@pytest.mark.parametrize(("kind", "ground", "today", "heard", "waits"), [
    (K.TERMINATION, G.NOT_PERFORMED, DAY, [], True),
    (K.TERMINATION, G.NOT_PERFORMED, date(2027, 4, 1), [], False),
    (K.TERMINATION, G.NOT_PERFORMED, DAY, [FIRST, COMPANY], False),
    (K.TERMINATION, G.INSPECTION, DAY, [FIRST], True),
    (K.SUSPENSION, G.NOT_PERFORMED, DAY, [FIRST], True),
    (K.SUSPENSION, G.INSPECTION, DAY, [], False),
    (K.SUSPENSION, G.DATA_MISUSE, DAY, [], False),
])  # fmt: skip
def test_a_notice_waits_for_opinions_unless_all_were_heard_or_it_is_urgent(kind, ground, today, heard, waits):
    given_ = {"opinion_until": DAY, "today": today, "concerned": [COMPANY, FIRST], "heard": heard}
    assert agreed.decision_waits(kind, ground, **given_) is waits


@pytest.mark.parametrize(("kind", "way", "ground", "status", "at_fault", "fault"), [
    (K.SUSPENSION, "CONSENT", G.PURPOSE_LOST, "ACTIVE", False, ""),
    (K.SUSPENSION, "CONSENT", G.PURPOSE_LOST, "SUSPENDED", False, "not_in_force"),
    (K.TERMINATION, "FAULT", G.OTHER_USE, "SUSPENDED", True, ""),
    (K.TERMINATION, "FAULT", G.OTHER_USE, "COMPLETED", True, "not_in_force"),
    (K.TERMINATION, "FAULT", G.PURPOSE_LOST, "ACTIVE", True, "ground"),
    (K.TERMINATION, "CONSENT", G.OTHER_USE, "ACTIVE", False, "ground"),
    (K.TERMINATION, "FAULT", G.OTHER_USE, "ACTIVE", False, "at_fault"),
    (K.TERMINATION, "CONSENT", G.NO_DATA, "ACTIVE", True, "at_fault"),
])  # fmt: skip
def test_what_cannot_be_asked(kind, way, ground, status, at_fault, fault):
    assert agreed.halt_fault(kind, way, ground, agreement_status=status, at_fault=at_fault) == fault


def test_nobody_decides_about_the_own_notice_or_opinion():
    assert agreed.decides_apart(3, 1, [2])
    assert not agreed.decides_apart(1, 1, []) and not agreed.decides_apart(2, 1, [2])
