"""The provider's side: question, quote, decline."""

from datetime import datetime
from typing import Any

from django.db import transaction

from portal.accounts.models import User
from portal.journal import actions as journal
from portal.journal import queries as duties
from portal.kit import clock
from portal.kit.access import require
from vouchers.matching import notices, queries
from vouchers.matching.actions.asking import days, lock, move, written
from vouchers.matching.models import QuoteRequest
from vouchers.matching.rules import stages, terms


@transaction.atomic
def ask_clarification(*, request_id: int, question: str, by: Any) -> QuoteRequest:
    """Asks the company; the provider's clock stands still. Writes: QuoteRequest, Event, Duties, Notice."""
    request = lock(request_id)
    require(by, "vouchers.answer_quote", request.institution)
    request.viewed_at = request.viewed_at or clock.now()
    request.question, request.answer = written(question, "question", needed=True), ""
    move(request, "ask_clarification", "clarification_asked", by, data={"question": request.question})
    journal.pause_duty(request, "quote", by=by)
    journal.open_duty(
        request, "clarify", title_ko=f"공급기관의 질문에 답해 주십시오: {request.institution.name_ko}, {request.need.title}",
        title_en=f"Answer the question of {request.institution.name_en}: {request.need.title}",
        url=f"/matching/quotes/{request.ref}/",
        due_in=days(request.need, "clarification"), organisation=request.need.company.organisation, by=by,
    )  # fmt: skip
    notices.quote_question(request)
    return request


@transaction.atomic
def decline_request(*, request_id: int, reason: str, by: Any) -> QuoteRequest:
    """The provider does not quote, and says why. Writes: QuoteRequest, Event, Duties, Notice."""
    request = lock(request_id)
    require(by, "vouchers.answer_quote", request.institution)
    request.reason = written(reason, "reason", needed=True)
    move(request, "decline_request", "declined", by, reason=request.reason)
    journal.close_duties(request, by=by)
    notices.quote_request_declined(request)
    return request


def note_views() -> int:
    """Requests that somebody of the institution opened are seen; their clock runs on. A page that is read writes the access log
    alone, so this follows it. Idempotent (sweep), each in its own transaction. Writes: QuoteRequest, Event. Returns: how many.
    """
    return sum(_note_view(*seen) for seen in queries.viewed())


@transaction.atomic
def _note_view(request_id: int, who: int, when: datetime) -> bool:
    request = lock(request_id)
    if not stages.QUOTE_LIFECYCLE.can(request.status, "view"):
        return False
    request.viewed_at = when
    move(request, "view", "viewed", User.objects.get(pk=who), data={"at": when.isoformat()})
    return True


def expire_quotes(now: datetime | None = None) -> int:
    """Quotes that can be accepted no more, and requests that nobody answered for twice the target days or before the call closed, expire.

    Each in its own transaction, so that one refusal stops no other. Writes: QuoteRequest, Event, Duties, Notices.
    Returns: how many.
    """
    moment = now or clock.now()
    return journal.each("matching.expire_quotes", queries.expirable(moment), lambda pk: _expire(pk, moment))


@transaction.atomic
def _expire(request_id: int, now: datetime) -> bool:
    request = lock(request_id)
    newest = request.quotes.order_by("-number").first()
    if request.status == stages.QuoteStatus.QUOTED and newest is not None:
        over = now >= queries.quote_times(request.need.round).accept_until(newest.valid_until)
    else:
        closes_at = request.need.round.closes_at if request.need.round is not None else None
        over = terms.useless(request.latest_at, closes_at, now)
        over = over or stages.silent(_due_at(request), queries.quote_days(request.need.round), now)
    if not over or not stages.QUOTE_LIFECYCLE.can(request.status, "expire"):
        return False
    move(request, "expire", "expired", None)
    journal.close_duties(request, by=None)
    notices.quote_expired(request)
    return True


def _due_at(request: QuoteRequest) -> datetime:
    """Since when an answer is missing: of the provider, or of the company while its answer to a question is what everybody waits for."""
    asked = (
        duties.open_duties(request).filter(verb="clarify").first() if request.status == stages.QuoteStatus.CLARIFYING else None
    )
    return request.due_at if asked is None or asked.due_at is None else max(request.due_at, asked.due_at)
