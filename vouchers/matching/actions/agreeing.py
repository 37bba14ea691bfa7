"""The institution agrees: its approver, and the principal investigator. With the last agreement the quote leaves."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from vouchers.matching import notices, queries
from vouchers.matching.actions import finals
from vouchers.matching.actions.asking import move, require_there, written
from vouchers.matching.actions.preparing import (
    AGREE,
    APPROVE,
    check_amount,
    check_keeps,
    check_terms,
    hashed,
    lock_draft,
    priced,
    step,
)
from vouchers.matching.models import Quote, QuoteDraft, QuoteLine, QuoteRequest
from vouchers.matching.rules import agreeing, stages, terms


@transaction.atomic
def approve_quote(*, draft_id: int, by: Any) -> QuoteDraft:
    """The institution's approver agrees; with the last agreement the quote is sent.

    Writes: QuoteDraft, Event, Duty; when it leaves also Quote, QuoteLines, QuoteRequest, Notice. Raises: Refused for whoever
    prepared it, NotAllowed, IllegalStep; Refused when its terms no longer hold.
    """
    draft = lock_draft(draft_id)
    require(by, "vouchers.approve_quote", draft.request.institution)
    agreeing.DRAFT_LIFECYCLE.step(draft.status, "agree" if draft.approved_at is None else "agree_again")
    agreeing.check_approver(by.pk, prepared_by=draft.prepared_by_id, investigator=draft.investigator_user_id)
    draft.approved_at, draft.approved_by = clock.now(), by
    step(draft, "agree", "approved", by)
    journal.close_duty(draft, APPROVE, by=by)
    return _send_when_agreed(draft, by)


@transaction.atomic
def agree_as_investigator(*, draft_id: int, by: Any) -> QuoteDraft:
    """The investigator, signed in, agrees. Writes: as approve_quote. Raises: NotAllowed for anybody else, Refused for who has left."""
    draft = lock_draft(draft_id)
    if by is None or draft.investigator_user_id != by.pk:
        raise NotAllowed()
    _check_belongs(draft, by)
    return _investigator_agreed(draft, agreeing.AgreedBy.ACCOUNT, by)


@transaction.atomic
def agree_by_link(*, secret: str) -> QuoteDraft:
    """Whoever holds the link that was mailed to the investigator agrees, once. Writes: as approve_quote. Raises: Refused."""
    return _investigator_agreed(_linked(secret), agreeing.AgreedBy.LINK, None)


@transaction.atomic
def return_quote(*, draft_id: int, reason: str, by: Any) -> QuoteDraft:
    """Approver or investigator do not agree and say why; whoever prepared it writes another one.

    Writes: QuoteDraft, Event, Duties, Notice. Raises: NotAllowed, Refused without a reason.
    """
    draft = lock_draft(draft_id)
    if by is None or draft.investigator_user_id != by.pk:
        require(by, "vouchers.approve_quote", draft.request.institution)
    else:
        _check_belongs(draft, by)
    return _returned(draft, reason, by)


@transaction.atomic
def return_by_link(*, secret: str, reason: str) -> QuoteDraft:
    """The investigator does not agree, through the mailed link. Writes: as return_quote. Raises: Refused."""
    return _returned(_linked(secret), reason, None)


def find_by_link(*, secret: str) -> QuoteDraft | None:
    """The draft that an open link shows; reads only."""
    found = queries.draft_of_link(hashed(secret))
    return found if found is not None and _holds(found) else None


def _check_belongs(draft: QuoteDraft, by: Any) -> None:
    institution = draft.request.institution
    agreeing.check_belongs(str(institution), member=queries.person_in(institution.organisation, by))


def _linked(secret: str) -> QuoteDraft:
    found = queries.draft_of_link(hashed(secret))
    draft = lock_draft(found.pk) if found is not None else None
    if draft is None or draft.token_hash != hashed(secret) or not _holds(draft):
        raise Refused(_("This link is not valid any more. Ask the hospital's office that sent it for a new one."), "link_gone")
    return draft


def _holds(draft: QuoteDraft) -> bool:
    agreed = draft.investigator_agreed_at is not None
    return agreeing.link_holds(draft.status, agreed=agreed, until=draft.token_until, now=clock.now())


def _returned(draft: QuoteDraft, reason: str, by: Any) -> QuoteDraft:
    draft.reason = written(reason, "reason", needed=True)
    step(draft, "return", "returned", by, reason=draft.reason, data={"who": "institution" if by is not None else "investigator"})
    journal.close_duties(draft, by=by)
    notices.quote_returned(draft)
    return draft


def _investigator_agreed(draft: QuoteDraft, how: str, by: Any) -> QuoteDraft:
    agreeing.DRAFT_LIFECYCLE.step(draft.status, "agree" if draft.investigator_agreed_at is None else "agree_again")
    draft.investigator_agreed_at, draft.investigator_agreed_by = clock.now(), how
    step(draft, "agree", "investigator_agreed", by, data={"how": how})
    journal.close_duty(draft, AGREE, by=by)
    return _send_when_agreed(draft, by)


# ── The quote leaves ─────────────────────────────────────────────────────────────────────────────────
def _send_when_agreed(draft: QuoteDraft, by: Any) -> QuoteDraft:
    if agreeing.missing(
        approved=draft.approved_at is not None, investigator_needed=draft.investigator_needed,
        investigator_agreed=draft.investigator_agreed_at is not None,
    ):  # fmt: skip
        return draft
    request, content = draft.request, draft.content
    lines = stages.read_lines(content["lines"])
    valid_until, delivery = date.fromisoformat(content["valid_until"]), content["earliest_delivery_on"]
    delivery_on = date.fromisoformat(delivery) if delivery else None
    award_on = check_terms(
        request, lines, valid_until=valid_until, earliest_delivery_on=delivery_on, access_mode=content["access_mode"]
    )
    settled = queries.awaiting_final(request, lock=True)
    if settled is None:
        require_there(request.dataset)
    stages.QUOTE_LIFECYCLE.step(request.status, "quote" if settled is None else "quote_finally")
    check_amount(request, settled, draft.supply_amount_won, draft.vat_won, draft.band_min_won)
    check_keeps(request, terms.Commitment(draft.supply_amount_won, draft.vat_won, valid_until, draft.band_min_won is not None))
    step(draft, "send", "sent", by)
    found = Quote(
        request=request, number=request.quotes.count() + 1, valid_until=valid_until, earliest_delivery_on=delivery_on,
        lead_time_days=content["lead_time_days"], access_mode=content["access_mode"], assumptions=content["assumptions"],
        supply_amount_won=draft.supply_amount_won, vat_won=draft.vat_won, band_min_won=draft.band_min_won,
        quoted_by=draft.prepared_by, draft=draft, award_on=award_on,
    )  # fmt: skip
    found.save()
    for position, line in enumerate(lines, start=1):
        _write_line(found, position, line, request.institution_id)
    if settled is None:
        _tell_company(request, found, by)
    else:
        finals.receive(settled, request, found, by)
    return draft


def _tell_company(request: QuoteRequest, found: Quote, by: Any) -> None:
    move(request, "quote", "quoted", by, data={"quote": found.ref, **priced(found)})
    journal.close_duty(request, "quote", by=by)
    journal.close_duty(request, "clarify", by=by)
    journal.open_duty(
        request, "accept_quote", title_ko=f"견적을 수락하거나 거절해 주십시오: {request.institution.name_ko}, {request.need.title}",
        title_en=f"Accept or decline the quote of {request.institution.name_en}: {request.need.title}",
        url=f"/matching/quotes/{request.ref}/",
        due_at=queries.answer_due(request, found.valid_until), organisation=request.need.company.organisation, by=by,
    )  # fmt: skip
    notices.quote_received(request, found)


def _write_line(found: Quote, position: int, line: stages.Line, own: int) -> None:
    parties = {f"{name}_id": getattr(line, name) or own for name in stages.PARTIES}
    QuoteLine(
        quote=found, position=position, kind=line.kind, description=line.description, unit=line.unit,
        quantity=line.quantity, unit_price_won=line.unit_price_won, amount_won=line.amount_won, tax_kind=line.tax_kind,
        **parties,
    ).save()  # fmt: skip
