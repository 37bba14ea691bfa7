"""Offers of a round are allocated: ordered, computed by a worker, published by a second person, and lapse. Nothing is reserved."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock, workdays
from portal.kit.access import require
from portal.kit.errors import Refused
from providers.catalogue.models import Dataset
from providers.offers.models import Offer
from vouchers.matching import notices
from vouchers.matching.models import Allocation, OfferProposal
from vouchers.matching.queries import allocating as queries
from vouchers.matching.queries.proposed import lapsing
from vouchers.matching.rules import allocations as rules
from vouchers.rounds.models import Round

ORDER, PUBLISH = "vouchers.order_allocation", "vouchers.publish_allocation"


@transaction.atomic
def order_allocation(*, round_id: int, budget_won: int | None = None, by: Any) -> Allocation:
    """A worker computes it soon; one that waits already is discarded. budget_won: whole won for all together, VAT excluded.

    Writes: Allocation ORDERED, Events. Raises: Refused, NotAllowed.
    """
    programme = Round.objects.select_for_update(no_key=True).get(pk=round_id)
    require(by, ORDER)
    if not queries.allocatable_rounds().filter(pk=programme.pk).exists():
        raise Refused(_("Offers are allocated in a round in which a match can still count."), "round_not_open")
    if budget_won is not None and budget_won <= 0:
        raise Refused(_("Enter the budget in whole won, above zero, or leave it empty."), "bad_budget", "budget_won")
    if not queries.waiting_needs(programme).exists():
        raise Refused(_("No need of this round waits for an offer."), "no_needs")
    earlier = queries.open_allocation(programme)
    if earlier is not None:
        _discard(lock(earlier.pk), str(_("Replaced by a newer one.")), by)
    version = programme.policy_version()
    made = Allocation(
        round=programme, budget_won=budget_won, ordered_by=by, policy_number=version.number if version else None
    )  # fmt: skip
    made.save()
    journal.record("allocation.ordered", made, by=by, to=made.status, data={"budget_won": budget_won})
    return made


def compute_allocations(now: datetime | None = None) -> int:
    """The sweep: claims what is ordered or was left by a worker that died, computes it outside any transaction, keeps the answer.

    Writes: Allocation COMPUTED or FAILED, Event. Returns: how many.
    """
    moment = now or clock.now()
    gone = moment - timedelta(minutes=rules.ABANDONED_AFTER_MINUTES)
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lte=gone)
    done = 0
    for pk in Allocation.objects.filter(free, status="ORDERED").order_by("pk").values_list("pk", flat=True):
        if Allocation.objects.filter(free, pk=pk, status="ORDERED").update(claimed_at=moment, step="READING"):
            done += _compute(pk, moment)
    return done


def _compute(pk: int, claimed_at: datetime) -> bool:
    row = Allocation.objects.select_related("round").get(pk=pk)
    try:
        text, engine, outputs = _solved(row)
    except Exception as error:
        return _settle(pk, claimed_at, failed=f"{type(error).__name__}: {error}"[:500])
    return _settle(pk, claimed_at, text=text, engine=engine, outputs=outputs)


def _solved(row: Allocation) -> tuple[str, str, dict[str, Any]]:
    """(inputs, engine, outputs). numpy and the solver are loaded here, in the worker."""
    from vouchers.matching.rules import allocating

    case, terms = queries.case_of(row.round), queries.terms_of(row.round)
    _tell(row, "SCORING")
    asked = allocating.asked(case.needs, case.candidates, case.policy, terms, budgeted=row.budget_won is not None)
    text = allocating.inputs_text(asked, case.policy, terms, row.budget_won, queries.scored(case))
    _tell(row, "SOLVING")
    found = allocating.outcome(text)
    pairs = [(need, name) for need, name, _score, _cost in found.pairs]
    kept = {"needs": sorted(case.needs), "chosen": {ref: list(one) for ref, one in queries.scored(case).items()}}
    return (
        text,
        allocating.ENGINE,
        {**found.document(), **kept, "words": queries.reasons_of(case, pairs), "unpriced": asked.unpriced},
    )


def _tell(row: Allocation, step: str) -> None:
    """How far it is, for the page that waits."""
    Allocation.objects.filter(pk=row.pk, status="ORDERED").update(step=step)


@transaction.atomic
def _settle(
    pk: int, claimed_at: datetime, *, text: str = "", engine: str = "", outputs: dict[str, Any] | None = None, failed: str = ""
) -> bool:
    """Keeps the answer, unless it was discarded or somebody else took over meanwhile."""
    row = lock(pk)
    if row.status != "ORDERED" or row.claimed_at != claimed_at:
        return False
    verb = "fail_allocation" if failed else "compute_allocation"
    row.status, row.step = rules.ALLOCATION_LIFECYCLE.step(row.status, verb), "DONE"
    if failed:
        row.reason = failed
    else:
        row.inputs, row.engine, row.outputs, row.computed_at = text, engine, outputs or {}, clock.now()
        row.inputs_sha256 = hashlib.sha256(text.encode()).hexdigest()
    row.save()
    figures = {name: row.outputs[name] for name in ("worth", "bound", "greedy")} if not failed else {}
    name = "allocation.failed" if failed else "allocation.computed"
    data = {**figures, "inputs_sha256": row.inputs_sha256, "pairs": len(row.outputs.get("pairs", ()))}
    journal.record(name, row, by=None, frm="ORDERED", to=row.status, reason=failed, data=data)
    notices.allocation_ready(row)
    return True


@transaction.atomic
def publish_allocation(*, allocation_id: int, by: Any) -> Allocation:
    """Companies and providers see what is proposed to them. It reserves nothing: both sides still confirm, by quote and match.

    What stood from an earlier one is withdrawn. Writes: Allocation PUBLISHED, OfferProposal, Events, Notices.
    Raises: Refused (four eyes, nothing to propose), NotAllowed, IllegalStep.
    """
    row = lock(allocation_id)
    require(by, PUBLISH)
    rules.check_publisher(row.ordered_by_id, by.pk)
    after = rules.ALLOCATION_LIFECYCLE.step(row.status, "publish_allocation")
    made = _proposals(row, clock.now())
    if not made:
        raise Refused(_("Nothing of this allocation can be proposed any more. Have it computed again."), "nothing_left")
    for old in OfferProposal.objects.select_for_update().open().filter(need__round=row.round):
        _end(old, "withdraw", by)
    row.status, row.published_by, row.published_at, row.lapses_at = after, by, clock.now(), made[0].lapses_at
    row.save()
    for one in made:
        one.save()
        journal.record("offer_proposal.made", one, by=by, to=one.status, organisations=one.organisation_ids())
    journal.record("allocation.published", row, by=by, frm="COMPUTED", to=row.status, data={"proposals": len(made)})
    notices.offers_proposed(made)
    return row


def _proposals(row: Allocation, now: datetime) -> list[OfferProposal]:
    """What still holds of the pairs: needs that wait, datasets and offers that stand."""
    lapses_at = workdays.due_at(now, queries.terms_of(row.round).lapse_days)
    needs = {need.ref: need for need in queries.waiting_needs(row.round).select_related("company__organisation", "round")}
    keys = [name.partition(":") for _need, name, _score, _cost in row.outputs["pairs"]]
    shown = (
        Dataset.objects.published()
        .filter(key__in={key for key, _colon, _ref in keys})
        .select_related("institution__organisation")
    )
    datasets = {one.key: one for one in shown}
    offers = {one.ref: one for one in Offer.objects.offered(now).filter(ref__in={ref for _key, _colon, ref in keys if ref})}
    made = []
    for need, name, score, cost in row.outputs["pairs"]:
        key, _colon, ref = name.partition(":")
        if need in needs and key in datasets and (not ref or ref in offers):
            made.append(
                OfferProposal(
                    allocation=row, need=needs[need], institution=datasets[key].institution, dataset=datasets[key],
                    offer=offers.get(ref), score=score, price_won=cost if ref else None, lapses_at=lapses_at,
                    words=_words(row.outputs, need, name),
                )
            )  # fmt: skip
    return made


def _words(found: dict[str, Any], need: str, name: str) -> dict[str, Any]:
    """What the pages of both sides say, without reading the whole allocation again."""
    first = found["first"][need][0]
    return {**found["words"][f"{need} {name}"], "first": first, "place": found["place"].get(first, 0)}


@transaction.atomic
def discard_allocation(*, allocation_id: int, reason: str, by: Any) -> Allocation:
    """Nobody is told. Writes: Allocation DISCARDED, Event. Raises: Refused, NotAllowed, IllegalStep."""
    row = lock(allocation_id)
    require(by, ORDER)
    if not reason.strip():
        raise Refused(_("Give a reason."), "reason_missing", "reason")
    return _discard(row, reason.strip(), by)


def _discard(row: Allocation, reason: str, by: Any) -> Allocation:
    before = row.status
    row.status, row.reason = rules.ALLOCATION_LIFECYCLE.step(before, "discard_allocation"), reason
    row.save()
    journal.record("allocation.discarded", row, by=by, frm=before, to=row.status, reason=reason)
    return row


def lapse_proposals(now: datetime | None = None) -> int:
    """Proposals whose time is over. Writes: OfferProposal LAPSED, Event. Returns: how many."""
    moment = now or clock.now()
    return sum(_lapse(pk, moment) for pk in lapsing(moment))


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


def lock(allocation_id: int) -> Allocation:
    return (
        Allocation.objects.select_for_update(of=("self",))
        .select_related("round", "ordered_by")
        .defer("inputs")
        .get(pk=allocation_id)
    )
