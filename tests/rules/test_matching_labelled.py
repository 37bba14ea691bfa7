"""Thirty-six needs of real kinds of products, labelled by readers who had not seen the engine (tests/labelled/README.md).

What holds for good: a labelled best among the first three for nine needs of ten, nothing shown that both readers forbid, and
a right reason for whatever both forbid. A reason is right when it is one of the readers', or when it is stated as well: then
it is checked against the record itself, by the few lines below and not by the engine.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.factories import matching
from tests.factories.matching import candidates, policy
from vouchers.matching import rules

FOLDER = Path(__file__).resolve().parents[1] / "labelled"
FIRST, SHARE = 3, 0.9
READERS_WORD = {  # filter of the engine → reason of the readers
    "ACCESS_MODE": "ACCESS", "BODY_PART": "DISEASE", "COHORT": "DISEASE", "VARIABLE": "MODALITY",
    "FOLLOW_UP": "OTHER", "SITES": "OTHER",
}  # fmt: skip
RECORDS = {record["key"]: record for record in matching.records("datasets")}
SETS = (FOLDER, FOLDER / "second")
NEEDS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text()) for one in SETS for path in sorted((one / "needs").glob("*.json"))
}
A, B = ({k: v for one in SETS for k, v in json.loads((one / f"labels-{reader}.json").read_text()).items()} for reader in "ab")


@cache
def answer(name: str) -> dict[str, Any]:
    found = rules.match(rules.parse_need(NEEDS[name], matching.known()), candidates(), policy(limit=len(candidates())))
    return found.document()


def shown(name: str) -> list[str]:
    return [entry["dataset"] for entry in answer(name)["results"]]


def both_forbid(name: str) -> dict[str, set[str]]:
    """dataset → the readers' reasons."""
    a, b = A[name]["forbidden"], B[name]["forbidden"]
    return {key: {a[key], b[key]} for key in sorted(set(a) & set(b))}


def test_the_labels_are_whole() -> None:
    assert len(NEEDS) >= 36 and set(A) == set(B) == set(NEEDS)
    for labels in (*A.values(), *B.values()):
        named = [*labels["best"], *labels["acceptable"], *labels["forbidden"]]
        assert set(named) <= set(RECORDS) and len(named) == len(set(named))


def test_nine_needs_of_ten_have_a_labelled_best_among_the_first_three() -> None:
    best = {name: {*A[name]["best"], *B[name]["best"]} for name in NEEDS}
    asked = [name for name in NEEDS if best[name]]
    missed = [
        f"{name}: {shown(name)[:FIRST]}, best {sorted(best[name])}" for name in asked if not best[name] & {*shown(name)[:FIRST]}
    ]
    assert len(asked) - len(missed) >= SHARE * len(asked), "\n".join(missed)


@pytest.mark.parametrize("name", NEEDS)
def test_nothing_is_shown_that_both_readers_forbid(name: str) -> None:
    wrong = {key: sorted(reasons) for key, reasons in both_forbid(name).items() if key in shown(name)}
    assert not wrong, f"{name} shows {wrong}"


@pytest.mark.parametrize("name", NEEDS)
def test_what_both_readers_forbid_is_left_out_for_a_right_reason(name: str) -> None:
    out = {entry["dataset"]: entry for entry in answer(name)["excluded"]}
    wrong = []
    for key, reasons in both_forbid(name).items():
        first, also = out[key]["filter"], out[key]["also"]
        said = {READERS_WORD.get(code, code) for code in (first, *also)}
        if not said & reasons:
            wrong.append(f"{key}: {first} {also}, the readers say {sorted(reasons)}")
        elif READERS_WORD.get(first, first) not in reasons and not stated(first, NEEDS[name], RECORDS[key]):
            wrong.append(f"{key}: {first} is not so by its record; the readers say {sorted(reasons)}")
        assert out[key]["reason_ko"] and out[key]["reason_en"]
    assert not wrong, f"{name}\n" + "\n".join(wrong)


@pytest.mark.parametrize("name", [name for name in NEEDS if not A[name]["best"] and not B[name]["best"]])
def test_a_need_without_a_best_shows_only_what_a_reader_accepts(name: str) -> None:
    accepted = {*A[name]["acceptable"], *B[name]["acceptable"]}
    assert set(shown(name)) <= accepted, shown(name)
    assert shown(name) or answer(name)["unmet"]


# ── The record itself, read without the engine ───────────────────────────────────────────────────────
def stated(code: str, need: dict[str, Any], record: dict[str, Any]) -> bool:
    """Does the record say what the filter says?"""
    first, last = (int(str(record[end])[:4]) if record[end] else None for end in ("temporal_start", "temporal_end"))
    if code == "MODALITY":
        return bool(set(need["modality"]) - set(record["modality"]))
    if code == "DISEASE" and record["disease_scope"] == "LISTED":
        listed = [text for area in record["disease_areas"] for text in area["codes"]]
        return not categories(need["disease_codes"]["include"]) & categories(listed)
    if code == "DISEASE":  # of everybody, and nothing inside says who has it
        return not {"EHR", "CLAIMS", "REGISTRY", "MORTALITY"} & set(record["modality"])
    if code == "BODY_PART":  # an endoscopy of another organ, by its own name
        return "colonoscopy" in record["notes"] and "대장" not in " ".join(need["body_parts"])
    if code == "PERIOD":
        low, high = need["period"]
        return (last is not None and last < low) or (first is not None and first > high)
    if code == "FOLLOW_UP":
        one_year = "No follow-up across years" in (record["notes"] or "")
        return one_year or (first is not None and last is not None and (last - first + 1) * 12 < need["follow_up_months_minimum"])
    if code == "ACCESS_MODE":
        return not set(need["access_modes_acceptable"]) & set(record["access_mode"])
    if code == "EXPORT":
        return bool(record["exits"]) and not set(need["exports_wanted"]) <= set(record["exits"])
    if code == "LINKAGE":
        return record["linkage_possible"] is False and not set(need["linkage"]) <= set(record["holders"])
    if code == "PATIENTS":
        counts = [count for count in (record["population"]["individuals"], record["population"]["records"]) if count is not None]
        return bool(counts) and max(counts) < need["patients_minimum"]
    return False


def categories(codes: list[str]) -> set[str]:
    """Three-character categories: `C18-C20` → C18, C19, C20; `G47.3` → G47."""
    found: set[str] = set()
    for text in codes:
        ends = re.findall(r"([A-Z])(\d\d)", text)
        letter, low, high = ends[0][0], int(ends[0][1]), int(ends[-1][1])
        found |= {f"{letter}{n:02}" for n in range(low, high + 1)}
    return found
