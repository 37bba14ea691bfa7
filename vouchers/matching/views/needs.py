"""The company's needs: describe, post, look at what fits, ask for quotes."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.kit import clock
from portal.kit.access import needs, signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.pages import Pages
from providers.catalogue.models import Dataset
from providers.offers.models import Offer
from vouchers.companies import actions as companies
from vouchers.matching import actions, forms, queries
from vouchers.matching.models import Need
from vouchers.matching.rules import stages
from vouchers.matching.views.panels import Verb, panels, perform

PAGE_SIZE = 20


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Companies to their needs, providers to their requests."""
    answers = request.user.has_perm("vouchers.answer_quote") and not request.user.has_perm("vouchers.edit_need")
    return redirect(request, reverse("matching:inbox" if answers else "matching:needs"))


@signed_in
@require_safe
def needs_list(request: HttpRequest) -> HttpResponse:
    """The company's needs; the same number of queries for one and for a thousand."""
    found = Pages(queries.mine(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": found, "may": request.user.has_perm("vouchers.edit_need")}
    return page(request, "vouchers/matching/needs.html", context)


@needs("vouchers.edit_need")
@require_http_methods(["GET", "HEAD", "POST"])
def need_new(request: HttpRequest) -> HttpResponse:
    """A name and a call make the draft; the rest is saved as it is typed."""
    mine = queries.companies_of(request.user)
    carried = forms.CarriedForm(request.GET)
    form = forms.NewNeedForm(request.POST or None, companies=mine, initial=carried.first())
    if request.method == "POST" and form.is_valid():
        v = form.cleaned_data
        document = {**carried.document(), "company_size": v["company"].size, "region": v["company"].region}
        document |= {"round": v["round"].key} if v["round"] else {}
        try:
            need = actions.save_need(
                need_id=None, company_id=v["company"].pk, round_id=v["round"].pk if v["round"] else None,
                title=v["title"], document=document, by=request.user,
            )  # fmt: skip
            return redirect(request, reverse("matching:need_edit", args=[need.ref]))
        except DomainError as error:
            form_errors(form, error)
    status = 422 if request.method == "POST" else 200
    return page(
        request,
        "vouchers/matching/need_new.html",
        {"form": form, "companies": mine, "carried": carried.document()},
        status=status,
    )


@needs("vouchers.edit_need")
@require_http_methods(["GET", "HEAD", "POST"])
def need_edit(request: HttpRequest, ref: str) -> HttpResponse:
    """The need in five sections. `?auto=1` keeps what was typed so far; the plain button keeps and goes on."""
    need = _visible(request, ref)
    if need.status not in stages.NEED_EDITABLE or need.quote_requests.exists():
        messages.warning(request, _("A provider was already asked about this need. Copy it to change it."))
        return redirect(request, reverse("matching:need", args=[ref]))
    if request.method == "POST":
        return _save(request, need)
    form = forms.NeedForm(initial=forms.need_initial(need), round_id=need.round_id)
    return page(request, "vouchers/matching/need_edit.html", {"need": need, "form": form, "version": need.version})


def _save(request: HttpRequest, need: Need) -> HttpResponse:
    form, auto = forms.NeedForm(request.POST, round_id=need.round_id), "auto" in request.GET
    context: dict[str, Any] = {"need": need, "form": form, "version": request.POST.get("version", "")}
    if form.is_valid() or auto:
        try:
            saved = _keep(request, need, form)
            if not auto:
                return _after_saving(request, saved)
            context |= {"version": saved.version, "saved_at": clock.now()}
        except DomainError as error:
            form.blame(error)
            context |= {"problem": str(error.message), "status": error.status}
    context["wrong"] = [(form[name].label, errors[0]) for name, errors in form.errors.items() if name in form.fields]
    if auto:  # half a pair of ages is no mistake: what is well formed was kept, the rest is named and may still be typed
        return page(request, "vouchers/matching/need_edit.html", context, part="saved", status=context.get("status", 200))
    return page(request, "vouchers/matching/need_edit.html", context, status=422 if form.errors else 200)


def _keep(request: HttpRequest, need: Need, form: forms.NeedForm) -> Need:
    version = request.POST.get("version", "")
    v = form.cleaned_data
    return actions.save_need(
        need_id=need.pk, company_id=need.company_id, round_id=v["round"].pk if v.get("round") else None,
        title=v.get("title") or "", document=form.document(need.company),
        version=int(version) if version.isdecimal() and len(version) < 9 else None, by=request.user,
    )  # fmt: skip


def _after_saving(request: HttpRequest, need: Need) -> HttpResponse:
    """The button says what happens: keep, or keep and post (or rank again)."""
    if "go" not in request.POST:
        messages.success(request, _("Saved."))
        return redirect(request, reverse("matching:need_edit", args=[need.ref]))
    if need.status == stages.NeedStatus.DRAFT:
        actions.post_need(need_id=need.pk, by=request.user)
        messages.success(request, _("Posted. This is what fits."))
    else:
        actions.run_match(need_id=need.pk, by=request.user)
        messages.success(request, _("Ranked again."))
    return redirect(request, reverse("matching:need", args=[need.ref]))


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
    return _show(request, _visible(request, ref))


@needs("vouchers.edit_need")
@require_POST
def need_verb(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    need = _visible(request, ref)

    def show(**more: Any) -> HttpResponse:
        return _show(request, _visible(request, ref), **more)

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
        "answer": queries.answer(need),
        "sections": queries.need_facts(need),
        "matches": list(need.matches.select_related("institution").order_by("pk")),
        "timeline": queries.timeline(need),
    }
    return page(request, "vouchers/matching/need.html", context, status=status)


@needs("vouchers.edit_need")
@require_POST
def need_copy(request: HttpRequest, ref: str) -> HttpResponse:
    """The same description as a new draft."""
    need = _visible(request, ref)
    rounds = set(queries.rounds_for_new_needs(clock.now()).values_list("pk", flat=True))
    try:
        made = actions.save_need(
            need_id=None, company_id=need.company_id, round_id=need.round_id if need.round_id in rounds else None,
            title=need.title, document=need.document, by=request.user,
        )  # fmt: skip
    except DomainError as error:
        return _show(request, need, problem=str(error.message), status=error.status)
    return redirect(request, reverse("matching:need_edit", args=[made.ref]))


@needs("vouchers.request_quote")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, ref: str) -> HttpResponse:
    """Asks the holder of one result for a quote. `for` is dataset key and offer ref with a colon between."""
    need = _visible(request, ref)
    key, _colon, offer_ref = request.GET.get("for", "").replace("\x00", "").partition(":")
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user).select_related("institution"), key=key)
    offer = get_object_or_404(Offer.objects.visible_to(request.user), ref=offer_ref, dataset=dataset) if offer_ref else None
    form = forms.AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.request_quote(
                need_id=need.pk, institution_id=dataset.institution_id, dataset_id=dataset.pk,
                offer_id=offer.pk if offer else None, message=form.cleaned_data["message"], by=request.user,
            )  # fmt: skip
            messages.success(request, _("Your request was sent. You get a notice when the answer arrives."))
            return redirect(request, reverse("matching:quote", args=[made.ref]))
        except DomainError as error:
            form_errors(form, error)
    context = {"need": need, "dataset": dataset, "offer": offer, "form": form, "days": queries.quote_days(need.round)}
    return page(request, "vouchers/matching/ask.html", context, status=422 if form.errors else 200)


def _visible(request: HttpRequest, ref: str) -> Need:
    found = Need.objects.visible_to(request.user).select_related("company__organisation", "round")
    if not request.user.is_authenticated:
        raise Http404
    need = get_object_or_404(found, ref=ref)
    companies.saw(need, of=need.company, what="need", by=request.user)
    return need
