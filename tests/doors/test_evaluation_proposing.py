"""Proposed assignments as officers see them, and nobody else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.kit import clock
from tests.actions.test_evaluation_proposing import pool, proposed
from tests.doors import as_
from tests.doors.test_evaluation_officers import page_of, text
from tests.factories import evaluation as ev
from tests.factories.providers import person
from vouchers.companies import actions as companies
from vouchers.evaluation.models import Assignment, AssignmentRun

pytestmark = pytest.mark.django_db


def test_an_officer_proposes_changes_by_hand_and_applies():
    at = ev.panel(1)
    pool(at)
    client, case = as_(at.officer), at.applications[0].ref
    address = page_of("assignmentrun_propose_page") + f"?round={at.round.pk}"
    assert address in text(client.get(page_of("assignment_assign_page") + f"?round={at.round.pk}"))
    assert "배정안 계산하기" in text(client.get(address))
    assert client.post(address).status_code == 302
    run = AssignmentRun.objects.get()
    change, by_hand = page_of("assignmentrun_change", run.pk), page_of("assignmentrun_case", run.pk, case)
    shown = text(client.get(change))
    assert (
        at.applications[0].receipt_no in shown and "차이는 0입니다" in shown and "적합도 100점 중" in shown and by_hand in shown
    )
    out, spare = run.pairs[case][0], next(user.ref for user in at.evaluators if user.ref not in run.pairs[case])
    assert spare in text(client.get(by_hand))
    price = text(client.get(f"{by_hand}?out={out}&into={spare}"))
    assert "이 변경의 비용" in price and "이렇게 바꾸기" in price
    assert client.get(f"{by_hand}?into=usr_nobody").status_code == 422
    assert client.post(by_hand, {"out": out, "into": spare, "version": run.version}).status_code == 302
    assert client.post(by_hand, {"out": spare, "version": run.version}).status_code == 422, "the page was an older one"
    assert "직접 넣음" in text(client.get(change))
    apply = page_of("assignmentrun_verb", run.pk, "apply")
    assert "이해충돌" in text(client.get(apply)) and client.post(apply).status_code == 302
    assert Assignment.objects.filter(evaluator__ref=spare).exists()
    shown = text(client.get(f"/en{change}"))
    assert "the gap is 0" in shown and "Change by hand" not in shown and client.post(apply).status_code == 422


def test_nobody_else_sees_or_makes_proposals():
    at = ev.panel(1)
    pool(at)
    run = proposed(at)
    addresses = [
        page_of("assignmentrun_propose_page"), page_of("assignmentrun_changelist"), page_of("assignmentrun_change", run.pk),
        page_of("assignmentrun_case", run.pk, at.applications[0].ref), page_of("assignmentrun_verb", run.pk, "apply"),
    ]  # fmt: skip
    for client in (Client(), as_(at.evaluators[0]), as_(at.firms[0].representative)):
        assert {client.get(address).status_code for address in addresses} <= {302, 403, 404}
        assert client.post(addresses[-1]).status_code in {302, 403, 404}
    auditor = as_(person("AUDITOR"))
    assert auditor.get(addresses[2]).status_code == 200 and "배정안 적용하기" not in text(auditor.get(addresses[2]))
    assert {auditor.get(addresses[n]).status_code for n in (0, 3, 4)} <= {403, 404}
    assert AssignmentRun.objects.get().status == "PROPOSED" and not Assignment.objects.exists()


def test_an_officer_with_a_conflict_meets_no_trace_of_the_case():
    at = ev.panel(2, titles=["숨겨야 할 과제", "보이는 과제"])
    pool(at)
    other = person("MINISTRY_OFFICER")
    companies.declare_conflict(user=other, organisation=at.firms[0].organisation, ground="친족", by=other)
    run, (hidden, seen) = proposed(at), at.applications
    client = as_(other)
    assign = page_of("assignment_assign_page") + f"?round={at.round.pk}"
    for address in (assign, page_of("assignmentrun_change", run.pk), page_of("assignmentrun_case", run.pk, seen.ref)):
        shown = text(client.get(address))
        assert seen.receipt_no in shown and hidden.receipt_no not in shown and hidden.ref not in shown, address
        assert hidden.title not in shown and at.firms[0].company.name_ko not in shown
    page = client.get(page_of("assignmentrun_change", run.pk))
    assert [row.new for row in page.context["loads"]].count(1) == 2 and sum(row.new for row in page.context["loads"]) == 2
    assert client.get(page_of("assignmentrun_case", run.pk, hidden.ref)).status_code == 404
    assert client.post(page_of("assignmentrun_case", run.pk, hidden.ref), {"out": run.pairs[hidden.ref][0]}).status_code == 404


def test_the_page_of_a_proposal_asks_the_same_for_one_application_and_for_three():
    counts = []
    for number in (1, 3):
        at = ev.panel(number)
        pool(at)
        client, address = as_(at.officer), page_of("assignmentrun_change", proposed(at).pk)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_while_the_pool_may_still_be_challenged_the_pages_that_assign_say_so():
    for days, warned in ((20, True), (1, False)):
        at = ev.panel(1, conflicts={"publishes_pool": True, "challenge_days": days})
        pool(at)
        client = as_(at.officer)
        pages = [f"{page_of(name)}?round={at.round.pk}" for name in ("assignmentrun_propose_page", "assignment_assign_page")]
        with clock.at(clock.now() + timedelta(days=6)):
            pages.append(page_of("assignmentrun_verb", proposed(at).pk, "apply"))
            for page in pages:
                assert ("기피를 신청할 수 있습니다" in text(client.get(page))) == warned, page
            assert ("may still challenge" in text(client.get("/en" + pages[0]))) == warned
