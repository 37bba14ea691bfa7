"""Many offers changed at once: all or none."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from portal.kit.access import require
from portal.kit.errors import Refused
from providers.catalogue.models import Dataset
from providers.offers import rules
from providers.offers.actions.offering import _fill, _journal, unfit
from providers.offers.models import Offer, OfferLine


@transaction.atomic
def edit_many(*, changes: Sequence[rules.Change], by: Any) -> list[Offer]:
    """Every change as `edit` does it, all of them or none. Rows are locked in one order, so that two uploads wait for each other.

    Writes: Offer, OfferLine, an Event offer.edited each. Raises NotApplied naming every offer that cannot be changed so.
    """
    require(by, "providers.edit_offer")
    rows = Offer.objects.select_for_update(of=("self",)).select_related("institution", "dataset").order_by("pk")
    found = {offer.ref: offer for offer in rows.filter(ref__in=[change.ref for change in changes])}
    wrong = _judge(changes, found, by)
    if wrong:
        raise rules.NotApplied(wrong)
    OfferLine.objects.filter(offer__in=list(found.values())).delete()
    lines: list[OfferLine] = []
    for change in changes:
        offer = found[change.ref]
        offer.save()
        lines += [OfferLine(offer=offer, position=n, **line.__dict__) for n, line in enumerate(change.lines, start=1)]
        _journal("offer.edited", offer, by, lines=change.lines, also={"sheet": True}, frm=offer.status, to=offer.status)
    for line in lines:
        line.name_it()
    OfferLine.objects.bulk_create(lines)
    return [found[change.ref] for change in changes]


def check_many(*, changes: Sequence[rules.Change], by: Any) -> list[rules.Wrong]:
    """What `edit_many` would refuse now. Writes nothing."""
    rows = Offer.objects.select_related("institution", "dataset").filter(ref__in=[change.ref for change in changes])
    return _judge(changes, {offer.ref: offer for offer in rows}, by)


def _judge(changes: Sequence[rules.Change], found: Mapping[str, Offer], by: Any) -> list[rules.Wrong]:
    """Puts the new values on the rows; says what stands against it."""
    keys = {change.dataset for change in changes if change.dataset}
    datasets = {dataset.key: dataset for dataset in Dataset.objects.filter(key__in=keys)}
    wrong = []
    for change in changes:
        wrong += [rules.Wrong(change.ref, *one) for one in _against(change, found.get(change.ref), datasets, by)]
    return wrong


def _against(change: rules.Change, offer: Offer | None, datasets: Mapping[str, Dataset], by: Any) -> list[tuple[str, str]]:
    """(field, sentence) of all that stands against it."""
    if closed := _closed(change, offer, datasets, by):
        return [closed]
    assert offer is not None
    try:
        _fill(offer, change.values, change.lines, datasets.get(change.dataset))
    except Refused as error:
        return [(error.field or "ref", str(error.message))]
    return [] if offer.status == rules.OfferStatus.DRAFT else unfit(offer, change.lines)


def _closed(change: rules.Change, offer: Offer | None, datasets: Mapping[str, Dataset], by: Any) -> tuple[str, str] | None:
    """Why its row is not looked at any further."""
    if offer is None or (by is not None and not by.has_perm("providers.edit_offer", offer)):
        return "ref", gettext("None of your offers has this key: download the workbook again.")
    if offer.version != change.version:
        told = gettext("This offer was changed after the download (version %(now)d now). Download again and repeat your change.")
        return "version", told % {"now": offer.version}
    if offer.status not in rules.EDITABLE:
        told = gettext("An offer in the state “%(state)s” cannot be changed: leave this row as it was.")
        return "status", told % {"state": offer.get_status_display()}
    if change.dataset and change.dataset not in datasets:
        return "dataset", gettext("None of your datasets has this key.")
    return None
