"""What a selection run depends on, what it says, and how two runs differ."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from vouchers.applications.models import Application, ApplicationMatch
from vouchers.evaluation import rules
from vouchers.evaluation.models import Assignment, PenaltyRecord, Score, SelectionLine, SelectionRecord, SelectionRun
from vouchers.evaluation.queries import presenting
from vouchers.evaluation.queries.assigning import available_won
from vouchers.evaluation.queries.results import outputs_of
from vouchers.rounds.models import Criterion, Round, Track


@dataclass(frozen=True)
class Computed:
    """A run as computed now. inputs, outputs: canonical JSON, as SelectionRecord stores them."""

    inputs: str
    outputs: str
    result: rules.Result


def computed(programme: Round) -> Computed:
    """What a selection would say now; writes nothing. Nine queries, two more with presentations."""
    inputs = inputs_of(programme)
    outputs = rules.outputs_text(inputs)
    return Computed(inputs, outputs, rules.parse_outputs(json.loads(outputs)))


def inputs_of(programme: Round) -> str:
    """Everything that the selection depends on, as canonical JSON. Evaluators stand by their refs, nobody by name."""
    version = programme.policy_version()
    policy = programme.policy()
    return rules.inputs_text(
        round_key=programme.key,
        policy_version=version.number if version else 0,
        policy=version.body.get("selection", {}) if version else {},
        pass_mark=policy.pass_mark,
        reserve_length=policy.reserve_length,
        weights=dict(Criterion.objects.filter(round=programme).values_list("key", "weight")),
        budget_won=available_won(programme),
        tracks=[rules.TrackPlan(t.key, t.slots, t.cap_won) for t in programme.tracks.all()],
        applicants=applicants_of(programme),
    )


def applicants_of(programme: Round) -> list[rules.Applicant]:
    """Every application in evaluation that at least one evaluator handed in for. Four queries, two more with presentations."""
    points, absent = _points(programme), presenting.absentees(programme)
    matches = ApplicationMatch.objects.filter(application=OuterRef("pk"))
    columns = (
        "ref",
        "receipt_no",
        "track__key",
        "grant_won",
        "submitted_at",
        "region",
        "company_snapshot",
        "company_size",
        "late_entry",
    )
    rows = (
        Application.objects.filter(pk__in=points)
        .select_related("track")
        .only(*columns)
        .annotate(
            matched=Exists(matches.filter(match__status="CONFIRMED")),
            outside=Exists(matches.filter(match__institution__capital_area=False)),
        )
    )
    free = programme.timing == "AFTER_SELECTION"
    penalties = _penalties(programme)
    return [
        rules.Applicant(
            ref=row.ref, receipt_no=row.receipt_no or "", track=row.track.key, grant_won=row.grant_won,
            submitted_at=str(row.submitted_at and row.submitted_at.isoformat()), matched=free or row.matched, region=row.region,
            youth=bool(row.company_snapshot.get("is_youth_led")), size=row.company_size, provider_outside=row.outside,
            penalties=tuple(penalties.get(row.pk, ())), evaluations=tuple(points[row.pk]),
            late=row.late_entry_id is not None, absent=absent.get(row.pk, ()),
        )
        for row in rows
    ]  # fmt: skip


def _penalties(programme: Round) -> dict[int, list[str]]:
    """application → codes of the penalties that count. One query."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = PenaltyRecord.objects.counting().filter(application__round=programme).order_by("code")
    for application, code in rows.values_list("application_id", "code"):
        found[application].append(code)
    return found


def _points(programme: Round) -> dict[int, list[tuple[str, dict[str, int]]]]:
    """application → (evaluator's ref, criterion's key → points) of each evaluation handed in. One query."""
    handed_in = Assignment.objects.handed_in().filter(application__round=programme, application__status="IN_EVALUATION")
    rows = Score.objects.filter(assignment__in=handed_in).values_list(
        "assignment_id", "assignment__application_id", "assignment__evaluator__ref", "criterion__key", "points"
    )
    found: dict[int, tuple[int, str, dict[str, int]]] = {}
    for assignment, application, evaluator, key, number in rows.order_by("assignment_id", "criterion_id"):
        assert number is not None, "handed in with points for every criterion"
        found.setdefault(assignment, (application, evaluator, {}))[2][key] = number
    points: dict[int, list[tuple[str, dict[str, int]]]] = defaultdict(list)
    for application, evaluator, own in found.values():
        points[application].append((evaluator, own))
    return points


# ── What a run says ──────────────────────────────────────────────────────────────────────────────────
def summary(result: rules.Result) -> dict[str, int]:
    """The run's figures, as stored in SelectionRun.summary; money in whole won."""

    def count(outcome: rules.Outcome) -> int:
        return sum(1 for line in result.lines if line.outcome == outcome)

    return {
        "budget_won": result.budget_won,
        "selected": count(rules.Outcome.SELECTED),
        "selected_won": sum(line.grant_won for line in result.lines),
        "reserve": count(rules.Outcome.RESERVE),
        "not_selected": count(rules.Outcome.NOT_SELECTED),
    }


class Teller:
    """The sentences of a run's lines. Two queries; inputs: the run's canonical JSON."""

    def __init__(self, programme: Round, inputs: str) -> None:
        self.body: dict[str, Any] = json.loads(inputs)
        self.inputs = rules.parse_inputs(self.body)
        self.tracks: Mapping[str, Track] = {track.key: track for track in programme.tracks.all()}
        self.plans = {plan.key: plan for plan in self.inputs.tracks}
        weights = self.inputs.weights
        heaviest = rules.leading_criterion(weights, list(weights))
        self.leading: tuple[str, str] = Criterion.objects.values_list("name_ko", "name_en").get(round=programme, key=heaviest)
        self.asked = {one.ref: one.grant_won for one in self.inputs.applicants}

    def sentences(self, line: rules.Line) -> tuple[str, str]:
        """(Korean, English)"""
        track, plan = self.tracks[line.track], self.plans[line.track]
        told = rules.Told(
            track_ko=track.name_ko, track_en=track.name_en, slots=plan.slots, cap_won=plan.cap_won, rank=line.rank,
            score=line.score, total=line.total, pass_mark=self.inputs.pass_mark,
            mark_counts=str(self.inputs.policy.pass_mark_counts), grant_won=self.asked[line.ref], reserve_no=line.reserve_no,
            reserve_length=self.inputs.reserve_length, pools=line.pools, ties=line.ties, leading_ko=self.leading[0],
            leading_en=self.leading[1],
        )  # fmt: skip
        return rules.sentences(line.ground, told)


def record_of(run: SelectionRun) -> SelectionRecord | None:
    """Inputs and outputs of a run; None for one that was made before runs were kept so."""
    return SelectionRecord.objects.filter(run=run).first()


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


def named(refs: list[str]) -> dict[str, Application]:
    """Applications by ref with company and track, for the pages of a run. One query."""
    rows = Application.objects.filter(ref__in=refs).select_related("company", "track")
    return {row.ref: row for row in rows}


def runs_of(programme: Round) -> QuerySet[SelectionRun]:
    """Every run of a round, the newest first."""
    return (
        SelectionRun.objects.filter(round=programme).select_related("proposed_by", "confirmed_by").order_by("-created_at", "-id")
    )


# ── Two runs side by side ────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Moved:
    """One application in two runs; a line is None where it did not run. causes: what changed, as codes (rules.Cause)."""

    ref: str
    before: rules.Line | None
    after: rules.Line | None
    kind: rules.Change
    causes: tuple[rules.Cause, ...]


@dataclass(frozen=True)
class Comparison:
    """moved: only those whose outcome or rank differs, the newly selected and the no longer selected first.

    causes: what differs in the runs as a whole. same: how many stand where they stood.
    """

    moved: tuple[Moved, ...]
    causes: tuple[rules.Cause, ...]
    same: int


def compare(before: SelectionRecord, after: SelectionRecord) -> Comparison:
    """Who moves from one run to the other and why. No query."""
    first, second = json.loads(before.inputs), json.loads(after.inputs)
    whole = rules.causes_of_runs(first, second)
    old = {line.ref: line for line in outputs_of(before).lines}
    new = {line.ref: line for line in outputs_of(after).lines}
    moved = []
    for ref in sorted(old.keys() | new.keys()):
        a, b = old.get(ref), new.get(ref)
        kind = rules.change(a, b)
        if kind is not None:
            moved.append(Moved(ref, a, b, kind, rules.causes(a, b)))
    order = list(rules.Change)
    moved.sort(key=lambda one: (order.index(one.kind), (one.after or one.before).place))  # type: ignore[union-attr]
    return Comparison(tuple(moved), whole, len(old.keys() | new.keys()) - len(moved))
