"""The block scorer says the same as the engine: every filter, every component, every order, for real and for made-up facts."""

import json
import random
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.catalogue.rules import disease
from tests.factories import matching
from tests.factories.matching import candidates, need, policy
from vouchers.matching import rules
from vouchers.matching.rules import blocks, bundles, conditions, content, kinds
from vouchers.matching.rules.score import components
from vouchers.matching.rules.verdict import Failure

LABELLED = sorted((Path(__file__).resolve().parents[1] / "labelled").glob("**/needs/*.json"))
READ = {  # face → (checks, components) of the engine that it stands for
    "purpose": ((conditions.purpose,), ("purpose",)),
    "data_kind": ((content.data_kind,), ()),
    "diseases": ((content.disease_codes,), ("disease",)),
    "cohort": ((content.cohort,), ()),
    "people": ((content.age,), ("population",)),
    "kinds": ((kinds.modality,), ("modality",)),
    "body": ((content.body_part,), ()),
    "scope": ((content.scope,), ()),
    "years": ((content.follow_up, content.period), ("period",)),
    "size": ((content.patients,), ("volume",)),
    "access": ((conditions.access_mode, conditions.export, conditions.linkage), ("access",)),
    "price": ((conditions.budget, conditions.lead_time), ("terms",)),
    "variables": ((content.variable,), ()),
    "sites": ((content.sites,), ()),
    "labels": ((content.labels,), ("labels",)),
    "standard": ((), ("standard",)),
    "region": ((), ("region",)),
}
ALONE = ((conditions.status, conditions.supplier), ("supplier", "certainty"))


def heeded(wanted: rules.Need, everybody: Any, terms: rules.Policy) -> rules.Policy:
    """As `engine.match` has it: with what the institutions to be joined bring."""
    brought = bundles.partner_kinds(wanted, [(one, rules.judge(wanted, one, terms)) for one in everybody])
    return replace(terms, by_linkage=brought)


def agree(needs: Any, everybody: Any, terms: rules.Policy) -> int:
    """Compares every face of every pair, then the sums and the filters; how many pairs passed."""
    shelf = blocks.Shelf(needs, everybody, terms)
    assert set(shelf.faces) == set(READ)
    assert {check for checks, _parts in [*READ.values(), ALONE] for check in checks} | {
        conditions.entry, conditions.gpu, conditions.seats, conditions.processing, conditions.certainty  # these only warn
    } == set(rules.filters.CHECKS)  # fmt: skip
    assert {part for _checks, parts in [*READ.values(), ALONE] for part in parts} == set(rules.WEIGHTS)
    total, passed = shelf.scores(0, len(needs)), 0
    made = {}
    for name, face in shelf.faces.items():
        made[name] = np.zeros_like(total)
        face.add(made[name], 0)
    for row, wanted in enumerate(needs):
        own = heeded(wanted, shelf.candidates, terms)
        assert shelf.brought[row] == own.by_linkage
        for column, found in enumerate(shelf.candidates):
            parts = components(wanted, found, own)
            for name, (checks, named) in READ.items():
                out = any(isinstance(said, Failure) for check in checks for said in check(wanted, found, own))
                value = int(made[name][row, column])
                assert (value < 0) == out, (name, wanted, found)
                assert out or value == sum(parts[part] for part in named), (name, wanted, found)
            fits = rules.judge(wanted, found, own).passed
            assert (total[row, column] >= 0) == fits, (wanted, found)
            assert not fits or total[row, column] == sum(parts.values()), (wanted, found)
            passed += fits
    return passed


def test_the_labelled_needs_and_all_real_datasets() -> None:
    needs = [rules.parse_need(json.loads(path.read_text()), matching.known()) for path in LABELLED]
    for terms in (policy(), policy(suppliers_only=True)):
        assert agree(needs, candidates(), terms) > (50 if not terms.suppliers_only else 10)


# ── Made-up facts: whatever stands in a field, alone or together with others ─────────────────────────
MODALITIES = [
    "CT",
    "MRI",
    "WSI",
    "ENDOSCOPY",
    "ECG",
    "EHR",
    "LAB",
    "MEDICATION",
    "CLAIMS",
    "REGISTRY",
    "CLINICAL_NOTE",
    "LIFELOG",
    "WGS",
]
SOME_CODES = ["C34", "C34.1", "C50", "C18-C20", "C61", "I48", "II", "E10-E14", "J", "U07.1", "O80", "C3"]
INSTITUTIONS = ["hira", "nhis", "amc", "snuh"]
REGIONS = ["CHEST", "HEAD", "ABDOMEN"]
MODES, EXITS = ["TRANSFER", "CLOSED_ROOM", "CLOUD", "REMOTE_VDI"], ["RESULT_EXPORT", "MODEL_EXPORT", "DATA_EXPORT"]
PURPOSES = ["PRODUCT_DEVELOPMENT", "EXTERNAL_VALIDATION", "SCIENTIFIC_RESEARCH", "PUBLIC_BENEFIT"]
FLAG, FIGURE = st.sampled_from([None, True, False]), st.sampled_from([None, 0, 1, 500, 12_000, 5_000_000_000])


def some(of: list[str], most: int = 3, least: int = 0) -> Any:
    return st.lists(st.sampled_from(of), min_size=least, max_size=most, unique=True).map(tuple)


def codes(least: int = 1) -> Any:
    return some(SOME_CODES, 3, least).map(lambda texts: disease.codes("KCD", texts))


holders = st.builds(
    rules.Holder,
    key=st.sampled_from(INSTITUTIONS), name_ko=st.just("가"), name_en=st.just("A"), region=st.sampled_from([None, "SEOUL", "GANGWON"]),
    institution_type=st.sampled_from(["", "HOSPITAL"]), capital_area=FLAG, supplier=st.booleans(), active=st.sampled_from([True, True, False]),
)  # fmt: skip
offers = st.builds(
    rules.OfferFacts,
    ref=st.sampled_from(["ofr-1", "ofr-2"]), title_ko=st.just("가"), title_en=st.just("A"),
    floor_won=st.sampled_from([None, 0, 90_000_000, 90_000_001]), lead_time_days=st.sampled_from([None, 0, 19, 60, 200]),
    access_modes=some(MODES, 2), exits=some(EXITS, 2), purposes=some(PURPOSES, 3), commercial_ai_allowed=FLAG,
    processing=some(["EXTRACTION", "LABELLING"], 2), open_capacity=st.sampled_from([None, 0, 3]), joint_drb=FLAG,
)  # fmt: skip
FOUND = {
    "key": st.sampled_from([f"set-{n}" for n in range(9)]), "title_ko": st.just("가"), "title_en": st.just("A"), "holder": holders,
    "holders": some(INSTITUTIONS, 4), "status": st.sampled_from(["AVAILABLE", "AVAILABLE", "AVAILABLE", "PLANNED"]),
    "modality": some(MODALITIES, 4), "disease_scope": st.sampled_from(["ALL", "LISTED", "UNKNOWN"]), "diseases": st.none() | codes(),
    "disease_ko": st.just("가"), "disease_en": st.just("A"), "individuals": FIGURE, "records": FIGURE, "record_unit": st.just("person"),
    "min_age": st.sampled_from([None, 0, 19, 65]), "max_age": st.sampled_from([None, 18, 70, 120]),
    "first_year": st.sampled_from([None, 1985, 2010, 2020]), "last_year": st.sampled_from([None, 2009, 2021, 2026]),
    "access_mode": some(MODES, 2), "exits": some(EXITS, 2), "standard": some(["DICOM", "OMOP_CDM", "FHIR", "VCF"], 2), "commercial": FLAG,
    "linkage": FLAG, "certainty": st.sampled_from(["", "published", "derived", "recalled"]),
    "uncertain": st.frozensets(st.sampled_from(["*", "modality", "title"])), "regions": st.frozensets(st.sampled_from(REGIONS), max_size=2),
    "sex": st.sampled_from([None, "MALE", "FEMALE"]), "synthetic": st.sampled_from([None, "ALL", "PART"]),
    "absent": st.frozensets(st.sampled_from(["LAB", "CAUSE_OF_DEATH"])), "follow_up_months_max": st.sampled_from([None, 12, 60]),
    "part_of": st.none() | st.sampled_from(["set-0", "set-1"]), "offer": st.none() | offers,
    "annotation_words": st.sampled_from([None, ("표", "marks")]), "sites": st.sampled_from([None, 1, 2, 30]),
    "pictured": st.dictionaries(st.sampled_from(["CT", "MRI"]), st.frozensets(st.sampled_from(REGIONS), min_size=1)),
    "scoped": st.frozensets(st.sampled_from(["STOMACH", "COLON"]), max_size=1),
    "unread": some(["SNOMED-CT 254637007"], 1), "grows": st.booleans(),
}  # fmt: skip
found = st.builds(rules.Candidate, **FOUND)
WANTED = {
    "modality": some(MODALITIES, 4, 1), "region": st.sampled_from([None, "SEOUL", "GANGWON"]), "purpose": st.none() | st.sampled_from(PURPOSES),
    "disease_codes": st.none() | st.builds(
        rules.need.DiseaseNeed, system=st.just("KCD"), version=st.none(),
        include=codes(0) | st.just(disease.Codes("SNOMED_CT", ("254637007",), ())), exclude=some(["C34", "C50-C61", "pregnant", "I48"], 2),
    ),
    "body_parts": some(["chest", "머리", "위", "대장", "부비동"], 2), "variables": some(["HbA1c", "사망원인", "처방 내역", "심전도", "병리", "size"], 2),
    "min_age": st.sampled_from([None, 0, 19, 80]), "max_age": st.sampled_from([None, 80, 100]),
    "follow_up_months_minimum": st.sampled_from([None, 0, 12, 48]),
    "period": st.sampled_from([None, (2012, 2020), (None, 2008), (2022, None), (2010, 2010)]),
    "patients_wanted": FIGURE, "patients_minimum": st.sampled_from([None, 0, 400, 11_000]), "sites_minimum": st.sampled_from([None, 0, 1, 2, 3]),
    "labels": st.sampled_from([None, "nodules"]), "processing_wanted": some(["EXTRACTION", "LABELLING", "LABOUR"], 2),
    "access_modes_acceptable": some(MODES, 3), "exports_wanted": some(EXITS, 2), "linkage": some([*INSTITUTIONS, "set-2"], 2),
    "real_patients_required": FLAG, "project_months": st.sampled_from([None, 0, 1, 9]), "budget_won": st.sampled_from([None, 0, 90_000_000]),
    "track": st.sampled_from([None, "SMALL"]), "starts_on": st.sampled_from([None, date(2027, 1, 20)]),
    "ends_on": st.sampled_from([None, date(2027, 2, 1), date(2027, 9, 30)]),
}  # fmt: skip
wanted = st.builds(rules.Need, **WANTED)
terms_of_rounds = st.sampled_from(
    [
        policy(),
        policy(suppliers_only=True, prefer_outside_capital=False),
        policy(task_prices={"SMALL": 90_000_000}, provider_types=frozenset({"HOSPITAL"})),
        policy(weights={**rules.WEIGHTS, "modality": 2099, "disease": 1901}),
    ]
)


@given(
    st.lists(wanted, min_size=1, max_size=6),
    st.lists(found, min_size=1, max_size=9, unique_by=lambda one: one.id),
    terms_of_rounds,
)
@settings(max_examples=100, deadline=None)
def test_made_up_needs_and_datasets(needs: Any, everybody: Any, terms: rules.Policy) -> None:
    agree(needs, everybody, terms)


@given(
    st.lists(wanted, min_size=1, max_size=4),
    st.lists(found, min_size=1, max_size=9, unique_by=lambda one: one.id),
    st.integers(1, 9),
)
@settings(max_examples=100, deadline=None)
def test_the_order_is_the_engines_with_umbrellas_folded(needs: Any, everybody: Any, most: int) -> None:
    terms = policy(limit=most)
    shelf = blocks.Shelf(needs, everybody, terms)
    ranked = shelf.ranked(most)
    for row, one in enumerate(needs):
        expected = [(entry.candidate.id, entry.score) for entry in rules.match(one, everybody, terms).results]
        assert told(shelf, ranked, row) == expected


@given(
    wanted,
    st.lists(found, min_size=0, max_size=14, unique_by=lambda one: one.id),
    terms_of_rounds,
    st.integers(1, 9),
    st.data(),
)
@settings(max_examples=300, deadline=None)
def test_one_need_is_answered_as_the_engine_does(wish: Any, everybody: Any, terms: rules.Policy, most: int, data: Any) -> None:
    rows = (
        data.draw(st.permutations(data.draw(st.lists(st.sampled_from(range(len(everybody))), unique=True)))) if everybody else []
    )
    terms, stock = replace(terms, limit=most), blocks.Stock(everybody)
    for more in (None, 0, 1, 3):
        assert blocks.match(wish, stock, rows, terms, told=more) == rules.match(
            wish, [everybody[n] for n in rows], terms, told=more
        )


def test_two_checks_of_one_filter_count_once_for_who_came_nearest() -> None:
    plain = replace(
        candidates()[0], status="AVAILABLE", part_of=None, modality=("ENDOSCOPY",), regions=frozenset({"ABDOMEN"}), scoped=frozenset(),
        disease_scope="ALL", min_age=None, max_age=None, individuals=9000, offer=None,
    )  # fmt: skip
    everybody = [
        replace(plain, key="a-two", max_age=10, individuals=1),
        replace(plain, key="b-one", regions=frozenset({"HEAD"}), scoped=frozenset({"COLON"})),  # another part, another organ
        replace(plain, key="c-fits"),
    ]
    wish = need(modality=["ENDOSCOPY"], body_parts=["위"], min_age=40, patients_minimum=500)
    answer = blocks.match(wish, blocks.Stock(everybody), range(3), policy(), told=1)
    assert [one.dataset for one in answer.excluded] == ["b-one"] and [one.candidate.key for one in answer.results] == ["c-fits"]
    assert answer == rules.match(wish, everybody, policy(), told=1)


def test_the_labelled_needs_one_by_one() -> None:
    stock, everybody = blocks.Stock(candidates()), range(len(candidates()))
    for path in LABELLED:
        one = rules.parse_need(json.loads(path.read_text()), matching.known())
        for terms in (policy(), policy(suppliers_only=True)):
            for more in (None, 5, 40, 1000):
                assert blocks.match(one, stock, everybody, terms, told=more) == rules.match(one, candidates(), terms, told=more)


def told(shelf: blocks.Shelf, ranked: blocks.Ranked, row: int) -> list[tuple[str, int]]:
    pairs = zip(ranked.column[row].tolist(), ranked.score[row].tolist(), strict=True)
    return [(shelf.candidates[column].id, points) for column, points in pairs if column >= 0]


def test_every_field_is_made_up_that_a_filter_or_a_score_reads() -> None:
    """A new field stands among the made-up ones, or here because it is told, warned of or folded and never counted."""
    told_only = {"round", "company_size", "product", "regulatory_route", "gpu", "seats", "irb_state"}
    assert {field.name for field in fields(rules.Need)} - set(WANTED) == told_only
    shown_only = {"derived", "commercial_note", "size_note", "fee", "free", "public", "seats", "gpus", "code_versions"}
    assert {field.name for field in fields(rules.Candidate)} - set(FOUND) == shown_only


def test_what_images_show_in_every_combination() -> None:
    sides = [None, frozenset({"CHEST"}), frozenset({"HEAD"})]
    kinds_held = [("CT",), ("MRI",), ("CT", "MRI", "EHR")]
    needs = [
        need(modality=list(held), body_parts=parts) for held in kinds_held for parts in (["chest"], ["머리", "chest"], ["부비동"])
    ]
    shown = [{code: seen for code, seen in (("CT", ct), ("MRI", mri)) if seen} for ct in sides for mri in sides]
    plain = replace(candidates()[0], status="AVAILABLE", part_of=None)
    everybody = [
        replace(plain, key=f"{n}-{held}-{named}", modality=held, pictured=one, regions=named)
        for n, one in enumerate(shown) for held in kinds_held for named in (frozenset(), frozenset({"HEAD"}))
    ]  # fmt: skip
    assert agree(needs, everybody, policy()) > 100


def test_the_labelled_needs_in_the_engines_order() -> None:
    needs = [rules.parse_need(json.loads(path.read_text()), matching.known()) for path in LABELLED]
    shelf = blocks.Shelf(needs, candidates(), policy())
    ranked = shelf.ranked(20)
    for row, one in enumerate(needs):
        results = rules.match(one, candidates(), policy()).results
        assert told(shelf, ranked, row) == [(entry.candidate.id, entry.score) for entry in results]


def test_blocks_of_any_size_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    needs = [rules.parse_need(json.loads(path.read_text()), matching.known()) for path in LABELLED]
    whole = blocks.Shelf(needs, candidates(), policy()).ranked(20)
    shuffled = list(candidates())
    random.Random(3).shuffle(shuffled)
    monkeypatch.setattr(blocks.scoring, "CELLS", 600)  # three needs a block
    shelf = blocks.Shelf(needs, shuffled, policy())
    assert shelf.rows == 3
    small = shelf.ranked(20)
    assert (small.column == whole.column).all() and (small.score == whole.score).all()


def test_equal_scores_are_ordered_by_id_at_the_edge_of_the_list() -> None:
    alike = [replace(candidates()[0], key=f"same-{n:02}", part_of=None, status="AVAILABLE", modality=("CT",)) for n in range(30)]
    shelf = blocks.Shelf([need()], alike[::-1], policy())
    ranked = shelf.ranked(5)
    assert [shelf.candidates[column].key for column in ranked.column[0]] == [f"same-{n:02}" for n in range(5)]
    answer = blocks.match(need(), blocks.Stock(alike[::-1]), range(30), policy(limit=5))
    assert [one.candidate.key for one in answer.results] == [f"same-{n:02}" for n in range(5)]
    assert len(set(ranked.score[0].tolist())) == 1


def test_nothing_to_rank() -> None:
    assert blocks.Shelf([], candidates(), policy()).ranked(5).column.shape == (0, 5)
    assert blocks.Shelf([need()], [], policy()).ranked(5).column.shape == (1, 0)
