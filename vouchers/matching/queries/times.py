"""The days of a quote: read from the round once, for need, request, form, quote and pre-check."""

from datetime import date, datetime

from django.utils.translation import gettext, ngettext

from portal.kit import clock
from portal.templatetags.portal import kst_text
from vouchers.matching.models import Quote, QuoteRequest
from vouchers.matching.rules import terms
from vouchers.rounds.models import Round
from vouchers.rounds.rules import TARGET_STEPS, MatchTiming


def quote_times(round_: Round | None) -> terms.Times:
    """Of a need without a call the programme's usual days, without bounds. One query."""
    if round_ is None:
        return terms.Times(TARGET_STEPS["quote"])
    version = round_.policy_version()
    policy = version.parsed() if version is not None else None
    days = policy.days if policy is not None else TARGET_STEPS.__getitem__
    closes_at, latest_at, award = round_.closes_at, None, None
    if closes_at is not None and round_.timing == MatchTiming.BEFORE_SUBMISSION:  # only then a match must be there
        latest_at = terms.latest_answer(closes_at, days("quote_before_close"))
    if closes_at is not None and policy is not None:
        award = terms.award_day(closes_at, policy.quoting.award_on, [days(step) for step in terms.AWARD_STEPS])
    ahead = award if award is not None and award >= clock.today() else None
    return terms.Times(days("quote"), latest_at, closes_at, ahead)


def quote_days(round_: Round | None) -> int:
    """Working days within which a provider owes a quote. One query."""
    return quote_times(round_).days


def latest_answer(round_: Round | None) -> datetime | None:
    """The last useful moment for a quote, where the call bounds it. One query."""
    return quote_times(round_).latest_at


def award_on(round_: Round | None) -> date | None:
    """The day of the award that a quote must outlast, as long as it lies ahead. One query."""
    return quote_times(round_).award_on


def request_due(round_: Round | None) -> datetime:
    """When an answer would be due to a request that is sent now. One query. Raises Refused when it is too late to ask."""
    return quote_times(round_).due(clock.now())


def answer_due(request: QuoteRequest, valid_until: date) -> datetime:
    """When the company should have decided on a quote that is sent now. One query."""
    return quote_times(request.need.round).decide_by(valid_until, clock.now())


# ── In words ─────────────────────────────────────────────────────────────────────────────────────────
def decision_words(request: QuoteRequest, quote: Quote, due_at: datetime | None) -> str:
    """Why the company should decide by `due_at`, and until when it may all the same."""
    times = quote_times(request.need.round)
    until = times.accept_until(quote.valid_until)
    if due_at is None or due_at >= until:
        sentence = gettext("You can accept this quote until %(until)s.")
    else:
        sentence = ngettext(
            "The call gives you %(days)d working day for your answer; the quote can be accepted until %(until)s.",
            "The call gives you %(days)d working days for your answer; the quote can be accepted until %(until)s.",
            times.days,
        )
    told = sentence % {"days": times.days, "until": kst_text(until)}
    if until < clock.end_of_day(quote.valid_until):
        more = gettext("It is valid longer, but then the call closes and it no longer serves for your application.")
        return f"{told} {more}"
    return told


def asking_words(times: terms.Times, due_at: datetime) -> str:
    """Where the day comes from by which an answer is due."""
    if due_at == times.latest_at:
        return gettext("That is the last day on which a quote still serves for this call.")
    return ngettext("That is the %(n)d working day of the call.", "Those are the %(n)d working days of the call.", times.days) % {
        "n": times.days
    }
