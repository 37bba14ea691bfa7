"""A series and its releases."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.accounts.queries import organisation_ids_of, sees_all
from providers.catalogue.models import Dataset, DatasetSeries, Subscription
from providers.institutions.models import Institution
from providers.institutions.rules import SEEN


def public_series() -> QuerySet[DatasetSeries]:
    """What everybody sees: at least one release is published, the institution is in the public list, nobody took the page down."""
    published = Dataset.objects.published().filter(series=OuterRef("pk"))
    return DatasetSeries.objects.filter(Exists(published), withdrawn_at=None, institution__status__in=SEEN)


def series_visible_to(user: Any) -> QuerySet[DatasetSeries]:
    """The public ones; members their own; ministry, operator and auditor all."""
    every = DatasetSeries.objects.select_related("institution")
    if sees_all(user):
        return every
    own = Q(institution__organisation_id__in=organisation_ids_of(user))
    return every.filter(own | Q(pk__in=public_series().values("pk")))


def releases_of(series: DatasetSeries) -> QuerySet[Dataset]:
    """Published releases, planned ones too, in the order of the series."""
    return Dataset.objects.published().filter(series=series).select_related("institution").order_by("series_place", "key")


def is_subscribed(series: DatasetSeries, user: Any) -> bool:
    return bool(user.is_authenticated) and Subscription.objects.filter(series=series, user=user).exists()


def own_series(user: Any) -> QuerySet[DatasetSeries]:
    """Series of the institutions for which the person acts."""
    mine = DatasetSeries.objects.filter(institution__organisation_id__in=organisation_ids_of(user))
    return mine.select_related("institution").order_by("key")


def may_be_released(institution: Institution, series: DatasetSeries | None) -> list[Dataset]:
    """Datasets of the institution that stand in this series or in none, the planned ones too, by title."""
    free = Q(series__isnull=True) | Q(series=series) if series is not None else Q(series__isnull=True)
    rows = Dataset.objects.filter(free, institution=institution).exclude(publication="RETIRED")
    return list(rows.order_by("title_ko", "key"))
