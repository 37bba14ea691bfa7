"""Objections: their lifecycle, against what and until when they may be filed, and who may decide them.

Sources: 행정기본법 제36조 (objection within 30 days, answered within 14, put off once by 10), domain.md §1.7 and 6.5. Pure.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from portal.kit import clock, workdays
from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle
from vouchers.evaluation.rules import open_until

__all__ = [
    "ATTACKABLE",
    "DECIDED",
    "LIFECYCLE",
    "LIVE",
    "OPINION_AWAITED",
    "OUTCOMES",
    "UPHELD",
    "Attackable",
    "Ground",
    "ObjectionStatus",
    "Room",
    "extended",
    "in_time",
    "may_decide",
    "may_extend",
    "open_until",
    "opinion_awaited",
]  # fmt: skip


class ObjectionStatus(Codes):
    FILED = "FILED", _("Filed")
    ADMISSIBILITY = "ADMISSIBILITY", _("Admissibility under examination")
    UNDER_REVIEW = "UNDER_REVIEW", _("Under review by the reviewer")
    UPHELD = "UPHELD", _("Upheld")
    PARTLY_UPHELD = "PARTLY_UPHELD", _("Partly upheld")
    DISMISSED = "DISMISSED", _("Dismissed")
    REJECTED = "REJECTED", _("Not admissible")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


S = ObjectionStatus
LIVE = frozenset({S.FILED, S.ADMISSIBILITY, S.UNDER_REVIEW})
UPHELD = frozenset({S.UPHELD, S.PARTLY_UPHELD})
DECIDED = UPHELD | {S.DISMISSED, S.REJECTED}
OUTCOMES = {"uphold": S.UPHELD, "uphold_partly": S.PARTLY_UPHELD, "dismiss": S.DISMISSED}

LIFECYCLE = Lifecycle(
    "objection", ObjectionStatus, S.FILED,
    {
        (S.FILED, "take_up"): S.ADMISSIBILITY,
        (S.ADMISSIBILITY, "take_over"): S.ADMISSIBILITY,
        (S.UNDER_REVIEW, "take_over"): S.UNDER_REVIEW,
        (S.ADMISSIBILITY, "find_admissible"): S.UNDER_REVIEW,
        (S.ADMISSIBILITY, "find_inadmissible"): S.REJECTED,
        (S.ADMISSIBILITY, "extend"): S.ADMISSIBILITY,
        (S.UNDER_REVIEW, "extend"): S.UNDER_REVIEW,
        (S.UNDER_REVIEW, "give_opinion"): S.UNDER_REVIEW,
        (S.UNDER_REVIEW, "uphold"): S.UPHELD,
        (S.UNDER_REVIEW, "uphold_partly"): S.PARTLY_UPHELD,
        (S.UNDER_REVIEW, "dismiss"): S.DISMISSED,
        (S.FILED, "withdraw"): S.WITHDRAWN,
        (S.ADMISSIBILITY, "withdraw"): S.WITHDRAWN,
        (S.UNDER_REVIEW, "withdraw"): S.WITHDRAWN,
        (S.UPHELD, "record_remedy"): S.UPHELD,
        (S.PARTLY_UPHELD, "record_remedy"): S.PARTLY_UPHELD,
        (S.UPHELD, "waive_remedy"): S.UPHELD,
        (S.PARTLY_UPHELD, "waive_remedy"): S.PARTLY_UPHELD,
    },
)  # fmt: skip


class Ground(Codes):
    FACTS = "FACTS", _("The decision rests on wrong facts")
    RULES = "RULES", _("A rule was applied wrongly")
    CALCULATION = "CALCULATION", _("Points or amounts were calculated wrongly")
    PROCEDURE = "PROCEDURE", _("The procedure was not kept, for example a conflict of interest")
    OTHER = "OTHER", _("Another ground")


class Room(Codes):
    """Whose decision it is: what must be looked at again when the objection is upheld."""

    ELIGIBILITY = "ELIGIBILITY", _("Eligibility check")
    SELECTION = "SELECTION", _("Selection")
    SETTLEMENT = "SETTLEMENT", _("Settlement")
    CLAWBACK = "CLAWBACK", _("Money ordered back")
    FINAL_EVALUATION = "FINAL_EVALUATION", _("Final evaluation")


@dataclass(frozen=True)
class Attackable:
    """room: which deciding room. words: what people call the decision."""

    room: Room
    words: object


# The events that an objection may name. A later room adds its own line here, gathers the facts itself (`queries.Decision`) and files
# by `actions.file_against`.
ATTACKABLE: dict[str, Attackable] = {
    "application.found_ineligible": Attackable(Room.ELIGIBILITY, _("Found not eligible")),
    "application.not_selected": Attackable(Room.SELECTION, _("Not selected")),
    "application.placed_on_reserve": Attackable(Room.SELECTION, _("Placed on the reserve list")),
    "settlement.confirmed": Attackable(Room.SETTLEMENT, _("Amount of the settlement fixed")),
    "clawback.ordered": Attackable(Room.CLAWBACK, _("Money ordered back")),
    "final_evaluation.decided": Attackable(Room.FINAL_EVALUATION, _("Final grade decided")),
}


NOT_ACTED_ON = {
    Room.SELECTION: _("The application was not decided anew yet. Take it up again and record this once the new run is confirmed; if no act is needed, record that with its reason."),
    Room.ELIGIBILITY: _("“Not eligible” was not taken back yet. Take it back and go on with the check, then record this; if no act is needed, record that with its reason."),
    Room.SETTLEMENT: _("The amount was not lowered yet. The operating agency lowers it first; if no act is needed, record that with its reason."),
    Room.FINAL_EVALUATION: _("The grade was not made better yet. The operating agency does so first; if no act is needed, record that with its reason."),
    Room.CLAWBACK: _("What was ordered back was not lowered yet. The operating agency lowers it first; if no act is needed, record that with its reason."),
}  # fmt: skip


def in_time(last_day: date | None, now: datetime) -> bool:
    """To the end of the remedy's last day, 24:00 in Korea. None: not served yet, so the days have not begun to run."""
    return last_day is None or now < clock.end_of_day(last_day)


def may_decide(user_id: int, deciders: Collection[int]) -> bool:
    """Nobody decides about an objection against what they decided themselves."""
    return user_id not in deciders


def extended(due_at: datetime, days: int) -> datetime:
    """The later due moment: so many calendar days from the day after the first one; a day off moves it to the next working day.

    Source: 행정기본법 제36조 제2항 (once, by at most 10 days, counted from the day after the time ran out).
    """
    last = clock.to_kst(due_at - timedelta(microseconds=1)).date()
    return clock.end_of_day(workdays.add_working_days(last + timedelta(days=days), 0))


def may_extend(due_at: datetime, days: int, now: datetime, *, before: bool) -> bool:
    """Once, where the round's policy gives days for it, and only before the time has run out. before: extended already."""
    return days > 0 and not before and now < due_at


OPINION_AWAITED = _("The unit that decided still has time for its opinion. Decide when it is given, or after its due day.")


def opinion_awaited(given_at: datetime | None, due_at: datetime | None, now: datetime) -> bool:
    """Whether the deciding unit still has time for its opinion."""
    return given_at is None and due_at is not None and now < due_at
