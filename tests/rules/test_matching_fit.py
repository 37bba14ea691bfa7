"""What a need cannot do without, what is counted once, and what comes by linkage."""

from dataclasses import replace
from typing import Any

import pytest

from tests.factories.matching import candidates, need, policy, records
from vouchers.matching import rules
from vouchers.matching.rules.facts import pictured

BY_KEY = {found.key: found for found in candidates()}
WORDS = policy().words


def failed(wanted: rules.Need, key: str, **more: Any) -> dict[str, str]:
    """filter → the English reason."""
    return {failure.filter: failure.en for failure in rules.judge(wanted, BY_KEY[key], policy(**more)).failures}


def result(wanted: rules.Need, **more: Any) -> dict[str, Any]:
    return rules.match(wanted, more.pop("among", candidates()), policy(limit=200, **more)).document()


def keys(found: dict[str, Any]) -> list[str]:
    return [entry["dataset"] for entry in found["results"]]


# ── Kinds of data ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("asked", "core"),
    [
        (("CT", "EHR", "LAB"), ("CT",)),
        (("MRI", "PET"), ("MRI", "PET")),
        (("LIFELOG", "SURVEY"), ("LIFELOG",)),
        (("CLAIMS", "MEDICATION"), ("CLAIMS",)),
        (("EHR", "PATHOLOGY_REPORT", "MEDICATION"), ("PATHOLOGY_REPORT",)),
        (("LAB", "EHR", "MEDICATION"), ("EHR",)),
        (("LAB", "MEDICATION"), ("LAB", "MEDICATION")),
    ],
)
def test_the_core_is_what_nothing_else_replaces(asked: tuple[str, ...], core: tuple[str, ...]) -> None:
    assert WORDS.core(asked) == core
    assert set(WORDS.core(asked[::-1])) == set(core)  # the order on the form says nothing


def test_a_variable_named_needs_its_kind_of_data() -> None:
    plain = need(modality=["ECG", "ULTRASOUND"])
    assert "MODALITY" not in failed(plain, "severance-ccids")  # ultrasound alone is part of what was asked for
    said = failed(need(modality=["ECG", "ULTRASOUND"], variables=["12유도 심전도 파형"]), "severance-ccids")
    assert "12유도 심전도 파형" in said["MODALITY"] and "ECG" in said["MODALITY"]
    assert "MODALITY" not in failed(need(modality=["ECG", "ULTRASOUND"], variables=["12유도 심전도 파형"]), "severance-sobig")


def test_a_record_has_prescriptions_even_where_its_entry_lists_none() -> None:
    wanted = need(modality=["EHR", "MEDICATION"], variables=["처방 내역"])
    assert "MODALITY" not in failed(wanted, "severance-sobig")
    claims = need(modality=["CLAIMS", "MEDICATION"], variables=["처방 내역"])
    assert "MODALITY" in failed(claims, "nhis-open-treatment")


def test_what_accompanies_another_sort_of_data_is_no_condition() -> None:
    wanted = need(modality=["PATHOLOGY_REPORT", "MEDICATION"], variables=["표적치료제 투약"])
    assert "MODALITY" not in failed(wanted, "stmary-codipai")  # reports are read; prescriptions come with other data


def test_patients_are_not_selected_where_nothing_says_who_has_the_disease() -> None:
    sepsis: dict[str, Any] = {"disease_codes": {"system": "KCD", "include": ["A41"]}}
    assert "DISEASE" in failed(need(modality=["BIOSIGNAL", "EHR"], **sepsis), "snuh-vitaldb")
    assert "DISEASE" not in failed(need(modality=["BIOSIGNAL"], **sepsis), "snuh-vitaldb")  # no diagnoses were asked for
    assert "DISEASE" not in failed(need(modality=["BIOSIGNAL", "EHR"], **sepsis), "snuh-inspire")


def test_a_note_tells_what_the_images_show() -> None:
    assert pictured("Images: chest X-ray; for some, coronary CT and brain MRI. A product contract.") == {
        "XRAY": {"CHEST"}, "CT": {"CHEST"}, "MRI": {"HEAD"},
    }  # fmt: skip
    assert pictured("No images. Modalities recalled.") == {}
    assert "BODY_PART" in failed(need(modality=["CT", "MRI"], body_parts=["간"]), "snuh-hpeace")
    assert "BODY_PART" not in failed(need(modality=["CT", "MRI"], body_parts=["뇌"]), "snuh-hpeace")
    assert "BODY_PART" not in failed(need(modality=["GENOMICS"], body_parts=["간"]), "snuh-hpeace")


# ── Sites, umbrellas ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("key", "sites"),
    [
        ("severance-ccids", 1), ("kc-snuh-lung", 1), ("severance-sobig", 4), ("ncc-kcbp", 1),
        ("stmary-codipai", None),  # "several hospitals"
        ("ncc-kccr", None), ("nmc-dementia", None),  # what others report
        ("cmc-cdw", None), ("kdrc-trr", None),  # no hospital holds it
    ],
)  # fmt: skip
def test_how_many_sites_are_inside_is_known_or_not(key: str, sites: int | None) -> None:
    assert BY_KEY[key].sites == sites


def breast(**fields: Any) -> rules.Need:
    return need(modality=["EHR"], disease_codes={"system": "KCD", "include": ["C50"]}, **fields)


def test_several_sites_leave_the_umbrella_alone_and_propose_hospitals_together() -> None:
    found = result(breast(sites_minimum=3))
    assert "kcure-clinical-breast" in keys(found)
    assert not any(key.startswith("kc-") and key.endswith("-breast") for key in keys(found))  # nor one of three sites
    together = next(bundle for bundle in found["bundles"] if bundle["linkage_agency"] is None)
    assert len(together["datasets"]) == 3 and all(key.startswith("kc-") for key in together["datasets"])
    assert "can be applied for together" in failed(breast(sites_minimum=3), "kc-amc-breast")["SITES"]


def test_more_patients_than_any_part_has_want_the_whole() -> None:
    found = result(breast(patients_wanted=60_000))
    whole = next(entry for entry in found["results"] if entry["dataset"] == "kcure-clinical-breast")
    assert whole["reasons_en"][-1].startswith("Stands for 11 collections") and "11건" in whole["reasons_ko"][-1]
    assert "kc-amc-breast" not in keys(found)
    assert "kc-amc-breast" in keys(result(breast(patients_wanted=40_000)))
    assert "kcure-clinical-breast" not in keys(result(breast(patients_wanted=40_000)))


def test_a_part_that_can_be_ordered_is_never_hidden() -> None:
    offer = rules.OfferFacts("ofr-1", "공급", "Offer", floor_won=10_000_000, lead_time_days=40)
    among = [replace(found, offer=offer) if found.key == "kc-amc-breast" else found for found in candidates()]
    found = keys(result(breast(patients_wanted=60_000), among=among))
    assert "kc-amc-breast" in found and "kcure-clinical-breast" not in found


def test_an_umbrella_that_alone_can_be_ordered_is_never_hidden() -> None:
    offer = rules.OfferFacts("ofr-1", "공급", "Offer", floor_won=10_000_000, lead_time_days=40)
    umbrella, part = BY_KEY["kcure-clinical-breast"], BY_KEY["kc-amc-breast"]
    among = [replace(found, offer=offer) if found is umbrella else found for found in candidates()]
    found = result(breast(), among=among)
    assert "kcure-clinical-breast" in keys(found) and "kc-amc-breast" not in keys(found)  # counted once
    whole = next(entry for entry in found["results"] if entry["dataset"] == "kcure-clinical-breast")
    assert whole["offer"] == "ofr-1" and whole["reasons_en"][-1].startswith("Stands for 11 collections")
    both = [replace(found, offer=offer) if found in (umbrella, part) else found for found in candidates()]
    shown = keys(result(breast(), among=both))
    assert {"kcure-clinical-breast", "kc-amc-breast"} <= set(shown)


def test_an_identifier_alone_makes_no_dataset_a_part() -> None:
    record, holder = records("datasets")[0], records("institutions")[0]
    stranger = {**record, "key": "kc-x-breast", "institution": holder["key"]}
    assert rules.candidate(stranger, holder).part_of is None
    assert rules.candidate({**stranger, "part_of": "kcure-clinical-breast"}, holder).part_of == "kcure-clinical-breast"
    copy = replace(BY_KEY["kc-amc-breast"], key="kc-x-breast", part_of=None)
    found = keys(result(breast(patients_wanted=60_000), among=[*candidates(), copy]))
    assert {"kcure-clinical-breast", "kc-x-breast"} <= set(found)


def test_a_sample_is_not_counted_beside_the_library_it_was_drawn_from() -> None:
    wanted = {"modality": ["CLAIMS"], "disease_codes": {"system": "KCD", "include": ["C22"]}}
    assert {"kcure-sample-liver"} == {
        key for key in keys(result(need(**wanted))) if key in ("kcure-sample-liver", "kcure-cpld-v3")
    }
    many = keys(result(need(**wanted, patients_wanted=100_000)))
    assert "kcure-cpld-v3" in many and "kcure-sample-liver" not in many


def test_small_hospitals_together_reach_the_sites_as_well() -> None:
    found = result(breast(sites_minimum=4, patients_minimum=50_000))
    together = [bundle["datasets"] for bundle in found["bundles"] if bundle["linkage_agency"] is None]
    assert any(len({BY_KEY[key].holder.key for key in one}) >= 4 for one in together)


def test_only_the_real_part_of_a_mixed_set_is_counted() -> None:
    mixed = next(record for record in records("datasets") if record["key"] == "aihub-ped-abdomen")
    assert mixed["population"]["note"].startswith(f"{mixed['population']['records']:,} real")
    assert "PATIENTS" in failed(need(modality=["XRAY"], patients_minimum=3000), "aihub-ped-abdomen")


# ── Linkage ──────────────────────────────────────────────────────────────────────────────────────────
def joined(**fields: Any) -> rules.Need:
    return need(
        modality=["EHR", "PATHOLOGY_REPORT", "CLAIMS", "MORTALITY"], linkage=["hira", "kostat"], purpose="PRODUCT_DEVELOPMENT",
        disease_codes={"system": "KCD", "include": ["C18-C20"]}, variables=["병리 소견", "사망 원인"], **fields,
    )  # fmt: skip


def test_what_the_partners_bring_is_not_asked_of_the_main_dataset() -> None:
    found = result(joined(sites_minimum=3))
    main = next(entry for entry in found["results"] if entry["dataset"] == "kcure-clinical-colorectal")
    assert "BY_LINKAGE" in main["warnings"] and main["components"]["modality"] == rules.WEIGHTS["modality"]
    assert "insurance claims" in next(text for text in main["warnings_en"] if "to be joined" in text)
    out = {entry["dataset"]: entry["filter"] for entry in found["excluded"]}
    assert out["hira-custom"] == out["kostat-cod"] == "MODALITY"  # partners, not answers
    assert ["kcure-clinical-colorectal", "hira-custom", "kostat-cod"] in [bundle["datasets"] for bundle in found["bundles"]]


def test_a_partner_alone_is_no_answer() -> None:
    found = result(need(modality=["EHR", "CLAIMS"], linkage=["hira"], purpose="PRODUCT_DEVELOPMENT"))
    assert "hira-custom" not in keys(found) and "kc-amc-baseline" in keys(found)
    assert any(bundle["datasets"][1] == "hira-custom" for bundle in found["bundles"])


def test_a_partner_that_may_not_be_used_brings_nothing() -> None:
    wanted = need(modality=["EHR", "CLAIMS"], linkage=["nhis"], purpose="PRODUCT_DEVELOPMENT")
    assert "kc-amc-baseline" not in keys(result(wanted))
    assert "kc-amc-baseline" in keys(result(need(modality=["EHR", "CLAIMS"], linkage=["nhis"])))


def test_data_that_is_joined_already_needs_no_linkage() -> None:
    found = result(joined(sites_minimum=3))
    linked = next(entry for entry in found["results"] if entry["dataset"] == "kcure-cpld-v3")  # says that it cannot be linked
    assert any("inside already" in text for text in linked["reasons_en"]) and any("이미" in text for text in linked["reasons_ko"])
    assert "LINKAGE_UNKNOWN" not in linked["warnings"]
    assert not any("kcure-cpld-v3" in bundle["datasets"] for bundle in found["bundles"])
    assert "LINKAGE" in failed(need(modality=["CLAIMS"], linkage=["ssis"]), "kcure-cpld-v3")


# ── Older rankings ───────────────────────────────────────────────────────────────────────────────────
def test_filters_of_earlier_versions_still_have_words() -> None:
    earlier = {
        "STATUS", "SUPPLIER", "PURPOSE", "DATA_KIND", "MODALITY", "DISEASE", "BODY_PART", "COHORT", "AGE", "VARIABLE",
        "FOLLOW_UP", "PERIOD", "PATIENTS", "ACCESS_MODE", "EXPORT", "BUDGET", "LEAD_TIME",
    }  # fmt: skip
    assert earlier < set(rules.FILTERS) == set(rules.engine.UNMET_WORDS)
    assert rules.ENGINE_VERSION == "1.12.0"
