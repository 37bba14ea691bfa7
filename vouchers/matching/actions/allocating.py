"""Offers of a round are allocated: ordered, computed by a worker, discarded. Nothing is reserved."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.matching import notices
from vouchers.matching.models import Allocation
from vouchers.matching.queries import allocating as queries
from vouchers.matching.rules import allocations as rules
from vouchers.matching.rules.allocations import Step
from vouchers.rounds.models import Round

ORDER = "vouchers.order_allocation"
PUBLISHES = "publish_allocation"  # the duty of who did not order it


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
    made = Allocation(
        round=programme, budget_won=budget_won, ordered_by=by, policy_number=queries.policy_number(programme)
    )  # fmt: skip
    made.save()
    journal.record("allocation.ordered", made, by=by, to=made.status, data={"budget_won": budget_won})
    return made


def order_again(*, allocation_id: int, by: Any) -> Allocation:
    """The same round with the same budget, from today's needs and offers. Writes and raises: as order_allocation."""
    row = Allocation.objects.only("round_id", "budget_won").get(pk=allocation_id)
    return order_allocation(round_id=row.round_id, budget_won=row.budget_won, by=by)


def compute_allocations() -> int:
    """The sweep: claims what is ordered or was left by a worker that died, computes it outside any transaction, keeps the answer.

    Writes: Allocation COMPUTED or FAILED, Event. Returns: how many.
    """
    waiting = Allocation.objects.filter(status="ORDERED").order_by("pk").values_list("pk", flat=True)
    claimed = ((pk, _claim(pk)) for pk in waiting)  # each when its turn comes: the one before may have taken long
    return sum(_compute(pk, moment) for pk, moment in claimed if moment is not None)


@transaction.atomic
def _claim(pk: int) -> datetime | None:
    """When it was claimed; None: somebody is at it, it is over, or it killed its last worker. Writes: claimed_at, step, deaths;
    FAILED with Event and Notice once it killed MOST_DEATHS workers."""
    row = Allocation.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).defer("inputs").first()
    now = clock.now()
    if row is None or row.status != "ORDERED" or not rules.claimable(row.claimed_at, now):
        return None
    row.deaths += row.claimed_at is not None
    if rules.given_up(row.deaths):
        _settled(row, failed=str(rules.DIED % {"n": row.deaths}))
        return None
    row.claimed_at, row.step = now, Step.READING
    row.save(update_fields=["claimed_at", "step", "deaths"])
    return now


def _compute(pk: int, claimed_at: datetime) -> bool:
    row = Allocation.objects.select_related("round").get(pk=pk)
    try:
        solved = _solved(row)
    except Exception as error:
        return _settle(pk, claimed_at, failed=f"{type(error).__name__}: {error}"[:500])
    return _settle(pk, claimed_at, solved)


def _solved(row: Allocation) -> dict[str, Any]:
    """The columns of what is computed. numpy and the solver are loaded here, in the worker."""
    from vouchers.matching.rules import allocating

    case, terms = queries.case_of(row.round), queries.terms_of(row.round)
    _tell(row, Step.SCORING)
    asked = allocating.asked(case.needs, case.candidates, case.policy, terms, budget_won=row.budget_won)
    text = allocating.inputs_text(asked, case.policy, terms, row.budget_won, queries.scored(case))
    _tell(row, Step.SOLVING)
    found = allocating.outcome(text)
    pairs = [(need, name) for need, name, _score, _cost in found.pairs]
    kept = {"needs": sorted(case.needs), "chosen": {ref: list(one) for ref, one in queries.scored(case).items()}}
    kept |= {"seen": {name: case.seen[name] for pair in pairs for name in pair}}
    outputs = {**found.document(), **kept, "words": queries.reasons_of(case, pairs), "unpriced": asked.unpriced}
    return {"inputs": text, "engine": allocating.ENGINE, "outputs": outputs, "policy_number": case.policy_number}


def _tell(row: Allocation, step: str) -> None:
    """How far it is, for the page that waits."""
    Allocation.objects.filter(pk=row.pk, status="ORDERED").update(step=step)


@transaction.atomic
def _settle(pk: int, claimed_at: datetime, solved: Mapping[str, Any] | None = None, *, failed: str = "") -> bool:
    """Keeps the answer, unless it was discarded or somebody else took over meanwhile."""
    row = lock(pk)
    if row.status != "ORDERED" or row.claimed_at != claimed_at:
        return False
    for name, value in (solved or {}).items():
        setattr(row, name, value)
    return _settled(row, failed=failed)


def _settled(row: Allocation, *, failed: str) -> bool:
    verb = "fail_allocation" if failed else "compute_allocation"
    row.status, row.step, row.reason = rules.ALLOCATION_LIFECYCLE.step(row.status, verb), Step.DONE, failed
    if not failed:
        row.computed_at, row.inputs_sha256 = clock.now(), hashlib.sha256(row.inputs.encode()).hexdigest()
    row.save()
    figures = {name: row.outputs[name] for name in ("worth", "bound", "greedy")} if not failed else {}
    name = "allocation.failed" if failed else "allocation.computed"
    data = {**figures, "inputs_sha256": row.inputs_sha256, "pairs": len(row.outputs.get("pairs", ()))}
    journal.record(name, row, by=None, frm="ORDERED", to=row.status, reason=failed, data=data)
    notices.allocation_ready(row)
    if not failed:
        journal.open_duty(
            row, PUBLISHES, title_ko=f"배분안 공개 결정: {row.round.title_ko}",
            title_en=f"Decide about an allocation of offers: {row.round.title_en or row.round.title_ko}",
            url=f"/admin/vouchers/allocation/{row.pk}/change/", role=Role.MINISTRY_APPROVER, by_mail=True, by=None,
        )  # fmt: skip
    return True


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
    journal.close_duty(row, PUBLISHES, by=by)
    journal.record("allocation.discarded", row, by=by, frm=before, to=row.status, reason=reason)
    return row


def lock(allocation_id: int) -> Allocation:
    return (
        Allocation.objects.select_for_update(of=("self",))
        .select_related("round", "ordered_by")
        .defer("inputs")
        .get(pk=allocation_id)
    )
