"""What the ministry proposes for an institution's data. The company shows itself when it asks for a quote."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.kit.access import needs
from portal.kit.htmx import page
from portal.kit.pages import Pages
from vouchers.matching.queries import proposed as queries

PAGE_SIZE = 20


@needs("vouchers.answer_quote")
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """Newest first; the same number of queries for one and for a thousand."""
    found = Pages(queries.proposals_to(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    found.object_list = queries.without_company(list(found.object_list))
    return page(request, "vouchers/matching/proposals.html", {"page": found})
