"""What matching tells. One function a message, one template each in templates/emails/vouchers/."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils.translation import override

from portal.journal.actions import Telling, tell, tell_each
from portal.kit.won import won
from vouchers.matching.models import (
    Allocation,
    FeasibilityQuery,
    Match,
    Need,
    OfferProposal,
    Quote,
    QuoteDraft,
    QuoteRequest,
    SourcingCase,
    SourcingProposal,
)


def _of_request(request: QuoteRequest, **more: Any) -> dict[str, Any]:
    company, institution, what = request.need.company, request.institution, request.what
    return {
        "need": request.need.title,
        "company_ko": company.name_ko,
        "company_en": company.name_en or company.name_ko,
        "institution_ko": institution.name_ko,
        "institution_en": institution.name_en or institution.name_ko,
        "dataset_ko": what.title_ko if what else "",
        "dataset_en": (what.title_en or what.title_ko) if what else "",
        **more,
    }


def _company(template: str, request: QuoteRequest, **more: Any) -> None:
    tell(
        template, app="vouchers", subject=request, organisation=request.need.company.organisation,
        url=f"/matching/quotes/{request.ref}/", context=_of_request(request, **more),
    )  # fmt: skip


def _provider(template: str, request: QuoteRequest, **more: Any) -> None:
    if request.institution.organisation_id:
        tell(
            template, app="vouchers", subject=request, organisation=request.institution.organisation,
            role="PROVIDER_MANAGER", url=f"/matching/requests/{request.ref}/", context=_of_request(request, **more),
        )  # fmt: skip


def need_posted(need: Need, fitting: int) -> None:
    """To the company: how many datasets and offers fit."""
    tell(
        "need_posted", app="vouchers", subject=need, organisation=need.company.organisation,
        url=f"/matching/needs/{need.ref}/", context={"need": need.title, "fitting": fitting},
    )  # fmt: skip


def need_without_match(case: SourcingCase) -> None:
    """To the operator, who helps to look for data: nothing fits."""
    need, company = case.need, case.need.company
    tell(
        "need_without_match", app="vouchers", subject=case, role="OPERATOR_CASE", url=f"/matching/sourcing/{case.ref}/",
        context={"need": need.title, "company_ko": company.name_ko, "company_en": company.name_en or company.name_ko},
    )  # fmt: skip


def quote_requested(request: QuoteRequest, days: int) -> None:
    _provider("quote_requested", request, days=days, message=request.message)


def quote_question(request: QuoteRequest) -> None:
    _company("quote_question", request, question=request.question)


def quote_answered(request: QuoteRequest) -> None:
    _provider("quote_answered", request, answer=request.answer)


def _of_draft(draft: QuoteDraft, **more: Any) -> dict[str, Any]:
    money = {f"supply_{language}": won(draft.supply_amount_won, language) for language in ("ko", "en")}
    return _of_request(
        draft.request, prepared_by=draft.prepared_by.get_full_name(), investigator=draft.investigator_name, **money, **more
    )


def agreement_asked(draft: QuoteDraft) -> None:
    """To the institution's approvers, and to an investigator with an account: agree, or return it with a reason."""
    url = f"/matching/requests/{draft.request.ref}/"
    organisation = draft.request.institution.organisation
    tell(
        "quote_to_approve", app="vouchers", subject=draft, organisation=organisation, role="PROVIDER_APPROVER", url=url,
        context=_of_draft(draft),
    )  # fmt: skip
    if draft.investigator_user is not None:
        tell("quote_to_agree", app="vouchers", subject=draft, to=[draft.investigator_user], url=url, context=_of_draft(draft))


def agreement_asked_by_link(draft: QuoteDraft, secret: str) -> None:
    """To the investigator's address, with a link that opens the quote once."""
    tell(
        "quote_to_agree_by_link", app="vouchers", subject=draft, addresses=[draft.investigator_email],
        url=f"/matching/agree/{secret}/", context=_of_draft(draft),
    )  # fmt: skip


def quote_returned(draft: QuoteDraft) -> None:
    """To whoever prepared it: somebody of the institution does not agree, and why."""
    tell(
        "quote_returned", app="vouchers", subject=draft, to=[draft.prepared_by], url=f"/matching/requests/{draft.request.ref}/",
        context=_of_draft(draft, reason=draft.reason),
    )  # fmt: skip


def quote_received(request: QuoteRequest, quote: Quote) -> None:
    money = {"supply_ko": won(quote.supply_amount_won, "ko"), "supply_en": won(quote.supply_amount_won, "en")}
    if quote.band_min_won is not None:
        money |= _band(quote)
    _company("quote_received", request, number=quote.number, valid_until=quote.valid_until.isoformat(), **money)


def final_quote_asked(match: Match) -> None:
    """To the provider: the award was accepted, so its letter of intent becomes a final quote."""
    _provider("final_quote_asked", match.quote.request, **_band(match.quote))


def final_quote_received(request: QuoteRequest, quote: Quote) -> None:
    _company(
        "final_quote_received",
        request,
        supply_ko=won(quote.supply_amount_won, "ko"),
        supply_en=won(quote.supply_amount_won, "en"),
    )


def final_quote_offered(match: Match) -> None:
    """To the company: the final quote is not on the letter's terms, so it decides."""
    offered: Any = match.offered_quote
    tell(
        "final_quote_offered", app="vouchers", subject=match, organisation=match.need.company.organisation,
        url=f"/matching/matches/{match.ref}/",
        context=_of_request(
            match.quote.request, supply_ko=won(offered.supply_amount_won, "ko"), supply_en=won(offered.supply_amount_won, "en")
        ),
    )  # fmt: skip


def final_quote_accepted(match: Match) -> None:
    _provider("final_quote_accepted", match.quote.request)


def final_quote_declined(match: Match, reason: str) -> None:
    """To the provider: its letter still stands, and another final quote is owed."""
    _provider("final_quote_declined", match.quote.request, reason=reason, **_band(match.quote))


def _band(letter: Quote) -> dict[str, str]:
    ends = {"least": letter.band_min_won, "most": letter.supply_amount_won}
    return {f"{name}_{language}": won(amount, language) for name, amount in ends.items() for language in ("ko", "en")}


def quote_request_declined(request: QuoteRequest) -> None:
    _company("quote_request_declined", request, reason=request.reason)


def quote_declined(request: QuoteRequest) -> None:
    _provider("quote_declined", request, reason=request.reason)


def quote_withdrawn(request: QuoteRequest) -> None:
    _provider("quote_withdrawn", request, reason=request.reason)


def quote_expired(request: QuoteRequest) -> None:
    _company("quote_expired", request)
    _provider("quote_expired", request)


def quote_accepted(request: QuoteRequest) -> None:
    """To the provider: confirm the match."""
    _provider("quote_accepted", request)


def _both(template: str, match: Match, **more: Any) -> None:
    request = match.quote.request
    for organisation, role in (
        (match.need.company.organisation, ""),
        (match.institution.organisation, "PROVIDER_MANAGER"),
    ):
        if organisation is not None:
            tell(
                template, app="vouchers", subject=match, organisation=organisation, role=role,
                url=f"/matching/matches/{match.ref}/", context=_of_request(request, **more),
            )  # fmt: skip


def match_confirmed(match: Match) -> None:
    _both("match_confirmed", match)


def match_released(match: Match) -> None:
    """To both: the application ended without an award, so nobody is bound and the order is free."""
    _both("match_released", match)


def match_unused(match: Match) -> None:
    """To both: the call closed and no application stands on the match, so nobody is bound and the order is free."""
    programme: Any = match.need.round
    _both("match_unused", match, round_ko=programme.title_ko, round_en=programme.title_en or programme.title_ko)


def match_cancelled(match: Match) -> None:
    _both("match_cancelled", match, reason=match.reason)


# ── Counts asked for ─────────────────────────────────────────────────────────────────────────────────
def _of_count(query: FeasibilityQuery, **more: Any) -> dict[str, Any]:
    company, institution, dataset = query.need.company, query.institution, query.dataset
    return {
        "need": query.need.title,
        "company_ko": company.name_ko, "company_en": company.name_en or company.name_ko,
        "institution_ko": institution.name_ko, "institution_en": institution.name_en or institution.name_ko,
        "dataset_ko": dataset.title_ko, "dataset_en": dataset.title_en, **more,
    }  # fmt: skip


def _count_to_company(template: str, query: FeasibilityQuery, **more: Any) -> None:
    tell(
        template, app="vouchers", subject=query, organisation=query.need.company.organisation,
        url=f"/matching/feasibility/{query.ref}/", context=_of_count(query, **more),
    )  # fmt: skip


def _count_to_provider(template: str, query: FeasibilityQuery, **more: Any) -> None:
    if query.institution.organisation_id:
        tell(
            template, app="vouchers", subject=query, organisation=query.institution.organisation,
            role="PROVIDER_MANAGER", url=f"/matching/feasibility/{query.ref}/", context=_of_count(query, **more),
        )  # fmt: skip


def feasibility_asked(query: FeasibilityQuery, days: int) -> None:
    _count_to_provider("feasibility_asked", query, days=days)


def feasibility_answered(query: FeasibilityQuery) -> None:
    """To the company: the answer stands on its page, not in a mail."""
    _count_to_company("feasibility_answered", query)


def feasibility_refused(query: FeasibilityQuery) -> None:
    told = {}
    for language in ("ko", "en"):
        with override(language):
            told[f"reason_{language}"] = query.reason_words
    _count_to_company("feasibility_refused", query, **told)


def feasibility_withdrawn(query: FeasibilityQuery) -> None:
    _count_to_provider("feasibility_withdrawn", query)


def feasibility_expired(query: FeasibilityQuery) -> None:
    _count_to_company("feasibility_expired", query)
    _count_to_provider("feasibility_expired", query)


# ── Offers allocated in a round ──────────────────────────────────────────────────────────────────────
def allocation_ready(allocation: Allocation) -> None:
    """To whoever ordered it: it is computed, or could not be."""
    programme = allocation.round
    tell(
        "allocation_ready", app="vouchers", subject=allocation, to=[allocation.ordered_by],
        url=f"/admin/vouchers/allocation/{allocation.pk}/change/",
        context={
            "round_ko": programme.title_ko, "round_en": programme.title_en or programme.title_ko,
            "failed": allocation.status == "FAILED", "pairs": len(allocation.outputs.get("pairs", ())),
        },
    )  # fmt: skip


def offers_proposed(proposals: Sequence[OfferProposal]) -> None:
    """One to each company for a need, one to each institution for all of its offers. A company's name stays with the company."""
    by_need: dict[int, list[OfferProposal]] = defaultdict(list)
    by_institution: dict[int, list[OfferProposal]] = defaultdict(list)
    for one in proposals:
        by_need[one.need_id].append(one)
        by_institution[one.institution_id].append(one)
    to_companies = [
        Telling(
            first, first.need.company.organisation, f"/matching/needs/{first.need.ref}/",
            {**_of_offer(first), "need": first.need.title, "count": len(mine)},
        )
        for mine in by_need.values()
        for first in mine[:1]
    ]  # fmt: skip
    to_institutions = [
        Telling(first, first.institution.organisation, "/matching/proposals/", {**_of_offer(first), "count": len(mine)})
        for mine in by_institution.values()
        for first in mine[:1]
        if first.institution.organisation_id
    ]
    tell_each("offer_proposed", app="vouchers", tellings=to_companies)
    tell_each("needs_proposed", app="vouchers", tellings=to_institutions, role="PROVIDER_MANAGER")


def _of_offer(one: OfferProposal) -> dict[str, Any]:
    institution, dataset = one.institution, one.dataset
    return {
        "institution_ko": institution.name_ko, "institution_en": institution.name_en or institution.name_ko,
        "dataset_ko": dataset.title_ko, "dataset_en": dataset.title_en, "until": one.lapses_at.isoformat(),
    }  # fmt: skip


# ── Assisted sourcing ────────────────────────────────────────────────────────────────────────────────
def _of_sourced(proposal: SourcingProposal) -> dict[str, Any]:
    dataset, institution = proposal.dataset, proposal.institution
    ko, en = (
        (dataset.title_ko, dataset.title_en) if dataset else (institution.name_ko, institution.name_en or institution.name_ko)
    )
    return {"need": proposal.case.need.title, "what_ko": ko, "what_en": en}


def sourcing_proposed(proposal: SourcingProposal) -> None:
    """To the company: the operator found something."""
    case = proposal.case
    tell(
        "sourcing_proposed", app="vouchers", subject=case, organisation=case.need.company.organisation,
        url=f"/matching/sourcing/{case.ref}/", context=_of_sourced(proposal),
    )  # fmt: skip


def sourcing_answered(case: SourcingCase, proposal: SourcingProposal) -> None:
    """To whoever of the operator looks."""
    if case.handler is not None:
        tell(
            "sourcing_answered", app="vouchers", subject=case, to=[case.handler], url=f"/matching/sourcing/{case.ref}/",
            context={**_of_sourced(proposal), "useful": proposal.status == "USEFUL", "reason": proposal.answer},
        )  # fmt: skip


def sourcing_closed(case: SourcingCase) -> None:
    """To the company: what came of it."""
    tell(
        "sourcing_closed", app="vouchers", subject=case, organisation=case.need.company.organisation,
        url=f"/matching/sourcing/{case.ref}/",
        context={"need": case.need.title, "found": case.status == "FOUND", "result": case.result},
    )  # fmt: skip
