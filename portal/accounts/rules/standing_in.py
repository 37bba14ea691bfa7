"""Who is away, who stands in for them, and to whom a duty may be handed. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.accounts.rules import Role
from portal.kit.words import day

Grant = tuple[str, int | None]  # role, organisation id (None: everywhere)
IN_PERSON = frozenset({Role.EVALUATOR})  # appointed by name, with a declaration of their own: nobody stands in
MOST_DAYS = 400  # an absence lasts so many days at most; whoever is away for longer gives their roles up


@dataclass(frozen=True)
class Spell:
    """from_on, to_on: its first and its last day. who: whose it is."""

    from_on: date
    to_on: date
    who: str = ""

    def meets(self, other: "Spell") -> bool:
        """Whether they have a day in common."""
        return self.from_on <= other.to_on and other.from_on <= self.to_on


@dataclass(frozen=True)
class Fault:
    """What is wrong: a code, a whole sentence that says how to mend it, and the field that it is about."""

    code: str
    message: Promise | str
    field: str


def shared(absent: Iterable[Grant], deputy: Iterable[Grant]) -> set[Grant]:
    """The roles, each with its organisation, in which the one can stand in for the other."""
    return {grant for grant in set(absent) & set(deputy) if grant[0] not in IN_PERSON}


def absence_fault(wanted: Spell, *, today: date, own: Sequence[Spell], stands_in: Sequence[Spell]) -> Fault | None:
    """What stops an absence. own: live absences of the same person; stands_in: those of others whose deputy the person is."""
    if wanted.to_on < wanted.from_on:
        return Fault("ends_first", _("The last day lies before the first. Choose a later last day."), "to_on")
    if wanted.from_on < today:
        return Fault("begun", _("An absence begins today at the earliest: what was owed before stays as it was."), "from_on")
    if (wanted.to_on - wanted.from_on).days >= MOST_DAYS:
        too_long = _("An absence lasts %(n)d days at most. Whoever is away for longer hands the role over.") % {"n": MOST_DAYS}
        return Fault("too_long", too_long, "to_on")
    if other := _meeting(wanted, own):
        twice = _("You are entered as away from %(from)s to %(to)s already. End that absence first, or choose other days.")
        return Fault("overlaps", twice % _days(other), "from_on")
    if other := _meeting(wanted, stands_in):
        bound = _(
            "You stand in for %(who)s from %(from)s to %(to)s. Ask them to choose somebody else first, or choose other days."
        )
        return Fault("stands_in", bound % _days(other), "from_on")
    return None


def deputy_fault(wanted: Spell, *, is_self: bool, shares: Collection[Grant], name: str, away: Sequence[Spell]) -> Fault | None:
    """What stops somebody from standing in. shares: as `shared`; away: their own live absences."""
    if is_self:
        return Fault("oneself", _("Somebody else must stand in for you. Choose a colleague, or nobody."), "deputy")
    if not shares:
        words = _(
            "%(name)s holds no role of yours in the same organisation and cannot do your work. Choose a colleague who does."
        )
        return Fault("no_role", words % {"name": name}, "deputy")
    if other := _meeting(wanted, away):
        words = _("%(name)s is away from %(from)s to %(to)s. Choose somebody who is there, or other days.")
        return Fault("deputy_away", words % {**_days(other), "name": name}, "deputy")
    return None


def _meeting(wanted: Spell, others: Sequence[Spell]) -> Spell | None:
    return next((one for one in others if wanted.meets(one)), None)


def _days(spell: Spell) -> dict[str, str]:
    return {"who": spell.who, "from": day(spell.from_on), "to": day(spell.to_on)}


def handing_fault(
    *, in_person: bool, is_owed: bool, holder_is: bool, may: bool, took_part: bool, away_until: date | None, name: str
) -> Fault | None:
    """What stops a duty from being handed to `name`. in_person: one person alone owes it. is_owed: whoever hands it is among those
    who owe it. holder_is: they have it already. may: they are among those who owe it. took_part: they did a step of the same matter
    that must be somebody else's. away_until: the last day of their absence, if they are away now."""
    if in_person:
        return Fault("in_person", _("This is asked of one person alone, and nobody else can do it."), "to")
    if not is_owed:
        return Fault("not_owed", _("You do not owe this, so you cannot hand it to anybody."), "to")
    if holder_is:
        return Fault("holds", _("%(name)s looks after this already.") % {"name": name}, "to")
    if not may:
        words = _("%(name)s has no role with which this is done. Choose a colleague who has.")
        return Fault("no_role", words % {"name": name}, "to")
    if took_part:
        words = _("%(name)s did a step of this matter that somebody else must follow. Choose a colleague who took no part in it.")
        return Fault("took_part", words % {"name": name}, "to")
    if away_until is not None:
        words = _("%(name)s is away until %(day)s. Choose somebody who is there.")
        return Fault("away", words % {"name": name, "day": day(away_until)}, "to")
    return None
