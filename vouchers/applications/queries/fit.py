"""Six answers against the calls of now: verdict, tracks, data and dates, in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.kit import clock
from portal.kit.words import korean
from vouchers.applications import rules
from vouchers.applications.rules import fit as paper
from vouchers.matching import queries as matching
from vouchers.matching.rules.engine import Result
from vouchers.matching.rules.terms import Times
from vouchers.rounds import queries as rounds
from vouchers.rounds import rules as round_rules
from vouchers.rounds.models import Round, Track

MOST_ROUNDS, MOST_DATA = 3, 5


@dataclass(frozen=True)
class TrackRow:
    """A track of the call and what its money would be. words: the formula as a sentence."""

    track: Track
    money: round_rules.Money | None
    words: str
    best: bool


@dataclass(frozen=True)
class Data:
    """A dataset that fits, with its best reasons. lead_days: working days of its offer, None without one."""

    key: str
    title: str
    holder: str
    reasons: Sequence[str]
    warnings: Sequence[str]
    lead_days: int | None


@dataclass(frozen=True)
class Fit:
    """One call under the answers. reasons: (verdict, sentence). more: fitting datasets that are not shown. times: the days of a quote,
    where the call wants the match before it closes and still can have it."""

    round: Round
    phase: str
    verdict: rules.Verdict
    reasons: Sequence[tuple[rules.Verdict, str]]
    tracks: Sequence[TrackRow]
    data: Sequence[Data]
    more: int
    unmet: Sequence[str]
    calendar: paper.Calendar | None
    times: Times | None

    @property
    def best(self) -> TrackRow | None:
        return next((row for row in self.tracks if row.best), None)


def rounds_to_check(now: datetime) -> list[Round]:
    """The calls that are open, the one that closes first before; else those to come; else the newest that had a policy."""
    found = rounds.public_rounds().filter(is_reference=False)
    ahead = found.filter(status="ANNOUNCED", closes_at__gt=now).order_by("closes_at", "id")
    open_now = list(ahead.filter(opens_at__lte=now)[:MOST_ROUNDS])
    return open_now or list(ahead[:MOST_ROUNDS]) or list(found[:1])


def fits(answers: paper.Answers, now: datetime) -> list[Fit]:
    """The answers against each of `rounds_to_check`."""
    return [_fit(answers, round_) for round_ in rounds_to_check(now)]


def _fit(answers: paper.Answers, round_: Round) -> Fit:
    policy, tracks = round_.policy(), list(round_.tracks.all())
    found = paper.findings(answers, policy)
    answer = matching.rank_document(answers.document(round_.key), round_, told=None)
    data = [_data(result) for result in answer.results[:MOST_DATA]]
    money = {row.key: row for row in paper.tracks(answers, policy, [(track.key, track.cap_won) for track in tracks])}
    return Fit(
        round=round_,
        phase=round_.phase,
        verdict=paper.verdict_of(found),
        reasons=[(one.verdict, one.reason_ko if korean() else one.reason_en) for one in found],
        tracks=[_row(track, money[track.key]) for track in tracks],
        data=data,
        more=max(0, len(answer.fitting) - len(data)),
        unmet=[words["reason_ko" if korean() else "reason_en"] for words in (one.document() for one in answer.unmet[:2])],
        calendar=_calendar(round_, policy, data),
        times=_times(round_),
    )


def _times(round_: Round) -> Times | None:
    times = matching.quote_times(round_)
    return times if times.latest_at is not None and clock.now() < times.latest_at else None


def _row(track: Track, row: paper.TrackFit) -> TrackRow:
    return TrackRow(track, row.money, rounds.money_words(row.money) if row.money else "", row.best)


def _data(result: Result) -> Data:
    one, at = result.candidate, 0 if korean() else 1
    return Data(
        key=one.key,
        title=_word(one, "title"),
        holder=_word(one.holder, "name"),
        reasons=[reason[at] for reason in result.reasons[:2]],
        warnings=[warning.ko if korean() else warning.en for warning in result.warnings[:1]],
        lead_days=one.offer.lead_time_days if one.offer else None,
    )


def _word(row: Any, name: str) -> str:
    first, other = ("_ko", "_en") if korean() else ("_en", "_ko")
    return str(getattr(row, name + first) or getattr(row, name + other))


def _calendar(round_: Round, policy: round_rules.Policy, data: Sequence[Data]) -> paper.Calendar | None:
    if round_.closes_at is None:
        return None
    known = [one.lead_days for one in data if one.lead_days is not None]
    return paper.calendar(
        closes_at=max(round_.closes_at, clock.now()), starts_on=round_.project_start_on, project_end=round_.project_end_on,
        fiscal_year=round_.fiscal_year, policy=policy, lead_days=min(known, default=0),
    )  # fmt: skip
