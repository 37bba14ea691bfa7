"""The plan of a project as its readers see it: a table that is a picture too, with the critical path and what stands against it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.accounts import queries as accounts
from portal.kit.words import pick
from vouchers.agreements.models import Agreement
from vouchers.milestones import rules
from vouchers.milestones.models import Milestone, PlanWarning
from vouchers.payments.queries.plan_facts import Fact, Gathered, gathered
from vouchers.payments.queries.plan_steps import facts


@dataclass(frozen=True)
class Row:
    """A step as the page shows it. begins, ends: as it was, or the earliest that it can be; misses: it cannot keep its day."""

    fact: Fact
    title: str
    owner: str
    begins: date | None
    ends: date | None
    critical: bool
    slack: int | None
    misses: bool
    bar: rules.Bar | None
    due_x: int | None

    @property
    def word(self) -> Any:
        return rules.StepState.word(self.fact.state)


@dataclass(frozen=True)
class Group:
    """Steps that belong together: the agreement, an institution's reviews, a milestone."""

    title: str
    milestone: Milestone | None
    rows: list[Row]


@dataclass(frozen=True)
class Plan:
    """first, last: the days between which the picture lies. hidden: critical steps of others that this reader does not see.
    ends_x, today_x: where the agreement's end and today stand in it; None: outside."""

    agreement: Agreement
    schedule: rules.Schedule
    groups: list[Group]
    path: list[Row]
    hidden: int
    first: date
    last: date
    months: list[tuple[date, int]]
    ends_x: int | None
    today_x: int | None
    year_end: date
    limit_on: date | None
    unplanned: bool

    @property
    def room(self) -> int:
        """Working days that the critical path leaves over."""
        return self.schedule.left_days - self.schedule.needed_days

    @property
    def left_shown(self) -> int:
        """Working days left, none once the day is past."""
        return max(self.schedule.left_days, 0)


PLANNED = ("NEGOTIATING", "AWAITING_SIGNATURES", "ACTIVE", "SUSPENDED")  # agreements that have a plan of what is ahead


def running() -> QuerySet[Agreement]:
    """Agreements in force, whose plans are watched."""
    return Agreement.objects.filter(status="ACTIVE").select_related("round", "company")


def schedules(agreements: Iterable[Agreement]) -> dict[int, rules.Schedule]:
    """Agreement id → its schedule, of those whose milestones are planned. As many queries for thirty as for one."""
    return {one.agreement.pk: _scheduled(one, facts(one)) for one in gathered(agreements) if one.milestones}


def _scheduled(at: Gathered, found: list[Fact]) -> rules.Schedule:
    row = at.agreement
    limits: dict[str, date] = {
        rules.Limit.AGREEMENT_END: row.ends_on, rules.Limit.YEAR_END: _last_payment(at),
    }  # fmt: skip
    return rules.schedule((one.step for one in found), today=at.today, limits=limits)


def _last_payment(at: Gathered) -> date:
    """The day after which the round pays nothing more of the year: 31 December where it says nothing else."""
    year = rules.paying_year(at.agreement.round.fiscal_year, at.agreement.ends_on)
    return at.policy.settling.last_day("last_payment", year)


def plan_of(agreement: Agreement, user: Any) -> Plan:
    """agreement: with its round and company. A provider sees the steps of all and its own, nobody else's."""
    at = gathered([agreement])[0]
    found = facts(at)
    schedule = _scheduled(at, found)
    mine = _seen_by(at, user)
    year_end = _last_payment(at)
    shown = [one for one in found if mine is None or one.payee is None or one.payee in mine]
    days = [agreement.starts_on, agreement.ends_on, at.today, *(one.begun_on for one in found if one.begun_on)]
    days += [one.done_on for one in found if one.done_on] + [schedule.placed[one.step.key].ends for one in found if one.step.days]
    first, last = min(days), max(days)
    rows = {one.step.key: _row(one, agreement, schedule, first, last) for one in shown}
    where = {rules.Limit.AGREEMENT_END: agreement.ends_on, rules.Limit.YEAR_END: year_end}
    return Plan(
        agreement=agreement, schedule=schedule, groups=_groups(list(rows.values())),
        path=[rows[key] for key in schedule.path if key in rows], hidden=sum(key not in rows for key in schedule.path),
        first=first, last=last, months=[(day, _x(day, first, last)) for day in rules.months(first, last)],
        ends_x=_x(agreement.ends_on, first, last, evening=True), today_x=_x(at.today, first, last),
        year_end=year_end, limit_on=where.get(rules.Limit(schedule.limit)) if schedule.limit else None, unplanned=not at.milestones,
    )  # fmt: skip


def _seen_by(at: Gathered, user: Any) -> set[int] | None:
    """The payees whose steps this reader sees; None: all of them."""
    organisations = accounts.organisation_ids_of(user)
    if accounts.sees_all(user) or at.agreement.company.organisation_id in organisations:
        return None
    return {row.institution_id for row in at.milestones if row.institution.organisation_id in organisations} | {
        payee for payee, matches in at.matches.items() for holder in matches.values() if holder.organisation_id in organisations
    }


def _x(day: date, first: date, last: date, *, evening: bool = False) -> int:
    found = rules.bar(day, day, first=first, last=last)
    return found.x + (found.width if evening else 0)


def _row(one: Fact, agreement: Agreement, schedule: rules.Schedule, first: date, last: date) -> Row:
    placed, over = schedule.placed[one.step.key], one.state == rules.StepState.DONE
    begins = (one.begun_on or one.done_on) if over else (one.begun_on or placed.begins)
    ends = one.done_on if over else placed.ends
    misses = not over and ((placed.slack or 0) < 0 or (one.due_on is not None and placed.ends > one.due_on))
    return Row(
        fact=one, title=str(rules.StepKind.word(one.step.kind)), owner=_owner(one.owner, agreement), begins=begins, ends=ends,
        critical=placed.critical, slack=placed.slack, misses=misses,
        bar=rules.bar(min(begins, ends), ends, first=first, last=last) if begins and ends else None,
        due_x=_x(one.due_on, first, last, evening=True) if one.due_on and first <= one.due_on <= last else None,
    )  # fmt: skip


def _owner(owner: Any, agreement: Agreement) -> str:
    if owner == "COMPANY":
        return pick(agreement.company, "name")
    return {"OPERATOR": _("Operating agency"), "PARTIES": _("All parties")}.get(owner) or pick(owner, "name")


def _groups(rows: list[Row]) -> list[Group]:
    """In the order of the journey: steps of one institution or milestone stand together."""
    found: dict[str, Group] = {}
    for row in rows:
        about = row.fact.about
        key = about.ref if about is not None else ""
        if key not in found:
            found[key] = _group(about)
        found[key].rows.append(row)
    return list(found.values())


def _group(about: Any) -> Group:
    if about is None:
        return Group(_("Agreement"), None, [])
    if isinstance(about, Milestone):
        return Group(f"{about.number}. {about.title}", about, [])
    return Group(_("Data of %(name)s") % {"name": pick(about, "name")}, None, [])


# ── Warnings ─────────────────────────────────────────────────────────────────────────────────────────
def standing_warning(agreement: Agreement) -> PlanWarning | None:
    return PlanWarning.objects.standing().filter(agreement=agreement).select_related("answered_by").first()


def to_relieve(seen: Iterable[int]) -> list[int]:
    """Agreements whose warning stands although they are not in force any more or have no plan."""
    return list(PlanWarning.objects.standing().exclude(agreement_id__in=list(seen)).values_list("agreement_id", flat=True))


def warned(agreement_ids: Iterable[int]) -> list[int]:
    """Which of these are flagged."""
    standing = PlanWarning.objects.standing().filter(agreement_id__in=list(agreement_ids))
    return list(standing.values_list("agreement_id", flat=True))
