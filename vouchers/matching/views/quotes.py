"""The company's view of one quote request: answer the provider's question, accept, decline, withdraw."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from portal.journal import queries as journal
from portal.kit.access import needs, signed_in
from portal.kit.htmx import page
from vouchers.companies import actions as companies
from vouchers.matching import actions, forms, queries
from vouchers.matching.models import QuoteRequest
from vouchers.matching.rules import stages
from vouchers.matching.views.panels import Verb, panels, perform

STEP = {"accept": "accept_quote", "decline": "decline_quote", "withdraw": "withdraw_request", "clarify": "clarify"}


def _decided(row: QuoteRequest) -> int:
    """The quote that was on the page, so that a newer one is never taken unread; the newest when the page named none."""
    return int(row.shown_quote.pk)  # type: ignore[attr-defined]


VERBS = {
    verb.name: verb
    for verb in (
        Verb(
            "clarify", _("Answer"), lambda row, by, text: actions.clarify(request_id=row.pk, answer=text, by=by),
            _("Your answer was sent."), forms.AnswerForm, kind="primary",
        ),
        Verb(
            "accept", _("Accept the quote"), lambda row, by: actions.accept_quote(quote_id=_decided(row), by=by),
            _("Accepted. The provider now confirms the match."), kind="primary",
            consequence=_("You confirm your side of the match. The provider then confirms its own. No budget is assigned yet."),
        ),
        Verb(
            "decline", _("Decline the quote"),
            lambda row, by, text: actions.decline_quote(quote_id=_decided(row), reason=text, by=by),
            _("Declined. The provider was told."), forms.ReasonForm, danger=True,
        ),
        Verb(
            "withdraw", _("Withdraw the request"),
            lambda row, by: actions.withdraw_request(request_id=row.pk, by=by),
            _("Withdrawn. The provider was told."), consequence=_("The provider need not answer any more."), danger=True,
        ),
    )
}  # fmt: skip


def _row(request: HttpRequest, ref: str) -> QuoteRequest:
    row = get_object_or_404(queries.asked_by(request.user), ref=ref)
    companies.saw(row, of=row.need.company, what="need", by=request.user)
    return row


@signed_in
@require_safe
def quote_detail(request: HttpRequest, ref: str) -> HttpResponse:
    return _show(request, ref)


@needs("vouchers.request_quote")
@require_POST
def quote_verb(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    row = _row(request, ref)
    if verb in ("accept", "decline"):
        quotes, named = row.quotes.order_by("-number"), request.POST.get("quote", "").replace("\x00", "")
        row.shown_quote = (quotes.filter(ref=named) if named else quotes).first()  # type: ignore[attr-defined]
        if row.shown_quote is None:  # type: ignore[attr-defined]
            return _show(request, ref, problem=_("There is no quote yet."), status=409)

    def back(result: Any) -> str:
        name = "matching:match" if verb == "accept" else "matching:quote"
        return reverse(name, args=[result.ref])

    return perform(request, VERBS, verb, row, lambda **more: _show(request, ref, **more), back)


def _show(request: HttpRequest, ref: str, *, bound: Any = None, problem: Any = "", status: int = 200) -> HttpResponse:
    row = _row(request, ref)
    quotes = queries.quotes_of(row)
    may = request.user.has_perm("vouchers.request_quote", row.need.company)
    shown = [VERBS[name] for name, step in STEP.items() if may and stages.QUOTE_LIFECYCLE.can(row.status, step)]
    if bound and all(verb.name != bound[0] for verb in shown):
        bound, problem = None, problem or " ".join(bound[1].non_field_errors())
    match, duty = queries.match_of(row), journal.open_duties(row).filter(verb="accept_quote").first()
    newest = quotes[0] if quotes and row.status == stages.QuoteStatus.QUOTED else None
    context = {
        "row": row,
        "need": row.need,
        "quotes": queries.sheets(quotes),
        "panels": panels(
            shown,
            lambda name: reverse("matching:quote_verb", args=[row.ref, name]),
            bound,
            {"quote": quotes[0].ref} if quotes else {},
        ),
        "problem": problem,
        "match": match,
        "answer_duty": duty,
        "decision": queries.decision_words(row, newest, duty and duty.due_at) if newest else "",
        "timeline": queries.timeline(row, *([match] if match else [])),
    }
    return page(request, "vouchers/matching/quote.html", context, status=status)
