"""A series and its releases."""

from typing import Any

from django.db.models import QuerySet

from providers.catalogue.models import Dataset, DatasetSeries, Subscription


def releases_of(series: DatasetSeries) -> QuerySet[Dataset]:
    """Published releases, planned ones too, in the order of the series."""
    return Dataset.objects.published().filter(series=series).select_related("institution").order_by("series_place", "key")


def is_subscribed(series: DatasetSeries, user: Any) -> bool:
    return bool(user.is_authenticated) and Subscription.objects.filter(series=series, user=user).exists()
