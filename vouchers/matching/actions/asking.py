"""The company's side of a quote: ask, answer, accept, decline, withdraw."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.journal import queries as duties
from portal.journal.models import Event
from portal.kit import clock, workdays
from portal.kit.access import require
from portal.kit.errors import Refused
from providers.catalogue.models import Dataset
from providers.institutions.models import Institution
from providers.institutions.rules import InstitutionStatus
from providers.offers.models import Offer
from vouchers.matching import notices, queries
from vouchers.matching.actions import needs
from vouchers.matching.models import Match, Need, Quote, QuoteRequest
from vouchers.matching.rules import agreeing, asking, stages, terms
from vouchers.rounds.rules import TARGET_STEPS

S = stages.QuoteStatus
MESSAGE_LENGTH = 2000


@transaction.atomic
def request_quote(
    *, need_id: int, institution_id: int, dataset_id: int | None = None, offer_id: int | None = None, message: str = "", by: Any
) -> QuoteRequest:
    """Asks one institution for a price; it owes an answer within the round's target days, and in time for the application.

    Writes: QuoteRequest, Event, Duty, Notice. Raises: Refused when the need is not posted, the institution cannot answer
    here or the call does not pay it, dataset or offer is not published, cannot be had now or is not its own, it was asked already, or
    no working day is left for an answer.
    """
    need = needs.lock(need_id)
    require(by, "vouchers.request_quote", need)
    if need.status not in stages.NEED_ASKING:
        raise Refused(_("Post the need first; then you can ask for quotes."), "not_posted")
    institution = Institution.objects.select_related("organisation").filter(pk=institution_id).first()
    if institution is None:
        raise Refused(asking.NOT_IN_PORTAL, "not_in_portal")
    if code := queries.market_of(need).hindrance(institution):
        raise Refused(asking.HINDRANCES[code], code)
    dataset, offer = _asked_for(institution, dataset_id, offer_id)
    text = written(message, "message")
    same = need.quote_requests.filter(institution=institution, dataset=dataset, offer=offer)
    if same.filter(status__in=[*stages.LIVE, S.ACCEPTED]).exists():
        raise Refused(_("You already asked this institution for this. Its answer appears under this need."), "asked_already")
    now, latest_at = clock.now(), queries.latest_answer(need.round)
    due_at = terms.request_due(now, queries.quote_days(need.round), latest_at)
    request = QuoteRequest(
        need=need, institution=institution, dataset=dataset, offer=offer, message=text,
        due_at=due_at, latest_at=latest_at, created_by=by,
    )  # fmt: skip
    request.save()
    record(request, "sent", by, frm="")
    owe_quote(request, by)
    notices.quote_requested(request, workdays.left(due_at, now))
    return request


@transaction.atomic
def request_quotes(*, need_id: int, wanted: Sequence[tuple[int | None, int | None]], message: str = "", by: Any) -> Event:
    """One message to several providers; each is asked on its own, and what stops one stops no other.

    wanted: (dataset, offer or None) by id; of processing work alone the offer without a dataset. Writes: as request_quote for each, and an Event of the need that names who was
    asked and what stopped the others. Raises: Refused for the whole (not posted, too late, text); NotAllowed.
    """
    need = needs.lock(need_id)
    require(by, "vouchers.request_quote", need)
    if need.status not in stages.NEED_ASKING:
        raise Refused(_("Post the need first; then you can ask for quotes."), "not_posted")
    if not 0 < len(wanted) <= asking.MOST_AT_ONCE:
        raise Refused(_("Choose between 1 and 20 results."), "bad_number")
    written(message, "message")
    queries.request_due(need.round)
    holders = dict(Dataset.objects.filter(pk__in=[dataset for dataset, _offer in wanted]).values_list("pk", "institution_id"))
    workers = dict(Offer.objects.filter(pk__in=[offer for _dataset, offer in wanted]).values_list("pk", "institution_id"))
    sent, refused = [], []
    for dataset_id, offer_id in wanted:
        try:
            made = request_quote(
                need_id=need_id, institution_id=holders.get(dataset_id or 0) or workers.get(offer_id or 0, 0), dataset_id=dataset_id,
                offer_id=offer_id, message=message, by=by,
            )  # fmt: skip
            sent.append(made.ref)
        except Refused as error:
            refused.append({"dataset": dataset_id, "offer": offer_id, "code": error.code})
    return journal.record(
        "need.quotes_asked", need, by=by, organisations=need.organisation_ids(), data={"sent": sent, "refused": refused},
    )  # fmt: skip


def _asked_for(institution: Institution, dataset_id: int | None, offer_id: int | None) -> tuple[Dataset | None, Offer | None]:
    dataset = Dataset.objects.published().filter(pk=dataset_id, institution=institution).first() if dataset_id else None
    offer = Offer.objects.offered(clock.now()).filter(pk=offer_id, institution=institution).first() if offer_id else None
    if dataset is not None:
        require_there(dataset)
    if (dataset_id and dataset is None) or (offer_id and offer is None) or (dataset is None and offer is None):
        raise Refused(asking.NOT_PUBLISHED, "not_published")
    if offer is not None and offer.dataset_id is not None:
        if dataset is not None and offer.dataset_id != dataset.pk:
            raise Refused(asking.NOT_PUBLISHED, "not_published")
        dataset = offer.dataset
        require_there(dataset)
    return dataset, offer


@transaction.atomic
def clarify(*, request_id: int, answer: str, by: Any) -> QuoteRequest:
    """Answers the provider's question; its clock runs again. Writes: QuoteRequest, Event, Duties, Notice."""
    request = lock(request_id)
    require(by, "vouchers.request_quote", request.need.company)
    request.answer = written(answer, "answer", needed=True)
    move(request, "clarify", "clarified", by, data={"answer": request.answer})
    journal.close_duty(request, "clarify", by=by)
    journal.resume_duty(request, "quote", by=by)
    owed = duties.open_duties(request).filter(verb="quote").first()
    if owed is not None and owed.due_at is not None:
        closes_at = request.need.round.closes_at if request.need.round is not None else None
        request.due_at = terms.resumed_due(owed.due_at, request.latest_at, closes_at, clock.now())
        request.save()
        owe_quote(request, by)
    notices.quote_answered(request)
    return request


@transaction.atomic
def accept_quote(*, quote_id: int, by: Any) -> Match:
    """Takes the newest quote; that confirms the company's side of the match, the provider still owes its own.

    Writes: QuoteRequest, Match (PROPOSED), Events, Duties, Notice. Raises: IllegalStep the second time; Refused when a newer
    quote exists, this one is no longer valid or the call has closed, the institution does not supply or the data cannot be had at present.
    """
    quote = Quote.objects.get(pk=quote_id)
    request = lock(quote.request_id)
    require(by, "vouchers.request_quote", request.need.company)
    if request.status == S.QUOTED and quote.number != request.quotes.count():
        raise Refused(_("The provider has sent a newer quote. Look at that one."), "newer_quote")
    if request.status == S.QUOTED:
        queries.quote_times(request.need.round).check_acceptable(quote.valid_until, clock.now())
    require_supplying(request.institution_id)
    require_there(request.dataset)
    move(request, "accept_quote", "accepted", by, data={"quote": quote.ref})
    match = Match(
        need=request.need, quote=quote, institution=request.institution,
        company_confirmed_at=clock.now(), company_confirmed_by=by,
    )  # fmt: skip
    match.save()
    journal.record(
        "match.proposed", match, by=by, to=match.status, organisations=match.organisation_ids(), data={"quote": quote.ref}
    )
    journal.close_duty(request, "accept_quote", by=by)
    journal.open_duty(
        match, "confirm_match", title_ko=f"매칭을 확인해 주십시오: {request.need.company.name_ko}, {request.need.title}",
        title_en=f"Confirm the match with {request.need.company.name_en or request.need.company.name_ko}: {request.need.title}",
        url=f"/matching/matches/{match.ref}/", due_in=days(request.need, "match_confirmation"),
        organisation=request.institution.organisation,
        role="PROVIDER_MANAGER", by=by,
    )  # fmt: skip
    notices.quote_accepted(request)
    return match


@transaction.atomic
def decline_quote(*, quote_id: int, reason: str, by: Any) -> QuoteRequest:
    """The company does not take the quote. Writes: QuoteRequest, Event, Duty, Notice."""
    quote = Quote.objects.get(pk=quote_id)
    request = lock(quote.request_id)
    require(by, "vouchers.request_quote", request.need.company)
    if request.status == S.QUOTED and quote.number != request.quotes.count():
        raise Refused(_("The provider has sent a newer quote. Look at that one."), "newer_quote")
    request.reason = written(reason, "reason", needed=True)
    move(request, "decline_quote", "refused", by, reason=request.reason)
    journal.close_duties(request, by=by)
    notices.quote_declined(request)
    return request


@transaction.atomic
def withdraw_request(*, request_id: int, reason: str = "", by: Any) -> QuoteRequest:
    """The company no longer asks. Writes: QuoteRequest, Event, Duties, Notice."""
    request = lock(request_id)
    require(by, "vouchers.request_quote", request.need.company)
    request.reason = written(reason, "reason")
    move(request, "withdraw_request", "withdrawn", by, reason=request.reason)
    journal.close_duties(request, by=by)
    notices.quote_withdrawn(request)
    return request


def days(need: Need, step: str) -> int:
    """Working days of a step: of the call that the need is for, else the programme's usual ones."""
    return need.round.days(step) if need.round is not None else TARGET_STEPS[step]


# ── For both sides ───────────────────────────────────────────────────────────────────────────────────
def require_supplying(institution_id: int) -> None:
    """The institution supplies at present, and stays so until the transaction ends. Raises Refused."""
    check_supplying(Institution.objects.select_for_update(no_key=True).get(pk=institution_id))


def check_supplying(institution: Institution) -> None:
    """As it was read: for what only looks. Raises Refused."""
    agreeing.check_supplies(str(institution), active=institution.status == InstitutionStatus.ACTIVE)


def require_there(dataset: Dataset | None) -> None:
    """The data can be had now, and stays so until the transaction ends; None: work alone. Raises Refused."""
    if dataset is not None:
        asking.check_there(Dataset.objects.select_for_update(no_key=True, of=("self",)).get(pk=dataset.pk).status, str(dataset))


def lock(request_id: int) -> QuoteRequest:
    return (
        QuoteRequest.objects.select_for_update(of=("self",))
        .select_related("need__company__organisation", "need__round", "institution__organisation", "dataset", "offer")
        .get(pk=request_id)
    )


def move(request: QuoteRequest, verb: str, past: str, by: Any, *, reason: str = "", data: Any = None) -> None:
    """One step of the lifecycle with its event."""
    before = request.status
    request.status = stages.QUOTE_LIFECYCLE.step(request.status, verb)
    request.save()
    record(request, past, by, frm=before, reason=reason, data=data)
    if not stages.QUOTE_LIFECYCLE.can(request.status, "quote"):
        lapse_drafts(request, by)


def record(request: QuoteRequest, past: str, by: Any, *, frm: str, reason: str = "", data: Any = None) -> None:
    journal.record(
        f"quote_request.{past}", request, by=by, frm=frm, to=request.status, reason=reason, data=data,
        organisations=request.organisation_ids(),
    )  # fmt: skip


def lapse_drafts(request: QuoteRequest, by: Any) -> None:
    """Nobody waits for a quote any more: what waits for agreement in the institution falls away. Writes: QuoteDraft, Event, Duties."""
    for draft in request.drafts.filter(status=agreeing.DraftStatus.PREPARED).select_for_update():
        before, draft.status = draft.status, agreeing.DRAFT_LIFECYCLE.step(draft.status, "lapse")
        draft.save()
        journal.record(
            "quote_draft.lapsed", draft, by=by, frm=before, to=draft.status,
            organisations=[i for i in [request.institution.organisation_id] if i],
        )  # fmt: skip
        journal.close_duties(draft, by=by)


def owe_quote(request: QuoteRequest, by: Any) -> None:
    company: Any = request.need.company
    journal.open_duty(
        request, "quote", title_ko=f"견적을 보내 주십시오: {company.name_ko}, {request.need.title}",
        title_en=f"Quote for {company.name_en or company.name_ko}: {request.need.title}",
        url=f"/matching/requests/{request.ref}/", due_at=request.due_at,
        organisation=request.institution.organisation, role="PROVIDER_MANAGER", by=by,
    )  # fmt: skip


def written(text: str, field: str, *, needed: bool = False) -> str:
    text = (text or "").strip()
    if needed and not text:
        raise Refused(_("Write a sentence or two here: the other side reads it."), "text_missing", field)
    if len(text) > MESSAGE_LENGTH:
        raise Refused(_("Keep it within 2,000 characters."), "text_too_long", field)
    return text
