"""The public register: awards of published selections that stand, and the data that their projects use."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import evaluation as ev
from vouchers.evaluation import actions
from vouchers.rounds.models import Round
from vouchers.statistics import queries

pytestmark = pytest.mark.django_db


def page(prefix: str = "", **facts) -> str:
    return Client().get(f"{prefix}/register/", facts).content.decode()


def test_an_award_is_public_once_the_selection_is_and_as_long_as_it_stands():
    at = ev.scored((90, 80), slots=2)
    assert "아직 발표된 선정이 없습니다" in page()
    ev.confirmed(at)
    first, second = queries.register().order_by("project_no")
    korean, english = page(), page("/en")
    for award in (first, second):
        assert award.project_no in korean and award.application.company.organisation.name_ko in korean
    assert "320,000,000" in english and "Register of awards and data uses" in english and at.round.title_en in english
    owner = at.firms[0]
    mine = next(award for award in (first, second) if award.application_id == at.applications[0].pk)
    actions.decline_award(award_id=mine.pk, reason="포기합니다", by=owner.representative)
    assert mine.project_no not in page() and mine.project_no not in Client().get("/api/v1/awards/").content.decode()
    Round.objects.update(status="EVALUATING")
    assert not queries.register().exists()


def test_a_program_reads_the_same_rows():
    at, awards = ev.awarded((90, 80), slots=2)
    answer = Client().get("/api/v1/awards/", {"round": at.round.key, "ordering": "project_no"}).json()
    assert [row["project_no"] for row in answer["results"]] == sorted(award.project_no for award in awards)
    row = answer["results"][0]
    assert (row["round"], row["track"], row["grant_won"], row["data_uses"]) == (at.round.key, "LARGE", 320_000_000, [])
    assert Client().get("/api/v1/awards/", {"round": "none"}).json()["results"] == []
    assert Client().get("/api/v1/awards/", {"company": "x"}).status_code == 400


def test_more_awards_cost_no_more_questions():
    counted = []
    for points in ((90,), (90, 85, 80)):
        ev.awarded(points, slots=len(points))
        page()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page()
        counted.append(len(asked))
    assert counted[0] == counted[1]


@pytest.mark.parametrize("facts", [{"page": "x"}, {"page": "99"}, {"round": "'"}])
def test_a_mangled_address_is_no_error(facts):
    assert Client().get("/register/", facts).status_code == 200
