"""Officers prepare a round in the admin without touching JSON; every fault is named before the announcement."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from portal.accounts.actions import grant_role
from portal.accounts.models import User
from portal.journal.actions import record
from portal.journal.queries import history
from portal.kit import clock
from portal.templatetags.portal import kst
from portal.templatetags.portal_admin import admin_standing
from tests.doors import as_
from tests.factories.rounds import make_closed_round, make_draft, make_round
from vouchers.rounds.forms.grading import grading_fields
from vouchers.rounds.forms.outcomes import outcome_fields
from vouchers.rounds.forms.sampling import sampling_fields
from vouchers.rounds.forms.settling import settling_fields
from vouchers.rounds.forms.signalling import signalling_fields
from vouchers.rounds.models import Round
from vouchers.rounds.rules import TARGET_STEPS, WEIGHTS

pytestmark = pytest.mark.django_db


def staff(role: str) -> tuple[User, Client]:
    user = User.objects.create_user(f"{role.lower()}@staff.example", is_demo=True)
    grant_role(user=user, role=role, by=None)
    return user, as_(user)


FACTS = {
    "key": "from-admin", "title_ko": "새 회차", "title_en": "New round", "summary_ko": "", "summary_en": "",
    "fiscal_year": "2027", "match_timing": "AFTER_SELECTION", "opens_at_0": "2027-02-01", "opens_at_1": "09:00",
    "closes_at_0": "2027-03-01", "closes_at_1": "18:00", "budget_won": "1000000000", "project_start_on": "",
    "project_end_on": "",
}  # fmt: skip


def inline(prefix: str, rows: list[dict], initial: int = 0) -> dict:
    data = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    for n, row in enumerate(rows):
        data |= {f"{prefix}-{n}-{name}": value for name, value in row.items()}
    return data


TRACK = {
    "position": 0, "key": "LARGE", "name_ko": "대형", "name_en": "Large", "cap_won": 320000000, "slots": 2,
    "task_price_won": 400000000,
}  # fmt: skip
CRITERIA = [
    {"position": 0, "key": "a", "name_ko": "필요성", "name_en": "Need", "stage": "DOCUMENT", "weight": 60},
    {"position": 1, "key": "b", "name_ko": "효과", "name_en": "Effect", "stage": "PRESENTATION", "weight": 39},
]


def test_prepare_a_round_from_nothing_to_announced():
    officer, client = staff("MINISTRY_OFFICER")
    _approver, approving = staff("MINISTRY_APPROVER")
    assert client.get("/admin/vouchers/round/add/").status_code == 200
    parts = {**inline("tracks", [TRACK]), **inline("criteria", CRITERIA), **inline("policy_versions", [])}
    made = client.post("/admin/vouchers/round/add/", {**FACTS, **parts})
    row = Round.objects.get(key="from-admin")
    assert row.created_by == officer and row.tracks.get().slots == 2
    base = f"/admin/vouchers/round/{row.pk}"
    assert made.status_code == 302 and made["Location"].endswith(f"{base}/change/")
    draft = client.get(f"{base}/change/").content.decode()
    assert f'href="{base}/verb/save_policy/"' in draft and f'href="{base}/change/#criteria-group"' in draft
    assert 'id="criteria-group"' in draft and 'id="id_opens_at_0"' in draft
    first = client.get(f"{base}/verb/save_policy/").content.decode()
    assert 'name="min_evaluators" value="3"' in first and 'name="rate_SMALL" value' not in first
    page = client.get(f"{base}/verb/submit_for_review/").content.decode()
    assert "99입니다" in page and "정책이 입력되지 않았습니다" in page
    refused = client.post(f"{base}/verb/submit_for_review/", follow=True).content.decode()
    assert "99입니다" in refused and Round.objects.get().status == "DRAFT"
    criteria = [{**one, "id": c.pk, "round": row.pk} for one, c in zip(CRITERIA, row.criteria.all(), strict=True)]
    criteria[1]["weight"] = 40
    parts = {
        **inline("tracks", [{**TRACK, "id": row.tracks.get().pk, "round": row.pk}], 1), **inline("criteria", criteria, 2),
        **inline("policy_versions", []),
    }  # fmt: skip
    assert client.post(f"{base}/change/", {**FACTS, "seen_version": row.version, **parts}).status_code == 302
    assert [(one.stage, one.weight) for one in row.criteria.all()] == [("DOCUMENT", 60), ("PRESENTATION", 40)]
    policy = {
        "rate_MICRO": "85", "rate_SMALL": "85", "rate_MEDIUM": "75", "min_cash_rate": "10", "in_kind_max_rate": "10",
        "vat_borne_by": "COMPANY", "rounding_unit_won": "1", "eligible_company_sizes": ["MICRO", "SMALL", "MEDIUM"],
        "eligible_provider_types": ["MEDICAL_DATA_HOSPITAL"], "required_documents": ["PROJECT_PLAN"], "pass_mark": "60",
        "min_evaluators": "2", "reserve_length": "3", "disclosure_threshold": "10", "applications_per_company": "1",
        "feasibility_threshold": "10", "feasibility_bands": "30, 100 300", "demand_threshold": "4", "reason": "첫 정책", "normalisation": "Z_SCORE", "normalise_from": "3", "trim": "1", "employer_years": "3", "advice_years": "2", "challenge_days": "5", "publishes_pool": "on", "public_domains": "Naver.com, daum.net",
        "pass_mark_counts": "TOTAL", "tie_0": "SMALLER_GRANT", "bonus_YOUTH": "1.5", "bonus_cap": "2", "pool_NON_CAPITAL": "40",
        "objection_days": "30", "extension_days": "10", "assign_data": "50", "assign_field": "30", "assign_language": "20", "assign_load": "3", "assign_max_load": "12",
        "evaluation_stages": ["DOCUMENT", "PRESENTATION"], "region_bonus": "5", "grant_rate_max": "90",
        "presentation_absence": "FILE",
        **{f"days_{step}": days for step, days in TARGET_STEPS.items()},
        "paper_TAX_CLEARANCE": "14", "paper_REGISTER_EXTRACT": "90", "paper_FINANCIAL_STATEMENTS": "365",
        **{f"rank_{name}": points / 100 for name, points in WEIGHTS.items()}, "rank_modality": "11", "rank_region": "12",
        "rank_outside_capital": "", "allocate_a_need": "2", "allocate_ranked": "40", "allocate_least": "45",
        "allocate_served": "60", "allocate_region": "2.5", "allocate_lapse_days": "7",
        "pay_rail": "BANK", "pay_ways": ["GATEWAY", "PAIN_001"], "pay_bank_code": "004", "pay_account": "900-102030-40506",
        "pay_holder": "시험 사업비", **{name: one.initial for name, one in {**settling_fields({}), **grading_fields({}), **signalling_fields({}), **sampling_fields({}), **outcome_fields({})}.items()}, "settle_late": "7d:1, 1m:2, :4",
    }  # fmt: skip
    wrong = client.post(f"{base}/verb/save_policy/", {**policy, "rank_region": "12.01"})
    assert wrong.status_code == 422 and "합계는 100.01점" in wrong.content.decode()
    assert 'name="rank_region" value="12.01"' in wrong.content.decode()
    wrong = client.post(f"{base}/verb/save_policy/", {**policy, "allocate_a_need": "9"})
    assert wrong.status_code == 422 and 'name="allocate_a_need" value="9"' in wrong.content.decode()
    wrong = client.post(f"{base}/verb/save_policy/", {**policy, "pay_ways": ["GATEWAY", "NETWORK"], "pay_account": ""})
    assert (
        wrong.status_code == 422
        and "한 경로로만" in wrong.content.decode()
        and "출금 계좌가 들어갑니다" in wrong.content.decode()
    )
    wrong = client.post(f"{base}/verb/save_policy/", {**policy, "rate_SMALL": "95"})
    assert wrong.status_code == 422 and "100%를 넘습니다" in wrong.content.decode()
    assert 'name="min_cash_rate" value="10"' in wrong.content.decode()
    wrong = client.post(f"{base}/verb/save_policy/", {**policy, "signal_split_thresholds": "50000000 20,000,000"})
    assert wrong.status_code == 422 and "작은 것부터 차례로" in wrong.content.decode()
    wrong = client.post(f"{base}/verb/save_policy/", {**policy, "settle_late": "7d:1, 1m:2, :6"})
    assert wrong.status_code == 422 and "5%를 넘지 않으며" in wrong.content.decode()
    assert client.post(f"{base}/verb/save_policy/", {**policy, "evaluation_stages": ["DOCUMENT"]}).status_code == 302
    page = client.get(f"{base}/verb/submit_for_review/").content.decode()
    assert f"발표평가로 채점하는 항목이 있습니다: {row.criteria.get(key='b').name_ko}" in page
    assert client.post(f"{base}/verb/save_policy/", policy).status_code == 302
    assert row.policy().presentation_absence == "FILE"
    assert "발표평가로 채점하는 항목" not in client.get(f"{base}/verb/submit_for_review/").content.decode()
    assert str(row.policy().grant_rates["SMALL"]) == "0.85" and row.policy().days("quote") == 15
    assert row.policy().paper_days["TAX_CLEARANCE"] == 14
    rates = [str(row.policy().rate(*who)) for who in (("SMALL", "BUSAN"), ("SMALL", "SEOUL"), ("MEDIUM", "BUSAN"))]
    assert rates == ["0.90", "0.85", "0.80"] and row.policy().evaluation_stages == ("DOCUMENT", "PRESENTATION")
    selection = row.policy().selection
    assert (selection.normalisation, selection.pass_mark_counts) == ("Z_SCORE", "TOTAL")
    apart = row.policy().conflicts
    assert (apart.advice_years, apart.publishes_pool, apart.public_domains) == (2, True, ("naver.com", "daum.net"))
    assert (row.policy().assigning.field, row.policy().assigning.max_load) == (30, 12)
    assert (row.policy().allocating.a_need, row.policy().allocating.lapse_days) == (2, 7)
    paying = row.policy().paying
    assert (paying.rail, paying.ways, paying.account) == ("BANK", ("GATEWAY", "PAIN_001"), "90010203040506")
    settling = row.policy().settling
    assert (settling.months, settling.objection_suspends, str(settling.late[-1].rate)) == (2, True, "0.04")
    ranking = row.policy().ranking
    assert (ranking.weights["region"], ranking.weights["disease"], ranking.prefer_outside_capital) == (1200, 1900, False)
    assert selection.tie_break == ("SMALLER_GRANT", "RECEIPT_NO") and str(selection.bonus_points["YOUTH"]) == "1.5"
    assert [(one.pool, str(one.share)) for one in selection.pools] == [("NON_CAPITAL", "0.4")]
    twice = client.post(f"{base}/verb/save_policy/", {**policy, "tie_1": "SMALLER_GRANT"})
    assert twice.status_code == 422 and "두 번" in twice.content.decode()
    assert 'value="40"' in client.get(f"{base}/verb/save_policy/").content.decode()
    assert 'value="85"' in client.get(f"{base}/verb/save_policy/").content.decode()
    assert client.post(f"{base}/verb/submit_for_review/").status_code == 302
    assert client.post(f"{base}/verb/announce/").status_code == 403
    assert approving.post(f"{base}/verb/announce/").status_code == 302
    row.refresh_from_db()
    assert row.status == "ANNOUNCED"
    page = client.get(f"{base}/change/").content.decode()
    assert 'name="title_ko"' not in page and 'name="tracks-0-slots"' not in page


def test_admin_bad_facts_come_back_with_a_sentence():
    _officer, client = staff("MINISTRY_OFFICER")
    make_draft(key="taken")
    parts = {**inline("tracks", []), **inline("criteria", []), **inline("policy_versions", [])}
    assert client.post("/admin/vouchers/round/add/", {**FACTS, **parts, "key": "taken"}).status_code == 422
    late = {**FACTS, **parts, "closes_at_0": "2027-01-01"}
    page = client.post("/admin/vouchers/round/add/", late, follow=True).content.decode()
    assert "마감보다 앞서야" in page and not Round.objects.filter(key="from-admin").exists()


def test_admin_changes_nothing_that_is_announced():
    _officer, client = staff("MINISTRY_OFFICER")
    row = make_round()
    answer = client.post(f"/admin/vouchers/round/{row.pk}/change/", FACTS)
    assert answer.status_code == 403 and Round.objects.get().title_ko == row.title_ko


def test_auditor_reads_and_does_nothing():
    _auditor, client = staff("AUDITOR")
    row = make_closed_round()
    assert client.get("/admin/vouchers/round/").status_code == 200
    page = client.get(f"/admin/vouchers/round/{row.pk}/change/")
    assert page.status_code == 200 and "/verb/" not in page.content.decode()
    assert client.post(f"/admin/vouchers/round/{row.pk}/verb/begin_evaluation/").status_code == 403
    assert client.get("/admin/vouchers/round/add/").status_code == 403


def test_a_stale_draft_keeps_what_was_typed():
    officer, client = staff("MINISTRY_OFFICER")
    row = make_draft(by=officer)
    address = f"/admin/vouchers/round/{row.pk}/change/"
    page = client.get(address).content.decode()
    assert f'name="seen_version" value="{row.version}"' in page
    parts = {
        **inline("tracks", [], 0), **inline("criteria", [], 0), **inline("policy_versions", []),
    }  # fmt: skip
    typed = {**FACTS, "title_ko": "내가 쓴 제목", "seen_version": row.version}
    assert client.post(address, {**typed, **parts}).status_code == 302
    page = client.post(address, {**typed, "title_ko": "늦은 제목", **parts})
    words = page.content.decode()
    assert page.status_code == 422 and "늦은 제목" in words and Round.objects.get(pk=row.pk).title_ko == "내가 쓴 제목"
    assert f'name="seen_version" value="{Round.objects.get(pk=row.pk).version}"' in words


def test_money_and_days_are_written_as_people_write_them():
    _officer, client = staff("MINISTRY_OFFICER")
    row = make_round()
    words = client.get(f"/admin/vouchers/round/{row.pk}/change/").content.decode()
    assert "320,000,000" in words and "320000000" not in words and "오전" not in words


def test_the_state_line_of_a_call_says_when_the_clock_opened_and_closed_it() -> None:
    """Not when it was announced: the events know nothing of the clock."""
    _user, client = staff("MINISTRY_OFFICER")
    row = make_round()
    for moment, word, since in (
        (row.opens_at + timedelta(hours=1), "접수 중", row.opens_at),
        (row.closes_at + timedelta(hours=1), "접수 마감", row.closes_at),
    ):
        with clock.at(moment):
            head = client.get(f"/admin/vouchers/round/{row.pk}/change/").content.decode().split('class="case-state"')[1]
            assert f"{kst(since)}부터" in head[:600] and word in head[:600]


def test_a_state_line_names_the_event_that_brought_the_state() -> None:
    """An event that leaves the state as it was (an extension) does not move the day."""
    row = make_round()
    with transaction.atomic():
        record("round.extended", row, by=None, frm="ANNOUNCED", to="ANNOUNCED")
    announced = history(row).get(name="round.announced")
    assert admin_standing(row, "", ("ANNOUNCED", "x"))["since"] == announced.at
    assert admin_standing(row, "", ("RUNNING", "x"))["since"] is None


@pytest.mark.parametrize(("verb", "kind"), [("copy_round", "DEMO"), ("rehearse", "REHEARSAL")])
def test_a_copy_is_where_the_officer_goes_on(verb, kind):
    source, (_user, client) = make_round(), staff("MINISTRY_OFFICER")
    answer = client.post(f"/admin/vouchers/round/{source.pk}/verb/{verb}/", {"key": "made-from-it"})
    made = Round.objects.get(key="made-from-it")
    assert answer["Location"].endswith(f"/admin/vouchers/round/{made.pk}/change/") and made.kind == kind
