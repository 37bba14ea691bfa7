"""Catalogue documents come in by upload; what became of each record is told on a page and as a table."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.queries import organisation_ids_of
from portal.kit.access import needs
from portal.kit.errors import DomainError
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.pages import Pages
from portal.kit.sheets import csv_lines
from providers.catalogue import actions, forms
from providers.catalogue.models import ImportRun
from providers.catalogue.queries import imports as queries
from providers.catalogue.rules import reading
from providers.catalogue.rules.importing import Outcome, RunState

PER_PAGE, RUNS_PER_PAGE = 50, 20


@needs("providers.import_dataset")
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The upload, and the imports that there were."""
    institutions, anybody = queries.importable(request.user)
    form = forms.ImportForm(request.POST or None, request.FILES or None, institutions=institutions, anybody=anybody)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            run = actions.start_import(file=data["file"], institution=data["institution"], by=request.user)
            return redirect(request, reverse("providers:import", args=[run.ref]))
        except DomainError as error:
            form_errors(form, error)
    found = Pages(queries.runs(request.user), RUNS_PER_PAGE).get_page(request.GET.get("page"))
    rows = [{"run": run, "name": queries.name_of(run), "whose": queries.whose(run)} for run in found]
    context = {"form": form, "may": institutions or anybody, "anybody": anybody, "runs": found, "rows": rows}
    return page(request, "providers/catalogue/imports.html", context, status=422 if request.method == "POST" else 200)


@needs("providers.import_dataset")
@require_safe
def report(request: HttpRequest, ref: str) -> HttpResponse:
    """One import: how far it is, and what became of each record."""
    run = get_object_or_404(queries.runs(request.user), ref=ref)
    if getattr(request, "htmx", False) and not queries.is_live(run):  # what was looked at while it ran is finished
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    chosen = request.GET.get("outcome", "")
    found = Pages(queries.lines(run, chosen), PER_PAGE).get_page(request.GET.get("page"))
    mine = bool(run.organisation_ids() & set(organisation_ids_of(request.user)))
    context: dict[str, Any] = {
        "run": run, "name": queries.name_of(run), "whose": queries.whose(run), "live": queries.is_live(run), "chosen": chosen,
        "outcomes": [(one.value, one.label, getattr(run, one.lower())) for one in Outcome],
        "lines": [(line, _address(request, line, mine)) for line in queries.in_words(found)], "found": found,
        "why": reading.sentence(run.reason) if run.reason else "", "failed": run.state == RunState.FAILED,
    }  # fmt: skip
    return page(request, "providers/catalogue/import_report.html", context, part="progress")


def _address(request: HttpRequest, line: queries.Line, mine: bool) -> str:
    """Where the reader goes on with this entry."""
    if not line.key:
        return ""
    if mine:
        return reverse("providers:dataset_entry", args=[line.key])
    return reverse("admin:providers_dataset_change", args=[line.pk]) if request.user.is_staff else ""


@needs("providers.import_dataset")
@require_safe
def report_table(request: HttpRequest, ref: str) -> StreamingHttpResponse:
    """The whole report as CSV, written while it is read."""
    run = get_object_or_404(queries.runs(request.user), ref=ref)
    response = StreamingHttpResponse(csv_lines(queries.as_rows(run)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{run.ref}.csv"'
    return response


@needs("providers.import_dataset")
@require_POST
def stop(request: HttpRequest, ref: str) -> HttpResponse:
    run: ImportRun = get_object_or_404(queries.runs(request.user), ref=ref)
    try:
        actions.stop(run_id=run.pk, by=request.user)
        messages.success(request, _("The import is stopped. What it wrote until then stays."))
    except DomainError as error:
        messages.error(request, str(error.message))
    return redirect(request, reverse("providers:import", args=[ref]))
