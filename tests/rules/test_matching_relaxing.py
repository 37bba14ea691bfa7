"""How much still fits a need, and what each relaxation adds: the promise on the button is what the next count says."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import matching as real
from vouchers.matching import rules
from vouchers.matching.rules import relaxing

POLICY = real.policy()


def said(need: rules.Need, candidates: Any = None) -> rules.Leeway:
    return rules.leeway(need, candidates if candidates is not None else real.candidates(), POLICY)


def one(**changes: Any) -> rules.Candidate:
    """A chest-CT dataset that fits `real.need()`, changed."""
    first = next(c for c in real.candidates() if c.status == "AVAILABLE" and "CT" in c.modality and c.part_of is None)
    blank = {
        "disease_scope": "ALL", "diseases": None, "individuals": 5000, "first_year": 2015, "last_year": 2022, "min_age": None,
        "max_age": None, "access_mode": ("CLOSED_ROOM",), "exits": ("RESULT_EXPORT",), "commercial": True, "synthetic": None,
        "linkage": True, "offer": None, "modality": ("CT",), "sites": 1, "absent": frozenset(), "regions": frozenset(), "sex": None,
    }  # fmt: skip
    return replace(first, **{**blank, **changes})


def test_a_dataset_that_fails_one_condition_is_what_giving_it_up_adds() -> None:
    need = real.need(period=[2018, 2020], patients_minimum=1000, access_modes_acceptable=["CLOSED_ROOM"])
    near = [
        one(key="fits"), one(key="old", first_year=2001, last_year=2003), one(key="older", first_year=1999, last_year=2001),
        one(key="small", individuals=10), one(key="far", access_mode=("REMOTE_VDI",)),
        one(key="twice", individuals=10, first_year=2001, last_year=2003), one(key="planned", status="PLANNED"),
    ]  # fmt: skip
    found = said(need, near)
    assert found.fits == 1
    assert [(step.value, adds) for step, adds in found.more] == [
        ("PERIOD:", 2), ("ACCESS_MODE:REMOTE_VDI", 1), ("PATIENTS:", 1),
    ]  # fmt: skip


def test_an_umbrella_and_its_parts_are_counted_once() -> None:
    need = real.need()
    umbrella, parts = one(key="roof"), [one(key=f"part-{n}", part_of="roof") for n in range(3)]
    assert said(need, [umbrella]).fits == 1
    assert said(need, [umbrella, *parts]).fits == 3
    assert said(replace(need, sites_minimum=2), [replace(umbrella, sites=3), *parts]).fits == 1


def test_several_offers_of_a_dataset_are_one_dataset() -> None:
    cheap, dear = rules.OfferFacts("ofr-1", "가", "a", floor_won=10), rules.OfferFacts("ofr-2", "나", "b", floor_won=10**9)
    both = [one(key="x", offer=cheap), one(key="x", offer=dear)]
    assert said(real.need(budget_won=100), both).fits == 1
    only_dear = said(real.need(budget_won=100), [both[1]])
    assert (only_dear.fits, [(step.value, adds) for step, adds in only_dear.more]) == (0, [("BUDGET:", 1)])


def test_what_cannot_be_given_up_is_no_relaxation() -> None:
    need = real.need(purpose="PRODUCT_DEVELOPMENT")
    near = [one(key="research", commercial=False), one(key="planned", status="PLANNED"), one(key="other", modality=("CLAIMS",))]
    assert said(need, near) == rules.Leeway(0, ())


def test_every_relaxation_has_words_and_a_place_in_the_form() -> None:
    from vouchers.matching.forms.relaxing import EMPTIED
    from vouchers.matching.queries.relaxing import WORDS

    assert set(WORDS) == set(relaxing.LIFTS)
    assert set(EMPTIED) | {"VARIABLE", "EXPORT", "ACCESS_MODE"} == set(relaxing.LIFTS)
    assert set(relaxing.DROPPED) <= set(relaxing.LIFTS)


few = {
    "purpose": st.sampled_from(["PRODUCT_DEVELOPMENT", "SCIENTIFIC_RESEARCH"]),
    "modality": st.lists(st.sampled_from(["CT", "MRI", "ECG", "EHR", "CLAIMS", "GENOMICS", "LAB"]), min_size=1, max_size=3, unique=True),
    "disease_codes": st.builds(
        lambda include, exclude: {"system": "KCD", "version": "9", "include": include, "exclude": exclude},
        st.lists(st.sampled_from(["C34", "C50", "I48", "C16", "C61", "F00-F09"]), min_size=1, max_size=2, unique=True),
        st.lists(st.sampled_from(["C16", "I10", "earlier surgery"]), max_size=1),
    ),
    "body_parts": st.lists(st.sampled_from(["chest", "abdomen", "brain"]), min_size=1, max_size=1),
    "variables": st.lists(st.sampled_from(["LDL cholesterol", "cause of death", "prescriptions", "smoking"]), max_size=3, unique=True),
    "min_age": st.sampled_from([19, 70]), "max_age": st.sampled_from([5, 100]),
    "follow_up_months_minimum": st.sampled_from([12, 60, 200]), "period": st.sampled_from([[2000, 2004], [2015, 2016], [2023, 2024]]),
    "patients_minimum": st.sampled_from([100, 100_000]), "sites_minimum": st.sampled_from([2, 5]),
    "access_modes_acceptable": st.lists(st.sampled_from(["REMOTE_VDI", "TRANSFER", "CLOSED_ROOM"]), min_size=1, max_size=2, unique=True),
    "exports_wanted": st.lists(st.sampled_from(["RESULT_EXPORT", "MODEL_EXPORT", "DATA_EXPORT"]), min_size=1, max_size=2, unique=True),
    "linkage": st.lists(st.sampled_from(["nhis", "hira", "kdca", "snuh"]), min_size=1, max_size=1),
    "real_patients_required": st.just(True), "project_months": st.sampled_from([3, 12]), "budget_won": st.sampled_from([10**6, 10**9]),
}  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.fixed_dictionaries({"modality": few["modality"]}, optional={k: v for k, v in few.items() if k != "modality"}))
def test_the_next_count_is_what_the_button_promised(document: dict[str, Any]) -> None:
    """Over the real catalogue: fits + adds = what fits after the relaxation, and `match` finds as many."""
    if document.get("min_age", 0) > document.get("max_age", 200):
        document.pop("min_age")
    codes = set(real.known()["exit_kind"])
    if "exports_wanted" in document:
        document["exports_wanted"] = [code for code in document["exports_wanted"] if code in codes] or ["RESULT_EXPORT"]
    need = rules.parse_need(document, real.known())
    found = said(need)
    everything = rules.match(need, real.candidates(), POLICY)
    fitting = [one for one in real.candidates() if one.id in everything.fitting]
    assert found.fits == relaxing.counted(need, fitting)
    promised = dict(found.more)
    for step, eased in rules.relaxations(need, POLICY):
        after = said(eased).fits
        assert after - found.fits == promised.get(step, min(after - found.fits, 0)), step


@settings(max_examples=25, deadline=None)
@given(
    st.fixed_dictionaries(
        {"modality": few["modality"]}, optional={k: v for k, v in few.items() if k not in ("modality", "exports_wanted")}
    )
)
def test_candidates_of_the_asked_kinds_are_enough(document: dict[str, Any]) -> None:
    if document.get("min_age", 0) > document.get("max_age", 200):
        document.pop("min_age")
    need = rules.parse_need(document, real.known())
    near = [
        c
        for c in real.candidates()
        if not c.modality or set(c.modality) & set(need.modality) or {c.key, c.holder.key} & set(need.linkage)
    ]
    assert said(need, near) == said(need)
