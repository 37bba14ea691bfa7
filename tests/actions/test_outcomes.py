"""A survey after a project: opened by its round's months, drafted, answered, corrected, given up, told late; guarded by the database."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from tests.factories import settling as s
from tests.factories.providers import person
from vouchers.outcomes import actions, queries, tasks
from vouchers.outcomes.models import OutcomeSurvey, OutcomeVersion

pytestmark = pytest.mark.django_db
ROUND: dict[str, Any] = {
    "surveys": 2, "first_months": 0, "every_months": 1,
    "questions": [
        {"key": "papers", "kind": "COUNT", "ko": "논문", "en": "Papers", "public": True, "evidence": True},
        {"key": "raised_won", "kind": "WON", "ko": "투자", "en": "Raised"}, {"key": "words", "kind": "TEXT", "ko": "의견", "en": "Words"},
    ],
}  # fmt: skip
GOOD: dict[str, Any] = {"answers": {"papers": 2, "raised_won": 0}, "links": {"papers": ["https://doi.example/1"]}}


def asked(**outcomes: Any) -> tuple[Any, OutcomeSurvey]:
    at, _desk, _row = s.fixed(outcomes={**ROUND, **outcomes})
    assert tasks.open_surveys() == 1 and tasks.open_surveys() == 0
    return at, OutcomeSurvey.objects.get()


def submit(at: Any, survey: OutcomeSurvey, **more: Any) -> OutcomeVersion:
    return actions.submit_outcome(survey_id=survey.pk, **{**GOOD, "by": at.company, **more})


def test_a_survey_opens_with_the_settled_amount_and_the_next_one_a_month_later() -> None:
    at, survey = asked()
    assert (survey.number, survey.status, survey.opens_on) == (1, "OPEN", clock.today())
    duty = Duty.objects.get(verb="answer_outcome")
    assert duty.organisation == at.firm.organisation and duty.due_at == clock.end_of_day(survey.due_on)
    told = Notice.objects.filter(template="outcome_opened")
    assert (
        {one.user for one in told} == {at.company, at.firm.staff}
        and "공개 대장" in told[0].body
        and Event.objects.filter(name="outcome.opened").count() == 1
    )
    with clock.at(clock.now() + timedelta(days=32)):
        assert tasks.open_surveys() == 1 and tasks.open_surveys() == 0
        second = OutcomeSurvey.objects.get(number=2)
        assert second.covers_from == second.opens_on - timedelta(days=(second.opens_on - survey.opens_on).days)
    with clock.at(clock.now() + timedelta(days=900)):
        assert tasks.open_surveys() == 0


def test_a_terminated_project_is_not_asked() -> None:
    s.fixed(parts=2, done=1, outcomes=ROUND)
    assert queries.owing(clock.today()) == []


def test_what_is_drafted_stays_and_is_gone_once_handed_in() -> None:
    at, survey = asked()
    drafted = actions.save_draft(survey_id=survey.pk, answers={"papers": 9, "other": 1}, links={"papers": ["x"]}, by=at.company)
    assert drafted.draft == {"answers": {"papers": 9}, "links": {"papers": ["x"]}} and not drafted.versions.exists()
    assert submit(at, survey).number == 1
    survey.refresh_from_db()
    assert (survey.status, survey.draft) == ("ANSWERED", {}) and not Duty.objects.filter(
        verb="answer_outcome", closed_at=None
    ).exists()


def test_answers_are_whole_and_the_company_s_alone() -> None:
    at, survey = asked()
    with pytest.raises(actions.Unanswered) as found:
        submit(at, survey, answers={"papers": 2}, links={})
    assert set(found.value.by_key) == {"papers", "raised_won"}
    for somebody in (at.operator, person("AUDITOR"), person("EVALUATOR")):
        with pytest.raises(NotAllowed):
            submit(at, survey, by=somebody)
        with pytest.raises(NotAllowed):
            actions.save_draft(survey_id=survey.pk, answers={}, links={}, by=somebody)


def test_a_correction_is_a_new_version_that_says_why() -> None:
    at, survey = asked()
    change = {**GOOD, "answers": {"papers": 1, "raised_won": 5}, "by": at.company, "survey_id": survey.pk}
    with pytest.raises(IllegalStep):
        actions.correct_outcome(**change, reason="왜")
    submit(at, survey)
    with pytest.raises(IllegalStep):
        submit(at, survey)
    with pytest.raises(Refused, match="이유"):
        actions.correct_outcome(**change, reason=" ")
    with pytest.raises(Refused, match="바뀐 내용이"):
        actions.correct_outcome(**{**change, **GOOD}, reason="왜")
    assert actions.correct_outcome(**change, reason="한 편은 다른 과제였습니다.").number == 2
    assert [one.answers["papers"] for one in queries.versions_of(survey)] == [1, 2]
    assert Event.objects.get(name="outcome.corrected").reason.startswith("한 편")
    application = survey.agreement.award.application_id
    assert [(one.key, one.value) for one in queries.results_of([application])[application]] == [("papers", 1)]
    assert queries.results_in([survey.round_id])[1] == 1


def test_the_operator_gives_a_survey_up_with_a_reason() -> None:
    at, survey = asked()
    with pytest.raises(NotAllowed):
        actions.waive_outcome(survey_id=survey.pk, reason="폐업", by=at.company)
    with pytest.raises(Refused, match="사유"):
        actions.waive_outcome(survey_id=survey.pk, reason=" ", by=at.operator)
    assert actions.waive_outcome(survey_id=survey.pk, reason="폐업했습니다.", by=at.operator).status == "WAIVED"
    assert (
        not Duty.objects.filter(verb="answer_outcome", closed_at=None).exists()
        and Notice.objects.filter(template="outcome_waived").exists()
    )
    for refused in (lambda: submit(at, survey), lambda: actions.waive_outcome(survey_id=survey.pk, reason="x", by=at.operator)):
        with pytest.raises(IllegalStep):
            refused()
    with pytest.raises(Refused, match="더 묻지 않는"):
        actions.save_draft(survey_id=survey.pk, answers={}, links={}, by=at.company)


def test_what_is_late_is_told_to_the_operator_once() -> None:
    _at, survey = asked()
    with clock.at(clock.end_of_day(survey.due_on) + timedelta(days=1)):
        assert tasks.escalate() == 0
    with clock.at(clock.end_of_day(survey.due_on) + timedelta(days=20)):
        assert tasks.escalate() >= 1 and tasks.escalate() == 0
    assert Notice.objects.filter(template="duty_escalated", subject_ref=Duty.objects.get(verb="answer_outcome").ref).exists()


def test_the_database_refuses_what_the_actions_would_not_do() -> None:
    at, survey = asked()
    insert = "INSERT INTO {0} SELECT (jsonb_populate_record(t, %s)).* FROM {0} t WHERE id = %s"
    survey_table, version_table = "vouchers_outcomesurvey", "vouchers_outcomeversion"

    def refused(guard: str, sql: str, *given: Any) -> None:
        with pytest.raises(IntegrityError, match=guard), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, given)

    refused("answered once there is", f"UPDATE {survey_table} SET status = 'ANSWERED' WHERE id = %s", survey.pk)
    refused("outcome_survey_waived_with_reason", f"UPDATE {survey_table} SET status = 'WAIVED' WHERE id = %s", survey.pk)
    refused("stays as it was asked", f"UPDATE {survey_table} SET due_on = due_on + 1 WHERE id = %s", survey.pk)
    refused("never deleted", f"DELETE FROM {survey_table} WHERE id = %s", survey.pk)
    refused("outcome_survey_once", insert.format(survey_table), '{"id": 900001, "ref": "x1"}', survey.pk)
    refused("outcome_survey_days", insert.format(survey_table), '{"id": 900002, "ref": "x2", "number": 0}', survey.pk)
    row = submit(at, survey)
    refused("stay as they were handed in", f"UPDATE {version_table} SET answers = '{{}}' WHERE id = %s", row.pk)
    refused("stay as they were handed in", f"DELETE FROM {version_table} WHERE id = %s", row.pk)
    refused("counted one by one", insert.format(version_table), '{"id": 900003, "ref": "x3", "number": 3, "reason": "x"}', row.pk)
    refused("outcome_correction_says_why", insert.format(version_table), '{"id": 900004, "ref": "x4", "number": 2}', row.pk)
    refused(r"outcome_version_once|counted one by one", insert.format(version_table), '{"id": 900005, "ref": "x5"}', row.pk)
    with clock.at(clock.now() + timedelta(days=32)):
        tasks.open_surveys()
        second = OutcomeSurvey.objects.get(number=2)
        actions.waive_outcome(survey_id=second.pk, reason="x", by=at.operator)
    other = f'{{"id": 900006, "ref": "x6", "survey_id": {second.pk}}}'
    refused("not asked any more", insert.format(version_table), other, row.pk)
