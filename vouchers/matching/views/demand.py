"""What is looked for and not found, without any company: for providers, who may open what is wanted."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.kit import clock
from portal.kit.access import needs
from portal.kit.htmx import page
from portal.kit.words import korean
from vouchers.matching import queries


@needs("vouchers.see_demand")
@require_safe
def demand(request: HttpRequest) -> HttpResponse:
    """Groups of companies, none small enough to name one. People of a demonstration see the demonstration's needs."""
    now = clock.now()
    found = queries.unmet_demand(now, demo=request.user.is_demo)
    context = {
        "found": found,
        "as_of": clock.to_kst(queries.week_begins(now)).date(),
        **queries.demand_words(found, korean=korean()),
    }
    return page(request, "vouchers/matching/demand.html", context)
