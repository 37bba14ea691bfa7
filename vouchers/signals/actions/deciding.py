"""A person decides about a signal, with a reason. Nothing follows by itself: no case is stopped, no payment held back."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.applications import actions as applications
from vouchers.signals import queries, rules
from vouchers.signals.models import Signal

DECIDE = "vouchers.decide_signal"


@transaction.atomic
def watch_signal(*, signal_id: int, reason: str, by: Any) -> Signal:
    """Nothing is done now, and it stays in view. Writes: Signal, Event; closes the duty. Raises: Refused, NotAllowed, IllegalStep."""
    row = _locked(signal_id, by)
    return _decided(row, "watch_signal", "watched", reason, by)


@transaction.atomic
def dismiss_signal(*, signal_id: int, reason: str, by: Any) -> Signal:
    """There is an honest explanation. New evidence opens it again. Writes and raises: as `watch_signal`."""
    row = _locked(signal_id, by)
    row.inspection = row.clawback = None
    return _decided(row, "dismiss_signal", "dismissed", reason, by)


@transaction.atomic
def refer_signal(*, signal_id: int, reason: str, inspection: Any = None, clawback: Any = None, by: Any) -> Signal:
    """An inspection or a clawback of its parties goes into it; those are conducted by their own rules. One of both is named.
    Writes and raises: as `watch_signal`; Refused where it is not theirs."""
    row = _locked(signal_id, by)
    if (inspection is None) == (clawback is None):
        raise Refused(_("Choose the inspection or the clawback that goes into it, one of both."), "refer_to_one", "inspection")
    if inspection is not None and not queries.inspections_for(row).filter(pk=inspection.pk).exists():
        raise Refused(_("This inspection is of another project. Choose one of the parties' own."), "not_theirs", "inspection")
    if clawback is not None and not queries.clawbacks_for(row).filter(pk=clawback.pk).exists():
        raise Refused(_("This clawback is of another project. Choose one of the parties' own."), "not_theirs", "clawback")
    row.inspection, row.clawback = inspection, clawback
    return _decided(row, "refer_signal", "referred", reason, by, referred_to=(inspection or clawback).ref)


def _locked(signal_id: int, by: Any) -> Signal:
    """The row locked, for somebody who may decide and has no conflict of interest with a company or provider concerned."""
    Signal.objects.select_for_update().get(pk=signal_id)
    require(by, DECIDE)
    row = Signal.objects.select_related("round").get(pk=signal_id)
    for application in queries.concerned(row):
        applications.require_apart(application, by)
    return row


def _decided(row: Signal, verb: str, event: str, reason: str, by: Any, **data: Any) -> Signal:
    if not reason.strip():
        raise Refused(_("Say why: it stays in the history of the signal."), "reason_missing", "reason")
    before, row.status = row.status, rules.LIFECYCLE.step(row.status, verb)
    row.decided_by, row.decided_at, row.reason = by, clock.now(), reason.strip()
    row.save()
    journal.record(f"signal.{event}", row, by=by, frm=before, to=row.status, reason=row.reason, data=data)
    journal.close_duty(row, "decide_signal", by=by)
    return row
