"""What the engine finds in the real 174 datasets."""

from dataclasses import replace
from typing import Any

import pytest

from providers.offers.rules import route
from tests.factories import matching
from tests.factories.matching import candidates, need, policy
from vouchers.matching import rules

BY_KEY = {found.key: found for found in candidates()}


def run(wanted: rules.Need, **more: Any) -> dict[str, Any]:
    return rules.match(wanted, candidates(), policy(**more)).document()


def story(name: str, **more: Any) -> dict[str, Any]:
    return run(rules.parse_need(matching.document(name), matching.known()), **more)


def keys(result: dict[str, Any]) -> list[str]:
    return [entry["dataset"] for entry in result["results"]]


def excluded(result: dict[str, Any]) -> dict[str, str]:
    return {entry["dataset"]: entry["filter"] for entry in result["excluded"]}


# ── Three needs, checked by hand ─────────────────────────────────────────────────────────────────────
def test_chest_ct() -> None:
    result = story("chest-ct")
    assert keys(result)[:2] == ["hallym-lung-ct", "aihub-body-cancer"]
    assert set(keys(result)) <= {found.key for found in candidates() if "CT" in found.modality}
    first = result["results"][0]
    assert any("C34" in reason for reason in first["reasons_en"])
    assert any("폐결절" in reason for reason in first["reasons_ko"])
    assert "COMMERCIAL_USE_UNKNOWN" in first["warnings"]
    assert "NOT_A_SUPPLIER" in result["results"][1]["warnings"]
    out = excluded(result)
    assert out["aihub-synthetic"] == "DATA_KIND"
    assert out["aihub-ped-abdomen"] == "DISEASE"
    assert out["snuh-kmimic"] == "STATUS"
    assert out["snuh-hpeace"] == "PERIOD"
    assert len(out) + len(keys(result)) == len(candidates())


def test_chest_ct_for_suppliers_only() -> None:
    result = story("chest-ct", suppliers_only=True)
    assert "aihub-body-cancer" not in keys(result)
    assert excluded(result)["aihub-body-cancer"] == "SUPPLIER"
    assert keys(result)[0] == "hallym-lung-ct"


def test_ecg() -> None:
    result = story("ecg")
    assert keys(result) == ["sejong-cardio", "severance-sobig", "snuh-vitaldb"]
    assert "6,388 cases published." in result["results"][2]["reasons_en"]


def test_claims() -> None:
    result = story("claims")
    assert set(keys(result)[:3]) == {"hira-nis", "hira-nps", "hira-aps"}
    out = excluded(result)
    assert out["nhis-nsc"] == out["nhis-custom"] == "PURPOSE"  # not for products
    assert out["hira-pps"] == "AGE"
    assert out["hira-custom"] == "EXPORT"
    assert all("NOT_A_SUPPLIER" in entry["warnings"] for entry in result["results"])


def test_claims_for_research_finds_the_insurance_cohorts() -> None:
    result = run(need(modality=["CLAIMS"], purpose="SCIENTIFIC_RESEARCH", patients_minimum=1_000_000))
    assert {"nhis-nsc", "hira-custom"} <= set(keys(result))


# ── Single filters ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("fields", "key", "code"),
    [
        ({"modality": ["EHR"]}, "kcure-cpld-v1", "STATUS"),
        ({"modality": ["EHR"]}, "nbbd-main", "STATUS"),
        ({"modality": ["CLAIMS"], "purpose": "PRODUCT_DEVELOPMENT"}, "nhis-heals", "PURPOSE"),
        ({"modality": ["CT"], "real_patients_required": True}, "aihub-synthetic", "DATA_KIND"),
        ({"modality": ["ECG"]}, "severance-ccids", "MODALITY"),
        ({"modality": ["EHR"], "disease_codes": {"system": "KCD", "include": ["C50"]}}, "kc-smc-liver", "DISEASE"),
        ({"modality": ["EHR"], "disease_codes": {"system": "ICD_10", "include": ["I48"]}}, "kc-smc-liver", "DISEASE"),
        ({"modality": ["CT"], "body_parts": ["chest"]}, "aihub-ped-abdomen", "BODY_PART"),
        (
            {"modality": ["SCREENING"], "disease_codes": {"system": "KCD", "include": ["C61"]}},
            "nhis-women",
            "COHORT",
        ),
        ({"modality": ["CLAIMS"], "min_age": 40}, "hira-pps", "AGE"),
        ({"modality": ["CLAIMS"], "max_age": 18}, "hira-aps", "AGE"),
        ({"modality": ["CLAIMS"], "variables": ["HbA1c"]}, "hira-nps", "VARIABLE"),
        ({"modality": ["CLAIMS"], "follow_up_months_minimum": 36}, "hira-nps", "FOLLOW_UP"),
        ({"modality": ["CLAIMS"], "period": [2015, 2020]}, "nhis-nsc", "PERIOD"),
        ({"modality": ["EHR"], "patients_minimum": 5000}, "kc-konyang-breast", "PATIENTS"),
        ({"sites_minimum": 2}, "severance-ccids", "SITES"),
        ({"modality": ["CLAIMS"], "linkage": ["kostat"]}, "hira-nps", "LINKAGE"),
        ({"period": [2014, 2024], "follow_up_months_minimum": 24}, "snuh-hpeace", "PERIOD"),
        ({"modality": ["CT"], "access_modes_acceptable": ["TRANSFER"]}, "severance-sobig", "ACCESS_MODE"),
        ({"modality": ["CT"], "exports_wanted": ["DATA_EXPORT"]}, "severance-sobig", "EXPORT"),
    ],
)
def test_a_known_contrary_fact_excludes(fields: dict[str, Any], key: str, code: str) -> None:
    verdict = rules.judge(need(**fields), BY_KEY[key], policy())
    assert code in {failure.filter for failure in verdict.failures}
    failure = next(failure for failure in verdict.failures if failure.filter == code)
    assert failure.ko and failure.en


@pytest.mark.parametrize(
    ("fields", "key", "code"),
    [
        ({"purpose": "PRODUCT_DEVELOPMENT"}, "severance-ccids", "COMMERCIAL_USE_UNKNOWN"),
        ({"disease_codes": {"system": "KCD", "include": ["C34"]}}, "severance-ccids", "DISEASE_COUNT_UNKNOWN"),
        ({"disease_codes": {"system": "SNOMED_CT", "include": ["254637007"]}}, "amc-bigdata", "DISEASE_NOT_COMPARED"),
        ({"body_parts": ["흉부"]}, "severance-ccids", "BODY_PART_UNKNOWN"),
        ({"body_parts": ["흉부", "부비동"]}, "aihub-body-cancer", "BODY_PART_UNKNOWN"),
        ({"sites_minimum": 2, "modality": ["WSI"]}, "stmary-codipai", "SITES_UNKNOWN"),
        ({"patients_minimum": 100}, "severance-ccids", "PATIENTS_UNKNOWN"),
        ({"exports_wanted": ["MODEL_EXPORT"]}, "severance-ccids", "EXPORT_UNKNOWN"),
        ({"period": [2015, 2020]}, "severance-ccids", "PERIOD_UNKNOWN"),
        ({"min_age": 40}, "severance-ccids", "AGE_UNKNOWN"),
        ({"variables": ["결절 크기"]}, "severance-ccids", "VARIABLES_TO_CHECK"),
        ({}, "severance-ccids", "NO_OFFER"),
        ({}, "aihub-body-cancer", "NOT_A_SUPPLIER"),
    ],
)
def test_what_is_unknown_passes_with_a_warning(fields: dict[str, Any], key: str, code: str) -> None:
    verdict = rules.judge(need(**fields), BY_KEY[key], policy())
    assert verdict.passed
    assert code in {warning.code for warning in verdict.warnings}


def offered(key: str, **facts: Any) -> rules.Candidate:
    base = {"ref": "ofr-1", "title_ko": "공급", "title_en": "Offer", "floor_won": 10_000_000, "lead_time_days": 40}
    return replace(BY_KEY[key], offer=rules.OfferFacts(**(base | facts)))


def test_an_offer_brings_budget_and_lead_time() -> None:
    wanted = need(budget_won=5_000_000, project_months=1)
    verdict = rules.judge(wanted, offered("severance-ccids"), policy())
    assert {failure.filter for failure in verdict.failures} == {"BUDGET", "LEAD_TIME"}
    wanted = need(budget_won=20_000_000)
    better = rules.match(wanted, [offered("severance-ccids")], policy()).results[0]
    without = rules.match(wanted, [BY_KEY["severance-ccids"]], policy()).results[0]
    assert better.score > without.score
    assert "NO_OFFER" not in {warning.code for warning in better.warnings}
    assert any("KRW 10,000,000" in reason for _ko, reason in better.reasons)


def test_an_offers_own_terms_win_over_the_datasets() -> None:
    wanted = need(purpose="PRODUCT_DEVELOPMENT", exports_wanted=["MODEL_EXPORT"])
    found = offered("severance-sobig", exits=("MODEL_EXPORT", "RESULT_EXPORT"), commercial_ai_allowed=True)
    assert rules.judge(wanted, found, policy()).passed
    assert not rules.judge(wanted, BY_KEY["severance-sobig"], policy()).passed
    closed = offered("severance-sobig", purposes=("SCIENTIFIC_RESEARCH",))
    assert {f.filter for f in rules.judge(need(purpose="PRODUCT_DEVELOPMENT"), closed, policy()).failures} == {"PURPOSE"}


# ── Umbrellas, bundles, no fit ───────────────────────────────────────────────────────────────────────
def lung(**fields: Any) -> rules.Need:
    return need(modality=["EHR"], disease_codes={"system": "KCD", "version": "8", "include": ["C34"]}, **fields)


def test_hospitals_collections_stand_for_their_umbrella() -> None:
    result = rules.match(lung(), candidates(), policy(limit=200))
    found = {entry.candidate.key for entry in result.results}
    assert "kc-snuh-lung" in found and "kcure-clinical-lung" not in found and "kcure-baseline-db" not in found


def test_the_umbrella_stands_when_no_hospital_fits_alone() -> None:
    result = run(lung(patients_minimum=50_000))
    assert "kcure-clinical-lung" in keys(result) and not any(key.endswith("-lung") and key[:3] == "kc-" for key in keys(result))
    together = [bundle for bundle in result["bundles"] if bundle["linkage_agency"] is None]
    assert together and all(key.startswith("kc-") for key in together[0]["datasets"])


def test_linkage_goes_through_an_agency() -> None:
    result = run(lung(linkage=["hira-custom"], purpose="SCIENTIFIC_RESEARCH"))
    assert result["bundles"][0]["datasets"][1] == "hira-custom"
    assert result["bundles"][0]["linkage_agency"] == "hira"


def test_a_partner_that_may_not_be_used_is_named() -> None:
    result = run(lung(linkage=["nhis"], purpose="PRODUCT_DEVELOPMENT"))
    assert not result["bundles"]
    assert result["linkage_unmet"][0]["target"] == "nhis"


def test_several_sites() -> None:
    result = run(lung(sites_minimum=3))
    bundle = result["bundles"][0]
    holders = {BY_KEY[key].holder.key for key in bundle["datasets"]}
    assert len(holders) == 3


def test_no_fit_says_what_stood_in_the_way() -> None:
    result = run(need(modality=["ECG"], disease_codes={"system": "KCD", "include": ["O80"]}, access_modes_acceptable=["CLOUD"]))
    assert result["results"] == []
    assert result["unmet"][0]["filter"] == "MODALITY"
    assert result["unmet"][0]["reason_ko"]


# ── What a data manager reads ────────────────────────────────────────────────────────────────────────
BASE = {
    "modality": ["CT"], "purpose": "PRODUCT_DEVELOPMENT", "region": "GANGWON", "company_size": "SMALL", "track": "LARGE",
    "disease_codes": {"system": "KCD", "version": "9", "include": ["C34"]}, "budget_won": 300_000_000, "project_months": 7,
}  # fmt: skip
PRICES = {"LARGE": 400_000_000, "MEDIUM": 200_000_000, "SMALL": 100_000_000}


def offered_market() -> list[rules.Candidate]:
    terms = {"processing": ("EXTRACTION",), "exits": ("RESULT_EXPORT",), "lead_time_days": 60, "floor_won": 150_000_000}
    return [offered("severance-ccids", **terms), *candidates()]


@pytest.mark.parametrize(
    "change",
    [
        {"modality": ["MRI"]}, {"purpose": "SCIENTIFIC_RESEARCH"}, {"region": "SEOUL"}, {"company_size": "LARGE"},
        {"product": "AI"}, {"regulatory_route": "MFDS_CLASS_2"}, {"disease_codes": {"system": "KCD", "include": ["C50"]}},
        {"body_parts": ["머리"]}, {"variables": ["처방 내역"]}, {"min_age": 40}, {"max_age": 10},
        {"follow_up_months_minimum": 24}, {"period": [2021, 2024]}, {"patients_wanted": 20_000},
        {"patients_minimum": 11_000}, {"sites_minimum": 3}, {"labels": "결절"}, {"processing_wanted": ["LABELLING"]},
        {"access_modes_acceptable": ["TRANSFER"]}, {"exports_wanted": ["MODEL_EXPORT"]}, {"linkage": ["kostat"]},
        {"real_patients_required": True}, {"gpu": True}, {"irb_state": "APPROVED"}, {"project_months": 2},
        {"budget_won": 100_000_000}, {"track": "SMALL"}, {"seats": 3},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_every_field_of_the_need_is_heeded(change: dict[str, Any]) -> None:
    terms = policy(company_sizes=frozenset({"SMALL"}), task_prices=PRICES)
    base = BASE | ({"project_months": 4} if "irb_state" in change else {})
    before, after = (rules.match(need(**fields), offered_market(), terms).document() for fields in (base, base | change))
    assert before != after


def test_records_do_not_stand_for_claims() -> None:
    result = run(need(modality=["CLAIMS", "MEDICATION"], purpose="PRODUCT_DEVELOPMENT"))
    assert all("CLAIMS" in BY_KEY[key].modality for key in keys(result))
    assert excluded(result)["kc-amc-baseline"] == excluded(result)["cmc-cdw"] == "MODALITY"
    assert "hira-custom" in keys(result)


def told(result: dict[str, Any], key: str, name: str = "reasons_en") -> str:
    return " ".join(next(entry for entry in result["results"] if entry["dataset"] == key)[name])


def test_an_entry_that_no_holder_published_says_so() -> None:
    result = story("chest-ct")
    first = result["results"][0]
    assert "NOT_A_CATALOGUE_ENTRY" in first["warnings"] and "FACTS_TO_CONFIRM" in first["warnings"]
    assert "신청할 기관" in told(result, "hallym-lung-ct", "warnings_ko")
    assert "NOT_A_CATALOGUE_ENTRY" not in result["results"][1]["warnings"]


def test_commercial_use_is_told_in_the_sources_words() -> None:
    assert "Consortium plan for industry co-operation" in told(story("ecg"), "sejong-cardio")
    claims = story("claims")
    assert "IRB approval" in told(claims, "hira-nps")
    assert all("Published as open" not in " ".join(entry["reasons_en"]) for entry in claims["results"])


def test_only_what_can_be_selected_is_said_to_be_selected() -> None:
    ecg = story("ecg")
    assert "may be inside" in told(ecg, "snuh-vitaldb")  # no diagnosis codes in it
    assert "by their diagnosis codes" in told(ecg, "severance-sobig")
    claims = run(need(modality=["CLAIMS", "MEDICATION"]))  # no variable is named that needs the prescriptions
    assert "holds what you asked for" not in told(claims, "nhis-open-treatment").lower()
    assert "Of what you asked for, holds insurance claims" in told(claims, "nhis-open-treatment")


def test_an_open_last_year_is_not_called_part() -> None:
    sentence = next(text for text in story("claims")["results"][0]["reasons_ko"] if "부터 수집" in text)
    assert "마지막 연도는 확인" in sentence and "일부" not in sentence


def test_published_fees_and_sizes_are_told_as_published() -> None:
    result = run(need(modality=["CLAIMS"], purpose="SCIENTIFIC_RESEARCH", patients_minimum=1000))
    assert "KRW 50,000 (as of 2016)" in told(result, "hira-custom")
    assert "free of charge (as of 2025)" in told(result, "nhis-open-treatment")
    assert "3% of patients" in told(result, "hira-nps", "warnings_en")
    free = next(entry for entry in result["results"] if entry["dataset"] == "nhis-open-treatment")
    assert not any("견적을 요청" in text for text in free["warnings_ko"])
    assert "견적을 요청" not in told(result, "hira-custom", "warnings_ko")  # no supplier: nothing to quote


def test_only_suppliers_are_preferred_for_their_region() -> None:
    parts = {entry["dataset"]: entry["components"]["region"] for entry in story("chest-ct")["results"]}
    assert parts["hallym-lung-ct"] == rules.WEIGHTS["region"]  # supplier, outside the capital, the company's own region
    assert parts["aihub-body-cancer"] == 0  # in Daegu, but no supplier


def test_data_of_one_institution_is_linked_without_an_agency() -> None:
    found = run(need(modality=["EHR"], linkage=["kc-amc-registry"], purpose="SCIENTIFIC_RESEARCH"))["bundles"]
    same = [b for b in found if BY_KEY[b["datasets"][0]].holder.key == "amc"]
    other = [b for b in found if BY_KEY[b["datasets"][0]].holder.key != "amc"]
    assert other and all(bundle["linkage_agency"] for bundle in other)
    assert all(bundle["linkage_agency"] is None for bundle in same)
    assert len({bundle["datasets"][0] for bundle in found}) == len(found)  # one partner each, before a second one


def test_reviews_longer_than_half_the_project_are_a_warning() -> None:
    codes = [entry["warnings"] for entry in run(need(project_months=4), suppliers_only=True)["results"]]
    assert codes and all("SCHEDULE_TIGHT" in code for code in codes)
    assert all("SCHEDULE_TIGHT" not in entry["warnings"] for entry in run(need(project_months=9))["results"])
    open_data = run(need(modality=["ECG"], project_months=1))
    assert "SCHEDULE_TIGHT" not in next(e["warnings"] for e in open_data["results"] if e["dataset"] == "snuh-vitaldb")


@pytest.mark.parametrize(("irb", "left"), [(None, 1000), ("SUBMITTED", 500), ("APPROVED", 0)])
def test_the_time_to_data_is_the_pages_own_with_what_was_measured(irb: str | None, left: int) -> None:
    measured = {"drb": {"median": 60, "n": 8}}
    one = replace(
        BY_KEY["kc-amc-breast"], holder=replace(BY_KEY["kc-amc-breast"].holder, target_days={"drb": 5}, measured_days=measured)
    )
    way = route(promised={"drb": 5}, measured=measured)
    assert way.after(1000) == way.after_quote == (60 + 10 + 25, 60 + 10 + 25)
    said = {
        item.code: item.en
        for item in rules.judge(need(modality=["EHR"], project_months=4, irb_state=irb), one, policy()).warnings
    }
    assert f"take {way.after(left)[1]} working days" in said["SCHEDULE_TIGHT"]
    unmeasured = replace(one, holder=replace(one.holder, measured_days={}))
    said = {item.code: item.en for item in rules.judge(need(modality=["EHR"], project_months=3), unmeasured, policy()).warnings}
    assert "take 40–55 working days" in said["SCHEDULE_TIGHT"]


def test_remarks_on_the_need_itself() -> None:
    terms = {"company_sizes": frozenset({"MICRO", "SMALL", "MEDIUM"}), "task_prices": PRICES}
    said = run(need(company_size="LARGE", track="SMALL", budget_won=150_000_000, product="AI"), **terms)["remarks"]
    assert [remark["field"] for remark in said] == ["company_size", "budget_won", "product"]
    assert run(need(track="HUGE"), **terms)["remarks"][0]["field"] == "track"
    assert run(need(track="SMALL"), **terms)["remarks"][0]["field"] == "budget_won"
    costly = offered("severance-ccids", floor_won=120_000_000)
    assert {f.filter for f in rules.judge(need(track="SMALL"), costly, policy(**terms)).failures} == {"BUDGET"}


def test_suppliers_only_without_a_supplier_says_what_stood_in_the_way() -> None:
    result = story("claims", suppliers_only=True)
    assert result["results"] == [] and result["unmet"]
    assert {"hira-nis", "hira-nps", "hira-aps"} <= {k for k, v in excluded(result).items() if v == "SUPPLIER"}


@pytest.mark.parametrize("name", ["chest-ct", "ecg", "claims"])
def test_korean_and_english_say_the_same_number_of_things(name: str) -> None:
    for entry in story(name)["results"]:
        assert len(entry["reasons_ko"]) == len(entry["reasons_en"]) >= 5
        assert len(entry["warnings"]) == len(entry["warnings_ko"]) == len(entry["warnings_en"])
        assert len(set(entry["reasons_ko"])) == len(entry["reasons_ko"])
        assert not any("와(과)" in text or "이(가)" in text or "을(를)" in text for text in entry["reasons_ko"])


@pytest.mark.parametrize(("facts", "warned"), [
    ({"gpus": None, "seats": None}, {"GPU_UNKNOWN", "SEATS_UNKNOWN"}), ({"gpus": 0, "seats": 2}, {"NO_GPU", "SEATS_FEWER"}),
    ({"gpus": 4, "seats": 3}, set()), ({"access_mode": ("TRANSFER",), "gpus": 0, "seats": 0}, set()),
])  # fmt: skip
def test_the_holders_analysis_environment(facts: dict[str, Any], warned: set[str]) -> None:
    """GPU and seats never exclude, and matter only where the data stays with the holder."""
    found = replace(candidates()[0], **{"access_mode": ("CLOSED_ROOM",), "offer": None, **facts})
    verdict = rules.judge(need(gpu=True, seats=3), found, policy())
    assert {w.code for w in verdict.warnings} & {"GPU_UNKNOWN", "SEATS_UNKNOWN", "NO_GPU", "SEATS_FEWER"} == warned
    assert not {w.code for w in rules.judge(need(), found, policy()).warnings} & {"NO_GPU", "SEATS_FEWER", "GPU_UNKNOWN"}
