"""A quote before it leaves: prepared by one of the institution, visible to nobody else."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock, workdays
from portal.kit.access import require
from portal.kit.errors import Refused
from providers.catalogue import queries as catalogue
from providers.institutions.models import Institution
from vouchers.matching import notices, queries
from vouchers.matching.actions.asking import days, lock, require_supplying, require_there, written
from vouchers.matching.models import Match, Quote, QuoteDraft, QuoteRequest
from vouchers.matching.rules import agreeing, asking, letters, stages, terms

APPROVE, AGREE = "approve_quote", "agree_to_quote"
NO_APPROVER = _(
    "Nobody else of your institution agrees to its quotes yet. On the page of your organisation, give a colleague the role “Provider, agrees to quotes”, then hand the quote over again."
)
ONLY_INVESTIGATOR = _(
    "The investigator is the only person who agrees to quotes of your institution, and nobody agrees twice. Give another colleague the role “Provider, agrees to quotes” on the page of your organisation, or name another investigator."
)


@transaction.atomic
def prepare_quote(
    *,
    request_id: int,
    lines: Sequence[Mapping[str, Any]],
    valid_until: date,
    earliest_delivery_on: date | None = None,
    lead_time_days: int | None = None,
    access_mode: str = "",
    assumptions: str = "",
    band_min_won: int | None = None,
    investigator_name: str = "",
    investigator_email: str = "",
    by: Any,
) -> tuple[QuoteDraft, str]:
    """A price that the institution's approver and the named investigator are asked to agree to; the company sees nothing yet.

    lines: {kind, description, unit, quantity, unit_price_won, tax_kind} and optionally the institution ids data_holder,
    contracting_party, reviewing_board, payee (default: the asked institution). Amounts: quantity × price, whole won,
    rounded down; VAT 10 % of the taxable lines' sum. band_min_won: makes it a letter of intent, whose upper bound is the lines' sum.
    After the award of a match on a letter it is the final quote, within the band and the letter's VAT. One that waits already is
    replaced. Returns: the draft and the secret of the link for an investigator without an account ("" otherwise).
    Writes: QuoteDraft, Event, Duties, Notices. Raises: Refused.
    """
    request = lock(request_id)
    require(by, "vouchers.answer_quote", request.institution)
    settled = queries.awaiting_final(request)
    stages.QUOTE_LIFECYCLE.step(request.status, "quote" if settled is None else "quote_finally")
    read = stages.read_lines(lines)
    if settled is None:
        require_there(request.dataset)
    check_terms(request, read, valid_until=valid_until, earliest_delivery_on=earliest_delivery_on, access_mode=access_mode)
    needed = queries.investigator_agrees(request.need.round)
    name, email = agreeing.check_investigator(investigator_name, investigator_email, needed=needed)
    if email:
        _check_address(email)
    investigator = queries.person_of(request.institution.organisation, email) if email else None
    require_approver(request, by, investigator)
    supply_won, vat_won = stages.quote_sums((line.amount_won, line.tax_kind) for line in read)
    check_amount(request, settled, supply_won, vat_won, band_min_won)
    check_keeps(request, terms.Commitment(supply_won, vat_won, valid_until, band_min_won is not None))
    _replace_drafts(request, by)
    draft = QuoteDraft(
        request=request, number=request.drafts.count() + 1, supply_amount_won=supply_won, vat_won=vat_won, prepared_by=by,
        band_min_won=band_min_won, investigator_needed=needed, investigator_name=name, investigator_email=email,
        content={
            "lines": queries.with_titles(request, [_plain(line) for line in read]), "valid_until": valid_until.isoformat(), "lead_time_days": lead_time_days,
            "earliest_delivery_on": earliest_delivery_on and earliest_delivery_on.isoformat(), "access_mode": access_mode,
            "assumptions": written(assumptions, "assumptions"),
        },
    )  # fmt: skip
    until = _agree_by(request)
    draft.investigator_user = investigator
    secret = _new_link(draft, until) if email and draft.investigator_user is None else ""
    draft.save()
    record(draft, "prepared", by, frm="", data=priced(draft))
    _ask_for_agreement(draft, until, secret, by)
    return draft, secret


@transaction.atomic
def resend_link(*, draft_id: int, by: Any) -> tuple[QuoteDraft, str]:
    """The investigator gets a new link; the older one opens nothing any more. Writes: QuoteDraft, Event, Notice. Raises: Refused."""
    draft = lock_draft(draft_id)
    require(by, "vouchers.answer_quote", draft.request.institution)
    agreeing.DRAFT_LIFECYCLE.step(draft.status, "agree")
    if not draft.investigator_email or draft.investigator_user_id or draft.investigator_agreed_at:
        raise Refused(_("No link is needed: the investigator agreed already, or agrees after signing in."), "no_link")
    secret = _new_link(draft, _agree_by(draft.request))
    draft.save()
    record(draft, "link_sent", by, frm=draft.status)
    notices.agreement_asked_by_link(draft, secret)
    return draft, secret


def check_terms(
    request: QuoteRequest, lines: Sequence[stages.Line], *, valid_until: date, earliest_delivery_on: date | None, access_mode: str
) -> date | None:
    """What must hold when a quote is prepared and once more when it leaves. Returns: the award's day. Raises Refused."""
    require_supplying(request.institution_id)
    stages.check_dates(valid_until=valid_until, earliest_delivery_on=earliest_delivery_on, today=clock.today())
    award_on = queries.award_on(request.need.round)
    terms.check_reaches(valid_until, award_on)
    modes = {entry["code"] for found in catalogue.code_lists("access_mode") for entry in found["items"]}
    if access_mode and access_mode not in modes:
        raise Refused(_("Choose a way of use from the list."), "bad_access_mode", "access_mode")
    named = {getattr(line, name) for line in lines for name in stages.PARTIES} - {None, request.institution_id}
    known = Institution.objects.active().filter(pk__in=named, is_demo=request.institution.is_demo)
    if known.count() != len(named):
        raise Refused(_("Choose the institutions of a line from the list."), "bad_party", "lines")
    check_paid(request, lines)
    return award_on


def check_paid(request: QuoteRequest, lines: Sequence[stages.Line]) -> None:
    """The need's call pays whom the lines contract with and pay. Raises Refused."""
    paid = {getattr(line, name) or request.institution_id for line in lines for name in stages.PAID}
    market = queries.market_of(request.need)
    asking.check_paid(str(one) for one in Institution.objects.filter(pk__in=paid).order_by("pk") if not market.admits(one))


def check_amount(request: QuoteRequest, settled: Match | None, supply_won: int, vat_won: int, band_min_won: int | None) -> None:
    """The band of a letter, or the final quote's place in it. settled: the match that the quote is to settle. Raises Refused."""
    if settled is None:
        letters.check_band(band_min_won, supply_won, allowed=queries.letters_allowed(request.need.round))
    else:
        letter = settled.quote
        least_won = letter.band_min_won or letter.supply_amount_won
        letters.check_final(
            supply_won, vat_won, least_won=least_won, most_won=letter.supply_amount_won, most_vat_won=letter.vat_won,
            band_won=band_min_won,
        )  # fmt: skip


def check_keeps(request: QuoteRequest, newer: terms.Commitment) -> None:
    """A newer version keeps what the one before promised, while its day is not over; a final quote has its letter's bounds. Raises Refused."""
    before = request.quotes.order_by("-number").first() if request.status == stages.QuoteStatus.QUOTED else None
    if before is not None:
        kept = terms.Commitment(before.supply_amount_won, before.vat_won, before.valid_until, before.band_min_won is not None)
        terms.check_keeps(kept, newer, clock.today())


# ── For the room's other actions ─────────────────────────────────────────────────────────────────────
def lock_draft(draft_id: int) -> QuoteDraft:
    """The draft under its request's lock, which every verb about a request takes first."""
    request = lock(QuoteDraft.objects.values_list("request_id", flat=True).get(pk=draft_id))
    draft = QuoteDraft.objects.select_for_update(of=("self",)).select_related("prepared_by").get(pk=draft_id)
    draft.request = request
    return draft


def require_approver(request: QuoteRequest, by: Any, investigator: Any) -> None:
    """Somebody who neither prepared the quote nor answers for its research can agree to it. Raises Refused."""
    organisation = request.institution.organisation
    if not queries.has_approver(organisation, by):
        raise Refused(NO_APPROVER, "no_approver")
    if not queries.has_approver(organisation, by, investigator):
        raise Refused(ONLY_INVESTIGATOR, "no_approver", "investigator_email")


def _replace_drafts(request: QuoteRequest, by: Any) -> None:
    for draft in request.drafts.filter(status=agreeing.DraftStatus.PREPARED).select_for_update():
        draft.request = request
        step(draft, "replace", "replaced", by)
        journal.close_duties(draft, by=by)


def step(draft: QuoteDraft, verb: str, past: str, by: Any, *, reason: str = "", data: Any = None) -> None:
    """One step of the lifecycle with its event."""
    before, draft.status = draft.status, agreeing.DRAFT_LIFECYCLE.step(draft.status, verb)
    draft.save()
    record(draft, past, by, frm=before, reason=reason, data=data)


def record(draft: QuoteDraft, past: str, by: Any, *, frm: str, reason: str = "", data: Any = None) -> None:
    journal.record(
        f"quote_draft.{past}", draft, by=by, frm=frm, to=draft.status, reason=reason, data=data,
        organisations=draft.organisation_ids(),
    )  # fmt: skip


def priced(source: QuoteDraft | Quote) -> dict[str, Any]:
    """Number and amounts as events keep them."""
    band = {"band_min_won": source.band_min_won} if source.band_min_won is not None else {}
    return {"number": source.number, "supply_amount_won": source.supply_amount_won, "vat_won": source.vat_won, **band}


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _plain(line: stages.Line) -> dict[str, Any]:
    parties = {name: getattr(line, name) for name in stages.PARTIES}
    words = {name: getattr(line, name) for name in ("kind", "description", "unit", "unit_price_won", "tax_kind")}
    return {**words, "quantity": str(line.quantity), **parties}


def _new_link(draft: QuoteDraft, until: datetime) -> str:
    secret = secrets.token_urlsafe(24)
    draft.token_hash, draft.token_until = hashed(secret), until
    return secret


def _agree_by(request: QuoteRequest) -> datetime:
    """Until when both should agree: the round's days for it, sooner where the company waits for the answer."""
    now = clock.now()
    usual = workdays.due_at(now, days(request.need, "quote_agreement"))
    return min(usual, request.due_at) if request.due_at > now else usual


def _check_address(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise Refused(
            _("Enter an e-mail address, for example name@hospital.example."), "bad_address", "investigator_email"
        ) from None


def _ask_for_agreement(draft: QuoteDraft, until: datetime, secret: str, by: Any) -> None:
    request = draft.request
    company: Any = request.need.company
    words = {
        "title_ko": f"견적에 동의해 주십시오: {company.name_ko}, {request.need.title}",
        "title_en": f"Agree to the quote for {company.name_en or company.name_ko}: {request.need.title}",
        "url": f"/matching/requests/{request.ref}/", "due_at": until, "by": by,
    }  # fmt: skip
    journal.open_duty(draft, APPROVE, organisation=request.institution.organisation, role="PROVIDER_APPROVER", **words)
    if draft.investigator_user is not None:
        journal.open_duty(draft, AGREE, user=draft.investigator_user, **words)
    notices.agreement_asked(draft)
    if secret:
        notices.agreement_asked_by_link(draft, secret)
