"""Offers that promise more than their dataset says now."""

from django.db.models import F, Q

from providers.offers.models import Offer
from providers.offers.rules import MODEL_EXPORT


def wider_than_dataset() -> list[int]:
    """Ids of published offers that `rules.wider` would refuse beside their dataset, as it is published today. One query."""
    unsaid = Q(dataset__exits=[])
    more = (
        ~Q(dataset__access_mode=[]) & ~Q(access_modes__contained_by=F("dataset__access_mode"))
        | ~unsaid & ~Q(exits__contained_by=F("dataset__exits"))
        | ~Q(dataset__purposes=[]) & ~Q(allowed_purposes__contained_by=F("dataset__purposes"))
        | ~unsaid & Q(model_export=True) & ~Q(dataset__exits__contains=[MODEL_EXPORT])
        | Q(commercial_ai_allowed=True, dataset__commercial_use_allowed=False)
    )
    return list(Offer.objects.published().filter(more, dataset__isnull=False).order_by("pk").values_list("pk", flat=True))
