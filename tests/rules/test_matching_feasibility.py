"""Bands of patients: what they tell, and what they never tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouchers.matching.rules import feasibility as rules
from vouchers.rounds.rules import FEASIBILITY_BANDS, NEW_POLICY, fault_words, policy_faults

thresholds = st.integers(1, 1000)
steps = st.lists(st.integers(1, 10**6), max_size=12)
counts = st.integers(0, 10**7)


@given(thresholds, steps, counts)
def test_every_count_lies_in_exactly_one_band(threshold: int, wished: list[int], count: int) -> None:
    ends = rules.bounds(threshold, wished)
    holding = [band for band in rules.bands(ends) if band.low <= count and (band.high is None or count < band.high)]
    assert holding == [rules.band_of(count, ends)]


@given(thresholds, steps)
def test_no_band_comes_nearer_to_a_number_than_the_threshold(threshold: int, wished: list[int]) -> None:
    ends = rules.bounds(threshold, wished)
    assert all(band.high - band.low >= threshold for band in rules.bands(ends) if band.high is not None)
    assert rules.bands(ends)[0] == rules.Band(0, threshold)
    assert set(ends) <= {threshold, *wished}


@given(thresholds, steps, counts, counts)
def test_small_counts_are_not_told_apart_and_larger_ones_keep_their_order(
    threshold: int, wished: list[int], one: int, other: int
) -> None:
    ends = rules.bounds(threshold, wished)
    first, second = rules.band_of(one, ends), rules.band_of(other, ends)
    if one < threshold and other < threshold:
        assert first == second and rules.band_words(first) == rules.band_words(second)
    if one <= other:
        assert first.low <= second.low


@given(thresholds, steps, counts, st.integers(1, 10**6))
def test_what_a_band_says_about_the_minimum_is_true(threshold: int, wished: list[int], count: int, least: int) -> None:
    words = str(rules.enough(rules.band_of(count, rules.bounds(threshold, wished)), least))
    assert count >= least or words != str(rules.enough(rules.Band(least, None), least))
    assert count < least or words != str(rules.enough(rules.Band(0, least), least))


def test_words_of_bands_in_both_languages() -> None:
    from django.utils.translation import override

    ends = rules.bounds(10, FEASIBILITY_BANDS)
    with override("en"):
        assert [rules.band_words(rules.band_of(n, ends)) for n in (0, 9, 10, 299, 1000, 10**6)] == [
            "fewer than 10", "fewer than 10", "10 to 29", "100 to 299", "1,000 to 2,999", "100,000 or more",
        ]  # fmt: skip
    with override("ko"):
        assert rules.band_words(rules.band_of(3, ends)) == "10명 미만"
    assert rules.enough(rules.Band(10, 30), None) == ""


def test_only_what_decides_a_count_goes_to_who_counts() -> None:
    document = {
        "modality": ["CT"],
        "product": "secret",
        "budget_won": 5,
        "purpose": "X",
        "min_age": 40,
        "labels": "",
        "gpu": True,
    }
    assert rules.criteria(document) == {"modality": ["CT"], "min_age": 40}


@pytest.mark.parametrize(("bands", "group", "faults"), [
    ([30, 100], 5, []), ([], 3, []), ([10, 30], 5, ["feasibility_bands"]), ([100, 30], 5, ["feasibility_bands"]),
    ([30, 30], 5, ["feasibility_bands"]), (["30"], 5, ["feasibility_bands"]), ([30, 10**10], 5, ["feasibility_bands"]),
    ([30], 2, ["demand_threshold"]), ([True], 1, ["feasibility_bands", "demand_threshold"]),
])  # fmt: skip
def test_a_policy_says_bands_and_groups_that_hide_enough(bands: list[object], group: int, faults: list[str]) -> None:
    body = {
        **NEW_POLICY, "grant_rates": {"SMALL": "0.8"}, "eligible_company_sizes": ["SMALL"], "eligible_provider_types": ["HOSPITAL"],
        "min_cash_rate": "0.1", "in_kind_max_rate": "0.1", "pass_mark": "60", "required_documents": ["PROJECT_PLAN"],
        "feasibility_bands": bands, "demand_threshold": group,
    }  # fmt: skip
    assert policy_faults(body) == faults
    assert all(fault_words(fault) for fault in faults)
