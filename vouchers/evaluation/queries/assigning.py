"""Evaluators and the progress of an evaluation; what keeps a selection from being proposed."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Greatest

from portal.kit.pages import recounted
from vouchers.applications.models import Application
from vouchers.evaluation import rules
from vouchers.evaluation.models import Assignment, PanelPhase, SelectionRun, cases_closed_to
from vouchers.evaluation.queries.challenges import undecided
from vouchers.evaluation.queries.presenting import not_held
from vouchers.evaluation.rules.conflicts import least
from vouchers.ledger import queries as ledger
from vouchers.rounds.models import Round

UNDECIDED = ("SUBMITTED", "ELIGIBILITY_CHECK", "SUPPLEMENT_REQUESTED", "ELIGIBLE")


def available_won(programme: Round) -> int:
    """What the round's pot still holds, whole won; of a rehearsal, which never has money, the budget of the call."""
    if programme.is_rehearsal:
        return programme.budget_won or 0
    return ledger.balance(programme.pk, "AVAILABLE", programme.ref)


@dataclass(frozen=True)
class OwnAssignments:
    """An evaluator's own. rows: what is owed first by due day, each with `blind` (its policy's word); counts beside them.
    closed: ids of the applications with which a conflict stands."""

    rows: QuerySet[Assignment]
    waiting: int
    ended: int
    closed: Collection[int]


def assignments_of(user: Any) -> OwnAssignments:
    """Which cases are closed to the evaluator is asked once, for the rows and for the counts. One query beside that and the rows."""
    closed = cases_closed_to(user.pk)
    own = Assignment.objects.visible_to(user, closed).filter(evaluator_id=user.pk)
    waits = Q(status__in=rules.PENDING)

    def count() -> tuple[int, int]:
        found = own.aggregate(waiting=Count("pk", filter=waits), ended=Count("pk", filter=~waits))
        return found["waiting"], found["ended"]

    waiting, ended = recounted(f"assignments:{user.pk}", count)
    rows = (
        own.annotate(blind=F("application__policy_version__body__blind_review"))
        .select_related("application")
        .only(
            "ref", "status", "total", "due_at", "submitted_at", "application__title", "application__receipt_no",
            "application__track_id",
        )
        .order_by("due_at", "id")
    )  # fmt: skip
    return OwnAssignments(rows, waiting, ended, closed)


@dataclass(frozen=True)
class Progress:
    """Where a round's evaluation stands. Counts of assignments and applications.

    undecided: not in evaluation yet; waiting: of these, whose eligibility is not decided; short: with too few evaluators."""

    applications: int
    undecided: int
    waiting: int
    short: int
    assigned: int
    declared: int
    handed_in: int
    pending: int
    too_few: int
    min_evaluators: int

    @property
    def ready(self) -> bool:
        return bool(self.applications) and not (self.undecided or self.pending or self.too_few)


def progress(programme: Round) -> Progress:
    """Two queries beside the policy."""
    minimum = programme.policy().min_evaluators
    rows: list[Any] = list(assignable(programme))
    lacking = [row.handed_in_count < row.needed_count for row in rows if row.status == "IN_EVALUATION"]
    waiting = Application.objects.filter(round=programme, status__in=UNDECIDED).exclude(status="ELIGIBLE").count()
    found = Assignment.objects.filter(application__round=programme, application__status="IN_EVALUATION").aggregate(
        assigned=Count("id", filter=~Q(status__in=["DECLINED", "RECUSED", "WITHDRAWN"])),
        declared=Count("id", filter=Q(declared_at__isnull=False) & ~Q(status="RECUSED")),
        handed_in=Count("id", filter=Q(status__in=rules.HANDED_IN)),
        pending=Count("id", filter=Q(status__in=rules.PENDING)),
    )
    return Progress(
        applications=len(lacking),
        undecided=waiting + len(rows) - len(lacking),
        waiting=waiting,
        short=sum(1 for row in rows if row.assigned_count < row.needed_count),
        too_few=sum(lacking),
        min_evaluators=minimum,
        **found,
    )


def in_evaluation(programme: Round) -> QuerySet[Application]:
    """Applications being evaluated with their counts: assigned_count, handed_in_count, pending_count, needed_count."""
    return _counted(programme, Application.objects.filter(round=programme, status="IN_EVALUATION"))


def assignable(programme: Round) -> QuerySet[Application]:
    """Applications that may get evaluators now, those with the fewest first."""
    return _counted(
        programme, Application.objects.filter(round=programme, status__in=["ELIGIBLE", "IN_EVALUATION"]), "assigned_count"
    )


def _counted(programme: Round, applications: QuerySet[Application], *first: str) -> QuerySet[Application]:
    """With their counts; in the order `first`, then as the round lists them. needed_count: as rules.conflicts.needed says."""
    minimum = programme.policy().min_evaluators

    def count(**condition: Any) -> Any:
        found = Assignment.objects.filter(application=OuterRef("pk"), **condition).order_by().values("application")
        return _Subcount(found)  # type: ignore[arg-type]

    return (
        applications.select_related("track", "company", "round")
        .annotate(
            assigned_count=count(status__in=[*rules.PENDING, *rules.HANDED_IN]),
            handed_in_count=count(status__in=rules.HANDED_IN),
            pending_count=count(status__in=rules.PENDING),
            needed_count=Greatest(Value(minimum) - count(status="RECUSED"), Value(least(minimum))),
        )
        .order_by(*first, "track__position", "receipt_no", "id")
    )


def _Subcount(found: QuerySet[Assignment]) -> Any:
    from django.db.models import IntegerField, Subquery
    from django.db.models.functions import Coalesce

    counted = found.annotate(n=Count("id")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


@dataclass(frozen=True)
class Blocker:
    """An application that keeps a selection from being proposed. kind: UNDECIDED, UNASSIGNED, PENDING or TOO_FEW.

    n: assignments not handed in (PENDING) or evaluations handed in (TOO_FEW).
    """

    application: Application
    kind: str
    n: int = 0


@dataclass(frozen=True)
class Obstacles:
    """What stands in the way of a proposal. run: a proposal that waits already; funded: the round has a budget; challenged:
    challenges of evaluators that wait for a decision; panels: panels that are still open; presentations: not held yet."""

    blockers: list[Blocker]
    run: SelectionRun | None
    funded: bool
    empty: bool
    min_evaluators: int
    challenged: int = 0
    panels: int = 0
    presentations: int = 0

    @property
    def ready(self) -> bool:
        waits = self.challenged or self.panels or self.presentations
        return not (self.blockers or self.run or self.empty or waits) and self.funded


def obstacles(programme: Round) -> Obstacles:
    """Every application that blocks, the undecided first. Six queries beside the policy."""
    minimum = programme.policy().min_evaluators
    return Obstacles(
        blockers=sorted((_blocker(row) for row in _blocking(programme)), key=lambda one: _KINDS.index(one.kind)),
        run=SelectionRun.objects.filter(round=programme, status="PROPOSED").first(),
        funded=bool(available_won(programme)),
        empty=not in_evaluation(programme).exists(),
        min_evaluators=minimum,
        challenged=undecided(programme).count(),
        panels=PanelPhase.objects.filter(application__round=programme, status="OPEN").count(),
        presentations=not_held(programme),
    )


def ready_to_propose(programme: Round) -> bool:
    """Nothing stands in the way; loads no application."""
    waits = SelectionRun.objects.filter(round=programme, status="PROPOSED").exists()
    if waits or not available_won(programme) or not in_evaluation(programme).exists():
        return False
    if PanelPhase.objects.filter(application__round=programme, status="OPEN").exists():
        return False
    if not_held(programme):
        return False
    return not (undecided(programme).exists() or _blocking(programme).exists())


_KINDS = ("UNDECIDED", "UNASSIGNED", "TOO_FEW", "PENDING")


def _blocking(programme: Round) -> QuerySet[Application]:
    """Applications that are undecided, or lack evaluations, with their counts."""
    lacks = Q(pending_count__gt=0) | Q(handed_in_count__lt=F("needed_count"))
    return _counted(programme, Application.objects.filter(round=programme, status__in=[*UNDECIDED, "IN_EVALUATION"])).filter(
        Q(status__in=UNDECIDED) | lacks
    )


def _blocker(row: Any) -> Blocker:
    """row: an application with its counts."""
    if row.status in UNDECIDED:
        return Blocker(row, "UNASSIGNED" if row.status == "ELIGIBLE" else "UNDECIDED")
    if row.assigned_count < row.needed_count:
        return Blocker(row, "TOO_FEW", row.handed_in_count)
    return Blocker(row, "PENDING", row.pending_count)


def needs_evaluators(programme: Round) -> bool:
    """Some application has fewer evaluators than the round asks for, and no proposal waits."""
    if SelectionRun.objects.filter(round=programme, status="PROPOSED").exists():
        return False
    return assignable(programme).filter(Q(assigned_count__lt=F("needed_count"))).exists()
