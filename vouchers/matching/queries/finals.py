"""Letters of intent and the final quotes that stand for them after the award."""

from collections.abc import Iterable

from django.db.models import QuerySet

from vouchers.matching.models import Match, Quote, QuoteRequest
from vouchers.matching.rules import letters, stages
from vouchers.rounds.models import Round
from vouchers.rounds.rules import QuotingPolicy

_PARTS = (
    "quote__request__need__company__organisation", "quote__request__need__round", "quote__request__institution__organisation",
    "quote__request__dataset", "need__company", "institution",
)  # fmt: skip


def letters_allowed(round_: Round | None) -> bool:
    """Whether a letter of intent suffices until the award of this round. One query."""
    version = round_.policy_version() if round_ is not None else None
    return version.parsed().quoting.letters if version is not None else QuotingPolicy.letters


def awaiting_final(request: QuoteRequest, *, lock: bool = False) -> Match | None:
    """The match of an accepted letter whose award was accepted and that has no final quote yet. One query for accepted requests.

    lock: the match stays as it is until the transaction ends.
    """
    if request.status != "ACCEPTED":
        return None
    rows = Match.objects.select_for_update(of=("self",)) if lock else Match.objects.all()
    match = rows.filter(quote__request=request).select_related("quote", "need__company", "institution").first()
    return match if match is not None and waits_for_final(match) else None


def awaited_letter(request: QuoteRequest) -> Quote | None:
    """The letter of intent whose final quote is owed now. One query for accepted requests."""
    match = awaiting_final(request)
    return match.quote if match is not None else None


def waits_for_final(match: Match) -> bool:
    return letters.final_wanted(
        match.status, least_won=match.quote.band_min_won, asked=match.final_asked_at is not None,
        given=match.final_quote_id is not None,
    )  # fmt: skip


def letters_unasked(match_ids: Iterable[int]) -> QuerySet[Match]:
    """Confirmed matches on letters of intent whose final quote nobody asked for yet, locked."""
    rows = Match.objects.confirmed().filter(
        pk__in=list(match_ids), final_asked_at__isnull=True, quote__band_min_won__isnull=False
    )
    return rows.select_for_update(of=("self",)).select_related(*_PARTS).order_by("pk")


def with_parts(match_id: int) -> Match:
    """One match with what is told about it, locked. One query."""
    rows = Match.objects.select_for_update(of=("self",)).select_related("offered_quote", *_PARTS)
    return rows.get(pk=match_id)


def changed_terms(letter: Quote, final: Quote) -> tuple[str, ...]:
    """Names of the terms, price and tax apart, in which the final quote is not what its letter said. Two queries."""
    return letters.changed(_terms(letter), _terms(final))


def changed_words(match: Match) -> tuple[str, ...]:
    """The same in words, of the final quote on which the company has to decide. At most two queries."""
    if match.offered_quote is None:
        return ()
    return tuple(str(letters.TERM_WORDS[name]) for name in changed_terms(match.quote, match.offered_quote))


def _terms(quote: Quote) -> letters.Terms:
    parties = [f"{name}_id" for name in stages.PARTIES]
    work = tuple(quote.lines.values_list("kind", "description", "unit", "quantity", *parties))
    return letters.Terms(quote.access_mode, quote.earliest_delivery_on, quote.lead_time_days, quote.assumptions, work)
