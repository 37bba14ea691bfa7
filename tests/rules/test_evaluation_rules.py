"""Scores, ranking, the selection run and the reserve list on paper."""

import json
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.kit.errors import IllegalStep
from vouchers.evaluation import rules
from vouchers.evaluation.rules import Applicant, Ground, Outcome, Reserve, TrackPlan
from vouchers.evaluation.rules.choice import Contender, choose
from vouchers.evaluation.rules.scoring import Given, leading_criterion, normalised, rounded, spread
from vouchers.rounds.rules import TieBreak, parse_selection

LARGE, SMALL = TrackPlan("LARGE", 2, 320), TrackPlan("SMALL", 1, 80)


def one(number, score=90, *, track="LARGE", grant=100, leading=None, hours=0, matched=True, region="SEOUL", **facts):
    """Two criteria of 60 and 40 percent; leading: the points of the heavier one, the other makes up for them."""
    heavy = score if leading is None else leading
    light = (score * 100 - heavy * 60) // 40
    plain = {
        "youth": False,
        "size": "SMALL",
        "provider_outside": False,
        "penalties": (),
        "evaluations": (("usr-a", {"a": heavy, "b": light}),),
    }
    return Applicant(
        f"app-{number}", f"2027-{number:05d}", track, grant, f"2027-03-01T{hours:02d}:00:00Z", matched, region, **{**plain, **facts}
    )  # fmt: skip


def inputs(*applicants, budget=1000, reserve=2, tracks=(LARGE, SMALL), mark="70", policy=None):
    return rules.inputs_text(
        round_key="voucher-2027", policy_version=1, policy=policy or {}, pass_mark=Decimal(mark), reserve_length=reserve,
        weights={"a": 60, "b": 40}, budget_won=budget, tracks=list(tracks), applicants=list(applicants),
    )  # fmt: skip


def run(*applicants, **facts):
    result = rules.parse_outputs(json.loads(rules.outputs_text(inputs(*applicants, **facts))))
    return {int(line.ref.removeprefix("app-")): line for line in result.lines}, result


def outcomes(lines, *numbers):
    return [str(lines[number].outcome) for number in numbers]


# ── Scores ───────────────────────────────────────────────────────────────────────────────────────────
def test_weighted_total_is_exact_to_two_decimals():
    assert rules.weighted_total({1: 81, 2: 77, 3: 90}, {1: 33, 2: 33, 3: 34}) == Decimal("82.74")
    with pytest.raises(KeyError):
        rules.weighted_total({1: 80}, {1: 50, 2: 50})


def test_scores_round_half_up():
    assert [str(rounded(Fraction(n, 1000))) for n in (80005, 80004, 0, 100000)] == ["80.01", "80.00", "0.00", "100.00"]


def test_the_heaviest_criterion_leads_and_of_equals_the_first():
    assert leading_criterion({5: 30, 6: 40, 7: 40}, [5, 6, 7]) == 6


def given_of(table):
    return [Given(application, who, Fraction(total)) for (application, who), total in table.items()]


def test_a_trimmed_mean_drops_both_ends_where_one_remains():
    table = given_of(
        {("x", who): total for who, total in zip("abcd", (10, 80, 90, 100), strict=True)} | {("y", "a"): 50, ("y", "b"): 60}
    )
    found = normalised(table, parse_selection({"normalisation": "TRIMMED_MEAN"}))
    assert found == {"x": Fraction(85), "y": Fraction(55)}


def test_z_scores_take_a_habit_away_and_are_exact():
    strict = {("x", "s"): 40, ("y", "s"): 50, ("z", "s"): 60}
    mild = {("x", "m"): 80, ("y", "m"): 90, ("z", "m"): 100}
    found = normalised(given_of(strict | mild), parse_selection({"normalisation": "Z_SCORE"}))
    assert found["y"] == 70 and found["x"] + found["z"] == 140  # both see the same order around the round's mean of 70
    assert found["z"] == 70 + spread([Fraction(n) for n in (40, 50, 60, 80, 90, 100)]) * 10 / spread(
        [Fraction(n) for n in (40, 50, 60)]
    )
    assert normalised(given_of(strict | {("x", "one"): 99}), parse_selection({"normalisation": "Z_SCORE"}))["x"] > found["x"]


def test_points_that_the_policy_gave_show_no_habit_and_stay_zero():
    own = {("x", "s"): 80, ("y", "s"): 84, ("z", "s"): 88}
    other = {("u", "m"): 80, ("v", "m"): 84, ("w", "m"): 88}
    policy = parse_selection({"normalisation": "Z_SCORE"})
    among = given_of(own | other)
    stayed = Given("a", "s", Fraction(60), judged=Fraction(3, 4))  # 80 on what was judged, 0 on a quarter
    found = normalised([*among, stayed], policy)
    assert found["x"] == found["u"] and {key: found[key] for key in "xyzuvw"} == normalised(among, policy)
    assert found["a"] == found["x"] * 3 / 4
    alone = normalised(
        [Given("a", "s", Fraction(60), judged=Fraction(3, 4)), Given("b", "s", Fraction(0), judged=Fraction(0))], policy
    )
    assert alone == {"a": 60, "b": 0}  # nobody judged as a whole: nothing to compare with


@given(st.lists(st.integers(0, 10000), min_size=1, max_size=12))
def test_the_spread_is_the_root_down_to_a_billionth(points):
    totals = [Fraction(n, 100) for n in points]
    middle = sum(totals) / len(totals)
    variance = sum((n - middle) ** 2 for n in totals) / len(totals)
    assert spread(totals) ** 2 <= variance < (spread(totals) + Fraction(1, 10**9)) ** 2


# ── Exact choice ─────────────────────────────────────────────────────────────────────────────────────
def by_trying_everything(contenders, slots, budget, quotas):
    """The greatest row of ones and zeros among all choices; each quota lowered to what the earlier ones leave possible."""
    rows = []
    for mask in range(1 << len(contenders)):
        chosen = [n for n in range(len(contenders)) if mask >> n & 1]
        per_track = {key: sum(contenders[n].track == key for n in chosen) for key in slots}
        if sum(contenders[n].grant_won for n in chosen) <= budget and all(
            places is None or per_track[key] <= places for key, places in slots.items()
        ):
            rows.append(chosen)
    kept = {}
    for pool, wanted in quotas.items():
        count = {id(row): sum(pool in contenders[n].pools for n in row) for row in rows}
        kept[pool] = min(wanted, max(count.values()))
        rows = [row for row in rows if count[id(row)] >= kept[pool]]
    return set(max(rows, key=lambda row: [n in row for n in range(len(contenders))])), kept


pools = st.frozensets(st.sampled_from("ABC"))
contenders = st.lists(st.builds(Contender, st.sampled_from("XY"), pools, st.integers(1, 6)), max_size=8)
places = st.one_of(st.none(), st.integers(0, 4))


@settings(max_examples=200, deadline=None)
@given(
    contenders,
    st.fixed_dictionaries({"X": places, "Y": places}),
    st.integers(0, 25),
    st.dictionaries(st.sampled_from("ABC"), st.integers(0, 5)),
)
def test_the_choice_equals_trying_every_choice(people, slots, budget, quotas):
    found = choose(people, slots=slots, budget_won=budget, quotas=quotas)
    assert (set(found.numbers), dict(found.quotas)) == by_trying_everything(people, slots, budget, quotas)
    assert found.left_won == budget - sum(people[n].grant_won for n in found.numbers)


def test_a_greedy_loop_would_strand_the_pools():
    """The last slot must go to who is in both pools; taking members by rank would fill one pool and strand the other."""
    people = [Contender("X", frozenset("A"), 1), Contender("X", frozenset("A"), 1), Contender("X", frozenset("AB"), 1)]
    found = choose(people, slots={"X": 2}, budget_won=9, quotas={"A": 2, "B": 1})
    assert found.numbers == {0, 2} and found.quotas == {"A": 2, "B": 1}


# ── A run ────────────────────────────────────────────────────────────────────────────────────────────
def test_best_scores_take_the_slots_and_the_next_wait_in_order():
    lines, result = run(one(1, 80), one(2, 95), one(3, 90), one(4, 75), one(5, 72))
    assert outcomes(lines, 2, 3, 1, 4, 5) == ["SELECTED", "SELECTED", "RESERVE", "RESERVE", "NOT_SELECTED"]
    assert (lines[1].reserve_no, lines[4].reserve_no, lines[5].reserve_no) == (1, 2, None)
    assert [lines[i].rank for i in (2, 3, 1, 4, 5)] == [1, 2, 3, 4, 5] and lines[1].ground == Ground.SLOTS_FULL
    assert (result.budget_won, result.left_won) == (1000, 800)


def test_grounds_that_nothing_mends():
    lines, _result = run(one(1, 69), one(2, matched=False), one(3, grant=0), one(4, grant=400))
    assert [lines[n].ground for n in (1, 2, 3, 4)] == ["BELOW_MARK", "NO_MATCH", "NO_GRANT", "OVER_CAP"]
    assert {line.outcome for line in lines.values()} == {Outcome.NOT_SELECTED}


def test_ties_break_in_the_policys_order_and_end_with_the_receipt_number():
    people = [one(4, hours=2), one(3, hours=1), one(2, hours=1), one(1, leading=88), one(5, leading=92)]
    lines, _result = run(*people)
    assert sorted(lines, key=lambda n: lines[n].rank) == [5, 2, 3, 4, 1]
    heavy, time, number = "LEADING_CRITERION", "SUBMITTED_AT", "RECEIPT_NO"
    assert [lines[n].ties for n in (5, 2, 3, 4, 1)] == [(heavy,), (heavy, number), (time, number), (heavy, time), (heavy,)]
    lines, _result = run(*people, policy={"tie_break": ["SUBMITTED_AT"]})
    assert sorted(lines, key=lambda n: lines[n].rank) == [1, 5, 2, 3, 4]


def test_who_does_not_fit_the_budget_is_passed_only_by_who_fits():
    lines, _result = run(one(1, 95, grant=150), one(2, 90, grant=300), one(3, 85, grant=50), budget=250)
    assert outcomes(lines, 1, 2, 3) == ["SELECTED", "RESERVE", "SELECTED"] and lines[2].ground == Ground.BUDGET_SHORT


def test_a_track_without_published_slots_is_limited_by_the_budget_alone():
    lines, _result = run(*[one(i) for i in range(1, 5)], budget=350, tracks=(TrackPlan("LARGE", None, None),))
    assert sum(line.outcome == "SELECTED" for line in lines.values()) == 3


def test_bonus_and_penalty_end_at_their_caps_and_the_mark_looks_where_the_policy_says():
    policy = {
        "bonus_points": {"YOUTH": "2", "NON_CAPITAL": "1.5", "NON_CAPITAL_PROVIDER": "1"}, "bonus_cap": "3",
        "penalty_points": {"GAVE_UP": "4"}, "penalty_cap": "3",
    }  # fmt: skip
    people = [one(1, 68, youth=True, region="BUSAN", provider_outside=True), one(2, 71, penalties=("GAVE_UP",))]
    lines, _result = run(*people, policy=policy)
    assert (lines[1].bonus, lines[1].total, lines[2].penalty, lines[2].total) == (3, 71, 3, 68)
    assert (lines[1].ground, lines[2].ground) == ("BELOW_MARK", "WITHIN") and lines[1].rank == 1
    lines, _result = run(*people, policy={**policy, "pass_mark_counts": "TOTAL"})
    assert (lines[1].ground, lines[2].ground) == ("WITHIN", "BELOW_MARK")


def test_a_pool_takes_a_place_and_says_which():
    people = [one(1, 95), one(2, 90), one(3, 85), one(4, 80, region="BUSAN")]
    lines, result = run(*people, tracks=(LARGE,), policy={"pools": [{"pool": "NON_CAPITAL", "share": "0.5"}]})
    assert outcomes(lines, 1, 2, 3, 4) == ["SELECTED", "RESERVE", "RESERVE", "SELECTED"]
    assert [lines[n].ground for n in (1, 2, 3, 4)] == ["WITHIN", "POOL_PLACE", "SLOTS_FULL", "BY_POOL"]
    assert [lines[n].pools for n in (2, 3, 4)] == [("NON_CAPITAL",)] * 3
    (quota,) = result.quotas
    assert (quota.wanted, quota.kept, quota.selected, quota.passed) == (1, 1, 1, 1)


def test_a_pool_binds_only_as_far_as_its_members_passed():
    people = [one(1, 95), one(2, 90), one(3, 65, region="BUSAN")]
    lines, result = run(*people, tracks=(LARGE,), policy={"pools": [{"pool": "NON_CAPITAL", "share": "0.5"}]})
    assert outcomes(lines, 1, 2, 3) == ["SELECTED", "SELECTED", "NOT_SELECTED"]
    assert (result.quotas[0].wanted, result.quotas[0].kept) == (1, 0)


def told(**facts):
    plain = {
        "track_ko": "대형과제", "track_en": "Large project", "slots": 2, "cap_won": 320, "rank": 1, "score": Decimal("65.00"),
        "total": Decimal("90.00"), "pass_mark": Decimal("70"), "mark_counts": "SCORE", "grant_won": 100, "reserve_no": 1,
        "reserve_length": 3, "pools": (), "leading_ko": "기술성", "leading_en": "Technology",
    }  # fmt: skip
    return rules.Told(**{**plain, **facts})


def test_a_tie_says_what_decided():
    ko, en = rules.sentences(Ground.WITHIN, told(ties=("LEADING_CRITERION", "SUBMITTED_AT", "RECEIPT_NO")))
    assert "동점(90.00점)이 있어 ‘기술성’ 점수, 이어 접수 순서로 순위를 정했습니다." in ko
    assert "Tied on 90.00 points: the points for “Technology”, then the order of receipt decided." in en
    assert "동점" not in rules.sentences(Ground.WITHIN, told())[0]
    assert "동점" not in rules.sentences(Ground.BELOW_MARK, told(ties=("SCORE",)))[0]  # no slot hung on it


def test_each_ground_has_its_sentences_in_both_languages():
    for ground in Ground:
        for slots, reserve_no, length, names in (
            (None, None, 0, ("YOUTH",)),
            (2, 1, 3, ()),
            (2, None, 3, ("YOUTH", "NON_CAPITAL")),
        ):
            if ground in {Ground.BY_POOL, Ground.POOL_PLACE} and not names:
                continue
            facts = {"slots": slots, "reserve_no": reserve_no, "reserve_length": length, "pools": names, "ties": tuple(TieBreak)}
            assert all(0 < len(words) <= 500 for words in rules.sentences(ground, told(**facts)))


people = st.lists(
    st.tuples(
        st.sampled_from(["LARGE", "SMALL"]), st.integers(0, 100), st.integers(0, 3), st.integers(0, 400), st.booleans(),
        st.sampled_from(["SEOUL", "BUSAN"]), st.booleans(),
    ),
    max_size=12,
).map(
    lambda rows: [
        one(n, score, track=track, hours=hours, grant=grant, matched=matched, region=region, youth=youth)
        for n, (track, score, hours, grant, matched, region, youth) in enumerate(rows, 1)
    ]
)  # fmt: skip
POOLS = [{"pool": "NON_CAPITAL", "share": "0.4"}, {"pool": "YOUTH", "share": "0.3"}]


@settings(max_examples=100, deadline=None)
@given(people, st.integers(0, 900), st.integers(0, 4), st.sampled_from(["NONE", "Z_SCORE", "TRIMMED_MEAN"]), st.randoms())
def test_a_run_keeps_its_promises_and_gives_the_same_bytes_in_any_order(applicants, budget, reserve, normalisation, random):
    facts = {"budget": budget, "reserve": reserve, "policy": {"normalisation": normalisation, "pools": POOLS}}
    _lines, result = run(*applicants, **facts)
    assert sorted(line.ref for line in result.lines) == sorted(one.ref for one in applicants)
    assert sum(line.grant_won for line in result.lines) == budget - result.left_won <= budget
    for plan in (LARGE, SMALL):
        own = [line for line in result.lines if line.track == plan.key]
        selected = [line for line in own if line.outcome == Outcome.SELECTED]
        waiting = [line.reserve_no for line in own if line.outcome == Outcome.RESERVE]
        assert len(selected) <= plan.slots and all(line.score >= 70 and line.grant_won > 0 for line in selected)
        assert waiting == list(range(1, len(waiting) + 1)) and len(waiting) <= reserve
        assert [line.rank for line in own] == list(range(1, len(own) + 1))
        assert all(a.total >= b.total for a, b in pairwise(own))
    for quota in result.quotas:
        assert quota.selected >= quota.kept and quota.kept <= quota.wanted
    shuffled = list(applicants)
    random.shuffle(shuffled)
    assert rules.outputs_text(inputs(*shuffled, **facts)) == rules.outputs_text(inputs(*applicants, **facts))


def test_the_steps_of_one_application_lead_to_its_score():
    marks = {"a": 60, "b": 40}

    def given(number, *totals):
        rows = tuple((f"usr-{who}", {"a": total, "b": total}) for who, total in zip("abc", totals, strict=True))
        return one(number, evaluations=rows)

    people = [given(1, 90, 80, 70), given(2, 80, 60, 75), given(3, 70, 40, 80)]
    for normalisation in ("NONE", "TRIMMED_MEAN", "Z_SCORE"):
        body = json.loads(inputs(*people, policy={"normalisation": normalisation}))
        parsed = rules.parse_inputs(body)
        found = rules.explain(parsed, rules.select(parsed), "app-1")
        counted = [step.scaled for step in found.steps if not step.dropped]
        assert abs(sum(counted) / len(counted) - found.line.score) <= Decimal("0.01") and found.of_track == 3
        assert [step.total for step in found.steps] == [90, 80, 70] and set(found.steps[0].points) == set(marks)
        assert (found.middle is not None) == (normalisation == "Z_SCORE")
        assert all(step.middle is None for step in found.steps)  # of so few totals one's own would give the others away
    assert rules.explain(parsed, rules.select(parsed), "app-9") is None


# ── Awards ───────────────────────────────────────────────────────────────────────────────────────────
def test_the_reserve_list_moves_up_strictly_in_order():
    queue = [Reserve(2, "LARGE", 2, 50), Reserve(1, "LARGE", 1, 200), Reserve(3, "SMALL", 1, 10)]
    assert rules.next_reserve(queue, track="LARGE", free_slots=1, available_won=200) == queue[1]
    assert rules.next_reserve(queue, track="LARGE", free_slots=1, available_won=199) is None
    assert rules.next_reserve(queue, track="LARGE", free_slots=0, available_won=500) is None
    assert rules.next_reserve([], track="LARGE", free_slots=1, available_won=500) is None


def test_a_place_stays_in_the_pool_that_lacks_one():
    plain, rural = Reserve(1, "LARGE", 1, 50), Reserve(2, "LARGE", 2, 50, frozenset({"NON_CAPITAL"}))
    both = Reserve(3, "LARGE", 3, 50, frozenset({"NON_CAPITAL", "YOUTH"}))
    move = {"track": "LARGE", "free_slots": 1, "available_won": 99}
    assert rules.next_reserve([plain, rural, both], owed={"NON_CAPITAL": 1, "YOUTH": 0}, **move) == rural
    assert rules.next_reserve([plain, rural, both], owed={"NON_CAPITAL": 1, "YOUTH": 1}, **move) == both
    assert rules.next_reserve([plain], owed={"NON_CAPITAL": 1}, **move) == plain  # nobody of the pool waits
    assert rules.next_reserve([plain, rural], owed={"NON_CAPITAL": -1}, **move) == plain


@pytest.mark.parametrize("lifecycle", [rules.ASSIGNMENT_LIFECYCLE, rules.RUN_LIFECYCLE, rules.AWARD_LIFECYCLE])
def test_every_state_and_verb_is_decided(lifecycle):
    for state in lifecycle.states:
        for verb in lifecycle.all_verbs():
            if lifecycle.can(state, verb):
                assert lifecycle.step(state, verb) in {s.value for s in lifecycle.states}
            else:
                with pytest.raises(IllegalStep):
                    lifecycle.step(state, verb)


def test_what_differs_between_two_runs_is_scores_where_nothing_else_does():
    def inputs(points, grant=100):
        return {"budget_won": 5, "applications": [{"ref": "a", "grant_won": grant, "evaluations": [{"points": points}]}]}

    assert rules.causes_of_runs(inputs(80), inputs(90)) == (rules.Cause.SCORES,)
    assert rules.causes_of_runs(inputs(80), inputs(90, grant=90)) == (rules.Cause.APPLICATIONS,)
    assert rules.causes_of_runs(inputs(80), inputs(80)) == ()
