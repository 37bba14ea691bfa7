"""What an institution's service is like, before anybody applies: shares of positive answers, what it can still take."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.kit import clock
from portal.kit.words import day
from providers.catalogue.queries import Fact, holders
from providers.institutions.models import Institution
from providers.offers.models import Offer

RATE_WORDS = {
    "quote": (_("Quote requests that were quoted"), _("Of all quote requests that were answered, declined or ran out.")),
    "review": (_("Reviews that allowed the use"), _("Of all requests that its boards decided.")),
}


@dataclass(frozen=True)
class Capacity:
    """offers: that stand today; open: orders that the limited ones still take; not_limited: how many have no limit."""

    offers: int
    open: int
    not_limited: int


def open_capacities(institution_ids: Iterable[int]) -> dict[int, Capacity]:
    """Institution → what its offers can still take. One query; an institution without offers is left out."""
    rows = Offer.objects.offered(clock.now()).filter(institution_id__in=list(institution_ids)).order_by()
    counted = rows.values_list("institution_id").annotate(
        n=Count("pk"), open=Sum("open_capacity", default=0), free=Count("pk", filter=Q(capacity__isnull=True))
    )
    return {institution: Capacity(n, opened, free) for institution, n, opened, free in counted}


def service_facts(institution: Institution) -> list[Fact]:
    """Review, shares and open capacity in words. One query."""
    unpublished = gettext("Not published")
    mode = str(institution.get_review_mode_display()) if institution.review_mode else ""
    facts = [
        Fact(gettext("Way of review"), mode or unpublished),
        Fact(gettext("Contact desk"), holders.desk_words(institution) or unpublished),
        Fact(gettext("Open capacity"), _capacity(open_capacities([institution.pk]).get(institution.pk))),
    ]
    for kind, (label, note) in RATE_WORDS.items():
        facts.append(_rate(str(label), str(note), institution.measured_rates.get(kind)))
    return facts


def _capacity(found: Capacity | None) -> str:
    if found is None:
        return gettext("No offer stands today")
    if found.not_limited:
        return ngettext(
            "%(n)d offer takes any number of projects", "%(n)d offers take any number of projects", found.not_limited
        ) % {"n": found.not_limited} + (gettext(", others %(n)d more") % {"n": found.open} if found.open else "")
    return ngettext("%(n)d more project", "%(n)d more projects", found.open) % {"n": found.open}


def _rate(label: str, note: str, figure: dict[str, Any] | None) -> Fact:
    if figure is None:
        return Fact(label, gettext("Not measured yet"))
    as_of = day(date.fromisoformat(figure["as_of"]))
    if "permille" not in figure:
        told = gettext("Fewer than %(n)d cases until %(day)s: not shown") % {"n": figure["least"], "day": as_of}
        return Fact(label, told)
    share = f"{figure['permille'] / 10:.1f}".removesuffix(".0")
    told = ngettext("%(share)s%% of %(n)d case until %(day)s", "%(share)s%% of %(n)d cases until %(day)s", figure["n"])
    return Fact(label, told % {"share": share, "n": figure["n"], "day": as_of}, note)
