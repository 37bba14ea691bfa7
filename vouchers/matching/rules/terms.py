"""By when a quote must be there and until when it must be valid. Source: domain.md §6.8 and 6.14; every number is of the round."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from portal.kit import clock, words, workdays
from portal.kit.errors import Refused
from portal.kit.won import won

AWARD_STEPS = ("eligibility", "evaluation", "selection_proposal", "selection_confirmation")  # between the closing and the award


@dataclass(frozen=True)
class Times:
    """Every day of a quote, from the round: what need, request, form, quote and pre-check say of it, they ask here.

    days: working days of the provider for its quote, and of the company for its decision. latest_at: the last useful moment of an
    answer, where the call bounds it; closes_at: of the call; award_on: the day that a quote must outlast, while it lies ahead.
    """

    days: int
    latest_at: datetime | None = None
    closes_at: datetime | None = None
    award_on: date | None = None

    def due(self, now: datetime) -> datetime:
        """When the answer to a request of this moment is due. Raises Refused where it is too late to ask."""
        return request_due(now, self.days, self.latest_at)

    def ask_until(self) -> date | None:
        """The last day on which one may ask; None where the call does not bound it."""
        return last_day_to_ask(self.latest_at) if self.latest_at is not None else None

    def decide_by(self, valid_until: date, now: datetime) -> datetime:
        """When the company should have decided on a quote of this moment: it gets the working days that the provider had (§6.14: 15),
        but never longer than the quote can be accepted. After the closing only a final quote arrives, which the call bounds no more."""
        until = self.accept_until(valid_until)
        return min(workdays.due_at(now, self.days), until if until > now else clock.end_of_day(valid_until))

    def check_acceptable(self, valid_until: date, now: datetime) -> None:
        """Raises Refused once a quote can no longer be accepted, saying why."""
        if now >= clock.end_of_day(valid_until):
            raise Refused(_("This quote is no longer valid. Ask the provider for a new one."), "quote_expired")
        if now >= self.accept_until(valid_until):
            raise Refused(
                _("The call has closed: a quote that is accepted now serves for no application in it any more."), "call_closed"
            )

    def accept_until(self, valid_until: date) -> datetime:
        """Until when a quote can be accepted and still serve: while it is valid, and before a call closes that wants the match then."""
        ends = clock.end_of_day(valid_until)
        return ends if self.latest_at is None or self.closes_at is None else min(ends, self.closes_at)

    def least_valid(self, today: date) -> date:
        """The first day that a quote of today may name as its last."""
        return max(today, self.award_on or today)

    def usual_valid(self, now: datetime) -> date:
        """What a form proposes: beyond the award, and the days that the company has for its decision."""
        return max(self.least_valid(clock.to_kst(now).date()), _last_day(workdays.due_at(now, self.days)))


def latest_answer(closes_at: datetime, days_before: int) -> datetime:
    """The last moment at which a quote can still be used in an application: the end of the n-th working day before the call
    closes, and never after it closed."""
    closing_day = clock.to_kst(closes_at - timedelta(microseconds=1)).date()
    return min(clock.end_of_day(workdays.before_working_days(closing_day, days_before)), closes_at)


def request_due(now: datetime, quote_days: int, latest_at: datetime | None) -> datetime:
    """When a request's answer is due: after the round's working days, or at the last useful moment if that is sooner.

    Raises Refused when no whole working day is left for the answer, saying until when one could ask.
    """
    usual = workdays.due_at(now, quote_days)
    if latest_at is None:
        return usual
    if workdays.due_at(now, min(quote_days, 1)) > latest_at:
        sentence = _(
            "It is too late to ask for a quote in this call: a provider needs a working day at least, and answers by the end of %(answer)s so that you can still apply with the quote. You could ask until the end of %(ask)s."
        )
        days = {"answer": words.day(_last_day(latest_at)), "ask": words.day(last_day_to_ask(latest_at))}
        raise Refused(sentence % days, "too_late_to_ask")
    return min(usual, latest_at)


def last_day_to_ask(latest_at: datetime) -> date:
    """The last day on which a request still leaves a whole working day for its answer."""
    return workdays.before_working_days(_last_day(latest_at), 0) - timedelta(days=1)


def resumed_due(due_at: datetime, latest_at: datetime | None, closes_at: datetime | None, now: datetime) -> datetime:
    """When the answer is due once the clock runs again: later by what the company took for its own answer, and in time for the
    application as any other answer. Only where the company left the provider no whole working day for that, the time is taken out of
    the days that it would have had to apply with the quote; never after the closing of a call that bounds it. now: of its answer."""
    if latest_at is None:
        return due_at
    in_time = workdays.due_at(now, 1) <= latest_at
    return min(due_at, latest_at if in_time else closes_at or latest_at)


def useless(latest_at: datetime | None, closes_at: datetime | None, now: datetime) -> bool:
    """A call that bounds the answer has closed: no quote can be used in an application any more."""
    return latest_at is not None and closes_at is not None and now >= closes_at


def award_day(closes_at: datetime, planned: date | None, step_days: Iterable[int]) -> date:
    """The day of the award: as planned, else reckoned from the working days of the steps between the closing and the award."""
    if planned is not None:
        return planned
    day = clock.to_kst(closes_at).date()
    for days in step_days:
        day = workdays.add_working_days(day, days)
    return day


def check_reaches(valid_until: date, award_on: date | None) -> None:
    """Raises Refused for a quote that would be void before the award, naming the day that it must reach."""
    if award_on is not None and valid_until < award_on:
        sentence = _(
            "The quote must stay valid until the award of this call, so until %(day)s at least. Choose that day or a later one."
        )
        raise Refused(sentence % {"day": words.day(award_on)}, "before_award", "valid_until")


@dataclass(frozen=True)
class Commitment:
    """What a quote promises to keep: it costs no more than this, until that day. Whole won; letter: a price band only."""

    supply_won: int
    vat_won: int
    valid_until: date
    letter: bool = False


def check_keeps(earlier: Commitment, newer: Commitment, today: date) -> None:
    """A quote is a maximum-cost commitment until its last day: the version that takes its place neither exceeds nor shortens it, nor
    makes a letter of intent of it. earlier: the version before, whose day may be over. Raises Refused naming the field."""
    if earlier.valid_until < today:
        return
    given = {"won": won(earlier.supply_won), "vat": won(earlier.vat_won), "day": words.day(earlier.valid_until)}
    if newer.supply_won > earlier.supply_won or newer.supply_won + newer.vat_won > earlier.supply_won + earlier.vat_won:
        sentence = _(
            "Your quote commits you to %(won)s (VAT %(vat)s) at most until %(day)s. A newer version may cost less, not more: lower the lines, or leave the quote that stands."
        )
        raise Refused(sentence % given, "exceeds_commitment", "lines")
    if newer.valid_until < earlier.valid_until:
        sentence = _("Your quote is valid until %(day)s. A newer version may be valid longer, not shorter.")
        raise Refused(sentence % given, "shortens_commitment", "valid_until")
    if newer.letter and not earlier.letter:
        raise Refused(
            _("Your quote is binding until %(day)s. A letter of intent cannot take its place.") % given, "loosens_commitment",
            "band_min_won",
        )  # fmt: skip


def _last_day(moment: datetime) -> date:
    return clock.to_kst(moment - timedelta(microseconds=1)).date()
