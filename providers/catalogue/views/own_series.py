"""An institution's own series: what it is, its releases in their order, planned ones too."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.kit.access import needs
from portal.kit.errors import DomainError, Stale
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.words import pick
from providers.catalogue import actions, forms, queries
from providers.catalogue.models import Dataset, DatasetSeries
from providers.institutions import queries as institutions
from providers.institutions.models import Institution


@needs("providers.edit_dataset")
@require_http_methods(["GET", "POST"])
def series_new(request: HttpRequest) -> HttpResponse:
    mine = [one for one in institutions.of_user(request.user) if request.user.has_perm("providers.edit_dataset", one)]
    if not mine:
        raise Http404
    chosen = next((one for one in mine if one.key == request.GET.get("institution")), mine[0])
    return _edited(request, chosen, None, [one for one in mine if one != chosen])


@needs("providers.edit_dataset")
@require_http_methods(["GET", "POST"])
def series_edit(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(queries.own_series(request.user), key=key)
    return _edited(request, found.institution, found, [])


@needs("providers.pause_dataset")
@require_POST
def series_withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Takes the public page of an own series down."""
    found = get_object_or_404(queries.own_series(request.user), key=key)
    try:
        actions.withdraw_series(series_id=found.pk, reason=request.POST.get("reason", ""), by=request.user)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("The public page is taken down. The datasets stay as they are."))
    return redirect(request, reverse("providers:series_edit", args=[key]))


def _verbs(series: DatasetSeries | None) -> list[dict[str, Any]]:
    if series is None or not series.is_up:
        return []
    sentence = _("Nobody finds this page any more; its datasets stay public. Only the operating agency can make it public again.")
    url = reverse("providers:series_withdraw", args=[series.key])
    return [
        {
            "name": "withdraw",
            "label": _("Take the page down"),
            "url": url,
            "danger": True,
            "consequence": sentence,
            "reason": True,
        }
    ]


def _edited(
    request: HttpRequest, institution: Institution, series: DatasetSeries | None, others: list[Institution]
) -> HttpResponse:
    """One form for new and old."""
    held = Dataset.objects.filter(series=series).order_by("series_place", "key") if series is not None else []
    now = [row.key for row in held]
    form = forms.SeriesForm(
        request.POST or None, series=series, datasets=queries.may_be_released(institution, series),
        places=len(now) + forms.SPARE, initial=forms.series_of(series, now) if series else {},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        version = (form.cleaned_data["version"] if form.cleaned_data["version"] is not None else -1) if series else None
        try:
            saved = actions.save_series(
                institution=institution, values=form.values(), releases=form.releases(), version=version, by=request.user,
                key=series.key if series else form.cleaned_data["key"],
            )  # fmt: skip
        except DomainError as error:
            form_errors(form, error)
            if isinstance(error, Stale) and series is not None:
                form.data = {**request.POST.dict(), "version": str(series.version)}
        else:
            messages.success(request, _("Saved. Whoever asked to be told hears of a release when it opens."))
            return redirect(request, reverse("providers:series", args=[saved.key]))
    context = {
        "form": form, "institution": institution, "others": others, "series": series,
        "title": pick(series, "title") if series else "", "cancel_url": reverse("providers:home"),
        "verbs": _verbs(series),
    }  # fmt: skip
    return page(request, "providers/catalogue/series_edit.html", context, status=422 if form.errors else 200)
