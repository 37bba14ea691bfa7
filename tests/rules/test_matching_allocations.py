"""What of a computed allocation still holds: on paper, without a database."""

from typing import Any

import pytest

from portal.kit.errors import Refused
from vouchers.matching.rules.allocations import LeftOut, Parted, Standing, check_proposed, check_round, parted

PAIRS = [("n1", "d:o", 9000, 40), ("n2", "d:o", 9500, 40), ("n3", "e:", 5000, None)]
SEEN = {"n1": "a", "n2": "b", "n3": "c", "d:o": ["m", 40], "e:": ["k", None]}
NEEDS = {"n1": "a", "n2": "b", "n3": "c"}
OFFERS = {"d:o": Standing("m", 40, room=2), "e:": Standing("k")}


def left(needs: dict[str, str] | None = None, **changes: Any) -> list[tuple[str, str]]:
    offers = {**OFFERS, **{name.replace("_", ":"): now for name, now in changes.items()}}
    found = parted(PAIRS, SEEN, NEEDS if needs is None else needs, {name: now for name, now in offers.items() if now})
    assert [*found.pairs] == [pair for pair in PAIRS if pair[:2] not in {one[:2] for one in found.left}]
    return [(need, code) for need, _name, code in found.left]


def test_what_is_as_it_was_is_proposed() -> None:
    assert left() == []
    assert parted(PAIRS, SEEN, NEEDS, OFFERS).price_won == 80


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (Standing("m", 41, room=2), LeftOut.PRICE),
        (Standing("m", None, room=2), LeftOut.PRICE),
        (Standing("other", 40, room=2), LeftOut.CHANGED),
        (Standing("m", 40, room=2, active=False), LeftOut.SUSPENDED),
        (Standing("m", 40, room=2, available=False), LeftOut.UNAVAILABLE),
        (None, LeftOut.GONE),
    ],
)
def test_what_changed_is_left_out_and_says_why(now: Standing | None, code: LeftOut) -> None:
    assert left(d_o=now) == [("n1", code), ("n2", code)]


def test_where_nothing_is_offered_any_more_the_dataset_says_why() -> None:
    assert left(d_o=None, d_=Standing("x", active=False)) == [("n1", LeftOut.SUSPENDED), ("n2", LeftOut.SUSPENDED)]
    assert left(d_o=None, d_=Standing("x", available=False))[0] == ("n1", LeftOut.UNAVAILABLE)
    assert left(d_o=None, d_=Standing("x"))[0] == ("n1", LeftOut.GONE)


def test_scarcer_places_stay_with_the_higher_score() -> None:
    assert left(d_o=Standing("m", 40, room=1)) == [("n1", LeftOut.FULL)]
    assert left(d_o=Standing("m", 40, room=0)) == [("n1", LeftOut.FULL), ("n2", LeftOut.FULL)]
    assert left(needs={"n1": "a", "n3": "c"}, d_o=Standing("m", 40, room=1)) == [("n2", LeftOut.SERVED)]  # it takes no place


def test_a_need_that_says_something_else_now() -> None:
    assert left(needs={**NEEDS, "n3": "other"}) == [("n3", LeftOut.NEED)]


def test_what_an_older_release_computed_is_computed_again() -> None:
    assert not parted(PAIRS, {}, NEEDS, OFFERS).pairs


def test_nothing_is_published_beyond_the_budget_or_where_no_match_counts() -> None:
    check_proposed(Parted(tuple(PAIRS), ()), 80)
    check_round(True)
    for found, budget, code in ((Parted(tuple(PAIRS), ()), 79, "over_budget"), (Parted((), ()), None, "nothing_left")):
        with pytest.raises(Refused) as refused:
            check_proposed(found, budget)
        assert refused.value.code == code
    with pytest.raises(Refused):
        check_round(False)
