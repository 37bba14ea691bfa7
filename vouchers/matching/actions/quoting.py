"""The provider's side: question, quote, decline."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from providers.catalogue import queries as catalogue
from providers.institutions.models import Institution
from vouchers.matching import notices, queries
from vouchers.matching.actions.asking import days, lock, move, written
from vouchers.matching.models import Quote, QuoteLine, QuoteRequest
from vouchers.matching.rules import stages, terms


@transaction.atomic
def ask_clarification(*, request_id: int, question: str, by: Any) -> QuoteRequest:
    """Asks the company; the provider's clock stands still. Writes: QuoteRequest, Event, Duties, Notice."""
    request = lock(request_id)
    require(by, "vouchers.answer_quote", request.institution)
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
def quote(
    *,
    request_id: int,
    lines: Sequence[Mapping[str, Any]],
    valid_until: date,
    earliest_delivery_on: date | None = None,
    lead_time_days: int | None = None,
    access_mode: str = "",
    assumptions: str = "",
    by: Any,
) -> Quote:
    """Sends a price; a further call sends the next version, the earlier ones stay as they were.

    lines: {kind, description, unit, quantity, unit_price_won, tax_kind} and optionally the institution ids data_holder,
    contracting_party, reviewing_board, payee (default: the asked institution). Amounts: quantity × price, whole won,
    rounded down; VAT 10 % of the taxable lines' sum. Writes: Quote, QuoteLines, Event, Duties, Notice. Raises: Refused.
    """
    request = lock(request_id)
    require(by, "vouchers.answer_quote", request.institution)
    read = stages.read_lines(lines)
    stages.check_dates(valid_until=valid_until, earliest_delivery_on=earliest_delivery_on, today=clock.today())
    award_on = queries.award_on(request.need.round)
    terms.check_reaches(valid_until, award_on)
    modes = {entry["code"] for found in catalogue.code_lists("access_mode") for entry in found["items"]}
    if access_mode and access_mode not in modes:
        raise Refused(_("Choose a way of use from the list."), "bad_access_mode", "access_mode")
    _check_parties(request, read)
    supply_won, vat_won = stages.quote_sums((line.amount_won, line.tax_kind) for line in read)
    number = request.quotes.count() + 1
    found = Quote(
        request=request, number=number, valid_until=valid_until, earliest_delivery_on=earliest_delivery_on,
        lead_time_days=lead_time_days, access_mode=access_mode, assumptions=written(assumptions, "assumptions"),
        supply_amount_won=supply_won, vat_won=vat_won, quoted_by=by, award_on=award_on,
    )  # fmt: skip
    found.save()
    for position, line in enumerate(read, start=1):
        _write_line(found, position, line, request.institution_id)
    data = {"quote": found.ref, "number": number, "supply_amount_won": supply_won, "vat_won": vat_won}
    move(request, "quote", "quoted", by, data=data)
    journal.close_duty(request, "quote", by=by)
    journal.close_duty(request, "clarify", by=by)
    journal.open_duty(
        request, "accept_quote", title_ko=f"견적을 수락하거나 거절해 주십시오: {request.institution.name_ko}, {request.need.title}",
        title_en=f"Accept or decline the quote of {request.institution.name_en}: {request.need.title}",
        url=f"/matching/quotes/{request.ref}/",
        due_at=_answer_due(request, valid_until), organisation=request.need.company.organisation, by=by,
    )  # fmt: skip
    notices.quote_received(request, found)
    return found


def _answer_due(request: QuoteRequest, valid_until: date) -> datetime:
    round_ = request.need.round
    return stages.answer_due(
        valid_until=valid_until,
        quote_days=queries.quote_days(round_),
        closes_at=round_.closes_at if round_ else None,
        now=clock.now(),
    )


def _check_parties(request: QuoteRequest, lines: Sequence[stages.Line]) -> None:
    named = {getattr(line, name) for line in lines for name in stages.PARTIES} - {None, request.institution_id}
    known = Institution.objects.active().filter(pk__in=named, is_demo=request.institution.is_demo)
    if known.count() != len(named):
        raise Refused(_("Choose the institutions of a line from the list."), "bad_party", "lines")


def _write_line(found: Quote, position: int, line: stages.Line, own: int) -> None:
    parties = {f"{name}_id": getattr(line, name) or own for name in stages.PARTIES}
    QuoteLine(
        quote=found, position=position, kind=line.kind, description=line.description, unit=line.unit,
        quantity=line.quantity, unit_price_won=line.unit_price_won, amount_won=line.amount_won, tax_kind=line.tax_kind,
        **parties,
    ).save()  # fmt: skip


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


def expire_quotes(now: datetime | None = None) -> int:
    """Quotes whose validity is over, and requests that nobody answered for twice the target days, expire.

    Each in its own transaction, so that one refusal stops no other. Writes: QuoteRequest, Event, Duties, Notices.
    Returns: how many.
    """
    moment = now or clock.now()
    return sum(_expire(request_id, moment) for request_id in queries.expirable(moment))


@transaction.atomic
def _expire(request_id: int, now: datetime) -> bool:
    request = lock(request_id)
    newest = request.quotes.order_by("-number").first()
    if request.status == stages.QuoteStatus.QUOTED and newest is not None:
        over = newest.valid_until < clock.to_kst(now).date()
    else:
        over = stages.silent(request.due_at, queries.quote_days(request.need.round), now)
    if not over or not stages.QUOTE_LIFECYCLE.can(request.status, "expire"):
        return False
    move(request, "expire", "expired", None)
    journal.close_duties(request, by=None)
    notices.quote_expired(request)
    return True
