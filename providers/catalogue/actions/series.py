"""Series: taken over from a source, subscribed to by people, told when a release opens."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.queries import organisation_ids_of
from portal.journal.actions import record as journal
from portal.journal.queries import history
from portal.kit import clock
from portal.kit.access import require, require_somebody
from portal.kit.errors import Refused, Stale
from portal.kit.models import make_ref
from providers.catalogue import notices, queries
from providers.catalogue.models import Dataset, DatasetSeries, Subscription
from providers.institutions.models import Institution
from providers.institutions.rules import check_active

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
    if series is not None and history(series).filter(by__isnull=False).exists():
        return series  # its institution has taken it over: a new seed changes nothing
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


SERIES = ("title_ko", "title_en", "description_ko", "description_en")
MOST_RELEASES = 50


@transaction.atomic
def save_series(
    *,
    institution: Institution,
    values: Mapping[str, str],
    releases: Sequence[str],
    by: Any,
    key: str = "",
    version: int | None = None,
) -> DatasetSeries:
    """An institution's own series: made when no version is given, else changed. values: all of SERIES; releases: keys of the
    institution's datasets in their order, planned ones too; one that is left out leaves the series.

    Writes: DatasetSeries, Dataset.series, Event series.registered or series.revised. Raises Stale when somebody saved first; Refused
    while the institution is being verified, for a page that was taken down, for a dataset of somebody else or of another series,
    twice the same one, or a taken identifier.
    """
    require(by, "providers.edit_dataset", institution)
    check_active(institution.status)
    series = _opened(institution, key, version)
    if not values["title_ko"] or not values["description_ko"]:
        raise Refused(_("Give the series a Korean title and description."), "title_needed", "title_ko")
    rows = _releases(series, institution, releases)
    for name in SERIES:
        setattr(series, name, values[name] or values[name.replace("_en", "_ko")])
    series.save()
    left = Dataset.objects.select_for_update().filter(series=series).exclude(key__in=releases)
    for row in left:
        row.series, row.series_place = None, None
        row.save()
    for place, row in enumerate(rows, start=1):
        if (row.series_id, row.series_place) != (series.pk, place):
            row.series, row.series_place = series, place
            row.save()
    event = "series.registered" if version is None else "series.revised"
    public = queries.public_series().filter(pk=series.pk).exists()
    journal(event, series, by=by, public=public, organisations=series.organisation_ids(), data={"releases": list(releases)})
    return series


@transaction.atomic
def withdraw_series(*, series_id: int, reason: str, by: Any) -> DatasetSeries:
    """The institution or the operating agency takes the public page down; the datasets stay. Writes: DatasetSeries, Event series.withdrawn, Notice to the institution where
    somebody else did it. Raises Refused without a reason, or when it is down already."""
    series = _locked(series_id)
    agency = by is not None and by.has_perm("providers.check_dataset", series)
    require(by, "providers.check_dataset" if agency else "providers.pause_dataset", series)
    if not reason.strip():
        raise Refused(_("Give a reason: the institution will read it."), "reason_needed", "reason")
    if series.withdrawn_at is not None:
        raise Refused(_("The page is taken down already."), "withdrawn")
    series.withdrawn_at, series.withdrawn_why = clock.now(), reason.strip()[:1000]
    series.save()
    journal("series.withdrawn", series, by=by, organisations=series.organisation_ids(), reason=reason)
    owner = series.institution.organisation
    if owner is not None and owner.pk not in organisation_ids_of(by):
        notices.series_withdrawn(series, owner)
    return series


@transaction.atomic
def restore_series(*, series_id: int, by: Any) -> DatasetSeries:
    """The operating agency makes a page public again. Writes: DatasetSeries, Event series.restored. Raises Refused where it is not
    taken down."""
    series = _locked(series_id)
    require(by, "providers.check_dataset", series)
    if series.withdrawn_at is None:
        raise Refused(_("The page is not taken down."), "not_withdrawn")
    series.withdrawn_at, series.withdrawn_why = None, ""
    series.save()
    journal("series.restored", series, by=by, organisations=series.organisation_ids())
    return series


def _locked(series_id: int) -> DatasetSeries:
    return DatasetSeries.objects.select_for_update(of=("self",)).select_related("institution__organisation").get(pk=series_id)


def _opened(institution: Institution, key: str, version: int | None) -> DatasetSeries:
    if version is None:
        key = key or f"{institution.key[:60]}-{make_ref('s')[2:]}"
        if DatasetSeries.objects.filter(key=key).exists():
            raise Refused(_("This identifier is taken. Choose another one."), "taken", "key")
        return DatasetSeries(key=key, institution=institution)
    series = DatasetSeries.objects.select_for_update().get(key=key, institution=institution)
    if series.version != version:
        raise Stale()
    if series.withdrawn_at is not None:
        raise Refused(_("This page was taken down. The operating agency can make it public again."), "withdrawn")
    return series


def _releases(series: DatasetSeries, institution: Institution, keys: Sequence[str]) -> list[Dataset]:
    """The datasets in their order, locked. Raises Refused."""
    if len(set(keys)) != len(keys):
        raise Refused(_("A dataset stands twice among the releases."), "twice", "releases")
    if len(keys) > MOST_RELEASES:
        raise Refused(_("At most %(n)d releases fit into a series.") % {"n": MOST_RELEASES}, "too_many", "releases")
    rows = Dataset.objects.select_for_update().filter(key__in=keys, institution=institution)
    found = {row.key: row for row in rows.exclude(publication="RETIRED").order_by("pk")}
    if set(keys) - set(found):
        raise Refused(_("Choose datasets of your own institution."), "foreign_dataset", "releases")
    for key in keys:
        if found[key].series_id not in (None, series.pk):
            told = _("“%(title)s” belongs to another series already.") % {"title": found[key].title_ko}
            raise Refused(told, "other_series", "releases")
    return [found[key] for key in keys]


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
    if dataset.series is not None and dataset.series.is_up and dataset.is_open() and not was_open:
        users = [row.user for row in Subscription.objects.filter(series=dataset.series).select_related("user").order_by("pk")]
        if users:
            notices.release_opened(dataset, users)
