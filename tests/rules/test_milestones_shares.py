"""Grant and VAT are shared among milestones to the last won."""

from hypothesis import given
from hypothesis import strategies as st

from vouchers.milestones import rules

PARTS = st.lists(st.integers(1, 10**11), min_size=1, max_size=40)


@given(PARTS, st.data())
def test_shares_add_up_and_none_exceeds_its_part(parts, data):
    total = data.draw(st.integers(0, sum(parts)))
    found = rules.shares(total, parts)
    assert sum(found) == total
    assert all(0 <= share <= part for share, part in zip(found, parts, strict=True))
    assert all(abs(share * sum(parts) - total * part) < sum(parts) for share, part in zip(found, parts, strict=True))


def test_a_tiny_last_milestone_does_not_swallow_the_rounding():
    parts = [333, 333, 333, 1]
    assert rules.shares(999, parts) == [332, 333, 333, 1]
    assert sum(rules.shares(700, parts)) == 700 and rules.shares(700, parts)[-1] <= 1
