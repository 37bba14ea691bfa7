"""A run after an objection on paper: the others' rights stay, slots and budget are never exceeded, nobody is made worse."""

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.test_evaluation_rules import LARGE, SMALL, inputs, one
from vouchers.evaluation import rules
from vouchers.evaluation.rules import Ground, Outcome

PLANS = {plan.key: plan for plan in (LARGE, SMALL)}


def first(*applicants, **facts):
    """(inputs, result) of the first run."""
    text = inputs(*applicants, **facts)
    return text, rules.parse_outputs(json.loads(rules.outputs_text(text)))


def again(text, result, *corrected, promoted=(), ended=(), budget=1000):
    """The run after an objection. promoted, ended: refs. Returns (inputs, result)."""
    grants = {one.ref: one.grant_won for one in rules.parse_inputs(json.loads(text)).applicants}
    standing = [line for line in result.lines if line.ref not in ended]
    standing = [
        replace(line, outcome=Outcome.SELECTED, ground=Ground.PROMOTED, grant_won=grants[line.ref], reserve_no=None)
        if line.ref in promoted else line
        for line in standing
    ]  # fmt: skip
    held = [line for line in standing if line.outcome == Outcome.SELECTED]
    text = rules.rerun_text(
        previous=text, corrected={one.ref: "0" * 64 for one in corrected}, applicants=list(corrected), standing=standing,
        available_won=budget - sum(line.grant_won for line in held), quotas=list(result.quotas),
        free_slots={key: plan.slots - sum(line.track == key for line in held) for key, plan in PLANS.items()},
    )  # fmt: skip
    return text, rules.parse_outputs(json.loads(rules.outputs_text(text)))


def by_ref(result):
    return {line.ref: line for line in result.lines}


def test_a_corrected_score_takes_a_free_place():
    text, result = first(one(1, 90), one(2, 80), one(3, 60))
    assert by_ref(result)["app-3"].ground == Ground.BELOW_MARK
    _text, new = again(text, result, one(3, 85), ended=["app-2"])
    line = by_ref(new)["app-3"]
    assert (line.outcome, line.ground, line.grant_won) == (Outcome.SELECTED, Ground.FREE_PLACE, 100)
    assert by_ref(new)["app-1"] == by_ref(result)["app-1"] and "app-2" not in by_ref(new)


def test_without_a_free_place_it_stands_first_on_the_reserve_and_says_so():
    text, result = first(one(1, 90), one(2, 80), one(3, 75), one(4, 60))
    _text, new = again(text, result, one(4, 95))
    lines = by_ref(new)
    assert (lines["app-4"].outcome, lines["app-4"].ground, lines["app-4"].reserve_no) == ("RESERVE", Ground.NO_FREE_SLOT, 1)
    assert lines["app-3"].reserve_no == 2 and lines["app-2"].outcome == "SELECTED"
    _text, new = again(text, result, one(4, 95, grant=300), ended=["app-1"], budget=350)
    assert by_ref(new)["app-4"].ground == Ground.NO_FREE_WON and new.left_won == 250


def test_a_later_one_stands_behind_who_was_owed_a_place_before():
    text, result = first(one(1, 90), one(2, 80), one(3, 75), one(4, 60), one(5, 60))
    text, result = again(text, result, one(4, 95))
    _text, new = again(text, result, one(5, 99))
    assert [line.ref for line in sorted(new.lines, key=lambda x: x.reserve_no or 99) if line.reserve_no] == [
        "app-4", "app-5", "app-3",
    ]  # fmt: skip


def test_where_it_deserves_no_place_its_rank_puts_it_into_the_reserve_list_and_it_is_never_made_worse():
    text, result = first(one(1, 90), one(2, 89), one(3, 80), one(4, 75), one(5, 60))
    _text, new = again(text, result, one(5, 78))
    assert {line.ref: line.reserve_no for line in new.lines if line.reserve_no} == {"app-3": 1, "app-5": 2, "app-4": 3}, (
        "nobody leaves"
    )
    _text, new = again(text, result, one(3, 50))
    assert (by_ref(new)["app-3"].outcome, by_ref(new)["app-3"].ground, by_ref(new)["app-3"].reserve_no) == (
        "RESERVE", Ground.KEPT, 1,
    )  # fmt: skip


points = st.integers(55, 99)
people = st.lists(
    st.tuples(points, st.sampled_from(["LARGE", "SMALL"]), st.integers(1, 80), st.sampled_from(["SEOUL", "BUSAN"])),
    min_size=3, max_size=9,
)  # fmt: skip
policies = st.sampled_from(
    [{}, {"normalisation": "Z_SCORE", "normalise_from": 2}, {"pools": [{"pool": "NON_CAPITAL", "share": "0.4"}]}]
)


@settings(max_examples=120, deadline=None)
@given(people, st.integers(40, 300), policies, st.data())
def test_the_others_rights_stay_and_nothing_is_exceeded(facts, budget, policy, data):
    everybody = [one(n, p, track=t, grant=g, region=r) for n, (p, t, g, r) in enumerate(facts, 1)]
    text, result = first(*everybody, budget=budget, policy=policy)
    held = [line.ref for line in result.lines if line.outcome == "SELECTED"]
    ended = data.draw(st.lists(st.sampled_from(held), unique=True)) if held else []
    losers = [a for a in everybody if a.ref not in held]
    if not losers:
        return
    chosen = data.draw(st.lists(st.sampled_from(losers), min_size=1, max_size=2, unique_by=lambda a: a.ref))
    wrong = [one(int(a.ref[4:]), data.draw(points), track=a.track, grant=a.grant_won, region=a.region) for a in chosen]
    new_text, new = again(text, result, *wrong, ended=ended, budget=budget)
    refs, old, lines = {a.ref for a in wrong}, by_ref(result), by_ref(new)
    assert rules.outputs_text(new_text) == rules.outputs_text(new_text), "the same bytes"
    others = [ref for ref in old if ref not in refs and ref not in ended]
    assert all((lines[ref].outcome, lines[ref].grant_won) == (old[ref].outcome, old[ref].grant_won) for ref in others)
    for track, plan in PLANS.items():
        assert sum(line.track == track and line.outcome == "SELECTED" for line in new.lines) <= plan.slots
        waiting = sorted((x for x in new.lines if x.track == track and x.reserve_no), key=lambda x: x.reserve_no)
        assert [x.reserve_no for x in waiting] == list(range(1, len(waiting) + 1))
        kept = [x.ref for x in waiting if x.ref not in refs]
        assert kept == sorted(kept, key=lambda ref: old[ref].reserve_no), "their order among each other"
    assert sum(line.grant_won for line in new.lines) == new.budget_won - new.left_won and new.left_won >= 0
    merits = {x.ref: x for x in rules.parse_outputs(json.loads(rules.outputs_text(_as_first(new_text)))).lines}
    for ref in refs:
        if lines[ref].outcome == "SELECTED":
            assert merits[ref].outcome == "SELECTED", "only who deserved it from the start"
        if old[ref].outcome == "RESERVE":
            assert lines[ref].outcome != "NOT_SELECTED"


def _as_first(text):
    """The corrected inputs as a first run would have had them."""
    body = json.loads(text)
    del body["after"]
    return rules.canonical({**body, "engine": rules.ENGINE})
