"""What was computed of a round's offers is published by a second person, as far as it still holds, and lapses. Nothing is reserved."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from portal.journal import actions as journal
from portal.kit import clock, prepared, workdays
from portal.kit.access import require
from providers.catalogue.models import Dataset
from providers.offers.models import Offer
from vouchers.matching import notices
from vouchers.matching.actions.allocating import PUBLISHES, lock
from vouchers.matching.models import Allocation, Need, OfferProposal
from vouchers.matching.queries import allocating as queries
from vouchers.matching.queries.proposed import lapsing
from vouchers.matching.rules import allocations as rules
from vouchers.rounds.models import Round

PUBLISH = "vouchers.publish_allocation"


@transaction.atomic
def publish_allocation(*, allocation_id: int, by: Any) -> Allocation:
    """Companies and providers see what is proposed to them. It reserves nothing: both sides still confirm, by quote and match.

    A pair that holds no longer as it was computed (its need, data, institution, price, terms or places changed) is left out, with why.
    What stood from an earlier one is withdrawn. Writes: Allocation PUBLISHED, OfferProposal, Events, Notices. Raises: Refused (four
    eyes, a round in which no match counts, nothing left), NotAllowed, IllegalStep.
    """
    of = Allocation.objects.values_list("round_id").get(pk=allocation_id)
    Round.objects.select_for_update(no_key=True).get(pk__in=of)  # first, as whoever orders does
    row = lock(allocation_id)
    require(by, PUBLISH)
    rules.check_publisher(row.ordered_by_id, by.pk)
    after = rules.ALLOCATION_LIFECYCLE.step(row.status, "publish_allocation")
    queries.check_open(row)
    list(Need.objects.filter(ref__in={ref for ref, *_rest in row.outputs["pairs"]}).select_for_update(no_key=True).order_by("pk"))
    list(_offers_of(row).select_for_update(no_key=True).order_by("pk"))  # nothing that was judged changes until this is written
    found = queries.holding(row)
    rules.check_proposed(found, row.budget_won)
    made = _proposals(row, found.pairs, clock.now())
    for old in OfferProposal.objects.select_for_update().open().filter(need__round=row.round):
        _end(old, "withdraw", by)
    row.status, row.published_by, row.published_at, row.lapses_at = after, by, clock.now(), made[0].lapses_at
    row.left_out = [list(one) for one in found.left]
    row.save()
    prepared.insert(made)
    births: list[tuple[str, OfferProposal, dict[str, Any]]] = [("offer_proposal.made", one, {}) for one in made]
    journal.record_births(births, by=by, to=made[0].status, organisations=OfferProposal.organisation_ids)
    data = {"proposals": len(made), "left_out": len(found.left)}
    journal.close_duty(row, PUBLISHES, by=by)
    journal.record("allocation.published", row, by=by, frm="COMPUTED", to=row.status, data=data)
    notices.offers_proposed(made)
    return row


def _proposals(row: Allocation, pairs: Sequence[rules.Pair], now: datetime) -> list[OfferProposal]:
    """The pairs as rows, with their offers locked: what is proposed costs what the offer says at that moment."""
    lapses_at = workdays.due_at(now, queries.terms_of(row.round).lapse_days)
    rows = Need.objects.filter(ref__in={need for need, *_rest in pairs}).select_related("company__organisation", "round")
    needs = {need.ref: need for need in rows}
    keys = [name.partition(":") for _need, name, _score, _cost in pairs]
    shown = Dataset.objects.filter(key__in={key for key, _colon, _ref in keys}).select_related("institution__organisation")
    datasets = {one.key: one for one in shown}
    offers = {one.ref: one for one in Offer.objects.filter(ref__in={ref for _key, _colon, ref in keys if ref})}
    made = []
    for need, name, score, _cost in pairs:
        key, _colon, ref = name.partition(":")
        made.append(
            OfferProposal(
                allocation=row, need=needs[need], institution=datasets[key].institution, dataset=datasets[key],
                offer=offers.get(ref), score=score, price_won=offers[ref].floor_won if ref else None, lapses_at=lapses_at,
                words=_words(row.outputs, need, name),
            )
        )  # fmt: skip
    return made


def _words(found: dict[str, Any], need: str, name: str) -> dict[str, Any]:
    """What the pages of both sides say, without reading the whole allocation again."""
    first = found["first"][need][0]
    return {**found["words"][f"{need} {name}"], "first": first, "place": found["place"].get(first, 0)}


def _offers_of(row: Allocation) -> QuerySet[Offer]:
    return Offer.objects.filter(ref__in={name.partition(":")[2] for _need, name, *_rest in row.outputs["pairs"]})


def lapse_proposals(now: datetime | None = None) -> int:
    """Proposals whose time is over. Writes: OfferProposal LAPSED, Event. Returns: how many."""
    moment = now or clock.now()
    return journal.each("matching.lapse_proposals", lapsing(moment), lambda pk: _lapse(pk, moment))


@transaction.atomic
def _lapse(pk: int, now: datetime) -> bool:
    row = OfferProposal.objects.select_for_update(of=("self",)).select_related("need__company", "institution").get(pk=pk)
    if row.status != "OPEN" or not rules.lapsed(row.lapses_at, now):
        return False
    _end(row, "lapse", None)
    return True


def _end(row: OfferProposal, verb: str, by: Any) -> None:
    before, row.status = row.status, rules.OFFER_PROPOSAL_LIFECYCLE.step(row.status, verb)
    row.save()
    past = {"lapse": "lapsed", "withdraw": "withdrawn"}[verb]
    journal.record(
        f"offer_proposal.{past}", row, by=by, frm=before, to=row.status, organisations=row.organisation_ids()
    )  # fmt: skip
