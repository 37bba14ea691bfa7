"""The least that one order of an offer costs."""

import pytest

from providers.offers import rules


def line(won: int, minimum: int) -> rules.Line:
    return rules.Line("EXTRACTION", "추출", "Extraction", "PROJECT", won, "TAXABLE", minimum)


@pytest.mark.parametrize(
    ("lines", "floor"),
    [
        ([], None),
        ([(50_000_000, 1)], 50_000_000),
        ([(30_000_000, 1), (500, 20_000)], 40_000_000),
        ([(30_000_000, 1), (5_000_000, 0)], 30_000_000),  # the second may be left out
        ([(50_000_000, 0)], 50_000_000),  # an order takes something
        ([(50_000_000, 0), (20_000_000, 0), (0, 0)], 20_000_000),
        ([(0, 1), (20_000_000, 0)], 20_000_000),
        ([(0, 1), (0, 0)], 0),
    ],
)
def test_the_floor_is_what_the_least_order_costs(lines: list[tuple[int, int]], floor: int | None) -> None:
    assert rules.floor_won([line(*one) for one in lines]) == floor
