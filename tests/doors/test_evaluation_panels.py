"""The panel at its doors: who sees whose scores when, re-scoring with and without script, reading reports, the officer's pages."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.accounts.rules import Role
from tests.doors import as_
from tests.factories import evaluation as ev
from tests.factories.providers import person
from vouchers.applications import actions as applications
from vouchers.companies import actions as companies
from vouchers.evaluation import actions
from vouchers.evaluation.models import Assignment, PanelPhase, Reading, Score
from vouchers.evaluation.queries.panels import looks

pytestmark = pytest.mark.django_db
SECRET = "다른 위원의 근거"


def told() -> tuple[ev.Panel, Assignment, Assignment]:
    at = ev.scored((80,))
    mine, other = Assignment.objects.order_by("submitted_at", "pk")
    return at, mine, other


def open_(at: ev.Panel) -> PanelPhase:
    return actions.open_panel(application_id=at.applications[0].pk, by=at.officer)


def rescored(row: Assignment, points: int, reason: str) -> None:
    actions.rescore(assignment_id=row.pk, scores=ev.points_for(row, points), reason=reason, by=row.evaluator)


def test_others_scores_show_only_once_the_panel_is_open_and_without_names():
    at, mine, other = told()
    client, address = as_(mine.evaluator), f"/evaluation/{mine.ref}/"
    assert client.get(address).context["board"] is None
    open_(at)
    rescored(other, 55, SECRET)
    page = client.get(address).content.decode()
    assert SECRET in page and "80 → 55" in page
    assert other.evaluator.email not in page and other.ref not in page
    assert as_(other.evaluator).get(address).status_code == 404
    assert as_(at.firms[0].representative).get(address).status_code in {403, 404}


def test_an_open_panel_stands_on_the_list_of_its_members_alone_until_it_closes():
    at, mine, other = told()
    heading = "논의 중인 패널"
    assert heading not in as_(mine.evaluator).get("/evaluation/").content.decode()
    panel = open_(at)
    page = as_(mine.evaluator).get("/evaluation/").content.decode()
    assert heading in page and f"/evaluation/{mine.ref}/" in page and other.ref not in page
    assert heading not in as_(person(Role.EVALUATOR)).get("/evaluation/").content.decode()
    actions.close_panel(panel_id=panel.pk, by=at.officer)
    assert heading not in as_(mine.evaluator).get("/evaluation/").content.decode()


def test_a_panel_about_an_application_that_was_withdrawn_stands_on_no_list():
    at, mine, _other = told()
    open_(at)
    assert "논의 중인 패널" in as_(mine.evaluator).get("/evaluation/").content.decode()
    applications.withdraw(application_id=at.applications[0].pk, reason="사업 중단", by=at.firms[0].representative)
    assert "논의 중인 패널" not in as_(mine.evaluator).get("/evaluation/").content.decode()


def test_who_has_a_conflict_sees_no_panel_and_its_officer_no_record_of_it():
    at, mine, other = told()
    panel = open_(at)
    rescored(other, 55, SECRET)
    firm = at.firms[0].organisation
    companies.declare_conflict(user=mine.evaluator, organisation=firm, ground="자문", by=at.officer)
    client = as_(mine.evaluator)
    assert mine.ref not in client.get("/evaluation/").content.decode()
    assert client.get(f"/evaluation/{mine.ref}/").status_code == 404
    assert client.post(f"/evaluation/{mine.ref}/rescore/", {}).status_code == 404
    assert client.post(f"/evaluation/{mine.ref}/reading/", {}).status_code == 404
    companies.declare_conflict(user=at.officer, organisation=firm, ground="친족", by=at.officer)
    office = as_(at.officer)
    assert SECRET not in office.get(f"/admin/vouchers/panelphase/{panel.pk}/change/", follow=True).content.decode()
    assert at.applications[0].receipt_no not in office.get("/admin/vouchers/panelphase/").content.decode()
    page = office.get(f"/admin/vouchers/panelphase/round/?round={at.round.pk}").content.decode()
    assert at.applications[0].receipt_no not in page


def test_rescoring_by_form_keeps_typed_words_when_refused():
    at, mine, _other = told()
    open_(at)
    client, address = as_(mine.evaluator), f"/evaluation/{mine.ref}/rescore/"
    mine.refresh_from_db()
    data = {"version": mine.version}
    for score in mine.scores.all():
        data |= {f"points_{score.criterion_id}": 70, f"comment_{score.criterion_id}": "고친 근거"}
    refused = client.post(address, data)
    assert refused.status_code == 422 and "고친 근거" in refused.content.decode()
    stale = client.post(address, {**data, "version": mine.version + 7, "reason": "논의"})
    assert stale.status_code == 409 and "고친 근거" in stale.content.decode()
    assert client.post(address, {**data, "reason": "논의"}).status_code == 303
    mine.refresh_from_db()
    assert mine.total == 70 and set(Score.objects.filter(assignment=mine).values_list("points", flat=True)) == {70}


def test_the_scoring_form_says_its_total_after_each_save():
    at = ev.panel()
    row, who = ev.assigned(at, at.applications[0], at.evaluators[0]), at.evaluators[0]
    actions.accept(assignment_id=row.pk, by=who)
    client = as_(who)
    page = client.get(f"/evaluation/{row.ref}/").content.decode()
    assert re.search(r'id="live-total".*?<strong class="num">0\.00', page, re.S) and "data-reading" in page
    first = at.round.criteria.order_by("position", "id").first()
    row.refresh_from_db()
    data = {"version": row.version, f"points_{first.pk}": 50}
    saved = client.post(f"/evaluation/{row.ref}/scores/", data, headers={"HX-Request": "true"}).content.decode()
    assert f"{first.weight / 2:.2f}" in saved and 'id="live-total" hx-swap-oob="true"' in saved
    assert f"{first.weight / 2:.2f}" in client.get(f"/evaluation/{row.ref}/").content.decode()  # without script: after a save


def test_reading_is_reported_by_the_own_page_alone_and_shown_to_the_officer():
    at, mine, other = told()
    client = as_(mine.evaluator)
    marks = [
        re.search(r'data-mark="([^"]+)"', as_(r.evaluator).get(f"/evaluation/{r.ref}/").content.decode())[1]
        for r in (mine, other)
    ]
    address = f"/evaluation/{mine.ref}/reading/"
    for mark in (marks[1], "x", ""):
        client.post(address, {"mark": mark})
    assert not Reading.objects.exists()
    assert client.post(address, {"mark": marks[0]}).status_code == 204
    assert Reading.objects.get().assignment == mine
    assert [one.what for one in looks(mine)] == ["evaluation.file"]
    page = as_(at.officer).get(f"/admin/vouchers/assignment/{mine.pk}/change/").content.decode()
    assert "30초마다" not in page and "열람 내역" in page
    assert client.get(f"/admin/vouchers/assignment/{mine.pk}/change/").status_code in {302, 403, 404}


def test_the_officer_opens_reads_and_closes_panels():
    at, mine, _other = told()
    client, page = as_(at.officer), f"/admin/vouchers/panelphase/round/?round={at.round.pk}"
    assert client.post(page, {}).status_code == 422
    assert as_(person(Role.AUDITOR)).post(page, {"applications": at.applications[0].pk}).status_code in {200, 403}
    assert not PanelPhase.objects.exists()
    assert client.post(page, {"applications": at.applications[0].pk}).status_code == 302
    panel = PanelPhase.objects.get()
    rescored(mine, 60, "논의")
    shown = client.get(f"/admin/vouchers/panelphase/{panel.pk}/change/").content.decode()
    assert mine.evaluator.get_full_name() in shown and "80 → 60" in shown
    assert client.post(f"/admin/vouchers/panelphase/{panel.pk}/verb/close/").status_code == 302
    panel.refresh_from_db()
    assert panel.status == "CLOSED" and panel.closed_by == at.officer
    assert as_(mine.evaluator).get("/admin/vouchers/panelphase/").status_code in {302, 403}


def test_the_panels_of_a_round_take_as_many_queries_for_many_as_for_one():
    at = ev.panel(3)
    ev.score(at, at.applications[0], 80)
    client, page = as_(at.officer), f"/admin/vouchers/panelphase/round/?round={at.round.pk}"
    client.get(page)
    with CaptureQueriesContext(connection) as one:
        client.get(page)
    for application in at.applications[1:]:
        ev.score(at, application, 70)
        actions.open_panel(application_id=application.pk, by=at.officer)
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) <= len(one) + 1


def test_the_officer_reads_how_far_evaluators_agree_and_others_do_not():
    at = ev.panel(2)
    for application, points in zip(at.applications, ((80, 60), (70, 50)), strict=True):
        for evaluator, number in zip(at.evaluators, points, strict=True):
            row = ev.assigned(at, application, evaluator)
            actions.accept(assignment_id=row.pk, by=evaluator)
            actions.save_scores(assignment_id=row.pk, scores=ev.points_for(row, number), comment="의견", by=evaluator)
            actions.submit_scores(assignment_id=row.pk, by=evaluator)
    totals = list(Assignment.objects.order_by("pk").values_list("pk", "total"))
    address = f"/admin/vouchers/panelphase/agreement/?round={at.round.pk}"
    found = as_(at.officer).get(address)
    assert found.status_code == 200
    assert [told.number for _name, told in found.context["alphas"]] == ["-0.200", "-0.200"]
    assert [(count, first.number) for _names, count, first, _now in found.context["joint"]] == [(2, "0.333")]
    assert sorted(row.mean for row in found.context["rows"]) == ["+20.00", "−20.00"]
    assert all(row.outlying for row in found.context["rows"])
    assert list(Assignment.objects.order_by("pk").values_list("pk", "total")) == totals
    companies.declare_conflict(user=at.officer, organisation=at.firms[0].organisation, ground="친족", by=at.officer)
    assert as_(at.officer).get(address).context["quality"].first.applications == 1
    assert as_(at.evaluators[0]).get(address).status_code in {302, 403}
