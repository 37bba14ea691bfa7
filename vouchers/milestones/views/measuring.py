"""What a milestone is measured by, entered by the operating agency before it is handed in."""

from django.contrib import messages
from django.forms import formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.kit.access import needs
from portal.kit.errors import DomainError
from portal.kit.htmx import page, redirect
from vouchers.milestones import actions, forms, queries

ROWS = 5


@needs("vouchers.plan_milestones")
@require_http_methods(["GET", "HEAD", "POST"])
def indicators(request: HttpRequest, ref: str) -> HttpResponse:
    """Up to ROWS indicators with their targets; what was promised before is filled in and replaced."""
    row = get_object_or_404(queries.milestones_for(request.user), ref=ref)
    held = [
        {"name": one.name, "sense": one.sense, "target": f"{one.target.normalize():f}", "unit": one.unit}
        for one in row.indicators.all()
    ]
    kind = formset_factory(forms.IndicatorForm, extra=max(0, ROWS - len(held)), max_num=ROWS)
    formset = kind(request.POST if request.method == "POST" else None, initial=held)
    error = ""
    if request.method == "POST" and formset.is_valid():
        items = [form.cleaned_data for form in formset if form.cleaned_data.get("name")]
        try:
            actions.promise_indicators(milestone_id=row.pk, items=items, by=request.user)
        except DomainError as refused:
            error = str(refused.message)
        else:
            messages.success(request, _("The indicators were saved."))
            return redirect(request, reverse("milestones:detail", args=[row.ref]))
    wrong = bool(error) or (request.method == "POST" and formset.total_error_count() > 0)
    context = {"row": row, "formset": formset, "error": error, "wrong": wrong}
    return page(request, "vouchers/milestones/indicators.html", context, status=422 if wrong else 200)
