"""The optimal assignment of evaluators on paper: against every choice, its proof, its reasons and its order."""

import json
import random
from itertools import chain, combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from vouchers.evaluation.rules import assigning as rules
from vouchers.evaluation.rules.assigning import Case, Member, Part
from vouchers.rounds.rules import AssigningPolicy, assigning_faults, parse_assigning

KINDS = {"CT": "IMAGING", "MRI": "IMAGING", "ECG": "BIOSIGNAL"}
CODES = st.lists(st.sampled_from([*KINDS, "EHR"]), unique=True, max_size=2).map(tuple)
FIELDS = st.lists(st.sampled_from(["II", "IX"]), unique=True, max_size=1).map(tuple)
TONGUES = st.sampled_from([("ko",), ("en",), ("ko", "en")])
NAMES = ("usr-a", "usr-b", "usr-c")


def problem(cases, members, **policy):
    return rules.problem(cases, members, AssigningPolicy(**policy), KINDS)


@st.composite
def problems(draw):
    members = [
        Member(ref, draw(CODES), draw(FIELDS), draw(TONGUES), draw(st.integers(0, 2)), draw(st.integers(0, 5)) > 0)
        for ref in NAMES
    ]
    cases = []
    for number in range(draw(st.integers(1, 3))):
        apart = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=2))
        cut = draw(st.integers(0, len(apart)))
        cases.append(
            Case(f"app-{number}", draw(st.integers(0, 3)), tuple(apart[:cut]), tuple(apart[cut:]), draw(CODES), draw(FIELDS))
        )
    return problem(cases, members, load=draw(st.sampled_from([0, 1, 20])), max_load=draw(st.integers(1, 4)))


def every_choice(one):
    """Every assignment that keeps the conflicts, the demands and the maximum."""
    choices = []
    for case in one.cases:
        free = [m.ref for m in one.members if one.may(case, m)]
        choices.append(list(chain.from_iterable(combinations(free, n) for n in range(case.demand + 1))))
    for picked in product(*choices):
        pairs = {case.ref: refs for case, refs in zip(one.cases, picked, strict=True) if refs}
        new = {ref: n - one.member[ref].held for ref, n in rules.loads(one, pairs).items()}
        if all(n == 0 or n + one.member[ref].held <= one.policy.max_load for ref, n in new.items()):
            yield pairs


@settings(max_examples=60, deadline=None)
@given(problems())
def test_no_choice_is_better(one):
    found = rules.solve(one)
    assert rules.value(one, found) == min(rules.value(one, pairs) for pairs in every_choice(one))
    assert rules.proven(one, found)


@settings(max_examples=30, deadline=None)
@given(problems())
def test_the_proof_refuses_whatever_is_worse(one):
    best = rules.value(one, rules.solve(one))
    for pairs in list(every_choice(one))[:40]:
        assert rules.proven(one, pairs) == (_rank(rules.value(one, pairs)) == _rank(best))


def _rank(value):
    return value.missing, value.uneven, value.points


def big(cases=60, members=12, seed=3, **policy):
    chance = random.Random(seed)
    people = [Member(f"usr-{n:02d}", tuple(sorted(chance.sample(sorted(KINDS), 1)))) for n in range(members)]
    asked = [
        Case(f"app-{n:02d}", 3, (), tuple(sorted(chance.sample([m.ref for m in people], 2))), (chance.choice(sorted(KINDS)),))
        for n in range(cases)
    ]
    return asked, people, policy


def test_the_order_of_the_facts_changes_nothing():
    cases, people, policy = big()
    one, other = problem(cases, people, **policy), problem(cases[::-1], people[::-1], **policy)
    assert rules.problem_text(one) == rules.problem_text(other) and rules.solve(one) == rules.solve(other)
    assert rules.parse_problem(json.loads(rules.problem_text(one))) == one


def test_loads_are_equal_where_nothing_else_decides_and_conflicts_never_meet():
    cases, people, _policy = big()
    one = problem(cases, people, data=0, field=0, language=100, load=5)
    found = rules.solve(one)
    assert set(rules.loads(one, found).values()) == {15}
    assert not any(who in one.case[ref].closed for ref, refs in found.items() for who in refs)
    assert all(len(refs) == len(set(refs)) == 3 for refs in found.values())


def test_what_is_held_counts_in_the_load_and_is_not_given_again():
    people = [Member("usr-a", held=3), Member("usr-b")]
    one = problem([Case("app-0", 2, held=("usr-a",)), Case("app-1", 1)], people, load=5)
    assert rules.solve(one) == {"app-0": ("usr-b",), "app-1": ("usr-b",)}


def test_what_stays_uncovered_is_spread_and_says_why():
    people = [Member("usr-a"), Member("usr-b")]
    one = problem([Case("app-0", 2), Case("app-1", 2), Case("app-2", 1, closed=("usr-a", "usr-b"))], people, max_load=1)
    found = rules.solve(one)
    assert {ref: len(refs) for ref, refs in found.items()} == {"app-0": 1, "app-1": 1}
    assert [(one.ref, one.missing, one.free, one.full) for one in rules.lacks(one, found)] == [
        ("app-0", 1, 2, True), ("app-1", 1, 2, True), ("app-2", 1, 0, False),
    ]  # fmt: skip
    assert rules.proven(one, found) and not rules.proven(one, {})
    assert not rules.proven(one, {"app-2": ("usr-a",), "app-0": ("usr-b",)}), "a conflict is no assignment"
    assert rules.solve(problem([], people)) == {} and rules.solve(problem([Case("app-0", 2)], [])) == {}


@given(problems())
def test_all_fits_at_once_are_the_fits_one_by_one(one):
    table = rules.fits(one)
    assert table.tolist() == [[rules.fit(c, m, one.policy, one.kinds) for m in one.members] for c in one.cases]


def test_a_fit_is_the_sum_of_its_reasons():
    case = Case("app-0", 2, data=("CT", "ECG"), fields=("IX",), language="en")
    member = Member("usr-a", ("MRI", "ECG"), (), ("ko", "en"))
    data, field, language = rules.reasons(case, member, AssigningPolicy(), KINDS)
    assert (data.part, data.points, data.met, data.near, data.lacking) == (Part.DATA, 45, ("ECG",), ("CT",), ())
    assert (field.points, field.lacking, language.points) == (0, ("IX",), 15)
    assert rules.fit(case, member, AssigningPolicy(), KINDS) == 60
    assert rules.fit(Case("app-1", 1), Member("usr-b"), AssigningPolicy(), KINDS) == 100


def test_a_change_by_hand_has_its_price():
    people = [Member("usr-a", ("CT",)), Member("usr-b", ("ECG",)), Member("usr-c", ("CT",))]
    one = problem([Case("app-0", 2, data=("CT",))], people)
    found = rules.solve(one)
    assert found == {"app-0": ("usr-a", "usr-c")} and rules.cost(one, found, found).nothing
    swapped = rules.cost(one, {"app-0": ("usr-a", "usr-b")}, found)
    assert (swapped.missing, swapped.points, swapped.misfit, swapped.load) == (0, 60, 60, 0)
    fewer = rules.cost(one, {"app-0": ("usr-a",)}, found)
    assert (fewer.missing, fewer.load) == (1, -2)
    now = rules.loads(one, found)
    assert rules.step(one, found, now, "app-0", "usr-c", "usr-b") == swapped
    assert rules.step(one, found, now, "app-0", "usr-c", "") == fewer and (fewer + swapped).misfit == fewer.misfit + 60


def test_who_has_a_conflict_sees_the_rest_without_a_trace_of_the_case():
    people = [Member("usr-a", held=2), Member("usr-b", held=1)]
    one = problem([Case("app-0", 2, held=("usr-a",)), Case("app-1", 2, held=("usr-a", "usr-b"))], people)
    seen = rules.visible(one, ["app-1"])
    assert [case.ref for case in seen.cases] == ["app-0"] and [member.held for member in seen.members] == [1, 0]


def test_the_language_of_a_text():
    assert [rules.language_of(*texts) for texts in (("폐결절 CT",), ("Lung", "nodules"), ("123", ""))] == ["ko", "en", "ko"]


def test_the_policy_says_what_is_wrong_with_it():
    assert assigning_faults({}) == [] and parse_assigning({"max_load": "7"}).max_load == 7
    assert assigning_faults({"data": 50}) == ["assigning_weights"]
    assert assigning_faults({"max_load": 0, "load": 51}) == ["assigning_load"]
    assert assigning_faults({"load": "x"}) == assigning_faults([]) == ["assigning_shape"]
