"""Where the eligibility of a whole round stands, and what a batch did."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, IntegerField, Min, Q, QuerySet, Value, When

from vouchers.applications import rules
from vouchers.applications.models import Application, CheckBatch, CheckBatchLine, EligibilityCheck
from vouchers.companies.rules import PERSON_AFTER_ATTEMPTS
from vouchers.rounds.models import Round

S = rules.ApplicationStatus
K = rules.BatchKind
_STATES: dict[str, tuple[str, ...]] = {
    K.BEGIN_CHECK: (S.SUBMITTED,),
    K.ASK_TAX: (S.SUBMITTED, S.ELIGIBILITY_CHECK, S.SUPPLEMENT_REQUESTED),
    K.ASK_RULES: (S.ELIGIBILITY_CHECK,),
    K.FIND_ELIGIBLE: (S.ELIGIBILITY_CHECK,),
}


def candidates(round_: Round, kind: str) -> QuerySet[Application]:
    """The applications of a round that a batch of this kind takes: for FIND_ELIGIBLE those whose every rule is met."""
    found = Application.objects.filter(round=round_, status__in=_STATES[kind])
    return agreeing(found) if kind == K.FIND_ELIGIBLE else found


def agreeing(found: QuerySet[Application]) -> QuerySet[Application]:
    """Those of which every rule was asked and is met."""
    met = Count("eligibility_checks", filter=Q(eligibility_checks__verdict="MET", eligibility_checks__rule__in=list(rules.Rule)))
    return found.annotate(rules_met=met).filter(rules_met=len(rules.Rule))


@dataclass(frozen=True)
class Standing:
    """Applications of a round by what the officer can do next. by_rule: (rule, not met, needs a person) of those in the check.
    tax_since: the oldest answer of the tax service about their companies, None where one was never answered."""

    received: int
    in_check: int
    agree: int
    supplement: int
    decided: int
    by_rule: list[tuple[Any, int, int]]
    tax_since: datetime | None

    @property
    def disagree(self) -> int:
        return self.in_check - self.agree


def standing(round_: Round) -> Standing:
    """Four queries, however many applications there are."""
    by_status = dict(
        Application.objects.filter(round=round_, submitted_at__isnull=False)
        .order_by()
        .values_list("status")
        .annotate(n=Count("pk"))
    )
    open_ = EligibilityCheck.objects.filter(application__round=round_, application__status=S.ELIGIBILITY_CHECK)
    counts: dict[str, dict[str, int]] = {}
    for rule, verdict, n in open_.exclude(verdict="MET").order_by().values_list("rule", "verdict").annotate(n=Count("pk")):
        counts.setdefault(rule, {})[verdict] = n
    asked = candidates(round_, K.ASK_TAX).aggregate(
        n=Count("pk"), answered=Count("company__tax_checked_at"), since=Min("company__tax_checked_at")
    )
    not_decided = (S.SUBMITTED, S.ELIGIBILITY_CHECK, S.SUPPLEMENT_REQUESTED)
    return Standing(
        received=by_status.get(S.SUBMITTED, 0),
        in_check=by_status.get(S.ELIGIBILITY_CHECK, 0),
        agree=candidates(round_, K.FIND_ELIGIBLE).count(),
        supplement=by_status.get(S.SUPPLEMENT_REQUESTED, 0),
        decided=sum(n for status, n in by_status.items() if status not in not_decided),
        by_rule=[
            (rule, counts[rule].get("NOT_MET", 0), counts[rule].get("NEEDS_PERSON", 0)) for rule in rules.Rule if rule in counts
        ],
        tax_since=asked["since"] if asked["n"] == asked["answered"] else None,
    )


def ready_line(batch: CheckBatch) -> QuerySet[CheckBatchLine]:
    """Lines that can be taken now: all that wait; where the tax service was asked, those whose company it answered about
    since, or that it did not answer about often enough."""
    waiting = CheckBatchLine.objects.filter(batch=batch, outcome="WAITING").order_by("pk")
    if batch.kind != K.ASK_TAX:
        return waiting
    answered = Q(application__company__tax_checked_at__gte=batch.created_at)
    never = Q(application__company__is_rehearsal=True) | Q(application__company__check_attempts__gte=PERSON_AFTER_ATTEMPTS)
    return waiting.filter(answered | never)


@dataclass(frozen=True)
class Counts:
    """How far a batch is."""

    total: int
    done: int
    skipped: int

    @property
    def looked_at(self) -> int:
        return self.done + self.skipped


def counts(batch: CheckBatch) -> Counts:
    """One query."""
    found = dict(batch.lines.order_by().values_list("outcome").annotate(n=Count("pk")))
    return Counts(sum(found.values()), found.get("DONE", 0), found.get("SKIPPED", 0))


def lines(batch: CheckBatch) -> QuerySet[CheckBatchLine]:
    """What was not done first, then what waits, then what was done."""
    rank = Case(
        When(outcome="SKIPPED", then=Value(0)),
        When(outcome="WAITING", then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return batch.lines.annotate(rank=rank).select_related("application__company").order_by("rank", "pk")


def batches_of(round_: Round, most: int = 10) -> list[CheckBatch]:
    """The last batches of a round, the newest first."""
    return list(CheckBatch.objects.filter(round=round_).select_related("started_by").order_by("-pk")[:most])
