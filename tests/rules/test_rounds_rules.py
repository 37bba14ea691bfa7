"""The clock of a call, the money formula and what stops an announcement."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kit import workdays
from portal.kit.errors import IllegalStep
from vouchers.rounds import rules
from vouchers.rounds.actions.demo import CRITERIA, POLICY, TRACKS

NOW = datetime(2027, 2, 10, 9, tzinfo=UTC)
LARGE = 320_000_000


def money(supply: int, size: str = "SMALL", cap: int | None = LARGE, left: int | None = None, **policy) -> rules.Money:
    return rules.money(
        supply_won=supply, taxable_won=supply, company_size=size, cap_won=cap, budget_left_won=left,
        policy=rules.parse_policy({**POLICY, **policy}),
    )  # fmt: skip


def test_money_examples_of_the_fact_base():
    small, medium = money(400_000_000), money(400_000_000, "MEDIUM")
    assert (small.grant_won, small.own_cash_won, small.capped) == (320_000_000, 80_000_000, True)
    assert (medium.grant_won, medium.own_cash_won, medium.capped) == (300_000_000, 100_000_000, False)
    assert small.vat_won == 40_000_000 and small.company_pays_won == 120_000_000


@given(
    st.integers(0, 10**12), st.sampled_from(["MICRO", "SMALL", "MEDIUM"]), st.integers(0, 10**12) | st.none(),
    st.integers(0, 10**12) | st.none(), st.sampled_from([1, 10, 1000, 1_000_000]),
)  # fmt: skip
def test_money_always_adds_up(supply, size, cap, left, unit):
    found = money(supply, size, cap, left, rounding_unit_won=unit)
    assert found.grant_won + found.own_cash_won == supply
    assert 0 <= found.grant_won <= supply and found.own_cash_won >= 0
    assert cap is None or found.grant_won <= cap
    assert left is None or found.grant_won <= left
    assert found.own_cash_won >= int(supply * Decimal("0.10"))
    assert isinstance(found.grant_won, int) and isinstance(found.vat_won, int)


def test_money_needs_a_rate():
    with pytest.raises(KeyError):
        money(1, "LARGE")


@pytest.mark.parametrize(("minutes", "phase"), [(-1, "ANNOUNCED"), (0, "OPEN"), (59, "OPEN"), (60, "CLOSED"), (600, "CLOSED")])
def test_phase_closing_time_is_already_closed(minutes, phase):
    found = rules.phase("ANNOUNCED", NOW, NOW + timedelta(hours=1), NOW + timedelta(minutes=minutes))
    assert found == phase


@pytest.mark.parametrize("status", [s for s in rules.RoundStatus if s != "ANNOUNCED"])
def test_phase_of_every_other_state_ignores_the_clock(status):
    assert rules.phase(status, NOW, NOW + timedelta(hours=1), NOW) == status


def test_announcement_of_the_demo_policy_has_no_fault():
    assert faults() == []


def faults(**changes):
    given_ = {
        "body": POLICY, "weights": [one["weight"] for one in CRITERIA], "opens_at": NOW, "closes_at": NOW + timedelta(days=9),
        "budget_won": 10**9, "tracks": [(t["key"], t["cap_won"], t["slots"]) for t in TRACKS], "now": NOW,
    }  # fmt: skip
    return rules.announcement_faults(**{**given_, **changes})


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"body": None}, "no_policy"), ({"weights": [50, 49]}, "weights:99"), ({"opens_at": None}, "window_missing"),
        ({"closes_at": NOW}, "window_order"), ({"now": NOW + timedelta(days=9)}, "window_past"), ({"tracks": []}, "no_tracks"),
        ({"tracks": [("A", None, 1)]}, "track_incomplete:A"), ({"budget_won": None}, "budget_missing"),
        ({"body": {**POLICY, "grant_rates": {"MICRO": "0.85"}}}, "no_rate:SMALL"),
        ({"body": {**POLICY, "grant_rates": {**POLICY["grant_rates"], "SMALL": "1.2"}}}, "rate_range:SMALL"),
        ({"body": {**POLICY, "min_cash_rate": "0.20"}}, "rate_and_cash_over_one:MICRO"),
        ({"body": {**POLICY, "vat_borne_by": "GRANT"}}, "vat_bearer"),
        ({"body": {**POLICY, "pass_mark": "sixty"}}, "not_a_number:pass_mark"),
        ({"body": {k: v for k, v in POLICY.items() if k != "min_cash_rate"}}, "missing:min_cash_rate"),
    ],
)  # fmt: skip
def test_announcement_fault_is_named_in_a_sentence(changes, fault):
    assert fault in faults(**changes)
    assert rules.fault_words(fault).endswith(("니다.", "세요.", "."))


def test_budget_short_is_a_number_not_a_fault():
    tracks = [("A", 100, 3), ("B", 50, 2)]
    assert rules.budget_short_won(350, tracks) == 50 and rules.budget_short_won(500, tracks) == 0


def test_lifecycle_walks_every_state_and_verb():
    for state in rules.RoundStatus:
        for verb in rules.LIFECYCLE.all_verbs():
            if rules.LIFECYCLE.can(state, verb):
                assert rules.LIFECYCLE.step(state, verb) in set(rules.RoundStatus)
            else:
                with pytest.raises(IllegalStep):
                    rules.LIFECYCLE.step(state, verb)


def test_a_region_adds_to_the_rate_up_to_the_highest():
    policy = rules.parse_policy({**POLICY, "region_bonus": "0.10", "grant_rate_max": "0.90"})
    assert [policy.rate("SMALL", region) for region in ("", "SEOUL", "BUSAN")] == [
        Decimal("0.85"),
        Decimal("0.85"),
        Decimal("0.90"),
    ]
    assert policy.rate("MEDIUM", "JEJU") == Decimal("0.85")
    outside = rules.money(
        supply_won=100_000_000, taxable_won=0, company_size="MEDIUM", cap_won=None, policy=policy, region="JEJU"
    )
    assert (outside.grant_won, outside.own_cash_won) == (85_000_000, 15_000_000)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"region_bonus": "1"}, "region_bonus_range"), ({"region_bonus": "0.05"}, "region_bonus_open"),
        ({"region_bonus": "0.05", "grant_rate_max": "0.95"}, "rate_max_and_cash"), ({"region_bonus": "x"}, "not_a_number:region_bonus"),
        ({"evaluation_stages": ["COFFEE"]}, "stages"), ({"presentation_absence": ""}, "absence"), ({"presentation_absence": "LATE"}, "absence"),
    ],
)  # fmt: skip
def test_a_policy_with_a_wrong_addition_or_stage_is_named(changes, fault):
    assert fault in rules.policy_faults({**POLICY, **changes}) and str(rules.fault_words(fault))


def test_a_fault_says_the_name_that_people_know():
    names = {"criteria.talk": "발표", "tracks.A": "대형과제"}
    for fault, name in (
        ("criterion_stage:talk", "발표"),
        ("track_incomplete:A", "대형과제"),
        ("no_english:criteria.talk", "평가항목 발표"),
    ):
        assert name in rules.fault_words(fault, names) and "talk" not in rules.fault_words(fault, names)
    assert "talk" in rules.fault_words("criterion_stage:talk")


def test_the_announcement_is_due_before_the_call_opens():
    now = datetime(2027, 3, 3, 10, tzinfo=UTC)
    usual = workdays.due_at(now, 5)
    assert rules.announce_due(now, None) == usual == rules.announce_due(now, usual + timedelta(days=9))
    assert rules.announce_due(now, now + timedelta(days=1)) == now + timedelta(days=1)
    assert rules.announce_due(now, now - timedelta(days=1)) == workdays.due_at(now, 0) > now


def test_texts_stand_in_both_languages():
    texts = [rules.Text("title", "제목", ""), rules.Text("tracks.A", "", "A"), rules.Text("summary", "", "", needed=False)]
    assert faults(texts=texts) == ["no_english:title", "no_korean:tracks.A"]
    assert rules.fault_place("no_english:title") == ("facts", "title_en")
    assert rules.fault_place("no_korean:tracks.A") == ("tracks", "")


def test_projects_follow_the_close():
    assert faults(projects=(NOW.date(), None)) == ["project_before_close"]
    day = NOW.date() + timedelta(days=20)
    assert faults(projects=(day, day)) == ["project_order"] and faults(projects=(day, day + timedelta(days=1))) == []


@pytest.mark.parametrize(
    ("fault", "place"),
    [
        ("weights:99", ("criteria", "")), ("window_past", ("facts", "closes_at")), ("no_policy", ("policy", "")),
        ("no_rate:SMALL", ("policy", "rate_SMALL")), ("missing:pass_mark", ("policy", "pass_mark")),
        ("assigning_weights", ("policy", "assign_data")), ("track_incomplete:A", ("tracks", "")),
        ("ranking_weights:9999", ("policy", "rank_modality")),
    ],
)  # fmt: skip
def test_every_fault_has_a_place_where_it_is_mended(fault, place):
    assert rules.fault_place(fault) == place and rules.fault_words(fault)


def test_weights_of_the_ranking_name_every_component_and_add_up():
    assert rules.ranking_faults({}) == [] and rules.parse_ranking({}).weights == rules.WEIGHTS
    assert rules.ranking_faults({"weights": {**rules.WEIGHTS, "region": 201}}) == ["ranking_weights:10001"]
    assert rules.ranking_faults({"weights": {**rules.WEIGHTS, "region": -200, "labels": 900}}) == ["ranking_weights:10000"]
    for wrong in ({"region": 10_000}, {**rules.WEIGHTS, "looks": 0}, {**rules.WEIGHTS, "region": "x"}):
        assert rules.ranking_faults({"weights": wrong}) == ["ranking_shape"]
    assert rules.ranking_faults([]) == ["ranking_shape"]


def test_how_offers_are_proposed_is_data_of_the_round() -> None:
    plain = rules.AllocatingPolicy()
    assert rules.parse_allocating({}) == plain and rules.allocating_faults(plain.document()) == []
    assert rules.parse_allocating({"a_need": "3"}).a_need == 3
    for name, (low, high) in rules.ALLOCATING_RANGES.items():
        for wrong in (low - 1, high + 1):
            assert rules.allocating_faults({name: wrong}) == ["allocating_range"]
    assert rules.allocating_faults({"a_need": "many"}) == rules.allocating_faults([]) == ["allocating_shape"]
    assert rules.fault_words("allocating_range") and rules.fault_words("allocating_shape")
