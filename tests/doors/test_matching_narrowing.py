"""A large catalogue is narrowed on indexes before it is scored: the answer is that of the whole catalogue."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.management.market import made, poured
from providers.catalogue import queries as catalogue
from providers.catalogue.models import Dataset
from tests.factories import providers
from vouchers.matching import queries
from vouchers.matching.queries import narrowing

pytestmark = pytest.mark.django_db
LABELLED = sorted((Path(__file__).resolve().parents[1] / "labelled").glob("**/needs/*.json"))
EXACT = ("results", "bundles", "linkage_unmet", "remarks", "weights")


def whole(document: dict[str, Any]) -> dict[str, Any]:
    return queries.rank_document(document, None).document()


@pytest.fixture
def narrowed(monkeypatch: pytest.MonkeyPatch) -> Any:
    def answer(document: dict[str, Any]) -> dict[str, Any]:
        with monkeypatch.context() as large:
            large.setattr(narrowing, "READ_WHOLE", 0)
            return whole(document)

    return answer


def same(document: dict[str, Any], narrowed: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    every, near = whole(document), narrowed(document)
    for name in EXACT:
        assert near[name] == every[name], (name, document)
    assert near.get("excluded_total", len(near["excluded"])) == len(every["excluded"]) and "excluded_total" not in every
    told = {entry["dataset"]: entry for entry in every["excluded"]}
    assert all(told[entry["dataset"]] == entry for entry in near["excluded"])
    often = {item["filter"]: item["datasets"] for item in every["unmet"]}
    for item in near["unmet"]:
        assert 0 < item["datasets"] <= often[item["filter"]]  # at least so often
    assert [item["filter"] for item in near["unmet"][:1]] == [item["filter"] for item in every["unmet"][:1]]
    return every, near


def test_the_real_datasets_for_the_labelled_needs(narrowed: Any) -> None:
    providers.reference()
    fewer = 0
    for path in LABELLED:
        every, near = same(json.loads(path.read_text()), narrowed)
        fewer += len(near["excluded"]) < len(every["excluded"])
    assert fewer == len(LABELLED)


def test_made_up_offers_for_made_up_needs(narrowed: Any) -> None:
    providers.reference()
    poured.pour(300)
    for document in made.documents(40, seed=7):
        same(document, narrowed)


def test_what_is_not_said_or_not_comparable_is_read(narrowed: Any) -> None:
    providers.code_lists()
    hospital = providers.provider(is_demo=False)
    facts: dict[str, dict[str, Any]] = {
        "silent": {"modality": []},
        "unlisted": {"disease_areas": [], "disease_scope": "LISTED"},
        "everybody": {"disease_scope": "ALL"},
        "topography": {"disease_areas": [{"system": "ICD_O_3", "codes": ["C50"], "label_ko": "유방", "label_en": "breast"}]},
        "other": {"disease_areas": [{"system": "KCD", "codes": ["C50"], "label_ko": "유방암", "label_en": "breast cancer"}]},
        "mixed": {
            "disease_areas": [
                {"system": "KCD", "codes": ["C50"], "label_ko": "유방암", "label_en": "breast cancer"},
                {"system": "SNOMED_CT", "codes": ["254637007"], "label_ko": "폐암", "label_en": "lung cancer"},
            ]
        },
        "unreadable": {"disease_areas": [{"system": "KCD", "codes": ["C50", "M1A"], "label_ko": "유방암", "label_en": "breast"}]},
        "planned": {"status": "PLANNED"},
    }
    for name, changes in facts.items():
        providers.dataset(hospital, key=f"set-{name}", **{"disease_scope": "LISTED", **changes})
    _every, near = same({"modality": ["CT"], "disease_codes": {"system": "KCD", "include": ["C34"]}}, narrowed)
    shown = {entry["dataset"] for entry in near["results"]}
    unknown = {"set-silent", "set-unlisted", "set-everybody", "set-topography", "set-mixed", "set-unreadable"}
    assert unknown <= shown and not {"set-other", "set-planned"} & shown
    named, _near = same({"modality": ["CT"], "linkage": ["set-planned"], "purpose": "SCIENTIFIC_RESEARCH"}, narrowed)
    assert named["linkage_unmet"][0]["target"] == "set-planned"


def test_the_nearest_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    providers.code_lists()
    hospital = providers.provider(is_demo=False)
    for number in range(4):
        providers.dataset(hospital, key=f"ct-{number}", max_age=10, **({"individuals": 3} if number else {}))
    monkeypatch.setattr(narrowing, "READ_WHOLE", 0)
    wish = {"modality": ["CT"], "min_age": 40, "patients_minimum": 500}
    found = queries.rank_document(wish, None, told=1).document()
    assert [entry["dataset"] for entry in found["excluded"]] == ["ct-0"]  # it fails for its age alone
    assert found["excluded_total"] == 4 and found["unmet"][0]["filter"] == "AGE"
    providers.dataset(hospital, key="ct-all")
    found = queries.rank_document(wish, None, told=2).document()
    assert [entry["dataset"] for entry in found["results"]] == ["ct-all"] and found["excluded_total"] == 4
    assert [entry["dataset"] for entry in found["excluded"]] == ["ct-0", "ct-1"]


def test_the_number_of_queries_does_not_depend_on_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    providers.reference()
    monkeypatch.setattr(narrowing, "READ_WHOLE", 0)
    document = {"modality": ["CT"]}

    def asked() -> int:
        whole(document)
        with CaptureQueriesContext(connection) as found:
            whole(document)
        return len(found)

    providers.offer(providers.provider(is_demo=False), published=True)
    few = asked()
    poured.pour(60)
    assert asked() == few <= 12


def test_the_narrowing_uses_indexes() -> None:
    providers.reference()
    poured.pour(3000)
    rows = catalogue.within_reach(demo=False, kinds=["PSG"], spans=((67034000, 67035000),))
    plan = rows.explain()
    assert "Seq Scan on providers_dataset" not in plan and "dataset_modality" in plan, plan
    assert Dataset.objects.count() > 3000
