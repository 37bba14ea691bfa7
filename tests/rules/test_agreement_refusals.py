"""One of several providers refuses, on paper."""

from hypothesis import given
from hypothesis import strategies as st

from vouchers.agreements.rules import Share, without


def share(position, match, won, *, refused=False, kind="DATA", tax="TAXABLE"):
    return Share(position, match, kind, tax, won, refused)


def test_a_line_goes_whole_to_whoever_has_the_most_room_for_the_same_kind_of_work():
    shares = [share(1, 10, 100), share(2, 20, 50), share(3, 30, 40, refused=True)]
    assert without(shares, {10: 130, 20: 100}) == {1: 100, 2: 90, 3: 0}
    assert without(shares, {10: 160, 20: 100}) == {1: 140, 2: 50, 3: 0}


def test_where_nobody_has_room_or_does_that_work_it_is_dropped():
    shares = [
        share(1, 10, 100),
        share(2, 20, 40, refused=True),
        share(3, 20, 5, refused=True, kind="LABEL"),
        share(4, 10, 9, tax="EXEMPT"),
    ]
    assert without(shares, {10: 140, 20: 45}) == {1: 100, 2: 0, 3: 0, 4: 9}
    assert without(shares, {10: 149, 20: 45}) == {1: 140, 2: 0, 3: 0, 4: 9}
    assert without([share(1, 20, 40, refused=True)], {20: 40}) == {1: 0}


def test_room_that_one_line_took_is_gone_for_the_next():
    shares = [share(1, 10, 100), share(2, 20, 40, refused=True), share(3, 20, 40, refused=True)]
    assert without(shares, {10: 150}) == {1: 140, 2: 0, 3: 0}


@given(
    st.lists(
        st.tuples(st.sampled_from([10, 20, 30]), st.integers(0, 50), st.sampled_from(["DATA", "LABEL"])), min_size=1, max_size=8
    ),
    st.integers(0, 120),
)
def test_the_sum_never_rises_and_nobody_comes_above_its_quote(rows, room):
    shares = [share(n, match, won, refused=match == 30, kind=kind) for n, (match, won, kind) in enumerate(rows, 1)]
    most = {match: sum(one.amount_won for one in shares if one.match == match) + room for match in (10, 20, 30)}
    after = without(shares, most)
    assert sum(after.values()) <= sum(one.amount_won for one in shares)
    assert all(after[one.position] == 0 if one.refused else after[one.position] >= one.amount_won for one in shares)
    for match in (10, 20):
        assert sum(after[one.position] for one in shares if one.match == match) <= most[match]
