"""The real rounds of the past: facts only, nothing invented, no process."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from portal.accounts.models import User
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.rounds import rules
from vouchers.rounds.models import Round, Track

_COPIED = (
    "title_ko", "title_en", "fiscal_year", "programme", "announced_on", "budget_won", "project_start_on",
    "project_end_on",
)  # fmt: skip


@transaction.atomic
def register_reference_round(*, record: dict[str, Any], by: User | None) -> Round:
    """One record of rounds.json, idempotent by key. A null stays null: pages say “not published”.

    The call's first day opens at 00:00 KST, its last day ends at 24:00 KST: the closing hour was not published, and the
    record says so. Writes: Round ARCHIVED, Track, Event. Raises: Refused when the key belongs to a round of this portal.
    """
    require(by, "vouchers.manage_round")
    row = Round.objects.select_for_update().filter(key=record["key"]).first()
    if row is not None and not row.is_reference:
        raise Refused("This key belongs to a round of this portal.", "key_taken")
    if row is not None and row.reference == record:
        return row
    event = "round.reference_updated" if row is not None else "round.reference_registered"
    row = row or Round(key=record["key"], is_reference=True, created_by=None)
    for name in _COPIED:
        setattr(row, name, _day(record[name]) if name.endswith("_on") else record[name])
    row.summary_ko = record.get("covered_costs_ko") or ""
    row.summary_en = record.get("covered_costs_en") or ""
    row.opens_at, row.closes_at = _window(record)
    row.status, row.reference = rules.RoundStatus.ARCHIVED, record
    row.save()
    _tracks(row, record["tracks"])
    journal.record(event, row, by=by, to=row.status, public=True, data={"source": record["source"]})
    return row


def _tracks(row: Round, given: list[dict[str, Any]]) -> None:
    keys = [track["key"] for track in given]
    row.tracks.exclude(key__in=keys).delete()
    for position, facts in enumerate(given):
        track = row.tracks.filter(key=facts["key"]).first() or Track(round=row, key=facts["key"])
        for name in ("name_ko", "name_en", "cap_won", "slots", "task_price_won"):
            setattr(track, name, facts[name])
        track.position = position
        track.save()


def _window(record: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    opens, closes = _day(record["call_opens_on"]), _day(record["call_closes_on"])
    return (clock.start_of_day(opens) if opens else None, clock.end_of_day(closes) if closes else None)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
