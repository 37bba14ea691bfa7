"""A survey after the project: opened when its round says so, answered by the company, corrected by new versions, or given up."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock, workdays
from portal.kit.access import require
from portal.kit.errors import DomainError, Refused
from vouchers.outcomes import notices, queries, rules
from vouchers.outcomes.models import OutcomeSurvey, OutcomeVersion
from vouchers.settlements.models import Settlement

ANSWER = "vouchers.answer_outcome"


class Unanswered(DomainError):
    """Answers that cannot be taken. by_key: question's key → sentence."""

    def __init__(self, by_key: Mapping[str, Any]) -> None:
        super().__init__(_("Some answers are missing or cannot be true. They are marked below."), "answers")
        self.by_key = by_key


def open_surveys(*, now: datetime) -> int:
    """Surveys that projects owe by now. Idempotent (sweep); each project in a transaction of its own. Returns: how many were opened."""
    return journal.each("outcomes.open_surveys", queries.owing(clock.to_kst(now).date()), _open_of)


@transaction.atomic
def _open_of(settlement_id: int) -> int:
    """Writes: OutcomeSurveys with the questions of the round's newest policy, Events, Duties, Notices."""
    settled = (
        Settlement.objects.select_for_update(of=("self",))
        .select_related("agreement", "company__organisation", "round")
        .get(pk=settlement_id)
    )
    agreement, version, known = settled.agreement, settled.round.policy_version(), set[int]()
    assert version is not None and settled.confirmed_at is not None and agreement.activated_at is not None, (
        "asked for by the query"
    )
    policy = version.parsed()
    known.update(OutcomeSurvey.objects.filter(agreement=agreement).values_list("number", flat=True))
    began, fixed = (clock.to_kst(moment).date() for moment in (agreement.activated_at, settled.confirmed_at))
    made = 0
    for turn in rules.turns(policy.outcomes, began_on=began, fixed_on=fixed, today=clock.today()):
        if turn.number in known:
            continue
        row = OutcomeSurvey(
            agreement=agreement, company=settled.company, round=settled.round, number=turn.number, covers_from=turn.covers_from,
            covers_to=turn.covers_to, opens_on=turn.opens_on, policy_version=version.number,
            due_on=workdays.add_working_days(clock.today(), policy.days("outcome_answer")), asked=[one.document() for one in policy.outcomes.questions],
        )  # fmt: skip
        row.save()
        data = {"agreement": agreement.ref, "number": turn.number, "due_on": row.due_on.isoformat()}
        journal.record(
            "outcome.opened",
            row,
            by=None,
            to=row.status,
            policy_version=version.number,
            organisations=row.organisation_ids(),
            data=data,
        )
        journal.open_duty(
            row, "answer_outcome", title_ko=f"과제 성과조사 답변: {agreement.number}", title_en=f"Answer the outcome survey: {agreement.number}",
            url=row.get_absolute_url(), due_at=clock.end_of_day(row.due_on), organisation=settled.company.organisation, by=None,
        )  # fmt: skip
        notices.opened(row)
        made += 1
    return made


@transaction.atomic
def save_draft(*, survey_id: int, answers: Mapping[str, Any], links: Mapping[str, Sequence[str]], by: Any) -> OutcomeSurvey:
    """What was typed so far, whatever it is. Writes: OutcomeSurvey.draft. Raises: Refused (answered or given up)."""
    survey = _lock(survey_id)
    require(by, ANSWER, survey.company.organisation)
    if survey.status == rules.OutcomeStatus.WAIVED:
        raise Refused(_("This survey is not asked any more, so nothing is kept."), "waived")
    keys = {one.key for one in survey.questions}
    survey.draft = {
        "answers": {key: value for key, value in answers.items() if key in keys},
        "links": {key: list(given) for key, given in links.items() if key in keys},
    }
    survey.save()
    return survey


@transaction.atomic
def submit_outcome(*, survey_id: int, answers: Mapping[str, Any], links: Mapping[str, Sequence[str]], by: Any) -> OutcomeVersion:
    """The company's answers, as its first version. Writes: OutcomeVersion, OutcomeSurvey ANSWERED, Event; closes the duty.

    Raises: Unanswered, NotAllowed, IllegalStep."""
    return _answer(survey_id, "submit_outcome", answers, links, "", by)


@transaction.atomic
def correct_outcome(
    *, survey_id: int, answers: Mapping[str, Any], links: Mapping[str, Sequence[str]], reason: str, by: Any
) -> OutcomeVersion:
    """A new version that says why; what was handed in before stays. Writes: OutcomeVersion, Event. Raises: Unanswered, Refused."""
    if not reason.strip():
        raise Refused(_("Say why you correct your answers."), "reason_missing", "reason")
    return _answer(survey_id, "correct_outcome", answers, links, reason.strip(), by)


def _answer(
    survey_id: int, verb: str, answers: Mapping[str, Any], links: Mapping[str, Sequence[str]], reason: str, by: Any
) -> OutcomeVersion:
    survey = _lock(survey_id)
    require(by, ANSWER, survey.company.organisation)
    before, survey.status = survey.status, rules.OUTCOME_LIFECYCLE.step(survey.status, verb)
    if wrong := rules.faults(survey.questions, answers, links):
        raise Unanswered(wrong)
    last = survey.versions.order_by("-number").first()
    if last is not None and (last.answers, last.links) == (dict(answers), {key: list(given) for key, given in links.items()}):
        raise Refused(_("Nothing changed, so there is nothing to correct."), "unchanged")
    row = OutcomeVersion(
        survey=survey, number=(last.number if last else 0) + 1, answers=dict(answers), reason=reason, submitted_by=by,
        links={key: list(given) for key, given in links.items()},
    )  # fmt: skip
    row.save()
    survey.draft = {}
    survey.save()
    journal.record(
        "outcome.answered" if row.number == 1 else "outcome.corrected", survey, by=by, frm=before, to=survey.status, reason=reason,
        organisations=survey.organisation_ids(), data={"version": row.number},
    )  # fmt: skip
    journal.close_duty(survey, "answer_outcome", by=by)
    return row


@transaction.atomic
def waive_outcome(*, survey_id: int, reason: str, by: Any) -> OutcomeSurvey:
    """The operator gives it up, as where a company is no more. Writes: OutcomeSurvey WAIVED, Event, Notice; closes the duty."""
    survey = _lock(survey_id)
    require(by, "vouchers.waive_outcome")
    if not reason.strip():
        raise Refused(_("Give the reason; the company reads it."), "reason_missing", "reason")
    before, survey.status = survey.status, rules.OUTCOME_LIFECYCLE.step(survey.status, "waive_outcome")
    survey.reason = reason.strip()
    survey.save()
    journal.record(
        "outcome.waived",
        survey,
        by=by,
        frm=before,
        to=survey.status,
        reason=survey.reason,
        organisations=survey.organisation_ids(),
    )
    journal.close_duties(survey, by=by)
    notices.waived(survey)
    return survey


def escalate(*, now: datetime) -> int:
    """Idempotent (sweep). Writes: through journal.escalate. Returns: people told."""
    return sum(journal.escalate(duty_id, role=role) for duty_id, role in list(queries.to_escalate(now)))


def _lock(survey_id: int) -> OutcomeSurvey:
    OutcomeSurvey.objects.select_for_update().get(pk=survey_id)
    return OutcomeSurvey.objects.select_related("agreement", "company__organisation", "round").get(pk=survey_id)
