"""Progress of an evaluation, what a selection would do, results."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from portal.journal import queries as journal
from portal.kit.words import korean
from vouchers.applications.models import Application, ApplicationMatch
from vouchers.evaluation import rules
from vouchers.evaluation.models import Assignment, Award, Score, SelectionLine, SelectionRun
from vouchers.ledger import queries as ledger
from vouchers.ledger.models import LedgerEvent
from vouchers.rounds.models import Criterion, Round

UNDECIDED = ("SUBMITTED", "ELIGIBILITY_CHECK", "SUPPLEMENT_REQUESTED", "ELIGIBLE")


# ── Evaluators ───────────────────────────────────────────────────────────────────────────────────────
def assignments_of(user: Any) -> QuerySet[Assignment]:
    """An evaluator's own, what is owed first by due day."""
    return (
        Assignment.objects.filter(evaluator_id=user.pk)
        .select_related("application__round", "application__track")
        .only(
            "ref",
            "status",
            "total",
            "due_at",
            "submitted_at",
            "application__title",
            "application__receipt_no",
            "application__round__title_ko",
            "application__round__title_en",
            "application__track__name_ko",
            "application__track__name_en",
        )
        .order_by("due_at", "id")
    )


def assignment_counts(user: Any) -> tuple[int, int]:
    """How many of an evaluator's own wait, and how many are done or ended. One query."""
    waits = Q(status__in=rules.PENDING)
    found = Assignment.objects.filter(evaluator_id=user.pk).aggregate(
        open=Count("pk", filter=waits), ended=Count("pk", filter=~waits)
    )
    return found["open"], found["ended"]


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
    counts = [row.handed_in_count for row in rows if row.status == "IN_EVALUATION"]
    waiting = Application.objects.filter(round=programme, status__in=UNDECIDED).exclude(status="ELIGIBLE").count()
    found = Assignment.objects.filter(application__round=programme, application__status="IN_EVALUATION").aggregate(
        assigned=Count("id", filter=~Q(status__in=["DECLINED", "RECUSED", "WITHDRAWN"])),
        declared=Count("id", filter=Q(declared_at__isnull=False) & ~Q(status="RECUSED")),
        handed_in=Count("id", filter=Q(status__in=rules.HANDED_IN)),
        pending=Count("id", filter=Q(status__in=rules.PENDING)),
    )
    return Progress(
        applications=len(counts),
        undecided=waiting + len(rows) - len(counts),
        waiting=waiting,
        short=sum(1 for row in rows if row.assigned_count < minimum),
        too_few=sum(1 for count in counts if count < minimum),
        min_evaluators=minimum,
        **found,
    )


def in_evaluation(programme: Round) -> QuerySet[Application]:
    """Applications being evaluated with their counts of assignments: assigned_count, handed_in_count, pending_count."""
    return _counted(Application.objects.filter(round=programme, status="IN_EVALUATION"))


def assignable(programme: Round) -> QuerySet[Application]:
    """Applications that may get evaluators now, those with the fewest first."""
    return _counted(Application.objects.filter(round=programme, status__in=["ELIGIBLE", "IN_EVALUATION"]), "assigned_count")


def _counted(applications: QuerySet[Application], *first: str) -> QuerySet[Application]:
    """With their counts; in the order `first`, then as the round lists them."""

    def count(**condition: Any) -> Any:
        found = Assignment.objects.filter(application=OuterRef("pk"), **condition).order_by().values("application")
        return _Subcount(found)  # type: ignore[arg-type]

    return (
        applications.select_related("track", "company", "round")
        .annotate(
            assigned_count=count(status__in=[*rules.PENDING, *rules.HANDED_IN]),
            handed_in_count=count(status__in=rules.HANDED_IN),
            pending_count=count(status__in=rules.PENDING),
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
    """What stands in the way of a proposal. run: a proposal that waits already; funded: the round has a budget."""

    blockers: list[Blocker]
    run: SelectionRun | None
    funded: bool
    empty: bool
    min_evaluators: int

    @property
    def ready(self) -> bool:
        return not (self.blockers or self.run or self.empty) and self.funded


def obstacles(programme: Round) -> Obstacles:
    """Every application that blocks, the undecided first. Four queries beside the policy."""
    minimum = programme.policy().min_evaluators
    return Obstacles(
        blockers=sorted((_blocker(row, minimum) for row in _blocking(programme)), key=lambda one: _KINDS.index(one.kind)),
        run=SelectionRun.objects.filter(round=programme, status="PROPOSED").first(),
        funded=bool(available_won(programme)),
        empty=not in_evaluation(programme).exists(),
        min_evaluators=minimum,
    )


def ready_to_propose(programme: Round) -> bool:
    """Nothing stands in the way; loads no application."""
    waits = SelectionRun.objects.filter(round=programme, status="PROPOSED").exists()
    if waits or not available_won(programme) or not in_evaluation(programme).exists():
        return False
    return not _blocking(programme).exists()


_KINDS = ("UNDECIDED", "UNASSIGNED", "TOO_FEW", "PENDING")


def _blocking(programme: Round) -> QuerySet[Application]:
    """Applications that are undecided, or lack evaluations, with their counts."""
    lacks = Q(pending_count__gt=0) | Q(handed_in_count__lt=programme.policy().min_evaluators)
    return _counted(Application.objects.filter(round=programme, status__in=[*UNDECIDED, "IN_EVALUATION"])).filter(
        Q(status__in=UNDECIDED) | lacks
    )


def _blocker(row: Any, minimum: int) -> Blocker:
    """row: an application with its counts."""
    if row.status in UNDECIDED:
        return Blocker(row, "UNASSIGNED" if row.status == "ELIGIBLE" else "UNDECIDED")
    if row.assigned_count < minimum:
        return Blocker(row, "TOO_FEW", row.handed_in_count)
    return Blocker(row, "PENDING", row.pending_count)


def needs_evaluators(programme: Round) -> bool:
    """Some application has fewer evaluators than the round asks for, and no proposal waits."""
    if SelectionRun.objects.filter(round=programme, status="PROPOSED").exists():
        return False
    return assignable(programme).filter(Q(assigned_count__lt=programme.policy().min_evaluators)).exists()


# ── Selection ────────────────────────────────────────────────────────────────────────────────────────
def plans(programme: Round) -> list[rules.TrackPlan]:
    return [rules.TrackPlan(t.key, t.name_ko, t.name_en, t.slots, t.cap_won) for t in programme.tracks.all()]


def candidates(programme: Round) -> list[rules.Candidate]:
    """Every application in evaluation that at least one evaluator handed in for. Four queries."""
    criteria = list(Criterion.objects.filter(round=programme))
    if not criteria:
        return []
    leading = rules.leading_criterion({c.pk: c.weight for c in criteria}, [c.pk for c in criteria])
    handed_in = Assignment.objects.filter(
        application__round=programme, application__status="IN_EVALUATION", status__in=rules.HANDED_IN
    )
    totals: dict[int, list[Decimal]] = defaultdict(list)
    for application_id, total in handed_in.values_list("application_id", "total"):
        assert total is not None, "handed in with a total"
        totals[application_id].append(total)
    points: dict[int, list[int]] = defaultdict(list)
    for application_id, number in Score.objects.filter(assignment__in=handed_in, criterion_id=leading).values_list(
        "assignment__application_id", "points"
    ):
        assert number is not None, "handed in with points for every criterion"
        points[application_id].append(number)
    matched = Exists(ApplicationMatch.objects.filter(application=OuterRef("pk"), match__status="CONFIRMED"))
    free = programme.match_timing == "AFTER_SELECTION"
    rows = (
        Application.objects.filter(pk__in=totals)
        .annotate(matched=matched)
        .values_list("pk", "ref", "track__key", "submitted_at", "grant_won", "matched")
    )
    return [
        rules.Candidate(
            application_id=pk,
            ref=ref,
            track=track,
            score=rules.mean(totals[pk]),
            leading=Fraction(sum(points[pk]), len(points[pk])),
            submitted_at=submitted_at,  # type: ignore[arg-type]
            grant_won=grant_won,
            matched=free or has_match,
        )
        for pk, ref, track, submitted_at, grant_won, has_match in rows
    ]


def available_won(programme: Round) -> int:
    """What the round's pot still holds, whole won."""
    return ledger.balance(programme.pk, "AVAILABLE", programme.ref)


def ranked(programme: Round) -> list[rules.Line]:
    """What a selection would say now; writes nothing."""
    policy = programme.policy()
    return rules.select(
        candidates(programme),
        tracks=plans(programme),
        budget_won=available_won(programme),
        pass_mark=policy.pass_mark,
        reserve_length=policy.reserve_length,
        **_leading_name(programme),
    )


def _leading_name(programme: Round) -> dict[str, tuple[str, str]]:
    """The name of the criterion that breaks ties, as rules.select takes it."""
    criteria = {c.pk: c for c in Criterion.objects.filter(round=programme)}
    if not criteria:
        return {}
    first = criteria[rules.leading_criterion({pk: c.weight for pk, c in criteria.items()}, list(criteria))]
    return {"leading": (first.name_ko, first.name_en)}


def summary(lines: list[rules.Line], budget_won: int) -> dict[str, int]:
    """The run's figures, as stored in SelectionRun.summary; money in whole won."""
    return {
        "budget_won": budget_won,
        "selected": sum(1 for line in lines if line.outcome == rules.Outcome.SELECTED),
        "selected_won": sum(line.grant_won for line in lines),
        "reserve": sum(1 for line in lines if line.outcome == rules.Outcome.RESERVE),
        "not_selected": sum(1 for line in lines if line.outcome == rules.Outcome.NOT_SELECTED),
    }


@dataclass(frozen=True)
class TrackOutcome:
    """One track in a run, facts beside the policy. slots, cap_won: None where the round publishes none."""

    name_ko: str
    name_en: str
    slots: int | None
    cap_won: int | None
    ranked: int
    selected: int
    selected_won: int
    reserve: int


def by_track(run: SelectionRun) -> list[TrackOutcome]:
    """Two queries."""
    found = {
        row["application__track"]: row
        for row in run.lines.order_by().values("application__track").annotate(
            ranked=Count("id"), selected=Count("id", filter=Q(outcome="SELECTED")), won=Sum("grant_won"),
            reserve=Count("id", filter=Q(outcome="RESERVE")),
        )
    }  # fmt: skip
    nothing = {"ranked": 0, "selected": 0, "won": 0, "reserve": 0}
    return [
        TrackOutcome(t.name_ko, t.name_en, t.slots, t.cap_won, n["ranked"], n["selected"], n["won"] or 0, n["reserve"])
        for t in run.round.tracks.all()
        for n in [found.get(t.pk, nothing)]
    ]


def lines_of(run: SelectionRun) -> QuerySet[SelectionLine]:
    return run.lines.select_related("application__company", "application__track")


# ── Results ──────────────────────────────────────────────────────────────────────────────────────────
def result_of(application: Application) -> SelectionLine | None:
    """The released outcome of an application; nothing before the confirmation."""
    return (
        SelectionLine.objects.filter(application=application, run__status="CONFIRMED")
        .select_related("run", "application__track")
        .first()
    )


def reason_of(award: Award) -> str:
    """Why an award ended, in the reader's language where the portal itself gave the reason; a person's words as they stand."""
    found = journal.history(award).filter(reason=award.reason).last() if award.reason and not korean() else None
    return str(found.data.get("reason_en") or award.reason) if found is not None else award.reason


def award_of(application: Application) -> Award | None:
    return Award.objects.filter(application=application).first()


def to_draft() -> QuerySet[Award]:
    """Accepted awards without an agreement yet, the oldest first: the operating agency's queue."""
    return (
        Award.objects.filter(status="ACCEPTED")
        .select_related("application__company", "application__round", "application__track")
        .only(
            "ref", "project_no", "grant_won", "decided_at", "application__title", "application__company__name_ko",
            "application__company__name_en", "application__round__title_ko", "application__round__title_en",
            "application__track__name_ko", "application__track__name_en",
        )
        .order_by("decided_at", "id")
    )  # fmt: skip


def reserves(programme: Round, track_id: int) -> list[rules.Reserve]:
    """Who still waits on a track's reserve list."""
    rows = SelectionLine.objects.filter(
        run__round=programme, run__status="CONFIRMED", outcome="RESERVE", application__status="RESERVE",
        application__track_id=track_id,
    ).values_list("application_id", "application__track__key", "reserve_no", "application__grant_won")  # fmt: skip
    return [rules.Reserve(pk, key, number or 0, grant) for pk, key, number, grant in rows]


# ── Does it tell the truth? ──────────────────────────────────────────────────────────────────────────
def faults() -> Iterator[str]:
    """What `manage.py verify` must find empty: totals that their scores do not give, figures of a selection that its lines
    do not give, awards without their reservation in the ledger."""
    weights = dict(Criterion.objects.values_list("pk", "weight"))
    points: dict[int, Decimal] = defaultdict(Decimal)
    handed_in = Assignment.objects.handed_in()
    for row in Score.objects.filter(assignment__in=handed_in).values_list("assignment_id", "criterion_id", "points").iterator():
        points[row[0]] += Decimal((row[2] or 0) * weights[row[1]]) / 100
    for ref, pk, total in handed_in.values_list("ref", "pk", "total").iterator():
        if total != points[pk]:
            yield f"assignment {ref}: stores a total of {total}, its scores give {points[pk]}"
    for run in SelectionRun.objects.annotate(
        selected=Count("lines", filter=Q(lines__outcome="SELECTED")), won=Sum("lines__grant_won")
    ):
        if (run.summary.get("selected"), run.summary.get("selected_won")) != (run.selected, run.won or 0):
            yield f"selection {run.ref}: its summary is not the sum of its lines"
    for award in Award.objects.select_related("application").iterator(chunk_size=1000):
        reserved = sum(
            LedgerEvent.objects.filter(kind="RESERVED", subject_ref=award.application.ref).values_list("amount_won", flat=True)
        )
        if reserved != award.grant_won:
            yield f"award {award.ref}: grants {award.grant_won} won, the ledger reserved {reserved}"
