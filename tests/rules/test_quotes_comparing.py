"""What changed between two versions of a quote. No database."""

from datetime import date
from typing import Any

from vouchers.matching.rules import comparing
from vouchers.matching.rules.comparing import Change, LineTerms, Version


def line(description: str, **changes: Any) -> LineTerms:
    plain: dict[str, Any] = {
        "kind": "EXTRACTION", "quantity": "2,000건", "unit_price_won": 35_000, "amount_won": 70_000_000, "tax_kind": "TAXABLE",
    }  # fmt: skip
    return LineTerms(description=description, **{**plain, **changes})


def version(*lines: LineTerms, **terms: Any) -> Version:
    plain = dict.fromkeys(comparing.TERMS)
    return Version({**plain, "supply_amount_won": 1, "valid_until": date(2027, 5, 1), **terms}, lines)


def test_the_same_has_no_differences() -> None:
    assert comparing.differences(version(line("추출")), version(line("추출"))) == ()


def test_terms_and_lines_that_differ_are_named_with_both_sides() -> None:
    before = version(line("추출"), line("심의"), line("라벨링"))
    after = version(
        line("추출", unit_price_won=30_000), line("라벨링"), line("표준화"), supply_amount_won=2, valid_until=date(2027, 6, 1)
    )
    assert comparing.differences(before, after) == (
        Change("supply_amount_won", 1, 2),
        Change("valid_until", date(2027, 5, 1), date(2027, 6, 1)),
        Change("line", line("추출"), line("추출", unit_price_won=30_000)),
        Change("line", None, line("표준화")),
        Change("line", line("심의"), None),
    )


def test_two_lines_of_one_name_are_matched_one_by_one() -> None:
    before, after = version(line("추출"), line("추출", quantity="1건")), version(line("추출"))
    assert comparing.differences(before, after) == (Change("line", line("추출", quantity="1건"), None),)
