"""A need is described: its name first, then the sections; saved as it is typed, counted against the catalogue beside it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.kit import clock
from portal.kit.access import needs
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from vouchers.matching import actions, forms, queries
from vouchers.matching.models import Need
from vouchers.matching.rules import stages
from vouchers.matching.views.needs import need_or_404

PAGE = "vouchers/matching/need_edit.html"


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
        {"form": form, "companies": mine, "carried": carried.document(), "dataset": carried.begun_from},
        status=status,
    )


@needs("vouchers.edit_need")
@require_http_methods(["GET", "HEAD", "POST"])
def need_edit(request: HttpRequest, ref: str) -> HttpResponse:
    """The need in five sections. `?auto=1` keeps what was typed so far; the plain button keeps and goes on."""
    need = need_or_404(request, ref)
    if need.status not in stages.NEED_EDITABLE or need.quote_requests.exists():
        messages.warning(request, _("A provider was already asked about this need. Copy it to change it."))
        return redirect(request, reverse("matching:need", args=[ref]))
    if request.method == "POST":
        return _save(request, need)
    form = forms.NeedForm(initial=forms.need_initial(need), round_id=need.round_id)
    return page(request, PAGE, {"need": need, "form": form, "version": need.version})


@needs("vouchers.edit_need")
@require_POST
def need_fits(request: HttpRequest, ref: str) -> HttpResponse:
    """How many datasets fit what is typed, and what each relaxation adds; with `relax`, the form after that relaxation, kept
    as typing keeps it. The place beside the form asks while somebody types; without a script a button opens the whole page."""
    need = need_or_404(request, ref)
    if need.status not in stages.NEED_EDITABLE or need.quote_requests.exists():
        return redirect(request, reverse("matching:need_edit", args=[ref]))
    typed = forms.relaxed(request.POST, request.POST["relax"]) if "relax" in request.POST else request.POST
    form = forms.NeedForm(typed, round_id=need.round_id)
    form.is_valid()
    context: dict[str, Any] = {"need": need, "form": form, "version": request.POST.get("version", "")}
    context["fits"] = queries.fits(form.document(need.company), form.cleaned_data.get("round"))
    if "relax" in request.POST:
        try:
            saved = _keep(request, need, form)
            context |= {"version": saved.version, "saved_at": clock.now()}
        except DomainError as error:
            form.blame(error)
    return page(request, PAGE, context, part="counted", status=422 if form.errors and not request.htmx else 200)


def _save(request: HttpRequest, need: Need) -> HttpResponse:
    auto = "auto" in request.GET
    whole = not auto and ("go" in request.POST or need.status != stages.NeedStatus.DRAFT)
    form = forms.NeedForm(request.POST, round_id=need.round_id, whole=whole)
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
        return page(request, PAGE, context, part="saved", status=context.get("status", 200))
    return page(request, PAGE, context, status=422 if form.errors else 200)


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
