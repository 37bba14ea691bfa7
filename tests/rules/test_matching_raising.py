"""What would raise a result: each change of the need brings exactly the points that it promises, and every gap has its word."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from tests.factories import matching
from tests.factories.matching import candidates, need, policy
from tests.rules.test_matching_blocks import LABELLED, found, terms_of_rounds, wanted
from vouchers.matching import rules
from vouchers.matching.rules.raising import ASK, CHANGE, LEAST, raises
from vouchers.matching.rules.score import components

BY_KEY = {one.key: one for one in candidates()}


def said(asked: rules.Need, one: rules.Candidate, terms: rules.Policy) -> int:
    """Compares every promise with the score; how many changes of the need were promised."""
    points, changes = components(asked, one, terms), 0
    fits = rules.judge(asked, one, terms).passed
    told = raises(asked, one, terms, points)
    assert {item.part for item in told} <= {part for part, worth in points.items() if terms.weights[part] - worth >= LEAST}
    for item in told:
        assert item.points >= LEAST and f"{item.points / 100:,.1f}" in item.ko and f"{item.points / 100:,.1f}" in item.en
        if item.kind == CHANGE:
            assert item.eased is not None
            assert sum(components(item.eased, one, terms).values()) - sum(points.values()) == item.points, (item, asked, one)
            assert not fits or rules.judge(item.eased, one, terms).passed, (item, asked, one)
            changes += 1
        else:
            assert item.points <= terms.weights[item.part] - points[item.part]
    return changes


def test_the_labelled_needs_and_all_real_datasets() -> None:
    needs = [rules.parse_need(json.loads(path.read_text()), matching.known()) for path in LABELLED]
    terms = policy()
    results = [(asked, result) for asked in needs for result in rules.match(asked, candidates(), terms).results]
    assert sum(said(asked, result.candidate, terms) for asked, result in results if not asked.linkage) > 50
    for _asked, result in results:  # whatever is missing, something is said about it
        gaps = {part for part, worth in result.components.items() if terms.weights[part] - worth >= 100}
        assert gaps <= {item.part for item in result.raises}, (result.candidate.key, gaps)


@given(wanted, found, terms_of_rounds)
@settings(max_examples=200, deadline=None)
def test_made_up_needs_and_datasets(asked: Any, one: Any, terms: rules.Policy) -> None:
    said(asked, one, terms)


def words(asked: rules.Need, one: rules.Candidate, part: str) -> list[tuple[str, str, str]]:
    told = raises(asked, one, policy(), components(asked, one, policy()))
    return [(item.kind, item.ko, item.en) for item in told if item.part == part]


def test_the_words_name_what_to_change_and_what_to_ask() -> None:
    one = replace(
        BY_KEY["snuh-inspire"], first_year=2011, last_year=2015, grows=False, min_age=19, max_age=70, individuals=500, exits=(),
    )  # fmt: skip
    asked = need(
        modality=["EHR", "MRI"], period=[2011, 2020], min_age=0, max_age=80, patients_wanted=1000, exports_wanted=["MODEL_EXPORT"]
    )
    assert words(asked, one, "period") == [
        (CHANGE, "2011~2015년만 요청하시면 2.5점이 오릅니다.", "Asking for the years 2011–2015 alone: 2.5 points more.")
    ]
    assert words(asked, one, "population")[0][2].startswith("Asking for patients of 19 to 70 years:")
    assert "희망 환자 수를 500명으로 낮추시면" in words(asked, one, "volume")[0][1]
    assert words(asked, one, "modality")[0][2].startswith("Doing without magnetic resonance imaging (MRI)")
    ((kind, ko, en),) = words(asked, one, "access")
    assert (
        kind == ASK
        and ko.startswith("보유기관에 확인: 무엇을 반출할 수 있는지")
        and en.startswith("Ask the holder what may be taken out")
    )


def test_a_result_carries_them_where_it_is_printed_and_stored() -> None:
    found = rules.match(need(modality=["EHR"], period=[1990, 2026]), candidates(), policy()).document()["results"]
    assert all(one["raises"] for one in found)
    assert all(set(item) == {"component", "kind", "points", "reason_ko", "reason_en"} for one in found for item in one["raises"])
