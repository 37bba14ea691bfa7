"""Six answers on paper: verdict, tracks, dates."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kit import workdays
from providers.catalogue.rules import disease
from vouchers.applications.rules import Verdict, fit
from vouchers.rounds.actions.demo import POLICY
from vouchers.rounds.rules import parse_policy

policy = parse_policy(POLICY)
CAPS = [("LARGE", 320_000_000), ("MEDIUM", 160_000_000), ("SMALL", 80_000_000)]
ANSWERS = fit.Answers("SMALL", "BUSAN", "NONE", "CT", "LUNG_CANCER", 400_000_000)


@pytest.mark.parametrize(
    ("size", "standing", "verdict"),
    [
        ("SMALL", "NONE", Verdict.MET),
        ("SMALL", "UNSURE", Verdict.NEEDS_PERSON),
        ("SMALL", "SOME", Verdict.NOT_MET),
        ("LARGE", "NONE", Verdict.NOT_MET),
        ("LARGE", "UNSURE", Verdict.NOT_MET),
    ],
)
def test_the_worst_finding_decides(size: str, standing: str, verdict: Verdict) -> None:
    found = fit.findings(replace(ANSWERS, company_size=size, standing=standing), policy)
    assert fit.verdict_of(found) == verdict
    assert all(one.reason_ko and one.reason_en for one in found)


@given(st.integers(1_000_000, 10**10), st.sampled_from(sorted(policy.grant_rates)), st.permutations(CAPS))
def test_money_adds_up_and_the_best_track_gives_most(won: int, size: str, caps: list[tuple[str, int]]) -> None:
    rows = fit.tracks(replace(ANSWERS, budget_won=won, company_size=size), policy, caps)
    moneys = {row.key: row.money for row in rows if row.money}
    assert all(
        one.grant_won + one.own_cash_won == won and one.company_pays_won == one.own_cash_won + won // 10
        for one in moneys.values()
    )
    best = next(row for row in rows if row.best)
    assert best.money is not None
    same = [key for key, one in moneys.items() if one.grant_won == max(other.grant_won for other in moneys.values())]
    assert best.key == min(same, key=dict(CAPS).__getitem__)


def test_a_size_without_a_rate_has_no_money_and_no_best_track() -> None:
    rows = fit.tracks(replace(ANSWERS, company_size="LARGE"), policy, CAPS)
    assert [row.money for row in rows] == [None, None, None] and not any(row.best for row in rows)


def test_every_area_is_codes_that_the_engine_reads() -> None:
    assert set(fit.AREA_CODES) == set(fit.Area)
    for area, codes in fit.AREA_CODES.items():
        assert codes or area == fit.Area.ANY
        disease.codes("KCD", list(codes))


def at(**changes):
    given = {
        "closes_at": datetime(2026, 3, 16, 9, 0, tzinfo=UTC), "starts_on": None, "project_end": None, "fiscal_year": 2026,
        "policy": policy, "lead_days": 0,
    }  # fmt: skip
    return fit.calendar(**{**given, **changes})


def test_the_calendar_adds_the_target_days_in_working_days() -> None:
    found = at()
    total = sum(leg.days for leg in found.legs)
    assert [leg.ends_on for leg in found.legs] == sorted(leg.ends_on for leg in found.legs)
    assert found.ends_on == workdays.add_working_days(date(2026, 3, 16), total)
    assert (found.limit, found.spare) == (date(2026, 12, 31), workdays.working_days_between(found.ends_on, date(2026, 12, 31)))


def test_a_long_lead_time_and_a_late_start_push_it_over_the_end() -> None:
    assert at(lead_days=60).ends_on > at(lead_days=5).ends_on == at().ends_on
    assert at(starts_on=date(2026, 9, 1)).legs[4].ends_on > date(2026, 9, 1) > at().legs[4].ends_on
    late = at(starts_on=date(2026, 12, 1), project_end=date(2026, 12, 15))
    assert late.limit == date(2026, 12, 15) and late.spare < 0


def test_the_answers_are_a_need_document() -> None:
    document = ANSWERS.document("r")
    assert document["disease_codes"]["include"] == ["C34"] and document["modality"] == ["CT"]
    assert replace(ANSWERS, area="ANY").document(None)["disease_codes"] is None
    assert Decimal(document["budget_won"]) == 400_000_000
