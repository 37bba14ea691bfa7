"""Until when an application may be written in and handed in: the call's closing time, or a late entry's end."""

from datetime import datetime
from typing import Any

from portal.accounts import queries as accounts
from portal.kit import clock
from portal.kit.digests import keyed
from vouchers.applications import rules
from vouchers.applications.models import Application, LateEntry
from vouchers.companies.models import Company
from vouchers.rounds.models import Round
from vouchers.rounds.rules import Phase, RoundStatus
from vouchers.rounds.rules import phase as phase_at


def late_entry_of(round_: Round, company_id: int, track_id: int | None = None, *, now: datetime) -> LateEntry | None:
    """The late entry under which a company may write and hand in at that moment, to a track or any. One query; none while
    the call is not closed by its own time, for then nobody needs one."""
    if phase_at(round_.status, round_.opens_at, round_.closes_at, now) != Phase.CLOSED:
        return None
    found = LateEntry.objects.open_at(now).filter(round_id=round_.pk, company_id=company_id)
    return (found.filter(track_id=track_id) if track_id else found).order_by("-until").first()


def closing_time(round_: Round, company_id: int, track_id: int | None = None, *, now: datetime | None = None) -> datetime | None:
    """The closing time that holds for a company: the call's, or the end of its late entry."""
    late = late_entry_of(round_, company_id, track_id, now=now or clock.now())
    return late.until if late else round_.closes_at


def closes_at(application: Application, *, now: datetime | None = None) -> datetime | None:
    """The closing time that holds for an application: the one that was written down, else as closing_time; asked once a row.
    now: the moment that is judged, of what waited for its turn."""
    if application.deadline_at:
        return application.deadline_at
    if "closes_for_it" not in vars(application):
        vars(application)["closes_for_it"] = closing_time(
            application.round, application.company_id, application.track_id, now=now
        )
    found: datetime | None = vars(application)["closes_for_it"]
    return found


def is_open_for(application: Application) -> bool:
    """May a draft be written in and handed in now?"""
    if application.round.phase == Phase.OPEN:
        return True
    until = closes_at(application) if application.round.phase == Phase.CLOSED and application.deadline_at is None else None
    return until is not None and until > clock.now()


def awaited_code(user: Any, round_: Round) -> LateEntry | None:
    """The late entry to this call whose code this person still has to enter."""
    if round_.phase != Phase.CLOSED:
        return None
    mine = LateEntry.objects.filter(round=round_, person_id=user.pk, status=rules.LateStatus.CONFIRMED, until__gt=clock.now())
    return mine.filter(company__organisation_id__in=accounts.organisation_ids_of(user)).order_by("pk").first()


def last_late_until(round_: Round) -> datetime | None:
    """The latest end of the late entries that may still be handed in under."""
    running = LateEntry.objects.filter(round=round_, status__in=(rules.LateStatus.CONFIRMED, rules.LateStatus.ENTERED))
    return running.order_by("-until").values_list("until", flat=True).first()


def late_tracks(round_: Round, company: Company | None) -> set[int]:
    """Ids of the tracks to which this company may still hand in, although the call closed."""
    if company is None or round_.status != RoundStatus.ANNOUNCED or round_.phase != Phase.CLOSED:
        return set()
    return set(LateEntry.objects.open_at(clock.now()).filter(round=round_, company=company).values_list("track_id", flat=True))


def code_digest(code: str) -> str:
    """What is kept of a code. code: as rules.clean_code leaves it."""
    return keyed(code, "late entry")
