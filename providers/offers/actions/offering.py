"""One offer, from its draft to its end. Every change is an event with the whole content, so each version can be read again."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from portal.journal.actions import record as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import IllegalStep, Refused, Stale
from providers.catalogue import actions as catalogue
from providers.catalogue.models import Dataset
from providers.catalogue.rules import AVAILABLE
from providers.institutions import rules as institution_rules
from providers.institutions.models import Institution
from providers.offers import notices, rules
from providers.offers.actions.queue import queued
from providers.offers.models import Offer, OfferLine

FIELDS = (
    "kind", "title_ko", "title_en", "description_ko", "description_en", "capacity", "capacity_period", "open_capacity",
    "access_modes", "exits", "lead_time_days", "allowed_purposes", "commercial_ai_allowed", "model_export", "joint_drb",
    "valid_from", "valid_to",
)  # fmt: skip


@transaction.atomic
def create_offer(
    *,
    institution: Institution,
    values: Mapping[str, Any],
    lines: Sequence[rules.Line],
    by: Any,
    dataset: Dataset | None = None,
) -> Offer:
    """A new draft. values: any of FIELDS; lines: price lines in order. Writes: Offer, OfferLine, Event offer.created."""
    require(by, "providers.edit_offer", institution)
    offer = Offer(institution=institution, status=rules.LIFECYCLE.initial)
    _fill(offer, values, lines, dataset)
    offer.save()
    _write_lines(offer, lines)
    _journal("offer.created", offer, by, lines=lines, to=offer.status)
    return offer


@transaction.atomic
def edit(
    *,
    offer_id: int,
    version: int,
    values: Mapping[str, Any],
    lines: Sequence[rules.Line],
    by: Any,
    dataset: Dataset | None = None,
    open_shown: int | None = None,
) -> Offer:
    """Changes a draft, or publishes the next version of a published or paused offer at once. version: as it was opened.
    open_shown: the open capacity that the person read; orders taken or given back since are kept beside what was typed.

    Writes: Offer, OfferLine, Event offer.edited. Raises Stale when somebody saved first, Refused when a published offer
    would lack something.
    """
    offer = locked(offer_id)
    require(by, "providers.edit_offer", offer)
    if offer.version != version:
        raise Stale()
    if offer.status not in rules.EDITABLE:
        raise IllegalStep("offer", offer.status, "edit")
    if "open_capacity" in values and values.get("capacity_period", offer.capacity_period) == offer.capacity_period:
        now, most = offer.open_capacity, values.get("capacity", offer.capacity)
        merged = rules.merged_open(values["open_capacity"], shown=open_shown, now=now, most=most)
        values = {**values, "open_capacity": merged}
    _fill(offer, values, lines, dataset)
    if offer.status != rules.OfferStatus.DRAFT:
        _complete(offer, lines)
    offer.save()
    offer.lines.all().delete()
    _write_lines(offer, lines)
    _journal("offer.edited", offer, by, lines=lines, frm=offer.status, to=offer.status)
    return offer


def submit(*, offer_id: int, by: Any) -> Offer:
    """The draft goes to the operating agency's check. Refused while something is missing. Tells OPERATOR_CASE, who owe the check."""
    return _step(offer_id, "submit", "offer.submitted", by)


def start_check(*, offer_id: int, by: Any) -> Offer:
    return _step(offer_id, "start_check", "offer.check_started", by)


def publish(*, offer_id: int, by: Any) -> Offer:
    """From now on companies find it. Tells the institution's people."""
    return _step(offer_id, "publish", "offer.published", by)


def return_offer(*, offer_id: int, reason: str, by: Any) -> Offer:
    """Back to the institution, with what is to be mended. Tells the institution's people."""
    return _step(offer_id, "return", "offer.returned", by, reason)


def pause(*, offer_id: int, by: Any) -> Offer:
    """Not found any more until resumed; quotes already asked for go on."""
    return _step(offer_id, "pause", "offer.paused", by)


def resume(*, offer_id: int, by: Any) -> Offer:
    return _step(offer_id, "resume", "offer.resumed", by)


def retire(*, offer_id: int, by: Any, reason: str = "") -> Offer:
    return _step(offer_id, "retire", "offer.retired", by, reason)


def sync_offered() -> int:
    """Every dataset is told the least lead time and the least price of its offers that stand today (sweep). Idempotent.

    Returns: how many changed.
    """
    rows = Offer.objects.offered(clock.now()).filter(dataset__isnull=False).order_by()
    least = rows.values_list("dataset").annotate(days=Min("lead_time_days"), won=Min("floor_won"))
    return catalogue.record_offered({dataset: (days, won) for dataset, days, won in least})


PERMISSIONS = {
    "submit": "providers.edit_offer",
    "start_check": "providers.check_offer",
    "publish": "providers.check_offer",
    "return": "providers.check_offer",
    "pause": "providers.pause_offer",
    "resume": "providers.pause_offer",
    "retire": "providers.pause_offer",
}


@transaction.atomic
def _step(offer_id: int, verb: str, event: str, by: Any, reason: str = "") -> Offer:
    offer = locked(offer_id)
    require(by, PERMISSIONS[verb], offer)
    if verb == "return" and not reason.strip():
        raise Refused(_("Give a reason: the institution will read it."), "reason_needed", "reason")
    lines = [row.rule() for row in offer.lines.all()]
    before, after = offer.status, rules.LIFECYCLE.step(offer.status, verb)
    if verb in ("submit", "publish", "resume"):
        institution_rules.check_active(offer.institution.status)
        _complete(offer, lines)
        if offer.dataset is not None and offer.dataset.status != AVAILABLE:
            raise Refused(_("This dataset cannot be had now: only what is available can be offered."), "not_available", "dataset")
    offer.status = after
    if after == rules.OfferStatus.PUBLISHED:
        offer.published_at = offer.published_at or clock.now()
    offer.save()
    _journal(event, offer, by, lines=lines, frm=before, to=after, reason=reason)
    queued(verb, offer, by)
    if verb in notices.TOLD:
        notices.TOLD[verb](offer, reason)
    return offer


def locked(offer_id: int) -> Offer:
    """For the room's other actions too."""
    return Offer.objects.select_for_update(of=("self",)).select_related("institution", "dataset").get(pk=offer_id)


def _fill(offer: Offer, values: Mapping[str, Any], lines: Sequence[rules.Line], dataset: Dataset | None) -> None:
    """Puts checked values on the row. Raises Refused for a strange dataset, wrong dates, lines or capacity."""
    unknown = set(values) - set(FIELDS)
    assert not unknown, f"not a field of an offer: {unknown}"
    if dataset is not None and dataset.institution_id != offer.institution_id:
        raise Refused(_("Choose a dataset of your own institution."), "foreign_dataset", "dataset")
    rules.check_lines(lines)
    changed_period = values.get("capacity_period", offer.capacity_period) != offer.capacity_period
    for name, value in values.items():
        setattr(offer, name, value)
    offer.dataset = dataset
    if not offer.title_ko:
        raise Refused(_("Give the offer a Korean title."), "title_needed", "title_ko")
    if offer.valid_from and offer.valid_to and offer.valid_from > offer.valid_to:
        raise Refused(_("The last day must not lie before the first day."), "bad_validity", "valid_to")
    if offer.capacity is None:
        offer.open_capacity = offer.capacity_since = None
    elif offer.open_capacity is None:
        offer.open_capacity = offer.capacity
    elif offer.open_capacity > offer.capacity:
        raise Refused(_("The open capacity cannot exceed the capacity."), "bad_capacity", "open_capacity")
    if offer.capacity is not None and (offer.capacity_since is None or changed_period):
        offer.capacity_since = rules.period_start(offer.capacity_period, clock.today())
    offer.floor_won = rules.floor_won(lines)


def _lacking(offer: Offer, lines: Sequence[rules.Line]) -> list[str]:
    return rules.missing(
        title_ko=offer.title_ko,
        lines=lines,
        access_modes=offer.access_modes,
        exits=offer.exits,
        lead_time_days=offer.lead_time_days,
        purposes=offer.allowed_purposes,
        kind=offer.kind,
        has_dataset=offer.dataset_id is not None,
    )


def lacks(offer: Offer) -> list[str]:
    """Sentences about what the offer still needs, or promises beyond its dataset, before it can be submitted."""
    lacking = _lacking(offer, [row.rule() for row in offer.lines.all()])
    return [*(str(WHAT_LACKS[name]) for name in lacking), *(str(rules.WIDER[name]) for name in _wider(offer))]


def _complete(offer: Offer, lines: Sequence[rules.Line]) -> None:
    """Raises Refused naming the fields that a submitted or published offer lacks, or in which it promises too much."""
    if faults := unfit(offer, lines):
        (field, sentence), *rest = faults
        refused = Refused(sentence, "incomplete" if _lacking(offer, lines) else "wider_than_dataset", field)
        refused.also = tuple(rest)
        raise refused


def unfit(offer: Offer, lines: Sequence[rules.Line]) -> list[tuple[str, str]]:
    """(field, sentence) of all that a submitted or published offer lacks, and in which it promises too much."""
    told = {**{name: WHAT_LACKS[name] for name in _lacking(offer, lines)}, **{name: rules.WIDER[name] for name in _wider(offer)}}
    return [(name, str(sentence)) for name, sentence in told.items()]


def _wider(offer: Offer) -> list[str]:
    own = rules.Terms(
        offer.access_modes, offer.exits, offer.allowed_purposes, offer.commercial_ai_allowed, offer.model_export
    )  # fmt: skip
    data = offer.dataset
    return rules.wider(
        own, rules.Terms(data.access_mode, data.exits, data.purposes, data.commercial_use_allowed) if data is not None else None
    )


WHAT_LACKS = {
    "title_ko": _("Give the offer a Korean title."),
    "lines": _("Add at least one price line."),
    "lead_time_days": _("Say how many working days you need until the data is provided."),
    "access_modes": _("Choose at least one way of use."),
    "allowed_purposes": _("Choose at least one purpose that you allow."),
    "dataset": _("Choose the dataset that you offer."),
    "exits": _("Choose what may be taken out."),
}


def _write_lines(offer: Offer, lines: Sequence[rules.Line]) -> None:
    for position, line in enumerate(lines, start=1):
        OfferLine(offer=offer, position=position, **line.__dict__).save()


def _journal(
    event: str, offer: Offer, by: Any, *, lines: Sequence[rules.Line], also: Mapping[str, Any] | None = None, **more: Any
) -> None:
    content = {name: getattr(offer, name) for name in FIELDS}
    content |= {name: content[name].isoformat() for name in ("valid_from", "valid_to") if content[name]}
    content |= {
        "version": offer.version,
        "dataset": offer.dataset.key if offer.dataset else None,
        "lines": [dict(line.__dict__) for line in lines],
        **(also or {}),
    }
    journal(event, offer, by=by, organisations=offer.organisation_ids(), data=content, **more)
