"""A letter of intent: its band, and the final quote within it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal.kit.errors import Refused
from vouchers.matching.rules import letters
from vouchers.rounds.rules import parse_quoting
from vouchers.rounds.rules.quoting import quoting_faults


@pytest.mark.parametrize("least", [1, 99, 100])
def test_a_band_ends_with_the_upper_bound(least: int) -> None:
    letters.check_band(least, 100, allowed=True)


@pytest.mark.parametrize(
    ("least", "allowed", "code"),
    [(0, True, "bad_band"), (101, True, "bad_band"), (-1, True, "bad_band"), (50, False, "no_letters")],
)
def test_check_band_refuses(least: int, allowed: bool, code: str) -> None:
    with pytest.raises(Refused) as error:
        letters.check_band(least, 100, allowed=allowed)
    assert (error.value.code, error.value.field) == (code, "band_min_won")


def test_a_quote_has_no_band_in_any_round() -> None:
    letters.check_band(None, 100, allowed=False)


@pytest.mark.parametrize("amount", [80, 90, 100])
def test_a_final_quote_lies_within_the_band_bounds_included(amount: int) -> None:
    letters.check_final(amount, 10, least_won=80, most_won=100, most_vat_won=10)


@pytest.mark.parametrize(
    ("amount", "band", "code"), [(79, None, "outside_band"), (101, None, "outside_band"), (90, 80, "no_letters")]
)
def test_check_final_refuses(amount: int, band: int | None, code: str) -> None:
    with pytest.raises(Refused) as error:
        letters.check_final(amount, 10, least_won=80, most_won=100, most_vat_won=10, band_won=band)
    assert error.value.code == code


@pytest.mark.parametrize(("vat", "most"), [(1, 0), (11, 10)])
def test_a_final_quote_asks_for_no_more_vat_than_its_letter(vat: int, most: int) -> None:
    with pytest.raises(Refused) as error:
        letters.check_final(100, vat, least_won=80, most_won=100, most_vat_won=most)
    assert (error.value.code, error.value.field) == ("vat_above_letter", "lines")
    letters.check_final(100, most, least_won=80, most_won=100, most_vat_won=most)


LINE = ("EXTRACTION", "추출", "건", Decimal("2000.00"), 1, 1, 1, 1)
FEE = ("REVIEW_FEE", "심의", "식", Decimal("1.00"), 1, 1, 1, 1)
LETTER = letters.Terms("CLOSED_ROOM", None, 40, "2,000건 기준", (LINE, FEE))


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"work": (FEE, LINE)}, ()),
        ({"access_mode": "REMOTE_VDI"}, ("access_mode",)),
        ({"earliest_delivery_on": date(2026, 9, 1), "lead_time_days": 60}, ("earliest_delivery_on", "lead_time_days")),
        ({"assumptions": ""}, ("assumptions",)),
        ({"work": (LINE,)}, ("work",)),
        ({"work": (LINE, LINE, FEE)}, ("work",)),
        ({"work": ((*LINE[:3], Decimal(1500), *LINE[4:]), FEE)}, ("work",)),
        ({"work": ((*LINE[:-1], 2), FEE)}, ("work",)),
    ],
)
def test_changed_names_the_terms_in_which_a_final_quote_is_not_its_letter(change: dict[str, Any], names: tuple[str, ...]) -> None:
    assert letters.changed(LETTER, replace(LETTER, **change)) == names


def test_a_final_quote_is_wanted_once_after_the_award_of_a_match_on_a_letter() -> None:
    facts = {"least_won": 80, "asked": True, "given": False}
    assert letters.final_wanted("CONFIRMED", **facts)  # type: ignore[arg-type]
    for change in ({"least_won": None}, {"asked": False}, {"given": True}):
        assert not letters.final_wanted("CONFIRMED", **{**facts, **change})  # type: ignore[arg-type]
    assert not letters.final_wanted("CANCELLED", **facts)  # type: ignore[arg-type]


def test_a_round_takes_no_letters_unless_its_policy_says_so() -> None:
    assert not parse_quoting({}).letters
    assert parse_quoting({"letters": True}).letters
    assert quoting_faults({"letters": "yes"}) == ["quoting_shape"]
