"""Which projects owe a survey, what was answered last, and what of it is public."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from portal.journal.models import Duty
from portal.journal.rules import ESCALATED
from portal.kit import clock
from vouchers.milestones.rules import is_escalated
from vouchers.outcomes import rules
from vouchers.outcomes.models import OutcomeSurvey, OutcomeVersion
from vouchers.rounds.models import PolicyVersion, Round
from vouchers.rounds.rules import parse_outcome_questions
from vouchers.settlements.models import Settlement


def owing(today: date) -> list[int]:
    """Ids of settlements whose project owes a survey that was not opened. Completed projects alone; three queries."""
    newest = PolicyVersion.objects.order_by("round_id", "-number").distinct("round_id")
    policies = {version.round_id: version.parsed().outcomes for version in newest}
    asked = OutcomeSurvey.objects.filter(agreement_id=OuterRef("agreement_id")).order_by().values("agreement_id")
    rows = (
        Settlement.objects.filter(
            status__in=rules.OWED_FROM, agreement__status="COMPLETED", agreement__activated_at__isnull=False, confirmed_at__isnull=False
        )
        .annotate(known=Subquery(asked.annotate(n=Count("pk")).values("n")))
        .values_list("pk", "round_id", "confirmed_at", "agreement__activated_at", "known")
    )  # fmt: skip
    found = []
    for pk, round_id, fixed_at, began_at, known in rows.order_by("pk"):
        assert fixed_at is not None and began_at is not None, "asked for above"
        policy = policies.get(round_id)
        days = {"began_on": clock.to_kst(began_at).date(), "fixed_on": clock.to_kst(fixed_at).date()}
        if policy is not None and len(rules.turns(policy, **days, today=today)) > (known or 0):
            found.append(pk)
    return found


def surveys_for(user: Any) -> QuerySet[OutcomeSurvey]:
    """Of this person's company, or all."""
    return OutcomeSurvey.objects.visible_to(user).select_related(
        "agreement__award__application", "company__organisation", "round"
    )


def listed(user: Any, *, round_key: str = "", status: str = "", late: bool = False) -> QuerySet[OutcomeSurvey]:
    """With the filters of the list; each with when its last answer came and how many versions there are."""
    answers = OutcomeVersion.objects.filter(survey=OuterRef("pk")).order_by("-number")
    found = surveys_for(user).annotate(
        answered_at=Subquery(answers.values("created_at")[:1]), version_no=Subquery(answers.values("number")[:1])
    )
    wanted = Q()
    if round_key:
        wanted &= Q(round__key=round_key)
    if status in rules.OutcomeStatus._value2member_map_:
        wanted &= Q(status=status)
    if late:
        wanted &= Q(status="OPEN", due_on__lt=clock.today())
    return found.filter(wanted).order_by("due_on", "pk")


def rounds_asked(user: Any) -> list[tuple[str, str, str]]:
    """(key, Korean, English) of rounds with surveys that this person sees."""
    seen = OutcomeSurvey.objects.visible_to(user).values("round_id")
    rows = Round.objects.filter(pk__in=seen).order_by("-fiscal_year", "-pk")
    return list(rows.values_list("key", "title_ko", "title_en"))


def versions_of(survey: OutcomeSurvey) -> list[OutcomeVersion]:
    """The newest first."""
    return list(survey.versions.select_related("submitted_by").order_by("-number"))


def last_answers(surveys: Iterable[OutcomeSurvey]) -> dict[int, OutcomeVersion]:
    """Survey id → its last answer. One query."""
    found = OutcomeVersion.objects.filter(survey__in=[one.pk for one in surveys]).order_by("survey_id", "-number")
    return {row.survey_id: row for row in found.distinct("survey_id")}


def may(user: Any, survey: OutcomeSurvey) -> dict[str, bool]:
    """Which verbs this person may use now."""
    can = {verb: rules.OUTCOME_LIFECYCLE.can(survey.status, f"{verb}_outcome") for verb in ("submit", "correct", "waive")}
    answers = user.has_perm("vouchers.answer_outcome", survey.company.organisation)
    return {
        "submit": can["submit"] and answers, "correct": can["correct"] and answers,
        "waive": can["waive"] and user.has_perm("vouchers.waive_outcome"),
    }  # fmt: skip


def to_escalate(now: datetime) -> Iterator[tuple[int, str]]:
    """(duty id, role that hears of it) of what is late by more than the days of its round. Three queries."""
    late = Duty.objects.filter(
        subject_type="outcomesurvey", verb__in=list(rules.ESCALATES), closed_at__isnull=True, paused_at__isnull=True, due_at__lte=now,
        rehearsed=False,
    ).exclude(reminded__contains=[ESCALATED])  # fmt: skip
    duties = list(late.order_by("due_at", "pk"))
    rows = OutcomeSurvey.objects.filter(ref__in=[one.subject_ref for one in duties]).values_list("ref", "round_id")
    of = dict(rows)
    days = {one.pk: one.days("escalation") for one in Round.objects.filter(pk__in=set(of.values()))}
    for one in duties:
        assert one.due_at is not None, "asked for above"
        due_on = clock.to_kst(one.due_at - timedelta(microseconds=1)).date()
        if one.subject_ref in of and is_escalated(due_on, clock.to_kst(now).date(), days[of[one.subject_ref]]):
            yield one.pk, rules.ESCALATES[one.verb]


# ── What is public ───────────────────────────────────────────────────────────────────────────────────
def results_of(applications: Iterable[int]) -> dict[int, list[rules.Result]]:
    """Application id → what is public of what its project answered, over all of its surveys. One query."""
    found: dict[int, list[tuple[Any, Any]]] = defaultdict(list)
    for application, asked, answers in _last(Q(survey__agreement__award__application_id__in=list(applications))):
        found[application].append((parse_outcome_questions(asked), answers))
    return {pk: told for pk, answered in found.items() if (told := rules.published(answered))}


def results_in(rounds: Iterable[int]) -> tuple[list[rules.Result], int]:
    """What is public of all answers of these rounds, added up, and how many projects answered. One query."""
    rows = list(_last(Q(survey__round_id__in=list(rounds))))
    return rules.published((parse_outcome_questions(asked), answers) for _pk, asked, answers in rows), len(
        {pk for pk, _asked, _answers in rows}
    )


def _last(wanted: Q) -> Iterator[tuple[int, Any, Any]]:
    """(application id, questions, answers) of the last version of each answered survey."""
    rows = OutcomeVersion.objects.filter(wanted).order_by("survey_id", "-number").distinct("survey_id")
    yield from rows.values_list("survey__agreement__award__application_id", "survey__asked", "answers")
