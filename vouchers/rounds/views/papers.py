"""A call beside its page: the PDF, the dates for a calendar, the feed of all calls."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_GET

from portal.kit import ical, pdf
from portal.kit.access import public
from portal.kit.words import pick
from vouchers.rounds import queries
from vouchers.rounds.models import Round

KEPT_SECONDS = 3600


@public
@require_GET
def paper(request: HttpRequest, key: str) -> HttpResponse:
    """The call as a PDF in the reader's language; made once for each state of the call."""
    found = _call(key)
    language = get_language() or "ko"
    inputs = queries.call_paper(found)
    place = f"call-paper:{found.ref}:{language}:{queries.print_of(inputs)}"
    made = cache.get_or_set(place, lambda: _made(found, inputs, language), KEPT_SECONDS)
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.key}-{language[:2]}.pdf"'
    return response


def _made(found: Round, inputs: dict[str, Any], language: str) -> bytes:
    source = Path(settings.BASE_DIR) / "templates" / "pdf" / "call.typ"
    return pdf.render(source.read_text(encoding="utf-8"), inputs, title=pick(found, "title"), demo=found.is_demo, lang=language)


@public
@require_GET
def dates(request: HttpRequest, key: str) -> HttpResponse:
    """The call's dates as an iCalendar file."""
    found = _call(key)
    language = (get_language() or "ko")[:2]
    content = ical.calendar(pick(found, "title"), queries.dates_of(found), lang=language)
    response = HttpResponse(content, content_type=ical.MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{found.key}.ics"'
    return response


def _call(key: str) -> Round:
    """A public call of the portal's own; of a past reference call nobody published enough for a paper."""
    found = queries.get_public(key)
    if found is None or found.is_reference:
        raise Http404
    return found


class _Calls(Feed):  # type: ignore[type-arg]
    """The feed of calls, as Atom."""

    feed_type = Atom1Feed
    title = gettext_lazy("Calls of the healthcare data voucher")
    subtitle = gettext_lazy("New calls, and what changed in them.")
    link = reverse_lazy("rounds:list")
    item_guid_is_permalink = False

    def items(self) -> list[queries.FeedEntry]:
        return queries.feed_entries()

    def item_title(self, item: queries.FeedEntry) -> str:  # type: ignore[override]
        return item.title

    def item_description(self, item: queries.FeedEntry) -> str:
        return item.text

    def item_link(self, item: queries.FeedEntry) -> str:
        return item.address

    def item_guid(self, item: queries.FeedEntry) -> str:
        return f"urn:voucher:{item.key}"

    def item_updateddate(self, item: queries.FeedEntry) -> Any:
        return item.at


@public
@require_GET
def feed(request: HttpRequest) -> HttpResponse:
    """New calls and their changes, for a feed reader, in the address's language."""
    return _Calls()(request)
