"""The dates of a presentation as a file for one's calendar."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from portal.kit import ical
from portal.kit.access import signed_in
from vouchers.evaluation import notices
from vouchers.evaluation.models import PresentationSeat, PresentationSlot


@signed_in
@require_GET
def dates(request: HttpRequest, ref: str) -> HttpResponse:
    """The company's presentation, or an evaluator's own seat; anybody else finds nothing. In the language of the address."""
    language, address = get_language() or "ko", request.user.email
    slot = (
        PresentationSlot.objects.visible_to(request.user)
        .told()
        .standing()
        .filter(ref=ref)
        .select_related("application__round")
        .first()
    )
    seat = (
        None
        if slot
        else PresentationSeat.objects.own(request.user).filter(ref=ref).select_related("slot__application__round").first()
    )
    if slot is not None:
        content = notices.company_calendar(slot, language, address)
    elif seat is not None:
        content = notices.panel_calendar(seat, language, address)
    else:
        raise Http404
    response = HttpResponse(content, content_type=ical.MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{ref}.ics"'
    response["Cache-Control"] = "private, no-store"
    return response
