"""The amendments of a call, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import ngettext

from portal.kit.won import won
from portal.kit.words import day, moment, pick
from vouchers.rounds import rules
from vouchers.rounds.models import Amendment, Round


@dataclass(frozen=True)
class AmendmentRow:
    """An amendment as everybody reads it. changes: (what, from, to) in the reader's language."""

    ref: str
    number: int
    made_at: datetime
    reason: str
    changes: list[tuple[str, str, str]]


def amendment_rows(round: Round) -> list[AmendmentRow]:
    """The newest first. One query."""
    found = Amendment.objects.filter(round=round).order_by("-number")
    return [AmendmentRow(one.ref, one.number, one.made_at, pick(one, "reason"), change_words(one)) for one in found]


def change_words(amendment: Amendment) -> list[tuple[str, str, str]]:
    """(what, from, to) in the reader's language."""
    return list(_words(amendment.changes))


def untold_amendments() -> QuerySet[Amendment]:
    """Those of which applicants have not been told, the oldest first."""
    return Amendment.objects.filter(told_at__isnull=True).select_related("round").order_by("id")


def _words(changes: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for one in changes:
        what = one["what"]
        word = rules.STEP_WORDS.get(what.removeprefix(rules.TARGET)) or rules.AMENDED_WORDS[what]
        yield str(word), _value(what, one["from"]), _value(what, one["to"])


def _value(what: str, value: Any) -> str:
    if value in (None, ""):
        return "–"
    if what.startswith(rules.TARGET):
        return ngettext("%(n)s working day", "%(n)s working days", value) % {"n": value}
    if what == "budget_won":
        return won(value)
    if what == "closes_at":
        return moment(datetime.fromisoformat(value))
    return day(date.fromisoformat(value)) if what.endswith("_on") else str(value)
