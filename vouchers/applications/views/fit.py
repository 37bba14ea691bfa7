"""May we apply? Six questions, without an account and without a trace: the answers stand in the address alone."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.kit import clock
from portal.kit.access import public
from portal.kit.htmx import page
from vouchers.applications import queries
from vouchers.applications.forms import FitForm


@public
@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """The questions, and below them the answer. Wrong answers are named beside their question (422)."""
    asked = any(name in request.GET for name in FitForm.base_fields)
    form = FitForm(request.GET if asked else None)
    context = {"form": form}
    if asked and form.is_valid():
        answers = form.answers()
        context |= {"fits": queries.fits(answers, clock.now()), "answers": answers, "carried": urlencode(form.carried())}
    return page(request, "vouchers/applications/check.html", context, status=422 if form.errors else 200)
