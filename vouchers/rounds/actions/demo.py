"""The demo's fictional calls, modelled on the 2026 policy and placed around the present moment."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from portal.kit import clock
from vouchers.rounds import rules
from vouchers.rounds.actions.demo_questions import QUESTIONS, TEST_PLAN
from vouchers.rounds.actions.prepare import create_round, save_policy, set_criteria, set_tracks
from vouchers.rounds.actions.turn import announce, submit_for_review
from vouchers.rounds.models import Round

TIMING = rules.MatchTiming
# ceilings and task prices of 2026; far fewer slots, so that a reserve list can be seen
TRACKS: list[dict[str, Any]] = [
    {"key": "LARGE", "name_ko": "대형과제", "name_en": "Large project", "cap_won": 320_000_000, "slots": 2,
     "task_price_won": 400_000_000},
    {"key": "MEDIUM", "name_ko": "중형과제", "name_en": "Medium project", "cap_won": 160_000_000, "slots": 3,
     "task_price_won": 200_000_000},
    {"key": "SMALL", "name_ko": "소형과제", "name_en": "Small project", "cap_won": 80_000_000, "slots": 4,
     "task_price_won": 100_000_000},
]  # fmt: skip
BUDGET_WON = sum(track["cap_won"] * track["slots"] for track in TRACKS)
CRITERIA: list[dict[str, Any]] = [
    {"key": "necessity", "weight": 20, "name_ko": "데이터 활용의 필요성", "name_en": "Need for the data",
     "guidance_ko": "해결하려는 의료 문제와 요청한 데이터가 분명하게 이어집니까?",
     "guidance_en": "Does the medical problem lead clearly to the data that is asked for?"},
    {"key": "technology", "weight": 25, "name_ko": "기술성", "name_en": "Technology",
     "guidance_ko": "방법과 검증 계획이 타당합니까?", "guidance_en": "Are the method and the plan to validate it sound?"},
    {"key": "feasibility", "weight": 25, "name_ko": "수행 가능성", "name_en": "Feasibility",
     "guidance_ko": "심의(IRB·DRB)와 데이터 제공 기간을 고려할 때 기간 안에 끝낼 수 있습니까?",
     "guidance_en": "Can it be finished in time, with the reviews (IRB, DRB) and the provision of data?"},
    {"key": "impact", "weight": 20, "name_ko": "사업화와 기대 효과", "name_en": "Market and effect",
     "guidance_ko": "제품과 환자에게 어떤 변화가 생깁니까?", "guidance_en": "What changes for the product and for patients?"},
    {"key": "region", "weight": 10, "name_ko": "비수도권 의료기관 참여", "name_en": "Hospitals outside the capital area",
     "guidance_ko": "비수도권 의료기관의 데이터와 인력이 참여합니까?",
     "guidance_en": "Do hospitals outside the capital area take part with data and people?"},
]  # fmt: skip
POLICY: dict[str, Any] = {
    "grant_rates": {"MICRO": "0.85", "SMALL": "0.85", "MEDIUM": "0.75"},
    "eligible_company_sizes": ["MICRO", "SMALL", "MEDIUM"],
    "eligible_provider_types": ["MEDICAL_DATA_HOSPITAL"],
    "min_cash_rate": "0.10",
    "in_kind_max_rate": "0.10",
    "vat_borne_by": "COMPANY",
    "rounding_unit_won": 1,
    "pass_mark": "60",
    "reserve_length": 3,
    "min_evaluators": 2,
    "required_documents": ["BUSINESS_REGISTRATION", "SIZE_CERTIFICATE", "PROJECT_PLAN"],
    "target_days": dict(rules.TARGET_STEPS),
    "disclosure_threshold": 1,
    "applications_per_company": 1,
    "feasibility_threshold": 10,
    "demand_threshold": 3,
    "changing": {"shift_share": "0.10", "grant_may_rise": True},
    "reminder_days": [7, 1],
    "grading": {"graders": 2},
    "outcomes": {"surveys": 3, "first_months": 0, "every_months": 1},
    "reminding": {"debt": [20, 7, 1], "outcome": [20, 7, 1]},
    "payee": "PROVIDER",
    "paying": {
        "rail": "BANK",
        "ways": ["GATEWAY", "PAIN_001", "SHEET"],
        "bank_code": "004",
        "account": "90010203040506",
        "holder": "시연 바우처 사업비",
        "advance_rate": "0.30",
        "advance_guarantee": True,
    },
}
SELECTION: dict[str, Any] = {
    "bonus_points": {"NON_CAPITAL": "1", "YOUTH": "1"},
    "bonus_cap": "2",
    "penalty_points": {"GAVE_UP": "2", "LATE_SETTLEMENT": "1"},
    "penalty_cap": "3",
    "tie_break": ["SCORE", "LEADING_CRITERION", "SUBMITTED_AT"],
    "pools": [{"pool": "NON_CAPITAL", "share": "0.40"}, {"pool": "YOUTH", "share": "0.30"}],
}
SUMMARY_KO = "이 공모는 시연을 위해 꾸며낸 것입니다. 2026년 공고의 한도와 지원 비율을 본떴고, 나머지 값은 모두 가상입니다."
SUMMARY_EN = "This call is made up for the demonstration. Ceilings and shares follow the 2026 call; everything else is fictional."


@transaction.atomic
def ensure_demo_rounds(now: datetime) -> list[Round]:
    """The two fictional rounds: one open at `now` (match before submission), one closed long ago for the played story.

    Idempotent; when the open one has closed or moved on, a further one with the next letter is opened, so every start has
    an open call. Returns: [open round, played round (match after selection)]. Writes: Round, Track, Criterion,
    PolicyVersion, Events. Raises: ImproperlyConfigured outside the demo.
    """
    if not settings.DEMO:
        raise ImproperlyConfigured("Demo rounds exist only with DEMO=1.")
    demo = Round.objects.filter(kind=rules.RoundKind.DEMO).order_by("id")
    year, today = clock.to_kst(now).year + 1, clock.to_kst(now).date()
    open_round = demo.open_at(now).filter(match_timing=TIMING.BEFORE_SUBMISSION).last()
    if open_round is None:
        open_round = _make(year, TIMING.BEFORE_SUBMISSION, today - timedelta(days=14), today + timedelta(days=24))
    played = demo.filter(match_timing=TIMING.AFTER_SELECTION).first()
    if played is None:
        played = _make(year, TIMING.AFTER_SELECTION, today - timedelta(days=150), today - timedelta(days=118))
    return [open_round, played]


@transaction.atomic
def make_blind_demo_round(now: datetime) -> Round:
    """A third fictional call for the story alone, closed sixteen days before `now`: blind review, presentations, provisional
    results, matches confirmed before the selection. Writes: as ensure_demo_rounds. Raises: ImproperlyConfigured outside the demo.
    """
    if not settings.DEMO:
        raise ImproperlyConfigured("Demo rounds exist only with DEMO=1.")
    today = clock.to_kst(now).date()
    more = {
        "blind_review": True,
        "questions": [*QUESTIONS, TEST_PLAN],
        "evaluation_stages": ["DOCUMENT", "PRESENTATION"],
        "presentation_absence": "ZERO",
        "selection": {**SELECTION, "provisional": True, "penalty_points": {**SELECTION["penalty_points"], "ABSENT": "2"}},
    }
    staged = [{**one, "stage": "PRESENTATION" if one["key"] == "feasibility" else "DOCUMENT"} for one in CRITERIA]
    days = (today - timedelta(days=45), today - timedelta(days=16))
    return _make(today.year + 1, TIMING.BEFORE_SELECTION, *days, more, staged)


def _make(
    year: int, timing: str, opens_on: date, closes_on: date, more: Mapping[str, Any] | None = None,
    criteria: Sequence[Mapping[str, Any]] = CRITERIA,
) -> Round:  # fmt: skip
    """more: what this call's policy has beside or instead of POLICY and SELECTION."""
    letter = _letter(year)
    opens_at = datetime.combine(opens_on, time(9), clock.KST)
    with clock.at(opens_at - timedelta(days=7)):
        row = create_round(
            key=f"demo-{year}-{letter.lower()}",
            kind=rules.RoundKind.DEMO,
            title_ko=f"[시연] {year}년 가상 의료 AI 데이터 바우처 공모 {letter}",
            title_en=f"[Demo] Fictional medical AI data voucher call {letter}, {year}",
            summary_ko=SUMMARY_KO,
            summary_en=SUMMARY_EN,
            fiscal_year=year,
            match_timing=timing,
            opens_at=opens_at,
            closes_at=datetime.combine(closes_on, time(18), clock.KST),
            budget_won=BUDGET_WON,
            project_start_on=closes_on,  # a visitor who closes the call goes on to money paid without moving the clock again
            project_end_on=date(year + 1, 2, 25),  # past the fiscal year, so that a carry-over can be seen
            by=None,
        )
        set_tracks(round_id=row.pk, tracks=TRACKS, by=None)
        set_criteria(round_id=row.pk, criteria=criteria, by=None)
        save_policy(
            round_id=row.pk,
            body={**POLICY, "selection": SELECTION, "questions": QUESTIONS, **(more or {})},
            reason="시연: 2026년 공고를 본뜬 정책",
            by=None,
        )
        submit_for_review(round_id=row.pk, by=None)
        return announce(round_id=row.pk, by=None)


def _letter(year: int) -> str:
    """A for the first demo round of a year, then B, C …"""
    taken = Round.objects.filter(key__startswith=f"demo-{year}-").count()
    return chr(ord("A") + taken) if taken < 26 else f"Z{taken - 25}"
