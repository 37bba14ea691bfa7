"""Disease codes: prefixes, ranges, chapters, dots."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.catalogue.rules import disease


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ("C34", "C33-C34", True),
        ("C34.1", "C34", True),
        ("C341", "C34.1", True),
        ("c34.x", "C34", True),
        ("C18", "C18-C20", True),
        ("C21", "C18-C20", False),
        ("C18-20", "C19", True),
        ("C3", "C34", True),
        ("C", "C97", True),
        ("C", "D00", False),
        ("II", "C50", True),
        ("XIX", "T98", True),
        ("CHAPTER I", "A15-A19", True),
        ("I", "I48", True),  # the letter, not chapter one
        ("I", "A15", False),
        ("S00-T98", "S72", True),
        ("U07.1", "U07.2", False),
        ("I21.0-3", "I21.3", True),
        ("I21.0-3", "I21.4", False),
        ("I21.0-3", "I25", False),  # chronic disease is not what was asked for
        ("I210-3", "I25", False),
        ("C34.1-9", "C50", False),
        ("C34.1-9", "C34.9", True),
        ("C34.1-36", "C36.9", True),
        ("C18-20.1", "C20.1", True),
        ("C18-20.1", "C20.8", False),
        ("G30†", "G30", True),
    ],
)
def test_overlap(one: str, other: str, overlap: bool) -> None:
    assert disease.codes("KCD", [one]).overlaps(disease.codes("KCD", [other])) is overlap
    assert disease.codes("KCD", [other]).overlaps(disease.codes("KCD", [one])) is overlap


@pytest.mark.parametrize("text", ["", "34", "C34-C30", "lung", "C3.4", "C34.12345", "-C34", "CHAPTER", "폐암", "-20", "C18-2", "C18-200",
                                  "C34.9-1", "C34.1-.9", "S72.00-05", "S72.00-75", "34-36", "C34.1-9.1"])  # fmt: skip
def test_unreadable_codes_are_refused(text: str) -> None:
    with pytest.raises(disease.BadCode):
        disease.codes("KCD", [text])


def test_share_and_cover() -> None:
    lung, cancer = disease.codes("KCD", ["C34"]), disease.codes("KCD", ["C00-C97"])
    assert lung.covered_by(cancer) == 1000
    assert cancer.covered_by(lung) == 10  # one of 98 categories
    assert cancer.share_in(lung) == 10
    assert disease.codes("KCD", ["C34", "R91"]).covered_by(lung) == 500


@given(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), st.integers(0, 99), st.integers(0, 9))
def test_a_subcategory_lies_in_its_category(letter: str, category: int, sub: int) -> None:
    low, high = disease.interval(f"{letter}{category:02d}")
    inner_low, inner_high = disease.interval(f"{letter}{category:02d}.{sub}")
    assert low <= inner_low < inner_high <= high


def test_sex_and_regions() -> None:
    assert disease.sex(disease.codes("KCD", ["C61"])) == "MALE"
    assert disease.sex(disease.codes("KCD", ["C53", "C56"])) == "FEMALE"
    assert disease.sex(disease.codes("KCD", ["C50"])) is None
    assert disease.regions(disease.codes("KCD", ["C34"])) == {"CHEST"}
    assert disease.regions(disease.codes("KCD", ["E11"])) == frozenset()
