"""The need document: every bad field is named in a sentence."""

from typing import Any

import pytest
from django.utils.translation import override

from portal.kit.errors import Refused
from tests.factories import matching
from vouchers.matching import rules


@pytest.mark.parametrize("name", ["chest-ct", "ecg", "claims"])
def test_the_three_needs_are_read(name: str) -> None:
    assert rules.parse_need(matching.document(name), matching.known()).modality


def test_everything_but_modality_may_be_null() -> None:
    document = dict.fromkeys(rules.Need.__dataclass_fields__) | {"modality": ["CT"]}
    need = rules.parse_need(document, matching.known())
    assert need == rules.parse_need({"modality": ["CT"]}, matching.known())


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({}, "modality"),
        ({"modality": None}, "modality"),
        ({"modality": []}, "modality"),
        ({"modality": ["XX"]}, "modality"),
        ({"modality": "CT"}, "modality"),
        ({"modality": ["CT"], "colour": 1}, "colour"),
        ({"modality": ["CT"], "purpose": "FUN"}, "purpose"),
        ({"modality": ["CT"], "patients_minimum": -1}, "patients_minimum"),
        ({"modality": ["CT"], "patients_minimum": "many"}, "patients_minimum"),
        ({"modality": ["CT"], "patients_minimum": True}, "patients_minimum"),
        ({"modality": ["CT"], "patients_minimum": 5, "patients_wanted": 4}, "patients_minimum"),
        ({"modality": ["CT"], "min_age": 50, "max_age": 40}, "min_age"),
        ({"modality": ["CT"], "period": [2020, 2010]}, "period"),
        ({"modality": ["CT"], "period": [2020]}, "period"),
        ({"modality": ["CT"], "disease_codes": {"system": "KCD", "include": ["lung"]}}, "disease_codes"),
        ({"modality": ["CT"], "disease_codes": ["C34"]}, "disease_codes"),
        ({"modality": ["CT"], "disease_codes": {"system": "XYZ", "include": ["C34"]}}, "disease_codes"),
        ({"modality": ["CT"], "access_modes_acceptable": ["HOME"]}, "access_modes_acceptable"),
        ({"modality": ["CT"], "exports_wanted": ["ALL"]}, "exports_wanted"),
        ({"modality": ["CT"], "processing_wanted": ["MAGIC"]}, "processing_wanted"),
        ({"modality": ["CT"], "gpu": "yes"}, "gpu"),
        ({"modality": ["CT"], "seats": -1}, "seats"),
        ({"modality": ["CT"], "seats": 5000}, "seats"),
        ({"modality": ["CT"], "starts_on": "next week"}, "starts_on"),
        ({"modality": ["CT"], "starts_on": "2027-02-30"}, "starts_on"),
        ({"modality": ["CT"], "ends_on": "0001-01-01"}, "ends_on"),
        ({"modality": ["CT"], "ends_on": 20270301}, "ends_on"),
        ({"modality": ["CT"], "starts_on": "2027-09-01", "ends_on": "2027-03-01"}, "starts_on"),
        ({"modality": ["CT"], "product": 5}, "product"),
        ({"modality": ["CT"], "labels": "x" * 5000}, "labels"),
    ],
)
def test_a_bad_field_is_named(document: Any, field: str) -> None:
    with pytest.raises(Refused) as refused:
        rules.parse_need(document, matching.known())
    assert refused.value.field == field
    assert field in str(refused.value.message) or not document.get(field), "what is missing is asked for in words"


@pytest.mark.parametrize(("start", "end", "months"), [
    ("2027-03-01", "2027-09-30", 7), ("2027-03-15", "2027-10-14", 7), ("2027-03-15", "2027-10-13", 6),
    ("2027-12-31", "2028-02-28", 1), ("2027-03-01", "2027-03-10", 0),
])  # fmt: skip
def test_the_days_of_a_project_say_how_many_months_it_has(start: str, end: str, months: int) -> None:
    need = matching.need(starts_on=start, ends_on=end)
    assert need.months == months
    assert matching.need(starts_on=start, ends_on=end, project_months=9).months == 9
    assert matching.need(starts_on=start).months is None


@pytest.mark.parametrize("document", [None, [], "CT", 5])
def test_what_is_no_object_is_refused(document: Any) -> None:
    with pytest.raises(Refused):
        rules.parse_need(document)


def test_a_fault_names_its_field_in_words_and_by_its_name() -> None:
    with pytest.raises(Refused) as refused, override("ko"):
        rules.parse_need({"modality": ["CT"], "patients_minimum": 5, "patients_wanted": 2})
    with override("ko"):
        assert "최소" in str(refused.value.message) and "(patients_minimum)" in str(refused.value.message)
    assert set(rules.need.FIELD_WORDS) == set(rules.need.FIELDS)
