"""The provider's inbox: read the need, ask back, quote, decline."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import page, redirect
from portal.kit.pages import Pages
from vouchers.companies import actions as companies
from vouchers.matching import actions, forms, queries
from vouchers.matching.models import QuoteDraft, QuoteRequest
from vouchers.matching.rules import stages
from vouchers.matching.views.drafts import verbs_of
from vouchers.matching.views.panels import Verb, panels, perform

PAGE_SIZE = 20
BOXES = {
    "waiting": gettext_lazy("Waiting for your quote"), "asked": gettext_lazy("Waiting for the company's answer"),
    "quoted": gettext_lazy("Quoted"), "ended": gettext_lazy("Ended"),
}  # fmt: skip
STEP = {"ask": "ask_clarification", "decline": "decline_request"}
VERBS = {
    verb.name: verb
    for verb in (
        Verb(
            "ask", gettext_lazy("Ask the company"),
            lambda row, by, text: actions.ask_clarification(request_id=row.pk, question=text, by=by),
            gettext_lazy("Your question was sent. Your time to quote stands still until the answer."), forms.QuestionForm,
        ),
        Verb(
            "decline", gettext_lazy("Decline the request"),
            lambda row, by, text: actions.decline_request(request_id=row.pk, reason=text, by=by),
            gettext_lazy("Declined. The company was told."), forms.ReasonForm, danger=True,
        ),
    )
}  # fmt: skip


@needs("vouchers.read_requests")
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Requests by due date; the tabs are kept in the address."""
    box = request.GET.get("box", "waiting")
    box = box if box in BOXES else "waiting"
    counts = queries.inbox_counts(request.user)
    tabs = [
        {"label": label, "url": f"?box={name}", "count": counts[name], "current": name == box} for name, label in BOXES.items()
    ]
    pages = Pages(queries.inbox(request.user, box), PAGE_SIZE)
    pages.count = counts[box]  # already asked for the tabs
    found = pages.get_page(request.GET.get("page"))
    return page(request, "vouchers/matching/inbox.html", {"page": found, "tabs": tabs, "box": box})


def _row(request: HttpRequest, ref: str) -> QuoteRequest:
    row = get_object_or_404(queries.asked_of(request.user), ref=ref)
    companies.saw(row, of=row.need.company, what="need", by=request.user)
    return row


@signed_in
@require_safe
def request_detail(request: HttpRequest, ref: str) -> HttpResponse:
    return show_request(request, ref)


@needs("vouchers.answer_quote")
@require_POST
def request_verb(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    row = _row(request, ref)
    back = reverse("matching:request", args=[ref])
    return perform(request, VERBS, verb, row, lambda **more: show_request(request, ref, **more), back)


def show_request(request: HttpRequest, ref: str, *, bound: Any = None, problem: str = "", status: int = 200) -> HttpResponse:
    row = _row(request, ref)
    may = request.user.has_perm("vouchers.answer_quote", row.institution)
    shown = [VERBS[name] for name, step in STEP.items() if may and stages.QUOTE_LIFECYCLE.can(row.status, step)]
    if bound and bound[0] != "return" and all(verb.name != bound[0] for verb in shown):
        bound, problem = None, problem or " ".join(bound[1].non_field_errors())
    match, draft, letter = queries.match_of(row), queries.newest_draft(row, request.user), queries.awaited_letter(row)
    context = {
        "row": row,
        "need": row.need,
        "draft": queries.draft_sheet(draft),
        "waits_inside": row.waiting and draft is not None and draft.status == "PREPARED",
        "draft_panels": _draft_panels(draft, request.user, bound),
        "sections": queries.need_facts(row.need),
        "quotes": queries.sheets(queries.quotes_of(row)),
        "may_quote": may and (stages.QUOTE_LIFECYCLE.can(row.status, "quote") or letter is not None),
        "letter": letter,
        "award_on": queries.quote_times(row.need.round).award_on,
        "offered": match is not None and letter is not None and match.offered_quote_id is not None,
        "panels": panels(shown, lambda name: reverse("matching:request_verb", args=[row.ref, name]), bound),
        "problem": problem,
        "match": match,
        "timeline": queries.timeline(row, *queries.drafts_visible([row], request.user), *([match] if match else [])),
    }
    return page(request, "vouchers/matching/request.html", context, status=status)


def _draft_panels(draft: QuoteDraft | None, user: Any, bound: Any) -> list[Any]:
    if draft is None:
        return []
    return panels(verbs_of(draft, user), lambda name: reverse("matching:draft_verb", args=[draft.ref, name]), bound)


@needs("vouchers.answer_quote")
@require_http_methods(["GET", "HEAD", "POST"])
def quote_form(request: HttpRequest, ref: str) -> HttpResponse:
    """Several lines; one more, one less and the sums are round trips of the same form, so no script is needed."""
    row = _row(request, ref)
    if not stages.QUOTE_LIFECYCLE.can(row.status, "quote") and queries.awaited_letter(row) is None:
        messages.warning(request, _("This request can no longer be quoted."))
        return redirect(request, reverse("matching:request", args=[ref]))
    shape = _shape(row)
    if request.method != "POST":
        return _first_form(request, row, shape)
    if "add" in request.POST or "remove" in request.POST:
        return _reshaped(request, row)
    return _sent(request, row, shape) if "send" in request.POST else _previewed(request, row, shape)


def _previewed(request: HttpRequest, row: QuoteRequest, shape: dict[str, bool]) -> HttpResponse:
    """The sums of the lines; only the button that says so sends, and only then the terms are judged."""
    form, lines = _unjudged(request, shape), forms.line_forms(row, request.POST)
    if lines.is_valid():
        try:
            return _form(request, row, form, lines, read=stages.read_lines(forms.given_lines(lines)))
        except DomainError as error:
            messages.error(request, str(error.message))
    return _form(request, row, form, lines, status=422)


def _sent(request: HttpRequest, row: QuoteRequest, shape: dict[str, bool]) -> HttpResponse:
    """Handed over for agreement; what stands against it is said at once, whichever part it is about."""
    form, lines = forms.QuoteForm(request.POST, **shape), forms.line_forms(row, request.POST)
    whole = lines.is_valid() & form.is_valid()
    given = forms.given_lines(lines) if lines.is_valid() else None
    refused: list[DomainError] = []
    if whole and given is not None:
        try:
            actions.prepare_quote(request_id=row.pk, lines=given, by=request.user, **form.cleaned_data)
            messages.success(request, _("Prepared. Once those who must agree did so, the quote goes to the company by itself."))
            return redirect(request, reverse("matching:request", args=[row.ref]))
        except DomainError as error:
            refused = [error]
    faults = actions.quote_faults(request_id=row.pk, lines=given, given=form.cleaned_data, by=request.user)
    codes = {fault.code for fault in faults}
    for error in [*faults, *(error for error in refused if error.code not in codes)]:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
    return _form(request, row, form, lines, status=422)


def _first_form(request: HttpRequest, row: QuoteRequest, shape: dict[str, bool]) -> HttpResponse:
    """What was prepared before, else the newest quote, else the offer's price list."""
    draft, sent = queries.newest_draft(row, request.user), queries.quotes_of(row)[:1]
    if draft is not None:
        own = {name: str(row.institution_id) for name in stages.PARTIES}
        typed = [{name: line[name] or own.get(name, "") for name in line} for line in draft.content["lines"]]
    else:
        typed = [_as_typed(line) for line in sent[0].lines.all()] if sent else queries.offer_lines(row)
    form = forms.QuoteForm(initial=forms.quote_initial(row, draft, queries.awaited_letter(row)), **shape)
    return _form(request, row, form, forms.line_forms(row, initial=typed or [{}]))


def _as_typed(line: Any) -> dict[str, Any]:
    parties = {name: str(getattr(line, f"{name}_id")) for name in stages.PARTIES}
    names = ("kind", "description", "unit", "quantity", "unit_price_won", "tax_kind")
    return {**{name: getattr(line, name) for name in names}, **parties}


def _reshaped(request: HttpRequest, row: QuoteRequest) -> HttpResponse:
    """The same form with a line more or less; nothing that was typed is lost or judged."""
    typed = forms.typed_lines(request.POST)
    gone = request.POST.get("remove", "")
    if "add" in request.POST and len(typed) < stages.MOST_LINES:
        typed.append({})
    elif gone.isdecimal() and int(gone) < len(typed) > 1:
        typed.pop(int(gone))
    form = _unjudged(request, _shape(row))
    return _form(request, row, form, forms.line_forms(row, initial=typed or [{}]))


def _shape(row: QuoteRequest) -> dict[str, bool]:
    """Which fields the form has: as the round asks; a final quote has no band."""
    letters = row.status != stages.QuoteStatus.ACCEPTED and queries.letters_allowed(row.need.round)
    return {"investigator": queries.investigator_agrees(row.need.round), "letters": letters}


def _unjudged(request: HttpRequest, shape: dict[str, bool]) -> forms.QuoteForm:
    """The terms as typed, while somebody still works on the lines."""
    return forms.QuoteForm(initial={name: request.POST.get(name, "") for name in forms.QuoteForm.base_fields}, **shape)


def _form(request: HttpRequest, row: QuoteRequest, form: Any, lines: Any, *, read: Any = None, status: int = 200) -> HttpResponse:
    sums = stages.quote_sums((line.amount_won, line.tax_kind) for line in read) if read else None
    context = {
        "row": row, "need": row.need, "form": form, "lines": lines,
        "read": [(line, queries.amount_of(line.quantity, line.unit)) for line in read or ()],
        "award_on": queries.quote_times(row.need.round).award_on, "letter": queries.awaited_letter(row),
        "wanted": queries.wanted_words(row.need.document), "short": queries.too_few_typed(forms.shown_lines(lines), row.need.document),
        "supply_won": sums and sums[0], "vat_won": sums and sums[1], "total_won": sums and sum(sums),
    }  # fmt: skip
    return page(request, "vouchers/matching/quote_form.html", context, part="quote", status=status)
