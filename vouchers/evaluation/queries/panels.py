"""What a panel shows of its members' scores, how often and how long each read the file."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from portal.journal.models import AccessLog
from vouchers.applications.models import Application
from vouchers.evaluation import rules
from vouchers.evaluation.models import Assignment, PanelPhase, Reading, Score, ScoreVersion
from vouchers.evaluation.queries.assigning import in_evaluation
from vouchers.rounds.models import Criterion, Round

AT_ONCE = timedelta(seconds=5)  # a page is written down and made within it
FILE, PANEL, DOCUMENT = "evaluation.file", "evaluation.panel", "file "


@dataclass(frozen=True)
class Given:
    """One criterion as one member scored it: now, and first, before the panel."""

    criterion: Criterion
    points: int
    comment: str
    first_points: int
    first_comment: str

    @property
    def changed(self) -> bool:
        return (self.points, self.comment) != (self.first_points, self.first_comment)


@dataclass(frozen=True)
class Member:
    """One member of a panel who handed in. number: in the order of handing in, so that no name is needed. totals: weighted."""

    number: int
    assignment: Assignment
    given: tuple[Given, ...]
    first_total: Decimal

    @property
    def changed(self) -> bool:
        return any(one.changed for one in self.given)


@dataclass(frozen=True)
class Changed:
    """A score that was changed in the panel. before: the points of the version before it."""

    member: Member
    version: ScoreVersion
    before: int


@dataclass(frozen=True)
class Board:
    """An application's panel. phase: None before it was opened. members: those who handed in, nobody with a conflict."""

    phase: PanelPhase | None
    members: tuple[Member, ...]
    changes: tuple[Changed, ...] = field(default=())

    @property
    def is_open(self) -> bool:
        return self.phase is not None and self.phase.status == "OPEN"


def board(application: Application) -> Board:
    """Every score of an application with its history. Five queries, however many members."""
    phases = PanelPhase.objects.filter(application=application).of_these_scores()
    phase = phases.select_related("opened_by", "closed_by").order_by("-opened_at").first()
    criteria = list(Criterion.objects.filter(round_id=application.round_id))
    rows = list(
        Assignment.objects.handed_in().filter(application=application).select_related("evaluator").order_by("submitted_at", "pk")
    )
    scores = {(s.assignment_id, s.criterion_id): s for s in Score.objects.filter(assignment__in=rows)}
    versions: dict[tuple[int, int], list[ScoreVersion]] = defaultdict(list)
    for version in ScoreVersion.objects.filter(assignment__in=rows).order_by("number").select_related("criterion"):
        versions[version.assignment_id, version.criterion_id].append(version)
    members = tuple(
        _member(number, row, criteria, scores, versions) for number, row in enumerate(rows, 1)
    )  # fmt: skip
    return Board(phase, members, tuple(_changes(members, versions)))


def _member(number: int, row: Assignment, criteria: list[Criterion], scores: Any, versions: Any) -> Member:
    given = []
    for criterion in criteria:
        now = scores[row.pk, criterion.pk]
        own = versions[row.pk, criterion.pk]
        first = next((one for one in reversed(own) if one.again), own[0] if own else now)
        given.append(Given(criterion, now.points, now.comment, first.points, first.comment))
    weights = {c.pk: c.weight for c in criteria}
    return Member(number, row, tuple(given), rules.weighted_total({g.criterion.pk: g.first_points for g in given}, weights))


def _changes(members: Iterable[Member], versions: Any) -> list[Changed]:
    """Every change in the panel, in time."""
    by_assignment = {member.assignment.pk: member for member in members}
    found = []
    for (assignment, _criterion), own in versions.items():
        pairs = pairwise(own)
        found += [Changed(by_assignment[assignment], after, before.points) for before, after in pairs if not after.again]
    return sorted(found, key=lambda one: (one.version.entered_at, one.version.pk))


def board_for(row: Assignment) -> Board | None:
    """What a member of the panel may see: nothing before it was opened, nor before the own scores were handed in."""
    phases = PanelPhase.objects.filter(application_id=row.application_id).of_these_scores()
    return board(row.application) if row.status in rules.HANDED_IN and phases.exists() else None


def talks_of(user: Any, closed: Collection[int]) -> list[Assignment]:
    """The evaluator's own evaluations, handed in, whose panel is open: others' scores can be read, the own one changed. None of an
    application that left the evaluation meanwhile: about it nothing is left to say. closed: see OwnAssignments. One query."""
    own = Assignment.objects.visible_to(user, closed).filter(evaluator_id=user.pk, status__in=rules.HANDED_IN)
    own = own.filter(application__status="IN_EVALUATION")
    open_ = PanelPhase.objects.filter(status="OPEN").values("application_id")
    talking = own.filter(application_id__in=open_).annotate(blind=F("application__policy_version__body__blind_review"))
    return list(talking.select_related("application").order_by("application__receipt_no"))


# ── The round's panels ───────────────────────────────────────────────────────────────────────────────
def applications_of(programme: Round, closed_to: Iterable[int]) -> QuerySet[Application]:
    """Applications in evaluation with their counts; closed_to: ids that the reader must not see."""
    return in_evaluation(programme).exclude(pk__in=list(closed_to))


def phases_of(applications: Iterable[Application]) -> dict[int, PanelPhase]:
    """application's id → its panel about the scores that count now. One query."""
    found = PanelPhase.objects.filter(application__in=list(applications)).of_these_scores().order_by("opened_at")
    return {one.application_id: one for one in found}


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Look:
    """One time that an evaluator opened something of a case. seconds: as the page reported, None where it reported nothing.

    what: FILE, PANEL or the name of a document.
    """

    at: datetime
    what: str
    seconds: int | None


@dataclass(frozen=True)
class Reader:
    """How an evaluator read a case. opened: times that the file was opened; seconds: all reports together."""

    assignment: Assignment
    opened: int
    seconds: int
    first: datetime | None
    last: datetime | None

    @property
    def minutes(self) -> int:
        return self.seconds // 60

    @property
    def rest(self) -> int:
        return self.seconds % 60


def looks(assignment: Assignment) -> list[Look]:
    """Everything of a case that its evaluator opened, the newest first. Three queries."""
    logged = list(_log([assignment]).order_by("-at", "-pk"))
    readings = list(Reading.objects.filter(assignment=assignment).order_by("opened_at"))
    names = _names(assignment)
    found = []
    for entry in logged:
        near = next((r for r in readings if entry.at <= r.opened_at <= entry.at + AT_ONCE), None)
        if near is not None and entry.task in (FILE, PANEL):
            readings.remove(near)
        is_page = entry.task in (FILE, PANEL)
        what = entry.task if is_page else names.get(entry.task.removeprefix(DOCUMENT), entry.task)
        found.append(Look(entry.at, what, near.seconds if near is not None and is_page else None))
    return found


def _names(assignment: Assignment) -> dict[str, str]:
    case = assignment.application
    rows: list[Any] = [*case.application_documents.select_related("document"), *case.blind_documents.select_related("document")]
    return {row.document.ref: f"{row.label}: {row.document.name}" for row in rows}


def readers(assignments: list[Assignment]) -> list[Reader]:
    """The same in sums for the evaluators of one application. Two queries."""
    log: dict[int, list[datetime]] = defaultdict(list)
    for by, at, task in _log(assignments).order_by("at").values_list("by_id", "at", "task"):
        if task in (FILE, PANEL):
            log[by].append(at)
    seconds: dict[int, int] = defaultdict(int)
    for assignment, some in Reading.objects.filter(assignment__in=assignments).values_list("assignment_id", "seconds"):
        seconds[assignment] += some
    return [
        Reader(
            row, len(log[row.evaluator_id]), seconds[row.pk], next(iter(log[row.evaluator_id]), None),
            next(reversed(log[row.evaluator_id]), None),
        )
        for row in assignments
    ]  # fmt: skip


def _log(assignments: list[Assignment]) -> QuerySet[AccessLog]:
    """AccessLog of the evaluators of one application, about it."""
    refs = {row.application.ref for row in assignments}
    people = [row.evaluator_id for row in assignments]
    of_case = AccessLog.objects.filter(subject_ref__in=refs, subject_type="application", by__in=people)
    return of_case.filter(Q(task__in=[FILE, PANEL]) | Q(task__startswith=DOCUMENT))


def counts(programme: Round) -> dict[str, int]:
    """Panels of a round by state. One query."""
    found = PanelPhase.objects.filter(application__round=programme).values_list("status").annotate(n=Count("pk"))
    return dict(found)
