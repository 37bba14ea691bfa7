"""Pages of surveys: the company answers and corrects, the offices list and take along, the public sees what is public alone."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client

from portal.journal.models import AccessLog
from portal.kit import clock
from tests.actions.test_outcomes import GOOD, ROUND, asked, submit
from tests.doors import as_
from tests.doors.test_desk_doors import queries
from tests.factories import providers
from tests.factories.providers import person
from vouchers.outcomes import actions, tasks
from vouchers.outcomes.models import OutcomeSurvey

pytestmark = pytest.mark.django_db
LIST = "/en/outcomes/"
TYPED = {"q_papers": "2", "l_papers": "https://doi.example/1", "q_raised_won": "1,000,000", "q_words": "Nothing else"}


def test_a_company_saves_hands_in_and_corrects_in_the_browser() -> None:
    at, survey = asked()
    client, there = as_(at.company), f"{LIST}{survey.ref}/"
    page = client.get(f"{there}answer/").content.decode()
    assert "Published in the register of awards." in page and "Papers" in page and "answer 0; that is an answer too" in page
    assert there in client.get(LIST).content.decode() and there in client.get("/en/home/").content.decode()
    drafted = client.post(f"{there}answer/", {"q_papers": "2", "do": "draft"}, follow=True).content.decode()
    assert (
        "It is not handed in yet" in drafted
        and 'value="2"' in drafted
        and "Go on answering" in client.get(there).content.decode()
    )
    assert "Not answered yet" in as_(at.operator).get(there).content.decode()  # a draft is the company's alone
    refused = client.post(f"{there}answer/", {**TYPED, "l_papers": "doi 1", "q_raised_won": "", "do": "submit"})
    text = refused.content.decode()
    assert (
        refused.status_code == 422
        and "doi 1" in text
        and "stands on a line of its own" in text
        and "0 where there is nothing" in text
    )
    assert "Nothing else" in text and not survey.versions.exists()
    assert client.post(f"{there}answer/", {**TYPED, "do": "submit"}).status_code == 303
    shown = client.get(there).content.decode()
    assert "https://doi.example/1" in shown and "1,000,000" in shown and "Correct the answers" in shown
    assert client.post(f"{there}answer/", {**TYPED, "q_papers": "1", "do": "submit"}).status_code == 422  # without a reason
    assert (
        client.post(f"{there}answer/", {**TYPED, "q_papers": "1", "reason": "One was another's", "do": "submit"}).status_code
        == 303
    )
    assert [one.answers["papers"] for one in survey.versions.all()] == [1, 2] and "One was another" in client.get(
        there
    ).content.decode()


def test_who_may_see_and_answer() -> None:
    at, survey = asked()
    there = f"{LIST}{survey.ref}/"
    for stranger in (
        providers.person("REPRESENTATIVE", at.firm.organisation.__class__.objects.create(kind="COMPANY", name_ko="남")),
        person("EVALUATOR"),
    ):
        assert as_(stranger).get(there).status_code == 404 and survey.ref not in as_(stranger).get(LIST).content.decode()
    assert "/accounts/login/" in Client().get(there)["Location"] and "/accounts/login/" in Client().get(LIST)["Location"]
    assert (
        as_(at.operator).get(f"{there}answer/").status_code == 403 and as_(at.company).post(f"{there}waive/").status_code == 403
    )
    assert as_(at.company).get(f"{LIST}export/").status_code == 404
    auditor = person("AUDITOR")
    assert as_(auditor).get(there).status_code == 200
    assert AccessLog.objects.filter(by=auditor, subject_ref=survey.ref, task="outcome survey").exists()
    assert not AccessLog.objects.filter(by=at.company, subject_ref=survey.ref).exists()
    assert as_(at.operator).post(f"{there}waive/", {"reason": ""}).status_code == 422
    assert as_(at.operator).post(f"{there}waive/", {"reason": "Gone"}).status_code == 303
    assert "Gone" in as_(at.company).get(there).content.decode() and as_(at.company).get(f"{there}answer/").status_code == 404


def test_the_offices_filter_the_list_and_take_the_same_along() -> None:
    at, survey = asked()
    submit(at, survey)
    with clock.at(clock.now() + timedelta(days=32)):
        tasks.open_surveys()
    client = as_(at.operator)
    assert client.get(f"{LIST}?status=ANSWERED").content.decode().count('<th scope="row">') == 1
    assert "No survey fits the filter" in client.get(f"{LIST}?status=LATE").content.decode()
    assert client.get(f"{LIST}?status=moon&round=x").status_code == 200
    table = b"".join(client.get(f"{LIST}export/?status=ANSWERED").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(table)))
    assert (
        len(rows) == 1
        and rows[0]["Papers"] == "2"
        and rows[0]["Raised"] == "0"
        and rows[0]["Agreement"] == survey.agreement.number
    )
    few = [queries(client, address) for address in (LIST, f"{LIST}?status=OPEN")]
    with clock.at(clock.now() + timedelta(days=32)):
        actions.submit_outcome(survey_id=OutcomeSurvey.objects.get(number=2).pk, by=at.company, **GOOD)
    assert [queries(client, address) for address in (LIST, f"{LIST}?status=ANSWERED")] == few
    assert as_(at.operator).get(f"/en/admin/vouchers/outcomesurvey/{survey.pk}/change/").status_code == 200


def test_the_register_tells_what_is_public_and_nothing_else() -> None:
    at, survey = asked()
    words = {"answers": {**GOOD["answers"], "raised_won": 777_777, "words": "Confidential"}}
    before = Client().get("/en/register/").content.decode()
    submit(at, survey, **words)
    page = Client().get("/en/register/").content.decode()
    assert "Papers: 2" in page and "As 1 project said" in page and "Papers: 2" not in before
    assert "777,777" not in page and "Confidential" not in page and "doi.example" not in page
    found = Client().get("/api/v1/awards/").json()["results"][0]
    assert found["outcomes"] == [{"key": "papers", "ko": "논문", "en": "Papers", "kind": "COUNT", "value": 2}]
    assert Client().get("/en/register/?round=unknown").status_code == 200 and ROUND["questions"]
