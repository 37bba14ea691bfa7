"""Figures beside what was promised, and what they suggest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from vouchers.milestones import rules
from vouchers.milestones.models import Figure, Indicator, Milestone


@dataclass(frozen=True)
class Measured:
    """One indicator with the figure of the newest submission; None before there is one."""

    indicator: Indicator
    value: Decimal | None
    percent: int | None
    is_kept: bool


@dataclass(frozen=True)
class Measure:
    """rows: by position. percent: the mean of what was reached; suggested_won: of the supply amount, where it is a part."""

    rows: list[Measured]
    percent: int | None
    suggested_won: int | None


def measure(milestone: Milestone) -> Measure:
    """At most two queries."""
    return measures([milestone])[milestone.pk]


def measures(milestones: Sequence[Milestone]) -> dict[int, Measure]:
    """Milestone id → what was promised and reached. At most two queries, however many."""
    promised: dict[int, list[Indicator]] = {row.pk: [] for row in milestones}
    for one in Indicator.objects.filter(milestone_id__in=promised).order_by("position"):
        promised[one.milestone_id].append(one)
    newest: dict[int, Decimal] = {}
    if any(promised.values()):
        for figure in Figure.objects.filter(indicator__milestone_id__in=promised).order_by("submission"):
            newest[figure.indicator_id] = figure.value
    return {row.pk: _measure(row, promised[row.pk], newest) for row in milestones}


def _measure(milestone: Milestone, promised: Sequence[Indicator], newest: Mapping[int, Decimal]) -> Measure:
    rows, reached = [], []
    for one in promised:
        value = newest.get(one.pk)
        found = rules.Reached(one.sense, one.target, value) if value is not None else None
        reached += [found] if found else []
        rows.append(Measured(one, value, found.percent if found else None, bool(found and found.is_kept)))
    percent = rules.reached_percent(reached)
    return Measure(rows, percent, rules.suggested_won(milestone.amount_won, percent))


def rest_of(milestone: Milestone) -> Milestone | None:
    """What of it is delivered as a milestone of its own, once a part was accepted."""
    if milestone.planned_won is None:
        return None
    return Milestone.objects.filter(part_of=milestone).first()


def part_of(milestone: Milestone) -> rules.Sums | None:
    """What the milestone will carry once the part that the company accepted is checked."""
    if milestone.accepted_won is None or milestone.planned_won is not None:
        return None
    whole = rules.Sums(milestone.amount_won, milestone.grant_won, milestone.vat_won)
    return rules.parted(whole, milestone.accepted_won)[0]
