"""How much of the data a quote is for, beside what the need asks."""

from decimal import Decimal

import pytest

from vouchers.matching.rules import amounts


def line(kind: str = "EXTRACTION", unit: str = "CASE", quantity: int = 500) -> amounts.Counted:
    return amounts.Counted(kind, unit, Decimal(quantity))


@pytest.mark.parametrize(
    "kind, unit, minimum, need, held, begun",
    [
        ("EXTRACTION", "CASE", 100, {"patients_wanted": 2000, "patients_minimum": 500}, None, 2000),
        ("LABELLING", "PATIENT", 100, {"patients_wanted": 2000}, 4200, 2000),
        ("EXTRACTION", "CASE", 100, {"patients_minimum": 500}, None, 500),  # only the least is known
        ("EXTRACTION", "CASE", 3000, {"patients_wanted": 2000}, 9000, 3000),  # one order takes more
        ("EXTRACTION", "CASE", 100, {"patients_wanted": 2000}, 800, 800),  # no more is held
        ("EXTRACTION", "CASE", 1000, {"patients_wanted": 2000}, 800, 1000),
        ("EXTRACTION", "GIGABYTE", 100, {"patients_wanted": 2000}, None, 100),  # not by the patient
        ("REVIEW_FEE", "CASE", 0, {"patients_wanted": 2000}, None, 1),  # one review
        ("EXTRACTION", "CASE", 0, {"patients_wanted": None}, None, 1),
    ],
)
def test_a_quote_begins_with_what_the_company_wants(
    kind: str, unit: str, minimum: int, need: dict[str, int], held: int | None, begun: int
) -> None:
    assert amounts.first_quantity(kind, unit, minimum, need, held) == begun


def test_the_main_line_is_the_data() -> None:
    fee, labels, data = line("REVIEW_FEE", "PROJECT", 1), line("LABELLING"), line()
    assert amounts.main([fee, labels, data]) == 2
    assert amounts.main([fee, labels, line("EXTRACTION", "GIGABYTE")]) == 1
    assert amounts.main([fee, line("EXTRACTION", "GIGABYTE")]) == 1
    assert amounts.main([fee]) == 0 and amounts.main([]) is None


def test_below_the_least_that_is_needed() -> None:
    need = {"patients_minimum": 500}
    assert amounts.below([line(quantity=499)], need) == 499
    assert amounts.below([line(quantity=500)], need) is None
    assert amounts.below([line(quantity=300), line(quantity=200)], need) is None  # two parts of the data
    assert amounts.below([line(quantity=300), line("LABELLING", quantity=900)], need) == 300
    assert amounts.below([line(unit="GIGABYTE", quantity=3)], need) is None  # nobody can tell
    assert amounts.below([line(quantity=3)], {"patients_minimum": None}) is None and amounts.below([], need) is None
