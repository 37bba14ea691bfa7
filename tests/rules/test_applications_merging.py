"""Whose text stands in which field."""

from hypothesis import given
from hypothesis import strategies as st

from vouchers.applications.rules import mark, merge

VALUES = st.sampled_from(["", "가", "나", None, 0, 1, True, False])


def test_every_way_of_being_empty_is_the_same():
    assert mark("") == mark(None) == mark(False) != mark(0) != mark("0")


def test_mine_theirs_and_both():
    seen = {name: mark("전") for name in "abc"}
    found = merge({"a": "전", "b": "동료", "c": "동료"}, {"a": "나", "b": "전", "c": "나"}, seen, {})
    assert (found.taken, found.theirs, found.conflicts) == ({"a": "나"}, ("b",), ("c",))
    assert merge({"c": "동료"}, {"c": "나"}, seen, {"c": mark("동료")}).over == ("c",)
    assert merge({"c": "새 글"}, {"c": "나"}, seen, {"c": mark("동료")}).conflicts == ("c",)
    assert merge({"c": "동료"}, {"c": "나"}, seen, {}, {"c"}).theirs == ("c",)


@given(before=VALUES, theirs=VALUES, mine=VALUES)
def test_nothing_that_the_other_wrote_is_replaced_unread(before, theirs, mine):
    found = merge({"a": theirs}, {"a": mine}, {"a": mark(before)}, {})
    if mark(theirs) != mark(before):
        assert not found.taken
    elif mark(mine) != mark(before):
        assert found.taken == {"a": mine}
    assert (mark(mine) == mark(theirs)) == (not (found.taken or found.theirs or found.conflicts))
