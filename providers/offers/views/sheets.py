"""Offers by spreadsheet: download, change, upload, see what would change, apply; all rows or none."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.kit.access import needs
from portal.kit.htmx import page, redirect
from portal.kit.sheets import CellError, Unreadable
from providers.catalogue import queries as catalogue
from providers.offers import actions, forms, queries, rules
from providers.offers.models import Offer

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@needs("providers.edit_offer")
@require_safe
def download_sheet(request: HttpRequest) -> HttpResponse:
    """Every offer that may still be changed, with its price lines."""
    content = queries.workbook(queries.editable_by(request.user), queries.code_words())
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": 'attachment; filename="offers.xlsx"'})


@needs("providers.edit_offer")
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest) -> HttpResponse:
    """The way to the workbook and back: an upload shows what it would change, cell by cell what stands against it."""
    form = forms.SheetForm(request.POST or None, request.FILES or None)
    offers = queries.editable_by(request.user)
    errors: list[CellError] = []
    if request.method == "POST" and form.is_valid():
        try:
            upload, errors = forms.read_upload(form.cleaned_data["file"].read(), offers, queries.code_words())
        except Unreadable as error:
            form.add_error("file", str(error))
        else:
            changes, more = _judged(request, upload)
            errors = forms.beside(errors, more)
            if changes and not errors:
                return _preview(request, upload, offers)
            form.add_error("file", _mend() if errors else _("This workbook changes nothing: every offer is as it says."))
    return _page(request, form, offers, errors)


def _judged(request: HttpRequest, upload: forms.Upload) -> tuple[list[rules.Change], list[CellError]]:
    """The changes, or what the forms and the rules say against them."""
    keys = catalogue.own_datasets(request.user).values_list("key", flat=True)
    changes, errors = forms.judge(upload, keys)
    errors = forms.beside(errors, forms.told(upload, actions.check_many(changes=changes, by=request.user)))
    return ([], errors) if errors else (changes, [])


def _page(request: HttpRequest, form: Any, offers: list[Offer], errors: list[CellError]) -> HttpResponse:
    context = {
        "form": form,
        "offer_count": len(offers),
        "errors": errors[: rules.MOST_ERRORS],
        "more_errors": max(len(errors) - rules.MOST_ERRORS, 0),
        "cancel_url": reverse("providers:home"),
    }
    return page(request, "providers/offers/sheet.html", context, status=422 if form.errors else 200)


def _preview(request: HttpRequest, upload: forms.Upload, offers: list[Offer]) -> HttpResponse:
    edited = forms.differences(upload, offers, queries.code_words())
    context = {
        "edited": edited,
        "public_count": sum(one.offer.status == rules.OfferStatus.PUBLISHED for one in edited),
        "form": forms.ApplyForm(initial={"upload": upload.packed(request.user)}, user=request.user),
        "cancel_url": reverse("providers:offer_sheet"),
    }
    return page(request, "providers/offers/sheet_preview.html", context)


@needs("providers.edit_offer")
@require_POST
def apply_sheet(request: HttpRequest) -> HttpResponse:
    """What the preview showed, if nothing has changed since."""
    form, shown = forms.ApplyForm(request.POST, user=request.user), forms.SheetForm({})
    errors: list[CellError] = []
    if form.is_valid():
        upload = form.cleaned_data["upload"]
        changes, errors = _judged(request, upload)
        try:
            done = actions.edit_many(changes=changes, by=request.user) if changes else []
        except rules.NotApplied as error:
            done, errors = [], forms.told(upload, error.wrong)
        if done:
            told = ngettext("%(n)d offer was changed.", "%(n)d offers were changed.", len(done))
            messages.success(request, told % {"n": len(done)})
            return redirect(request, reverse("providers:home"))
    shown.errors.clear()
    shown.add_error("file", _mend() if errors else form.errors["upload"][0])
    return _page(request, shown, queries.editable_by(request.user), errors)


def _mend() -> str:
    return _("Nothing was changed: mend the cells below and upload the file again.")
