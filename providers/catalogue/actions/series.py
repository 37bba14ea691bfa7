"""Series: taken over from a source, subscribed to by people, told when a release opens."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal.actions import record as journal
from portal.kit import clock
from portal.kit.access import require, require_somebody
from portal.kit.errors import Refused
from providers.catalogue import notices
from providers.catalogue.models import Dataset, DatasetSeries, Subscription
from providers.institutions.models import Institution

_TEXTS = ("title_ko", "title_en", "description_ko", "description_en", "source", "certainty")


@transaction.atomic
def register_series(*, record: Mapping[str, Any], by: Any = None) -> DatasetSeries:
    """Creates or updates a series of seeds/reference/dataset_series.json; idempotent. releases: keys of its datasets, in order.

    Writes: DatasetSeries, Dataset.series, Event series.registered or series.revised when something changed.
    Raises Refused when the institution or a dataset is unknown.
    """
    require(by, "providers.register_dataset")
    institution = Institution.objects.filter(key=record["institution"]).first()
    datasets = {row.key: row for row in Dataset.objects.select_for_update().filter(key__in=record["releases"])}
    if institution is None or set(record["releases"]) - set(datasets):
        raise Refused(_("The series names an institution or a dataset that does not exist."), "unknown")
    values = {**{name: record.get(name) or "" for name in _TEXTS}, "institution": institution}
    series = DatasetSeries.objects.select_for_update().filter(key=record["key"]).first()
    new = series is None
    series = series or DatasetSeries(key=record["key"])
    changed = sorted(name for name, value in values.items() if new or getattr(series, name) != value)
    if changed:
        for name, value in values.items():
            setattr(series, name, value)
        series.save()
    for place, key in enumerate(record["releases"], start=1):
        row = datasets[key]
        if (row.series_id, row.series_place) != (series.pk, place):
            row.series, row.series_place = series, place
            row.save()
            changed.append(key)
    if changed:
        name = "series.registered" if new else "series.revised"
        journal(name, series, by=by, public=True, organisations=series.organisation_ids(), data={"changed": changed})
    return series


@transaction.atomic
def subscribe(*, series: DatasetSeries, by: Any) -> None:
    """`by` is told when a release opens. Twice is once. Writes: Subscription."""
    require_somebody(by)
    Subscription.objects.get_or_create(series=series, user=by, defaults={"since": clock.now()})


@transaction.atomic
def unsubscribe(*, series: DatasetSeries, by: Any) -> None:
    """`by` is no longer told. Writes: Subscription (gone)."""
    require_somebody(by)
    Subscription.objects.filter(series=series, user=by).delete()


def tell_opened(dataset: Dataset, was_open: bool) -> None:
    """Called by every publication: a release that was not open and now is, is told to the subscribers. Writes: Notices."""
    if dataset.series_id and dataset.is_open() and not was_open:
        users = [row.user for row in Subscription.objects.filter(series=dataset.series).select_related("user").order_by("pk")]
        if users:
            notices.release_opened(dataset, users)
