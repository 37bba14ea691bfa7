"""A ranking as it was, and why a dataset is not in it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from portal.kit.access import signed_in
from portal.kit.errors import DomainError
from portal.kit.htmx import page
from providers.catalogue.models import Dataset
from vouchers.matching import queries
from vouchers.matching.views.needs import need_or_404


@signed_in
@require_safe
def run_detail(request: HttpRequest, ref: str, run: str) -> HttpResponse:
    """The ranking as it was shown; with `?check=1` it is made again from its inputs and compared."""
    need = need_or_404(request, ref)
    row = get_object_or_404(need.match_runs.all(), ref=run)
    context = {
        "need": need, "run": row, "answer": queries.answer(need, run=row), "sections": queries.run_facts(row),
        "replayed": queries.replay(row) if "check" in request.GET else None,
    }  # fmt: skip
    return page(request, "vouchers/matching/run.html", context)


@signed_in
@require_safe
def why(request: HttpRequest, ref: str) -> HttpResponse:
    """Why is this dataset not among the results? `dataset`: its key, its address, or words that name it; `run`: of which ranking."""
    need = need_or_404(request, ref)
    wanted = request.GET.get("run", "").replace("\x00", "")
    run = get_object_or_404(need.match_runs.all(), ref=wanted) if wanted else queries.latest_run(need)
    text = request.GET.get("dataset", "")
    found = [one for one in queries.meant_by(text, need.round, request.user) if one.value.startswith("d:")]
    only = Dataset.objects.published().select_related("institution").get(key=found[0].value[2:]) if len(found) == 1 else None
    context = {
        "need": need, "run": run, "text": text, "choices": [(one.value[2:], one) for one in found] if only is None else [],
    }  # fmt: skip
    try:
        context["why"] = queries.why_not(run, only, need.round) if run is not None and only is not None else None
    except DomainError as error:  # what was written then reads as no need today
        context["problem"] = str(error.message)
    return page(request, "vouchers/matching/why.html", context)
