"""Only a known contrary fact excludes, and nothing is said that is not known: each case was once answered wrongly."""

from dataclasses import replace
from typing import Any

import pytest

from providers.catalogue.rules import comparable
from tests.factories.matching import candidates, need, policy, records
from vouchers.matching import rules
from vouchers.matching.rules import blocks
from vouchers.matching.rules.reasons import reasons

BY_KEY = {found.key: found for found in candidates()}
RECORD: dict[str, Any] = next(record for record in records("datasets") if record["key"] == "kc-amc-breast")
HOLDER: dict[str, Any] = next(record for record in records("institutions") if record["key"] == RECORD["institution"])
BREAST, LUNG = {"system": "KCD", "include": ["C50"]}, {"system": "KCD", "include": ["C34"]}


def area(system: str, *codes: str, version: str = "8") -> dict[str, Any]:
    return {
        "system": system,
        "version": version,
        "codes": list(codes),
        "label_ko": f"{codes[0]} 질환",
        "label_en": f"{codes[0]} disease",
    }


def dataset(**facts: Any) -> rules.Candidate:
    """A hospital's own entry that lists its diseases; what is not named is not published."""
    quiet = {
        "notes": "",
        "update_frequency": None,
        "temporal_start": None,
        "temporal_end": None,
        "min_age": None,
        "max_age": None,
    }
    titles = {"key": "own-set", "title_ko": "원내 코호트", "title_en": "Own cohort", "population": {}}
    return rules.candidate({**RECORD, **quiet, **titles, **facts}, HOLDER)


def said(wanted: rules.Need, found: rules.Candidate) -> tuple[set[str], set[str]]:
    """(filters, warnings), and the blocks say the same."""
    verdict = rules.judge(wanted, found, policy())
    total = int(blocks.Shelf([wanted], [found], policy()).scores(0, 1)[0][0])
    assert (total >= 0) == verdict.passed
    if verdict.passed:
        assert total == rules.match(wanted, [found], policy()).results[0].score
    return {one.filter for one in verdict.failures}, {one.code for one in verdict.warnings}


def sentences(wanted: rules.Need, found: rules.Candidate) -> tuple[str, str]:
    told = reasons(wanted, found, policy())
    return " ".join(ko for ko, _en in told), " ".join(en for _ko, en in told)


def ehr(**fields: Any) -> rules.Need:
    return need(modality=["EHR"], **fields)


# ── Diseases ─────────────────────────────────────────────────────────────────────────────────────────
def test_a_disease_in_codes_that_cannot_be_compared_excludes_nothing() -> None:
    mixed = dataset(disease_areas=[area("KCD", "C50"), area("SNOMED_CT", "254637007")])
    failures, warnings = said(ehr(disease_codes=LUNG), mixed)
    assert "DISEASE" not in failures and "DISEASE_NOT_COMPARED" in warnings
    assert "DISEASE_NOT_COMPARED" not in said(ehr(disease_codes=BREAST), mixed)[1]
    assert "Includes C50" in sentences(ehr(disease_codes=BREAST), mixed)[1]  # not "built for": half of it is not known
    assert not any("C34" in text for text in sentences(ehr(disease_codes=LUNG), mixed))
    snomed = dataset(disease_areas=[area("SNOMED_CT", "254637007")])
    assert said(ehr(disease_codes=LUNG), snomed)[1] >= {"DISEASE_NOT_COMPARED"}
    assert said(ehr(disease_codes=LUNG), dataset(disease_areas=[area("KCD", "C50")]))[0] == {"DISEASE"}


@pytest.mark.parametrize("code", ["M1A", "C34-C30", "X99-C00"])
def test_a_code_that_nobody_can_read_stops_no_ranking(code: str) -> None:
    found = dataset(disease_areas=[area("KCD", code)])
    assert found.diseases is None and found.unread == (f"KCD {code}",) and not comparable([area("KCD", code)])
    assert comparable([area("KCD", "C34")]) and not comparable([area("KCD", "C34"), area("KCD", code)]) and not comparable([])
    assert said(ehr(disease_codes=LUNG), found)[0] == set()


def test_what_follows_from_listed_diseases_follows_only_where_all_are_read() -> None:
    male = dataset(disease_areas=[area("KCD", "C61")])
    unsure = dataset(disease_areas=[area("KCD", "C61"), area("SNOMED_CT", "254637007")])
    everybody = dataset(disease_areas=[area("KCD", "C61")], disease_scope="ALL")
    assert (male.sex, male.regions) == ("MALE", {"PELVIS"})
    assert (unsure.sex, unsure.regions) == (None, frozenset()) == (everybody.sex, everybody.regions)
    without = {"system": "KCD", "include": ["C50"], "exclude": ["C61"]}
    assert "COHORT" in said(ehr(disease_codes=without), male)[0] and "COHORT" not in said(ehr(disease_codes=without), unsure)[0]
    signals = dataset(disease_areas=[area("SNOMED_CT", "254637007")], disease_scope="ALL", modality=["BIOSIGNAL"])
    assert "DISEASE" not in said(need(modality=["BIOSIGNAL", "EHR"], disease_codes=LUNG), signals)[0]


def test_other_versions_of_the_code_system_are_warned_of() -> None:
    found = BY_KEY["kc-amc-breast"]  # KCD-8
    later, same = {**BREAST, "version": "9"}, {**BREAST, "version": "8"}
    assert "CODE_VERSION_DIFFERS" in said(ehr(disease_codes=later), found)[1]
    warned = rules.judge(ehr(disease_codes=later), found, policy()).warnings
    (told,) = [one for one in warned if one.code == "CODE_VERSION_DIFFERS"]
    assert "KCD-8" in told.en and "KCD-9" in told.en and "8차" in told.ko and "9차" in told.ko
    for wanted in (same, BREAST, {"system": "ICD_10", "version": "2019", "include": ["C50"]}):
        assert "CODE_VERSION_DIFFERS" not in said(ehr(disease_codes=wanted), found)[1]
    both = dataset(disease_areas=[area("KCD", "C50"), area("KCD", "C50", version="9")])
    assert "CODE_VERSION_DIFFERS" in said(ehr(disease_codes=later), both)[1]


def test_persons_of_all_listed_diseases_are_not_said_to_be_yours() -> None:
    wide = dataset(disease_areas=[area("KCD", "C00-C97")], population={"individuals": 50_000, "record_unit": "person"})
    wanted = ehr(disease_codes=LUNG, patients_minimum=40_000)
    ko, en = sentences(wanted, wide)
    assert "50,000 persons published, all listed diseases together." in en and "대상 질환 전체 합계" in ko
    assert "at least the 40,000" not in en and "충족" not in ko
    assert "DISEASE_COUNT_UNKNOWN" in said(wanted, wide)[1]
    own = replace(wide, diseases=dataset(disease_areas=[area("KCD", "C34.1")]).diseases)
    assert "at least the 40,000 you need" in sentences(wanted, own)[1] and "DISEASE_COUNT_UNKNOWN" not in said(wanted, own)[1]
    assert "PATIENTS" in said(ehr(disease_codes=LUNG, patients_minimum=60_000), wide)[0]


# ── Whom it is about ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("title_ko", "title_en", "sex"),
    [
        ("직장여성코호트", "Working Women Cohort", "FEMALE"),
        ("여성 건강 코호트", "Women's health cohort", "FEMALE"),
        ("남성·여성 암 코호트", "Cancer cohort of men and women", None),
        ("남녀 여성암 비교 코호트", "Cohort", None),
        ("서울여성병원 암 데이터", "Cancer data of Seoul Women's Hospital", None),
        ("암 코호트", "Cancer cohort", None),
    ],
)
def test_a_title_that_names_women_says_whom_it_is_about(title_ko: str, title_en: str, sex: str | None) -> None:
    found = dataset(title_ko=title_ko, title_en=title_en, disease_scope="ALL", disease_areas=[])
    assert found.sex == sex
    prostate = ehr(disease_codes={"system": "KCD", "include": ["C61"]})
    assert ("COHORT" in said(prostate, found)[0]) is (sex == "FEMALE")


# ── What it may be used for ──────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("purposes", "ai", "dataset_says", "purpose", "answer"),
    [
        (("EXTERNAL_VALIDATION",), False, False, "EXTERNAL_VALIDATION", True),  # the offer names it
        (("EXTERNAL_VALIDATION",), False, None, "EXTERNAL_VALIDATION", True),
        ((), False, None, "EXTERNAL_VALIDATION", None),  # nothing is said about validation
        ((), False, False, "EXTERNAL_VALIDATION", False),
        ((), True, False, "EXTERNAL_VALIDATION", True),
        (("PRODUCT_DEVELOPMENT",), None, False, "PRODUCT_DEVELOPMENT", True),
        (("PRODUCT_DEVELOPMENT",), False, True, "PRODUCT_DEVELOPMENT", False),
        ((), True, None, "PRODUCT_DEVELOPMENT", True),
        ((), None, False, "PRODUCT_DEVELOPMENT", False),
        (("SCIENTIFIC_RESEARCH",), True, True, "PRODUCT_DEVELOPMENT", False),
    ],
)
def test_an_offers_own_word_decides_what_it_may_be_used_for(
    purposes: tuple[str, ...], ai: bool | None, dataset_says: bool | None, purpose: str, answer: bool | None
) -> None:
    offer = rules.OfferFacts("o", "공급", "Offer", purposes=purposes, commercial_ai_allowed=ai)
    found = replace(BY_KEY["kc-amc-breast"], commercial=dataset_says, offer=offer)
    failures, warnings = said(ehr(purpose=purpose), found)
    assert ("PURPOSE" in failures) is (answer is False)
    assert ("COMMERCIAL_USE_UNKNOWN" in warnings) is (answer is None)
    if answer and purpose in purposes and not ai:
        assert "The offer allows the purpose you named." in sentences(ehr(purpose=purpose), found)[1]


def test_a_no_to_commercial_ai_is_told_as_such() -> None:
    offer = rules.OfferFacts("o", "공급", "Offer", purposes=("PRODUCT_DEVELOPMENT",), commercial_ai_allowed=False)
    found = replace(BY_KEY["kc-amc-breast"], offer=offer)
    (failure,) = rules.judge(ehr(purpose="PRODUCT_DEVELOPMENT"), found, policy()).failures
    assert "commercial AI" in failure.en and "상업적 AI" in failure.ko


# ── Years ────────────────────────────────────────────────────────────────────────────────────────────
def years(first: str | None, last: str | None, frequency: str | None = None, notes: str = "") -> rules.Candidate:
    return dataset(temporal_start=first, temporal_end=last, update_frequency=frequency, notes=notes)


def test_a_collection_that_grows_may_hold_later_years_by_now() -> None:
    growing, still = years("2010", "2022", "ANNUAL"), years("2010", "2022")
    later = ehr(period=[2023, 2026])
    assert said(later, still)[0] == {"PERIOD"}
    failures, warnings = said(later, growing)
    assert failures == set() and "PERIOD_TO_CONFIRM" in warnings
    ko, en = sentences(later, growing)
    assert "ask whether the years you asked for have been added" in en and "정기 갱신" in ko and "part of the years" not in en
    dated = years("2010", "2022", "QUARTERLY", notes="23 tables; last updated 2023-02-28.")  # its years are of that day
    assert said(later, dated)[0] == {"PERIOD"}


def test_follow_up_in_a_collection_that_grows_may_be_longer_than_what_is_described() -> None:
    growing, still = years("2018", "2020", "ANNUAL"), years("2018", "2020")
    assert said(ehr(follow_up_months_minimum=60), still)[0] == {"FOLLOW_UP"}
    assert "FOLLOW_UP_UNKNOWN" in said(ehr(follow_up_months_minimum=60), growing)[1]
    assert said(ehr(follow_up_months_minimum=120), growing)[0] == {"FOLLOW_UP"}  # nine years have passed
    both = {"period": [2019, 2026], "follow_up_months_minimum": 36}
    assert said(ehr(**both), still)[0] == {"PERIOD"} and said(ehr(**both), growing)[0] == set()
    assert said(ehr(period=[2017, 2019], follow_up_months_minimum=30), growing)[0] == {"PERIOD"}  # two years at most
    assert said(ehr(period=[2019, None], follow_up_months_minimum=36), growing)[0] == set()


@pytest.mark.parametrize(
    ("first", "last", "period", "en"),
    [
        ("2010", "2016", [2015, None], "part of the years you asked for"),
        ("2010", "2026", [2015, None], "all the years you asked for"),
        ("2010", "2016", [None, 2014], "all the years you asked for"),
        ("2010", "2016", [2012, 2014], "all the years you asked for"),
        ("2013", "2016", [2012, 2014], "part of the years you asked for"),
        (None, "2016", [None, 2014], "until the last year you asked for; ask for the first one"),
        ("2010", None, [2012, None], "from the first year you asked for; ask for the last one"),
    ],
)
def test_how_much_of_the_years_is_inside(first: str | None, last: str | None, period: list[int | None], en: str) -> None:
    wanted, found = ehr(period=period), years(first, last)
    told = sentences(wanted, found)[1]
    assert en in told
    points = rules.match(wanted, [found], policy()).results[0].components["period"]
    if "all the years" in told:
        assert points == rules.WEIGHTS["period"]
    if "part of the years" in told:
        assert points < rules.WEIGHTS["period"]


# ── What to do next ──────────────────────────────────────────────────────────────────────────────────
def test_that_a_quote_may_be_asked_for_is_a_code_of_its_own() -> None:
    supplier, other = BY_KEY["kc-amc-breast"], BY_KEY["hira-custom"]
    told = {one.code: one.en for one in rules.judge(ehr(), supplier, policy()).warnings}
    assert told["NO_OFFER"].endswith("is published.") and told[rules.ASK_FOR_QUOTE] == "Ask for a quote."
    assert rules.ASK_FOR_QUOTE not in {one.code for one in rules.judge(ehr(), other, policy()).warnings}
