"""All quotes for one need in one table, and what changed from version to version. The company's own page."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.kit.access import signed_in
from portal.kit.htmx import page
from vouchers.matching import queries
from vouchers.matching.views.needs import need_or_404


@signed_in
@require_safe
def compare(request: HttpRequest, ref: str) -> HttpResponse:
    need = need_or_404(request, ref)
    found = queries.comparison(need, queries.requests_of(need))
    return page(request, "vouchers/matching/compare.html", {"need": need, "found": found})
