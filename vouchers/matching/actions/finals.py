"""After the award a letter of intent becomes a final quote within its band."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.errors import NotAllowed
from vouchers.matching import notices, queries
from vouchers.matching.actions.asking import days, move
from vouchers.matching.models import Match, Quote, QuoteRequest
from vouchers.matching.rules import stages

FINAL = "final_quote"


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
    request = match.quote.request
    match.final_asked_at = clock.now()
    _step(match, "ask_final_quote", "final_quote_asked", None)
    company: Any = request.need.company
    journal.open_duty(
        match, FINAL, title_ko=f"확정 견적을 보내 주십시오: {company.name_ko}, {request.need.title}",
        title_en=f"Send the final quote for {company.name_en or company.name_ko}: {request.need.title}",
        url=f"/matching/requests/{request.ref}/", due_in=days(request.need, "quote"),
        organisation=request.institution.organisation, role="PROVIDER_MANAGER", by=None,
    )  # fmt: skip
    notices.final_quote_asked(match)
    return True


def take(match: Match, request: QuoteRequest, found: Quote, by: Any) -> None:
    """The final quote, agreed to inside the institution, stands for the letter. Writes: Match, Events, Duty, Notice."""
    move(request, "quote_finally", "final_quoted", by, data={"quote": found.ref, "supply_amount_won": found.supply_amount_won})
    match.final_quote = found
    _step(match, "take_final_quote", "final_quote_taken", by, quote=found.ref)
    journal.close_duty(match, FINAL, by=by)
    notices.final_quote_received(request, found)


def _step(match: Match, verb: str, past: str, by: Any, **data: Any) -> None:
    before, match.status = match.status, stages.MATCH_LIFECYCLE.step(match.status, verb)
    match.save()
    journal.record(f"match.{past}", match, by=by, frm=before, to=match.status, organisations=match.organisation_ids(), data=data)
