"""What the matching engine and the pages read of offers."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q

from portal.kit import clock
from providers.catalogue.models import Dataset
from providers.institutions.models import Institution
from providers.offers.models import Offer, OfferLine

type Facts = tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None]


def match_facts(*, demo: bool = False, now: datetime | None = None) -> Iterator[Facts]:
    """(dataset, institution, offer or None) of all published datasets, for vouchers.matching.rules.candidate.

    demo: a need of a demo round sees demo datasets and offers too; any other need sees none of them. A dataset with
    several offers comes once an offer. Four queries.
    """
    datasets = Dataset.objects.published().select_related("institution").order_by("key")
    if not demo:
        datasets = datasets.filter(institution__is_demo=False)
    offers: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for offer in offered(demo=demo, now=now).filter(dataset__isnull=False).prefetch_related("lines"):
        offers[offer.dataset_id or 0].append(offer.facts(list(offer.lines.all())))
    for dataset in datasets:
        institution = dataset.institution.facts()
        own: list[dict[str, Any] | None] = [*offers.get(dataset.pk, [])] or [None]
        for facts in own:
            yield dataset.facts(), institution, facts


def offered(*, demo: bool, now: datetime | None = None) -> Any:
    """Offers that a company may ask a quote for. Real rounds never see demo offers."""
    found = Offer.objects.offered(now or clock.now()).select_related("institution", "dataset").order_by("pk")
    return found if demo else found.for_demo(False)


def linkage_agencies() -> list[dict[str, Any]]:
    """Facts of the designated linkage agencies."""
    return [row.facts() for row in Institution.objects.active().linkage_agencies().order_by("key")]


def of_dataset(dataset: Dataset, user: Any, now: datetime | None = None) -> list[Offer]:
    """What is offered of a dataset, as this reader may see it."""
    return list(
        Offer.objects.offered(now or clock.now())
        .filter(Q(dataset=dataset))
        .visible_to(user)
        .select_related("institution")
        .prefetch_related("lines")
    )


def lines_of(offer: Offer) -> list[OfferLine]:
    return list(offer.lines.order_by("position"))
