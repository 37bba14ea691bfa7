"""What a calendar is told of a presentation (RFC 5545, 5546)."""

from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.kit import clock, ical
from portal.kit.words import pick
from vouchers.evaluation.models import PresentationSeat, PresentationSlot


def company_calendar(slot: PresentationSlot, language: str, address: str) -> bytes:
    """An invitation of the company, or what became of it."""
    with override(language):
        title = _("Presentation: %(round)s") % {"round": pick(slot.application.round, "title")}
    url = f"/applications/{slot.application.ref}/"
    return _calendar(slot.ref, slot, title, url, language, address, cancelled=slot.status == "CANCELLED")


def panel_calendar(seat: PresentationSeat, language: str, address: str) -> bytes:
    """An invitation of a member of the panel. It names neither the company nor the case: calendars are read by others."""
    with override(language):
        title = _("Presentation to the panel")
    gone = seat.released_at is not None or seat.slot.status == "CANCELLED"
    return _calendar(seat.ref, seat.slot, title, "/evaluation/", language, address, cancelled=gone)


def _calendar(ref: str, slot: PresentationSlot, title: str, url: str, language: str, address: str, *, cancelled: bool) -> bytes:
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    online = slot.place.startswith(("http://", "https://"))
    entry = ical.Entry(
        uid=f"{ref}@{host}", title=title, start=slot.starts_at, end=slot.ends_at, stamp=clock.now(),
        sequence=slot.sequence + (1 if cancelled else 0), url=slot.place if online else settings.BASE_URL + url, place=slot.place,
        organizer=parseaddr(settings.DEFAULT_FROM_EMAIL)[1], attendee=address, cancelled=cancelled,
    )  # fmt: skip
    return ical.calendar(title, [entry], lang=language, method="CANCEL" if cancelled else "REQUEST")
