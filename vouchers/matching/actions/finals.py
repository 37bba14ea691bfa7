"""After the award a letter of intent becomes a final quote within its band."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from vouchers.matching import notices, queries
from vouchers.matching.actions.asking import days, lock, move, require_supplying, written
from vouchers.matching.models import Match, Quote, QuoteRequest
from vouchers.matching.rules import stages

FINAL, DECIDE = "final_quote", "decide_final_quote"


@transaction.atomic
def ask_final_quotes(*, match_ids: Iterable[int], by: Any = None) -> int:
    """An award that stands on these matches was accepted: every provider that gave a letter of intent owes its final quote.

    Called by the room that knows the award; each match is asked once. Writes: Match, Event, Duty, Notice. Returns: how many.
    Raises: NotAllowed for a person.
    """
    if by is not None:
        raise NotAllowed()
    return sum(_ask(match) for match in queries.letters_unasked(match_ids))


def _ask(match: Match) -> bool:
    match.final_asked_at = clock.now()
    _step(match, "ask_final_quote", "final_quote_asked", None)
    _owe(match, None)
    notices.final_quote_asked(match)
    return True


def receive(match: Match, request: QuoteRequest, found: Quote, by: Any) -> None:
    """The final quote, agreed to inside the institution, stands for the letter where it keeps its terms; else the company decides.

    A newer one takes the place of one that waits for the company. Writes: Match, Events, Duties, Notice.
    """
    move(request, "quote_finally", "final_quoted", by, data={"quote": found.ref, "supply_amount_won": found.supply_amount_won})
    journal.close_duties(match, by=by)
    changed = queries.changed_terms(match.quote, found)
    if not changed:
        match.final_quote, match.offered_quote = found, None
        _step(match, "take_final_quote", "final_quote_taken", by, quote=found.ref)
        notices.final_quote_received(request, found)
        return
    match.offered_quote = found
    _step(match, "offer_final_quote", "final_quote_offered", by, quote=found.ref, changed=list(changed))
    institution, need = request.institution, request.need
    journal.open_duty(
        match, DECIDE, title_ko=f"조건이 달라진 확정 견적을 수락하거나 거절해 주십시오: {institution.name_ko}, {need.title}",
        title_en=f"Accept or decline the final quote of {institution.name_en or institution.name_ko}, whose terms changed: {need.title}",
        url=f"/matching/matches/{match.ref}/", due_at=queries.answer_due(request, found.valid_until),
        organisation=need.company.organisation, role="REPRESENTATIVE", by=by,
    )  # fmt: skip
    notices.final_quote_offered(match)


@transaction.atomic
def accept_final_quote(*, match_id: int, quote_id: int | None = None, by: Any) -> Match:
    """The company takes a final quote whose terms are not those of the letter. quote_id: the one that was read.

    Writes: Match, Event, Duty, Notice. Raises: NotAllowed; Refused when a newer one is here, none waits or it is no longer valid.
    """
    match, offered = _offered(match_id, quote_id, by)
    if offered.valid_until < clock.today():
        raise Refused(_("This quote is no longer valid. Ask the provider for a new one."), "quote_expired")
    require_supplying(match.institution_id)
    match.final_quote, match.offered_quote = offered, None
    _step(match, "accept_final_quote", "final_quote_accepted", by, quote=offered.ref)
    journal.close_duty(match, DECIDE, by=by)
    notices.final_quote_accepted(match)
    return match


@transaction.atomic
def decline_final_quote(*, match_id: int, reason: str, quote_id: int | None = None, by: Any) -> Match:
    """The company does not take it, and says why: the provider owes another one within the letter.

    Writes: Match, Event, Duties, Notice. Raises: as accept_final_quote; Refused without a reason.
    """
    match, offered = _offered(match_id, quote_id, by)
    text = written(reason, "reason", needed=True)
    match.offered_quote = None
    before, match.status = match.status, stages.MATCH_LIFECYCLE.step(match.status, "decline_final_quote")
    match.save()
    journal.record(
        "match.final_quote_declined", match, by=by, frm=before, to=match.status, reason=text,
        organisations=match.organisation_ids(), data={"quote": offered.ref},
    )  # fmt: skip
    journal.close_duty(match, DECIDE, by=by)
    _owe(match, by)
    notices.final_quote_declined(match, text)
    return match


def _offered(match_id: int, quote_id: int | None, by: Any) -> tuple[Match, Quote]:
    """The match, locked after its request as a final quote that leaves does, and what its company has to decide on."""
    lock(Match.objects.values_list("quote__request_id", flat=True).get(pk=match_id))
    match = queries.with_parts(match_id)
    require(by, "vouchers.confirm_match", match.need.company)
    stages.MATCH_LIFECYCLE.step(match.status, "accept_final_quote")
    offered = match.offered_quote
    if offered is None:
        raise Refused(_("There is no final quote to decide on."), "nothing_offered")
    if quote_id is not None and quote_id != offered.pk:
        raise Refused(_("The provider has sent a newer quote. Look at that one."), "newer_quote")
    return match, offered


def _owe(match: Match, by: Any) -> None:
    request = match.quote.request
    company: Any = request.need.company
    journal.open_duty(
        match, FINAL, title_ko=f"확정 견적을 보내 주십시오: {company.name_ko}, {request.need.title}",
        title_en=f"Send the final quote for {company.name_en or company.name_ko}: {request.need.title}",
        url=f"/matching/requests/{request.ref}/", due_in=days(request.need, "quote"),
        organisation=request.institution.organisation, role="PROVIDER_MANAGER", by=by,
    )  # fmt: skip


def _step(match: Match, verb: str, past: str, by: Any, **data: Any) -> None:
    before, match.status = match.status, stages.MATCH_LIFECYCLE.step(match.status, verb)
    match.save()
    journal.record(f"match.{past}", match, by=by, frm=before, to=match.status, organisations=match.organisation_ids(), data=data)
