"""The presentation stage (발표평가): who presents when and where, without anybody in two places at once. Pure.

A criterion is scored by the documents or by the presentation, as the call says (발표평가 항목). One of the presentation has points
only once it was held; of an absent company it counts 0 from everybody, unless the policy says otherwise. What a presentation
changed about the others is scored by its panel members in the panel phase, with a reason.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext_lazy as _

from portal.kit.clock import KST
from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle
from vouchers.rounds.rules import Absence, EvaluationStage


class ScheduleStatus(Codes):
    PLANNED = "PLANNED", _("Planned, nobody knows of it")
    PUBLISHED = "PUBLISHED", _("Published, invitations sent")
    DISCARDED = "DISCARDED", _("Discarded")


class SlotStatus(Codes):
    PLANNED = "PLANNED", _("Planned")
    INVITED = "INVITED", _("Invited to present")
    ATTENDED = "ATTENDED", _("Presented")
    MISSED = "MISSED", _("Absent")
    CANCELLED = "CANCELLED", _("Cancelled")


class Clash(Codes):
    PLACE = "PLACE", _("The place is taken then")
    COMPANY = "COMPANY", _("The company presents elsewhere then")
    EVALUATOR = "EVALUATOR", _("A member of the panel sits elsewhere then")


class Standing(Codes):
    """Whether a criterion of an application can be scored now."""

    OPEN = "OPEN", _("Can be scored")
    WAITS = "WAITS", _("Waits for the presentation")
    ZERO = "ZERO", _("Absent from the presentation: 0 points")


P, S = ScheduleStatus, SlotStatus
SCHEDULE_LIFECYCLE = Lifecycle(
    "presentation schedule",
    P,
    P.PLANNED,
    {(P.PLANNED, "publish_schedule"): P.PUBLISHED, (P.PLANNED, "discard_schedule"): P.DISCARDED},
)
SLOT_LIFECYCLE = Lifecycle(
    "presentation",
    S,
    S.PLANNED,
    {
        (S.PLANNED, "invite"): S.INVITED,
        (S.PLANNED, "move_presentation"): S.PLANNED,
        (S.INVITED, "move_presentation"): S.INVITED,
        (S.PLANNED, "cancel_presentation"): S.CANCELLED,
        (S.INVITED, "cancel_presentation"): S.CANCELLED,
        (S.INVITED, "record_present"): S.ATTENDED,
        (S.INVITED, "record_absent"): S.MISSED,
        (S.ATTENDED, "record_absent"): S.MISSED,
        (S.MISSED, "record_present"): S.ATTENDED,
    },
)
OPEN_SLOTS = frozenset({S.PLANNED, S.INVITED})
HELD_SLOTS = frozenset({S.ATTENDED, S.MISSED})
LONGEST_DAYS, MOST_PLACES = 30, 20  # of one schedule: what a form can mean
FARTHEST_DAYS = 366  # ahead of today: a later day is mistyped


def standing(stage: str, slot: str, absence: str) -> Standing:
    """Of a criterion of this stage. slot: the state of the application's presentation, "" without one; absence: Absence code."""
    if stage != EvaluationStage.PRESENTATION or slot == SlotStatus.ATTENDED:
        return Standing.OPEN
    if slot == SlotStatus.MISSED:
        return Standing.ZERO if absence == Absence.ZERO else Standing.OPEN
    return Standing.WAITS


@dataclass(frozen=True)
class Case:
    """An application that presents: its company, and the evaluators of its panel, by id."""

    pk: int
    company: int
    panel: frozenset[int]


@dataclass(frozen=True)
class Placed:
    """Who is where: a presentation. ends_at is exclusive."""

    case: int
    company: int
    panel: frozenset[int]
    place: str
    starts_at: datetime
    ends_at: datetime

    def meets(self, other: "Placed") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


def times(
    days: Sequence[date], opens: time, closes: time, *, minutes: int, gap: int, pause: tuple[time, time] | None = None
) -> list[tuple[datetime, datetime]]:
    """Beginnings and ends of presentations in Korean time: `minutes` each, `gap` minutes between, none that touches the pause.

    The last one of a day ends by `closes`.
    """
    found = []
    for day in sorted(set(days)):
        at, end = datetime.combine(day, opens, KST), datetime.combine(day, closes, KST)
        rest = tuple(datetime.combine(day, one, KST) for one in pause) if pause else ()
        while at + timedelta(minutes=minutes) <= end:
            until = at + timedelta(minutes=minutes)
            if rest and at < rest[1] and rest[0] < until:
                at = rest[1]
                continue
            found.append((at, until))
            at = until + timedelta(minutes=gap)
    return found


def plan(
    cases: Iterable[Case], slots: Sequence[tuple[datetime, datetime]], places: Sequence[str], busy: Sequence[Placed] = ()
) -> tuple[list[Placed], list[int]]:
    """Gives each case the earliest time and place at which nobody is needed twice. busy: what stands already.

    At every time those come first who share a company or a panel with the most others: they are the hardest to place. The same
    input gives the same plan. Returns: the plan in time, and the cases for which nothing was left.
    """
    waiting = list(cases)
    shared = {one.pk: sum(1 for other in waiting if _share(one, other)) for one in waiting}
    waiting.sort(key=lambda one: (-shared[one.pk], one.pk))
    placed: list[Placed] = []
    for starts_at, ends_at in slots:
        for place in places:
            found = next((one for one in (Placed(case.pk, case.company, case.panel, place, starts_at, ends_at) for case in waiting)
                          if not clashes(one, [*busy, *placed])), None)  # fmt: skip
            if found is not None:
                placed.append(found)
                waiting = [case for case in waiting if case.pk != found.case]
    return placed, sorted(case.pk for case in waiting)


def _share(one: Case, other: Case) -> bool:
    return one.pk != other.pk and (one.company == other.company or bool(one.panel & other.panel))


def clashes(one: Placed, others: Iterable[Placed]) -> list[tuple[Clash, Placed]]:
    """Every presentation at the same time that needs the same place, company or evaluator, and which of them."""
    found = []
    for other in others:
        if other.case == one.case or not one.meets(other):
            continue
        if same_place(one.place, other.place):
            found.append((Clash.PLACE, other))
        if one.company == other.company:
            found.append((Clash.COMPANY, other))
        if one.panel & other.panel:
            found.append((Clash.EVALUATOR, other))
    return found


def same_place(one: str, other: str) -> bool:
    return clean_place(one).casefold() == clean_place(other).casefold()


def clean_place(text: str) -> str:
    """One room has one name, however it was spaced."""
    return " ".join(text.split())
