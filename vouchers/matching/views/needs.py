"""The company's needs: describe, post, look at what fits, ask for quotes."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from portal.kit import clock
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import page, redirect
from portal.kit.pages import Pages
from vouchers.companies import actions as companies
from vouchers.matching import actions, queries
from vouchers.matching.models import Need
from vouchers.matching.queries.proposed import proposed_for
from vouchers.matching.rules import stages
from vouchers.matching.views.panels import Verb, panels, perform

PAGE_SIZE = 20


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Companies to their needs, providers to their requests."""
    answers = request.user.has_perm("vouchers.read_requests") and not request.user.has_perm("vouchers.edit_need")
    return redirect(request, reverse("matching:inbox" if answers else "matching:needs"))


@signed_in
@require_safe
def needs_list(request: HttpRequest) -> HttpResponse:
    """The company's needs; the same number of queries for one and for a thousand."""
    found = Pages(queries.mine(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": found, "may": request.user.has_perm("vouchers.edit_need")}
    return page(request, "vouchers/matching/needs.html", context)


VERBS = {
    verb.name: verb
    for verb in (
        Verb(
            "post", gettext_lazy("Post and look for data"), lambda row, by: actions.post_need(need_id=row.pk, by=by),
            gettext_lazy("Posted. This is what fits."), kind="primary",
        ),
        Verb(
            "rank", gettext_lazy("Rank again"), lambda row, by: actions.run_match(need_id=row.pk, by=by),
            gettext_lazy("Ranked again."),
        ),
        Verb(
            "close", gettext_lazy("Close the need"), lambda row, by: actions.close_need(need_id=row.pk, by=by),
            gettext_lazy("Closed."),
        ),
    )
}  # fmt: skip


@signed_in
@require_safe
def need_detail(request: HttpRequest, ref: str) -> HttpResponse:
    return _show(request, need_or_404(request, ref))


@needs("vouchers.edit_need")
@require_POST
def need_verb(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    need = need_or_404(request, ref)

    def show(**more: Any) -> HttpResponse:
        return _show(request, need_or_404(request, ref), **more)

    return perform(request, VERBS, verb, need, show, reverse("matching:need", args=[ref]))


def _show(request: HttpRequest, need: Need, *, bound: Any = None, problem: str = "", status: int = 200) -> HttpResponse:
    """State, quotes side by side, what fits and what does not, what was said, what happened."""
    may = request.user.has_perm("vouchers.edit_need", need)
    moves = {"post": need.status == "DRAFT", "rank": need.status in stages.NEED_ASKING,
             "close": stages.NEED_LIFECYCLE.can(need.status, "close")}  # fmt: skip
    requests = queries.requests_of(need)
    context = {
        "need": need,
        "problem": problem,
        "may": may,
        "may_ask": request.user.has_perm("vouchers.request_quote", need) and need.status in stages.NEED_ASKING,
        "editable": may and need.status in stages.NEED_EDITABLE and not requests,
        "panels": panels(
            [VERBS[name] for name, can in moves.items() if can and may],
            lambda name: reverse("matching:need_verb", args=[need.ref, name]),
        ),
        "standings": queries.standings(need, requests),
        "counts": (counts := [(row, queries.answer_words(row)) for row in queries.counts_of(need)]),
        "answer": (answer := queries.answer(need, [row for row, _words in counts])),
        "askable": sum(not one.asked and not one.cannot for one in answer.results) if answer else 0,
        "proposals": proposed_for(need, requests),
        "rankings": queries.rankings_of(need)[1:],
        "case": (case := queries.case_of(need)),
        "may_ask_help": queries.may_ask_sourcing(need, case),
        "sections": queries.need_facts(need),
        "matches": list(need.matches.select_related("institution").order_by("pk")),
        "timeline": queries.timeline(need),
    }
    return page(request, "vouchers/matching/need.html", context, status=status)


@needs("vouchers.edit_need")
@require_POST
def need_copy(request: HttpRequest, ref: str) -> HttpResponse:
    """The same description as a new draft."""
    need = need_or_404(request, ref)
    rounds = set(queries.rounds_for_new_needs(clock.now()).values_list("pk", flat=True))
    try:
        made = actions.save_need(
            need_id=None, company_id=need.company_id, round_id=need.round_id if need.round_id in rounds else None,
            title=need.title, document=need.document, by=request.user,
        )  # fmt: skip
    except DomainError as error:
        return _show(request, need, problem=str(error.message), status=error.status)
    return redirect(request, reverse("matching:need_edit", args=[made.ref]))


def need_or_404(request: HttpRequest, ref: str) -> Need:
    """The need, if the person may see it; that it was looked at is written down."""
    found = Need.objects.visible_to(request.user).select_related("company__organisation", "round")
    if not request.user.is_authenticated:
        raise Http404
    need = get_object_or_404(found, ref=ref)
    companies.saw(need, of=need.company, what="need", by=request.user)
    return need
