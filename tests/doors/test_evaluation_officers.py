"""Evaluation as officers, auditors and the clock see it."""

import hashlib
import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.accounts.rules import Role
from portal.journal.models import Duty
from portal.kit import clock
from tests.doors import as_, test_evaluation_doors
from tests.factories import applications as make
from tests.factories import evaluation as ev
from tests.factories.providers import person
from vouchers.companies import actions as companies
from vouchers.evaluation import actions
from vouchers.evaluation.models import Assignment, Award, PenaltyRecord, SelectionLetter, SelectionRun

pytestmark = pytest.mark.django_db
invited, text = test_evaluation_doors.invited, test_evaluation_doors.text


# ── Officers ─────────────────────────────────────────────────────────────────────────────────────────
def page_of(name, *args) -> str:
    return reverse(f"{admin.site.name}:vouchers_{name}", args=args)


def test_officer_assigns_several_at_once_and_conflicts_are_named():
    at = ev.panel(2)
    companies.declare_conflict(user=at.evaluators[0], organisation=at.firms[0].organisation, ground="자문", by=at.evaluators[0])
    client = as_(at.officer)
    address = page_of("assignment_assign_page") + f"?round={at.round.pk}"
    shown = client.get(address)
    assert shown.status_code == 200 and at.applications[0].receipt_no in text(shown)
    assert client.post(address, {}).status_code == 422
    given = {"applications": [a.pk for a in at.applications], "evaluators": [e.pk for e in at.evaluators]}
    after = client.post(address, given, follow=True)
    assert Assignment.objects.count() == 3 and "이해충돌이 있습니다" in text(after) and "3건 배정" in text(after)
    assert as_(at.approver).get(address).status_code == 403
    assert as_(at.evaluators[0]).get(address).status_code in {302, 403}


def test_officer_proposes_and_the_approver_confirms():
    at = ev.scored((90, 80), slots=1)
    officer, approver = as_(at.officer), as_(at.approver)
    address = page_of("selectionrun_propose_page") + f"?round={at.round.pk}"
    shown = text(officer.get(address))
    assert "이 선정안 제안하기" in shown and "예산 1,000,000,000원 중 320,000,000원" in shown
    assert officer.post(address).status_code == 302
    run = SelectionRun.objects.get()
    assert officer.post(address).status_code == 422
    change, confirm = page_of("selectionrun_change", run.pk), page_of("selectionrun_verb", run.pk, "confirm")
    assert "선정 확정하기" not in text(officer.get(change)) and "선정 확정하기" in text(approver.get(change))
    assert officer.post(confirm).status_code == 403
    decide = text(approver.get(confirm))
    assert "이 선정을 확정하면 예산 1,000,000,000원 중 320,000,000원이 배정됩니다" in decide
    assert approver.post(confirm).status_code == 302
    assert approver.post(confirm).status_code == 422
    assert Award.objects.count() == 1


def test_an_officer_runs_dry_compares_and_takes_the_files():
    at = ev.panel(2, slots=1)
    ev.score(at, at.applications[0], 80)
    officer, approver, auditor = as_(at.officer), as_(at.approver), as_(person("AUDITOR"))
    runs = page_of("selectionrun_runs_page") + f"?round={at.round.pk}"
    assert "모의 산정하기" in text(officer.get(runs)) and "모의 산정하기" not in text(approver.get(runs))
    assert approver.post(runs).status_code == 422 and not SelectionRun.objects.exists()
    assert officer.post(runs).status_code == 302
    ev.score(at, at.applications[1], 90)
    officer.post(runs)
    second, first = SelectionRun.objects.order_by("-pk")
    shown = text(officer.get(runs))
    assert shown.count("모의 산정") >= 2 and second.outputs_sha256[:12] in shown
    page = text(officer.get(page_of("selectionrun_change", second.pk)))
    assert "과제 유형의 자리가 참" in page and "선정 수와 예산 안" in page and second.inputs_sha256 in page
    compare = page_of("selectionrun_compare")
    found = text(auditor.get(f"{compare}?before={first.pk}&after={second.pk}"))
    assert "새로 선정" in found and "선정에서 빠짐" in found
    for wrong in ("", f"?before={first.pk}&after={first.pk}", f"?before={first.pk}&after=99999"):
        assert officer.get(compare + wrong).status_code == 422
    table = auditor.get(page_of("selectionrun_csv", second.pk))
    assert at.applications[0].receipt_no in table.content.decode("utf-8-sig") and "no-store" in table["Cache-Control"]
    for part in ("inputs", "outputs"):
        body = auditor.get(page_of("selectionrun_json", second.pk, part)).content
        assert hashlib.sha256(body).hexdigest() == getattr(second, f"{part}_sha256")
    assert officer.get(page_of("selectionrun_json", second.pk, "record")).status_code == 404
    companies.declare_conflict(user=at.officer, organisation=at.firms[0].organisation, ground="친족", by=at.officer)
    inputs = officer.get(page_of("selectionrun_json", second.pk, "inputs"))  # names who evaluated the closed case
    assert inputs.status_code == 302 and at.evaluators[0].ref not in text(officer.get(inputs["Location"]))
    assert at.evaluators[0].ref not in text(officer.get(page_of("selectionrun_json", second.pk, "outputs")))


def test_the_journal_tells_no_officer_with_a_conflict_who_evaluates_the_case():
    at = ev.scored((80, 70))
    hidden, seen = (list(Assignment.objects.filter(application=case)) for case in at.applications)
    as_(at.evaluators[0]).get(f"/evaluation/{hidden[0].ref}/")
    other = person(Role.MINISTRY_OFFICER)
    companies.declare_conflict(user=other, organisation=at.firms[0].organisation, ground="친족", by=other)
    apart, free = as_(other), as_(at.officer)

    def listed(client, name, ref) -> bool:
        return "/change/" in text(client.get(f"{reverse(f'admin:journal_{name}')}?q={ref}")).split("<tbody", 1)[-1]

    for name in ("event", "duty", "notice"):
        name = f"{name}_changelist"
        assert listed(free, name, hidden[0].ref) and listed(apart, name, seen[0].ref) and not listed(apart, name, hidden[0].ref)
    read = at.applications[0].ref  # by its evaluator
    assert listed(free, "accesslog_changelist", read) and not listed(apart, "accesslog_changelist", read)
    duty = Duty.objects.filter(subject_ref=hidden[0].ref).first()
    assert apart.get(reverse("admin:journal_duty_change", args=[duty.pk])).status_code == 302


def test_nobody_else_sees_a_run_or_its_files():
    at = ev.scored()
    run = ev.confirmed(at)
    addresses = [
        page_of("selectionrun_runs_page"), page_of("selectionrun_compare"), page_of("selectionrun_csv", run.pk),
        page_of("selectionrun_json", run.pk, "inputs"), page_of("selectionrun_change", run.pk),
    ]  # fmt: skip
    nobody = (
        Client(),
        as_(at.firms[0].representative),
        as_(at.firms[0].staff),
        as_(at.evaluators[0]),
        as_(make.firm().representative),
    )
    for address in addresses:
        assert {client.get(address).status_code for client in nobody} <= {302, 403, 404}


def test_admin_lists_open_for_officers_and_auditors_without_buttons():
    at, (award,) = ev.awarded()
    auditor = as_(person("AUDITOR"))
    for name in ("assignment", "selectionrun", "award"):
        assert auditor.get(page_of(f"{name}_changelist")).status_code == 200
        assert as_(at.officer).get(page_of(f"{name}_changelist")).status_code == 200
    row = Assignment.objects.first()
    assert "배정 취소하기" not in text(auditor.get(page_of("assignment_change", row.pk)))
    assert auditor.get(page_of("assignment_assign_page")).status_code == 403
    assert auditor.get(page_of("award_change", award.pk)).status_code == 200


def test_officer_takes_an_assignment_back_with_a_reason(invited):
    at, row = invited
    client, address = as_(at.officer), page_of("assignment_verb", row.pk, "withdraw")
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "기한 경과"}).status_code == 302
    assert Assignment.objects.get(pk=row.pk).status == "WITHDRAWN"


def test_the_clock_lapses_awards():
    from vouchers.evaluation.tasks import lapse_awards

    _at, (award,) = ev.awarded()
    assert lapse_awards() == 0
    with clock.at(award.due_at):
        assert lapse_awards() == 1
    assert actions.lapse_awards(award.due_at) == 0


def test_admin_pages_need_the_same_queries_for_many(django_assert_num_queries):
    """The page that assigns, the proposal and the lists: two rows and five need the same."""
    at = ev.panel(5)
    ev.score(at, at.applications[0], 90)
    ev.score(at, at.applications[1], 80)
    client = as_(at.officer)
    pages = [page_of("assignment_assign_page"), page_of("selectionrun_propose_page"), page_of("assignment_changelist")]

    def counts() -> list[int]:
        found = []
        for address in pages:
            client.get(address)
            with CaptureQueriesContext(connection) as seen:
                assert client.get(address).status_code == 200
            found.append(len(seen))
        return found

    few = counts()
    for application in at.applications[2:]:
        ev.score(at, application, 70)
    assert counts() == few


def test_the_page_that_assigns_turns_its_pages(monkeypatch):
    from vouchers.evaluation.admin import parts as room

    monkeypatch.setattr(room, "PER_PAGE", 1)
    at = ev.panel(2)
    client, address = as_(at.officer), page_of("assignment_assign_page") + f"?round={at.round.pk}"
    first, second = text(client.get(address)), text(client.get(address + "&page=2"))
    assert "2건 중 1~1" in first and "2건 중 2~2" in second
    assert (at.applications[0].receipt_no in first) != (at.applications[0].receipt_no in second)
    given = {"applications": [at.applications[1].pk], "evaluators": [at.evaluators[0].pk]}
    assert client.post(address + "&page=2", given).status_code == 302  # what another page shows counts too
    assert client.get(address + "&page=zwei").status_code == 200


def test_each_duty_of_an_evaluator_names_its_application():
    at = ev.panel()
    rows = [ev.assigned(at, application, at.evaluators[0]) for application in at.applications[:2]]
    for row in rows:
        owed = Duty.objects.get(subject_ref=row.ref, verb="accept")
        assert row.application.receipt_no in owed.title_ko and row.application.title in owed.title_en
        assert row.application.company.name_ko not in owed.title_ko
        actions.accept(assignment_id=row.pk, by=at.evaluators[0])
    desk = re.sub(r"</?span[^>]*>", "", as_(at.evaluators[0]).get("/home/").content.decode())  # numbers are kept whole
    assert all(f"점수를 제출해 주십시오: {row.application.receipt_no}" in desk for row in rows)


def test_what_was_handed_in_is_told_in_korean(invited):
    at, row = invited
    actions.accept(assignment_id=row.pk, by=at.evaluators[0])
    actions.save_scores(assignment_id=row.pk, scores=ev.points_for(row, 80), comment="좋음", by=at.evaluators[0])
    actions.submit_scores(assignment_id=row.pk, by=at.evaluators[0])
    page = text(as_(at.evaluators[0]).get(f"/evaluation/{row.ref}/"))
    assert "가중치(%)" in page and "Weight" not in page


def test_the_proposal_page_says_what_is_missing_and_offers_no_button_until_ready():
    at = ev.panel(2)
    first, second = at.applications
    row = ev.assigned(at, first, at.evaluators[0])
    actions.accept(assignment_id=row.pk, by=at.evaluators[0])
    actions.save_scores(assignment_id=row.pk, scores=ev.points_for(row, 80), comment="좋음", by=at.evaluators[0])
    actions.submit_scores(assignment_id=row.pk, by=at.evaluators[0])
    address = f"/admin/vouchers/selectionrun/propose/?round={at.round.pk}"
    page = text(as_(at.officer).get(address))
    assert "아직 선정안을 제안할 수 없습니다" in page and "잠정 순위" in page and "이 선정안 제안하기" not in page
    assert first.receipt_no in page and second.receipt_no in page
    assert f'href="/admin/vouchers/assignment/assign/?round={at.round.pk}"' in page
    ready = ev.scored()
    page = text(as_(ready.officer).get(f"/admin/vouchers/selectionrun/propose/?round={ready.round.pk}"))
    assert "이 선정안 제안하기" in page and "잠정" not in page and "아직 선정안을" not in page


def test_the_round_and_the_officers_home_lead_to_the_evaluations_pages():
    at = ev.panel()
    browser = as_(at.officer)
    page = text(browser.get(f"/admin/vouchers/round/{at.round.pk}/change/"))
    for address in ("/admin/vouchers/assignment/assign/", "/admin/vouchers/selectionrun/propose/"):
        assert f'href="{address}?round={at.round.pk}"' in page
        assert browser.get(f"{address}?round={at.round.pk}").status_code == 200
        assert f'href="{address}"' in text(browser.get("/home/"))
    assert "하실 일이 없습니다" not in page
    assert "selectionrun/propose" not in text(as_(at.approver).get(f"/admin/vouchers/round/{at.round.pk}/change/"))
    assert "명 (최소 2명)" in text(browser.get(f"/admin/vouchers/assignment/assign/?round={at.round.pk}"))


def test_an_officer_enters_a_penalty_and_takes_it_back():
    at = ev.scored((90,), selection={"penalty_points": {"GAVE_UP": "2"}, "penalty_cap": "3"})
    officer, number = as_(at.officer), at.applications[0].receipt_no
    entry = {"receipt_no": number, "code": "GAVE_UP", "evidence": "2026년 협약 해지"}
    add = page_of("penaltyrecord_add")
    assert officer.post(add, {**entry, "receipt_no": "X"}).status_code == 422
    assert officer.post(add, {**entry, "code": "POOR_RESULT"}).status_code == 422
    assert as_(at.approver).post(add, entry).status_code == 403
    assert officer.post(add, entry).status_code == 302
    penalty = PenaltyRecord.objects.get()
    assert "감점 취소하기" in text(officer.get(page_of("penaltyrecord_change", penalty.pk)))
    assert officer.post(page_of("penaltyrecord_verb", penalty.pk, "take_back"), {"reason": "착오"}).status_code == 302
    assert number in text(as_(person("AUDITOR")).get(page_of("penaltyrecord_changelist")))
    for client in (as_(at.evaluators[0]), as_(at.firms[0].representative), Client()):
        assert client.get(page_of("penaltyrecord_change", penalty.pk)).status_code in {302, 403}


def test_an_officer_enters_the_posting_and_the_delivery_of_a_letter():
    at = ev.scored((90, 80), slots=1)
    company = at.firms[1].company
    companies.edit(company_id=company.pk, version=company.version, service_email="", by=at.firms[1].representative)
    ev.confirmed(at)
    letter = SelectionLetter.objects.get()
    officer, day = as_(at.officer), clock.today().isoformat()
    assert at.applications[1].receipt_no in text(officer.get(page_of("selectionletter_changelist")))
    assert "우편 발송 입력하기" in text(officer.get(page_of("selectionletter_change", letter.pk)))
    post, serve = page_of("selectionletter_verb", letter.pk, "post"), page_of("selectionletter_verb", letter.pk, "serve")
    assert officer.post(post, {"posted_on": "2999-01-01", "tracking_no": "1"}).status_code == 422
    assert as_(at.approver).post(post, {"posted_on": day, "tracking_no": "1"}).status_code == 403
    assert officer.post(post, {"posted_on": day, "tracking_no": "1"}).status_code == 302
    assert officer.post(serve, {"served_on": day}).status_code == 302
    assert "까지" in text(as_(at.firms[1].staff).get(f"/evaluation/results/{at.applications[1].ref}/"))
    assert as_(at.firms[1].staff).get(page_of("selectionletter_changelist")).status_code in {302, 403}


@pytest.mark.parametrize("role", [Role.OBJECTION_REVIEWER, Role.STAT_VIEWER])
def test_who_sees_no_run_reads_none_beside_another_one_or_in_a_list(role: Role) -> None:
    at = ev.scored((90,))
    one, two = (actions.run_selection(round_id=at.round.pk, by=at.officer) for _again in range(2))
    base, client = "/admin/vouchers/selectionrun/", as_(person(role))
    compare = f"{base}compare/?before={one.pk}&after={two.pk}"
    assert [as_(at.officer).get(path).status_code for path in (compare, f"{base}runs/?round={at.round.pk}")] == [200, 200]
    assert [client.get(path).status_code for path in (compare, f"{base}runs/?round={at.round.pk}")] == [403, 403]
    assert client.get(f"{base}{one.pk}/lines.csv").status_code == 404
