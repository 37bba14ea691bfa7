"""Scores, selection under slots and budget, awards. Source: domain.md §6.3, 6.4, 6.13."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle

CENT = Decimal("0.01")


class Stage(Codes):
    DOCUMENT = "DOCUMENT", _("Document review")
    PRESENTATION = "PRESENTATION", _("Presentation")
    SITE = "SITE", _("Site visit")


class AssignmentStatus(Codes):
    INVITED = "INVITED", _("Invited to evaluate")
    ACCEPTED = "ACCEPTED", _("Accepted, no conflict")
    DECLINED = "DECLINED", _("Invitation declined")
    RECUSED = "RECUSED", _("Recused for a conflict")
    WITHDRAWN = "WITHDRAWN", _("Taken back by the officer")
    SUBMITTED = "SUBMITTED", _("Scores handed in")
    LOCKED = "LOCKED", _("Locked")


class RunStatus(Codes):
    PROPOSED = "PROPOSED", _("Proposed")
    CONFIRMED = "CONFIRMED", _("Confirmed and released")
    DISCARDED = "DISCARDED", _("Discarded")


class Outcome(Codes):
    SELECTED = "SELECTED", _("Selected")
    RESERVE = "RESERVE", _("Reserve list")
    NOT_SELECTED = "NOT_SELECTED", _("Not selected")


class AwardStatus(Codes):
    NOTIFIED = "NOTIFIED", _("Waiting for the company's answer")
    ACCEPTED = "ACCEPTED", _("Award accepted")
    DECLINED = "DECLINED", _("Award declined")
    LAPSED = "LAPSED", _("Lapsed without an answer")
    AGREEMENT_READY = "AGREEMENT_READY", _("Agreement drafted")
    CANCELLED = "CANCELLED", _("Ended before the agreement took force")


A, R, W = AssignmentStatus, RunStatus, AwardStatus
ASSIGNMENT_LIFECYCLE = Lifecycle(
    "assignment",
    A,
    A.INVITED,
    {
        (A.INVITED, "accept"): A.ACCEPTED,
        (A.INVITED, "decline"): A.DECLINED,
        (A.INVITED, "recuse"): A.RECUSED,
        (A.INVITED, "withdraw_assignment"): A.WITHDRAWN,
        (A.ACCEPTED, "save_scores"): A.ACCEPTED,
        (A.ACCEPTED, "recuse"): A.RECUSED,
        (A.ACCEPTED, "submit_scores"): A.SUBMITTED,
        (A.ACCEPTED, "withdraw_assignment"): A.WITHDRAWN,
        (A.SUBMITTED, "lock"): A.LOCKED,
    },
)
FILE_OPEN = frozenset({A.ACCEPTED, A.SUBMITTED, A.LOCKED})  # the file opens only after the conflict was declared
PENDING = frozenset({A.INVITED, A.ACCEPTED})
HANDED_IN = frozenset({A.SUBMITTED, A.LOCKED})
RUN_LIFECYCLE = Lifecycle(
    "selection_run",
    R,
    R.PROPOSED,
    {(R.PROPOSED, "confirm_selection"): R.CONFIRMED, (R.PROPOSED, "discard"): R.DISCARDED},
)
AWARD_LIFECYCLE = Lifecycle(
    "award",
    W,
    W.NOTIFIED,
    {
        (W.NOTIFIED, "accept_award"): W.ACCEPTED,
        (W.NOTIFIED, "decline_award"): W.DECLINED,
        (W.NOTIFIED, "lapse"): W.LAPSED,
        (W.ACCEPTED, "decline_award"): W.DECLINED,
        (W.ACCEPTED, "prepare_agreement"): W.AGREEMENT_READY,
        (W.AGREEMENT_READY, "cancel_award"): W.CANCELLED,
    },
)
LIVE_AWARDS = frozenset({W.NOTIFIED, W.ACCEPTED, W.AGREEMENT_READY})


# ── Scores ───────────────────────────────────────────────────────────────────────────────────────────
def weighted_total(points: Mapping[int, int], weights: Mapping[int, int]) -> Decimal:
    """One evaluator's total: Σ points × weight ÷ 100, exact with two decimals. Both are keyed by criterion.

    points: 0–100 each. Raises KeyError when a criterion has no points.
    """
    return (Decimal(sum(points[key] * weight for key, weight in weights.items())) / 100).quantize(CENT)


def mean(totals: Sequence[Decimal]) -> Decimal:
    """The evaluators' arithmetic mean, rounded half up to two decimals: an application's score."""
    return (sum(totals, Decimal()) / len(totals)).quantize(CENT, rounding=ROUND_HALF_UP)


def leading_criterion(weights: Mapping[int, int], order: Sequence[int]) -> int:
    """The criterion that breaks a tie: the heaviest; of equally heavy ones the first in `order`."""
    return max(order, key=lambda key: (weights[key], -order.index(key)))


# ── Selection ────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Candidate:
    """One application. leading: mean points of the leading criterion; matched: its confirmed match stands (or the round
    does not ask for one before the selection)."""

    application_id: int
    ref: str
    track: str
    score: Decimal
    leading: Fraction
    submitted_at: datetime
    grant_won: int
    matched: bool = True


@dataclass(frozen=True)
class TrackPlan:
    """A track's slots and ceiling; None where the round publishes none (then only the budget limits)."""

    key: str
    name_ko: str
    name_en: str
    slots: int | None
    cap_won: int | None


@dataclass(frozen=True)
class Line:
    """What the run says about one application. rank: within its track, from 1. grant_won: of selected ones, else 0."""

    application_id: int
    track: str
    rank: int
    score: Decimal
    outcome: Outcome
    grant_won: int
    reserve_no: int | None
    reason_ko: str
    reason_en: str


def ranking(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Best first. Ties: the leading criterion, then the earlier submission, then the ref."""
    return sorted(candidates, key=lambda c: (-c.score, -c.leading, c.submitted_at, c.ref))


def select(
    candidates: Sequence[Candidate],
    *,
    tracks: Sequence[TrackPlan],
    budget_won: int,
    pass_mark: Decimal,
    reserve_length: int,
    leading: tuple[str, str] = ("배점이 가장 큰 항목", "the heaviest criterion"),
) -> list[Line]:
    """The whole round at once: best score first over all tracks, under each track's slots and the one budget.

    Nobody overtakes inside a track: once one application there finds no slot or no money, those below wait behind it on
    the reserve list. budget_won: whole won still available. reserve_length: places on the reserve list of each track.
    leading: name (Korean, English) of the criterion that breaks ties.
    Returns: one line a candidate, tracks in the given order, best first.
    """
    plans = {plan.key: plan for plan in tracks}
    taken, waiting, rank = dict.fromkeys(plans, 0), dict.fromkeys(plans, 0), dict.fromkeys(plans, 0)
    left, lines = budget_won, []
    ranked = ranking(candidates)
    ties = _ties(ranked, leading)
    for one in ranked:
        plan = plans[one.track]
        rank[one.track] += 1
        grant, place = 0, None
        blocked = _blocked(one, plan, pass_mark)
        full = plan.slots is not None and taken[one.track] >= plan.slots
        if blocked:
            outcome, words = Outcome.NOT_SELECTED, blocked
        elif not full and not waiting[one.track] and one.grant_won <= left:
            outcome, grant = Outcome.SELECTED, one.grant_won
            taken[one.track] += 1
            left -= grant
            words = _selected(plan, rank[one.track], one.score)
        else:
            waiting[one.track] += 1
            why = _full(plan) if full else _short()
            if waiting[one.track] <= reserve_length:
                outcome, place = Outcome.RESERVE, waiting[one.track]
                words = _reserve(why, waiting[one.track])
            else:
                outcome, words = Outcome.NOT_SELECTED, _beyond(why, reserve_length)
        if not blocked:
            words = (words[0] + ties[one.ref][0], words[1] + ties[one.ref][1])
        lines.append(Line(one.application_id, one.track, rank[one.track], one.score, outcome, grant, place, *words))
    position = {plan.key: i for i, plan in enumerate(tracks)}
    return sorted(lines, key=lambda line: (position[line.track], line.rank))


Words = tuple[str, str]


def _ties(ranked: Sequence[Candidate], leading: Words) -> dict[str, Words]:
    """What put an application before or behind those of its track with the same score, by ref; empty words without a tie.
    Its neighbours tell: where the leading criterion differs it decided, else the order of receipt did."""
    found: dict[str, Words] = {one.ref: ("", "") for one in ranked}
    alike: dict[tuple[str, Decimal], list[Candidate]] = {}
    for one in ranked:
        alike.setdefault((one.track, one.score), []).append(one)
    for tied in alike.values():
        for before, one, after in zip([None, *tied], tied, [*tied[1:], None], strict=False):
            beside = [other for other in (before, after) if other is not None]
            if beside:
                by_points = any(other.leading != one.leading for other in beside)
                by_receipt = any(other.leading == one.leading for other in beside)
                found[one.ref] = _tie(one.score, leading, by_points=by_points, by_receipt=by_receipt)
    return found


def _tie(score: Decimal, leading: Words, *, by_points: bool, by_receipt: bool) -> Words:
    ko, en = f" 동점({score}점)이 있어 ", f" Tied on {score} points: "
    if by_points and by_receipt:
        return (
            f"{ko}‘{leading[0]}’ 점수, 이어 접수 순서로 순위를 정했습니다.",
            f"{en}“{leading[1]}”, then the order of receipt decided.",
        )
    if by_points:
        return f"{ko}‘{leading[0]}’ 점수로 순위를 정했습니다.", f"{en}the points for “{leading[1]}” decided."
    return (
        f"{ko}‘{leading[0]}’ 점수도 같아 접수 순서로 순위를 정했습니다.",
        f"{en}“{leading[1]}” is equal as well, so the order of receipt decided.",
    )


def _blocked(one: Candidate, plan: TrackPlan, pass_mark: Decimal) -> Words | None:
    """What no slot and no money can mend."""
    if one.score < pass_mark:
        mark = pass_mark.quantize(CENT)
        return (
            f"평가 점수 {one.score}점이 선정 기준 {mark}점에 미치지 못합니다.",
            f"The score of {one.score} is below the pass mark of {mark}.",
        )
    if not one.matched:
        return (
            "이 회차는 선정 전에 매칭을 확정해야 하는데, 확정된 매칭이 없습니다.",
            "This round asks for a confirmed match before the selection, and there is none.",
        )
    if one.grant_won <= 0:
        return "신청한 지원금이 없습니다.", "No grant was applied for."
    if plan.cap_won is not None and one.grant_won > plan.cap_won:
        return (
            f"신청한 지원금이 과제 한도 {plan.cap_won:,}원을 넘습니다.",
            f"The grant applied for is above the track's ceiling of KRW {plan.cap_won:,}.",
        )
    return None


def _selected(plan: TrackPlan, rank: int, score: Decimal) -> Words:
    if plan.slots is None:
        return (
            f"{plan.name_ko} {rank}위({score}점)입니다. 남은 예산 안에서 선정됩니다.",
            f"Rank {rank} in {plan.name_en} with {score} points, within the budget.",
        )
    return (
        f"{plan.name_ko} {rank}위({score}점)입니다. 선정 예정 {plan.slots}개 과제 안에 들고 예산도 충분합니다.",
        f"Rank {rank} in {plan.name_en} with {score} points, within its {plan.slots} slots and the budget.",
    )


def _full(plan: TrackPlan) -> Words:
    return (
        f"{plan.name_ko} 선정 {plan.slots}개 과제가 모두 찼습니다.",
        f"All {plan.slots} slots of {plan.name_en} are taken by higher scores.",
    )


def _short() -> Words:
    return "점수가 더 높은 과제에 예산이 먼저 배정되었습니다.", "The budget went to higher scores first."


def _reserve(why: Words, number: int) -> Words:
    return f"{why[0]} 예비 {number}순위입니다.", f"{why[1]} Number {number} on the reserve list."


def _beyond(why: Words, length: int) -> Words:
    if not length:
        return f"{why[0]} 이 회차에는 예비 명단이 없습니다.", f"{why[1]} This round keeps no reserve list."
    return f"{why[0]} 예비 명단 {length}개도 찼습니다.", f"{why[1]} The {length} places on the reserve list are taken as well."


@dataclass(frozen=True)
class Reserve:
    """Somebody who waits: track, place on its reserve list, the grant applied for."""

    application_id: int
    track: str
    reserve_no: int
    grant_won: int


def next_reserve(reserves: Sequence[Reserve], *, track: str, free_slots: int | None, available_won: int) -> Reserve | None:
    """Who moves up when a place in `track` becomes free: the first in line, when slot and money allow it.

    Strictly in order: nobody overtakes, so a first one whose grant does not fit waits until money is free.
    """
    queue = sorted((r for r in reserves if r.track == track), key=lambda r: r.reserve_no)
    if not queue or (free_slots is not None and free_slots < 1) or queue[0].grant_won > available_won:
        return None
    return queue[0]
