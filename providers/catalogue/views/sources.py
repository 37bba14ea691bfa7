"""Sources that are harvested: everybody of the institution sees them, the registrar of the catalogue keeps them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.kit.access import needs
from portal.kit.errors import DomainError, Stale
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.pages import Pages
from providers.catalogue import actions, forms
from providers.catalogue.models import HarvestSource
from providers.catalogue.queries import imports as queries
from providers.catalogue.rules.importing import SOURCE_LIFECYCLE, SourceState

PER_PAGE = 30


@needs("providers.import_dataset")
@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    found = Pages(queries.sources(request.user), PER_PAGE).get_page(request.GET.get("page"))
    return page(request, "providers/catalogue/sources.html", {"sources": found, "rows": queries.with_last_run(found)})


@needs("providers.manage_source")
@require_http_methods(["GET", "POST"])
def source_new(request: HttpRequest) -> HttpResponse:
    form = forms.SourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            source = actions.register_source(**form.values(), by=request.user)
            messages.success(request, _("The source is registered. It is harvested within a minute."))
            return redirect(request, reverse("providers:source", args=[source.ref]))
        except DomainError as error:
            form_errors(form, error)
    return page(request, "providers/catalogue/source_edit.html", {"form": form}, status=422 if request.method == "POST" else 200)


@needs("providers.import_dataset")
@require_safe
def source(request: HttpRequest, ref: str) -> HttpResponse:
    """The source, its verbs for who keeps it, and its last runs."""
    found = get_object_or_404(queries.sources(request.user), ref=ref)
    may = request.user.has_perm("providers.manage_source")
    context = {"source": found, "verbs": _verbs(found) if may else [], "may": may and found.state != SourceState.RETIRED,
               "runs": queries.runs(request.user).filter(source=found)[:20], "history": queries.story(found)}  # fmt: skip
    return page(request, "providers/catalogue/source.html", context)


@needs("providers.manage_source")
@require_http_methods(["GET", "POST"])
def source_edit(request: HttpRequest, ref: str) -> HttpResponse:
    found = get_object_or_404(queries.sources(request.user).exclude(state=SourceState.RETIRED), ref=ref)
    initial = {name: getattr(found, name) for name in (*actions.harvesting.COLUMNS, "version")}
    form = forms.SourceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_source(source_id=found.pk, version=form.cleaned_data["version"] or 0, **form.values(), by=request.user)
            messages.success(request, _("The source is saved."))
            return redirect(request, reverse("providers:source", args=[ref]))
        except DomainError as error:
            form_errors(form, error)
            if isinstance(error, Stale):
                form.data = request.POST.copy()
                form.data["version"] = str(HarvestSource.objects.get(pk=found.pk).version)
    context = {"form": form, "source": found}
    return page(request, "providers/catalogue/source_edit.html", context, status=422 if request.method == "POST" else 200)


@needs("providers.manage_source")
@require_POST
def source_verb(request: HttpRequest, ref: str, verb: str) -> HttpResponse:
    found = get_object_or_404(queries.sources(request.user), ref=ref)
    try:
        _done(verb, found, request.POST.get("reason", ""), request.user)
        messages.success(request, _("Done."))
    except DomainError as error:
        messages.error(request, str(error.message))
    return redirect(request, reverse("providers:source", args=[ref]))


def _done(verb: str, found: HarvestSource, reason: str, by: Any) -> None:
    match verb:
        case "harvest":
            actions.start_harvest(source_id=found.pk, by=by)
        case "pause":
            actions.pause_source(source_id=found.pk, by=by)
        case "resume":
            actions.resume_source(source_id=found.pk, by=by)
        case "retire":
            actions.retire_source(source_id=found.pk, reason=reason, by=by)
        case _:
            raise Http404


def _verbs(found: HarvestSource) -> list[dict[str, Any]]:
    """Buttons that the state allows, the main one first."""
    words: dict[str, Any] = {"resume": _("Harvest again"), "pause": _("Pause the harvest"), "retire": _("End the harvest")}
    verbs: list[dict[str, Any]] = []
    if found.state == SourceState.ACTIVE:
        verbs.append({"name": "harvest", "label": _("Harvest now"), "kind": "primary"})
    for name in ("resume", "pause", "retire"):
        if SOURCE_LIFECYCLE.can(found.state, name):
            verbs.append(
                {"name": name, "label": words[name], "kind": "tertiary", "reason": name == "retire", "danger": name == "retire"}
            )
    for one in verbs:
        one["url"] = reverse("providers:source_verb", args=[found.ref, one["name"]])
    return verbs
