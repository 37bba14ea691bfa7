"""The match that both sides confirm, and what frees the capacity that it holds."""

from typing import Any

from django.db import transaction

from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed
from providers.offers import actions as offers
from vouchers.matching import notices
from vouchers.matching.actions import needs
from vouchers.matching.actions.asking import lock, move, require_supplying, require_there, written
from vouchers.matching.models import Match, QuoteRequest
from vouchers.matching.rules import stages


@transaction.atomic
def confirm_match(*, match_id: int, by: Any) -> Match:
    """One side confirms; with both, the match stands and takes one order of the offer's capacity. No budget is touched.

    Writes: Match, Need.status, Offer.open_capacity, Event, Duty, Notice. Raises: NotAllowed for anybody of neither side,
    IllegalStep when that side confirmed already, Refused when the offer is full, the institution does not supply
    or the data cannot be had at present.
    """
    match = _lock_match(match_id)
    side = side_of(match, by)
    require(by, "vouchers.confirm_match", match.need.company if side == "company" else match.institution)
    if getattr(match, f"{side}_confirmed_at") is not None:
        stages.MATCH_LIFECYCLE.step(match.status, "confirm_again")
    require_supplying(match.institution_id)
    require_there(match.quote.request.dataset)
    setattr(match, f"{side}_confirmed_at", clock.now())
    setattr(match, f"{side}_confirmed_by", by)
    whole = match.company_confirmed_at is not None and match.provider_confirmed_at is not None
    before = match.status
    match.status = stages.MATCH_LIFECYCLE.step(match.status, "complete" if whole else "confirm")
    match.save()
    journal.record(
        "match.confirmed" if whole else "match.side_confirmed", match, by=by, frm=before, to=match.status,
        organisations=match.organisation_ids(), data={"side": side},
    )  # fmt: skip
    journal.close_duty(match, "confirm_match", by=by)
    if whole:
        needs.note(match.need_id, "note_match", "need.matched", by)
        if match.quote.request.offer_id:
            _take(match, match.quote.request.offer_id, by)
        notices.match_confirmed(match)
    return match


@transaction.atomic
def cancel_match(*, match_id: int, reason: str, by: Any) -> Match:
    """Either side steps back, with a reason. The request that it came from ends too, so that the same can be asked for again.

    Writes: Match, QuoteRequest, Need.status, Offer.open_capacity, Events, Duties, Notices.
    """
    request = _lock_request(match_id)
    match = _lock_match(match_id)
    side = side_of(match, by)
    require(by, "vouchers.confirm_match", match.need.company if side == "company" else match.institution)
    match.reason = written(reason, "reason", needed=True)
    before = match.status
    match.status = stages.MATCH_LIFECYCLE.step(match.status, "cancel")
    match.save()
    journal.record(
        "match.cancelled", match, by=by, frm=before, to=match.status, reason=match.reason,
        organisations=match.organisation_ids(), data={"side": side},
    )  # fmt: skip
    journal.close_duties(match, by=by)
    move(request, "end_match", "match_ended", by)
    _free(match, before, by)
    notices.match_cancelled(match)
    return match


@transaction.atomic
def release_match(*, match_id: int, unused: bool = False, by: Any = None) -> bool:
    """The application that it stood on ended without an award, or none ever stood on it (unused) and its call has closed: the
    match ends, the offer's order is free again, once.

    Called by the room that knows that nothing can change about it any more. Writes: Match, QuoteRequest,
    Need.status, Offer.open_capacity, Events, Duties, Notices. Returns: whether it still held anything. Raises: NotAllowed for a person.
    """
    request = _lock_request(match_id)
    match = _lock_match(match_id)
    if by is not None:
        raise NotAllowed()
    if not stages.MATCH_LIFECYCLE.can(match.status, "release"):
        return False
    before = match.status
    match.status = stages.MATCH_LIFECYCLE.step(match.status, "release")
    match.save()
    journal.record(
        "match.unused" if unused else "match.released", match, by=by, frm=before, to=match.status, organisations=match.organisation_ids(),
    )  # fmt: skip
    journal.close_duties(match, by=by)
    move(request, "end_match", "match_ended", by)
    _free(match, before, by)
    (notices.match_unused if unused else notices.match_released)(match)
    return True


def _take(match: Match, offer_id: int, by: Any) -> None:
    """Takes one order where the offer limits them, and remembers it: a limit that is set later took none from this match."""
    if offers.take_capacity(offer_id=offer_id, by=by).open_capacity is not None:
        match.order_taken_at = clock.now()
        match.save()


def _free(match: Match, before: str, by: Any) -> None:
    """Gives back what a confirmed match held."""
    if before != stages.MatchStatus.CONFIRMED:
        return
    if not Match.objects.confirmed().filter(need_id=match.need_id).exists():
        needs.note(
            match.need_id, "note_unmatched", "need.unmatched", by
        )  # the need before the offer, as confirm_match locks them
    if match.quote.request.offer_id and match.order_taken_at is not None:
        offers.give_back_capacity(offer_id=match.quote.request.offer_id, by=by, taken_at=match.order_taken_at)


def side_of(match: Match, by: Any) -> str:
    """`company` or `provider`. Raises NotAllowed for anybody else."""
    if by is None or by.has_perm("vouchers.confirm_match", match.need.company):
        return "company"
    if by.has_perm("vouchers.confirm_match", match.institution):
        return "provider"
    raise NotAllowed()


def _lock_request(match_id: int) -> QuoteRequest:
    """Taken before the match, as a final quote that leaves does."""
    return lock(Match.objects.values_list("quote__request_id", flat=True).get(pk=match_id))


def _lock_match(match_id: int) -> Match:
    return (
        Match.objects.select_for_update(of=("self",))
        .select_related(
            "need__company__organisation", "need__round", "institution__organisation", "quote__request__dataset",
            "quote__request__institution", "quote__request__need__company",
        )
        .get(pk=match_id)
    )  # fmt: skip
