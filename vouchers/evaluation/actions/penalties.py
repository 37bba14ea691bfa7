"""감점: an officer records what costs an application points, with its evidence, and takes it back while nothing is proposed."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.applications import actions as applications
from vouchers.applications.models import Application
from vouchers.evaluation import notices
from vouchers.evaluation.models import PenaltyRecord, SelectionRun
from vouchers.rounds.rules import Penalty

OPEN = ("SUBMITTED", "ELIGIBILITY_CHECK", "SUPPLEMENT_REQUESTED", "ELIGIBLE", "IN_EVALUATION")


@transaction.atomic
def record_penalty(*, application_id: int, code: str, evidence: str, by: Any) -> PenaltyRecord:
    """The points come from the policy of the round. Writes: PenaltyRecord, Event penalty.recorded, Notice to the company.

    Raises: Refused where the policy knows no such penalty, it counts already, the application is decided or a proposal waits.
    """
    application = _lock(application_id)
    require(by, "vouchers.record_penalty")
    applications.require_apart(application, by)
    _check_open(application)
    points = application.round.policy().selection.penalty_points.get(code)
    if not points:
        raise Refused(_("The policy of this round has no points for this penalty."), "no_such_penalty", "code")
    if not evidence.strip():
        raise Refused(_("Name the evidence: the company reads it."), "evidence_missing", "evidence")
    if PenaltyRecord.objects.counting().filter(application=application, code=code).exists():
        raise Refused(_("This penalty is recorded already."), "recorded_already", "code")
    penalty = PenaltyRecord(application=application, code=code, evidence=evidence.strip(), recorded_by=by)
    penalty.save()
    _record("penalty.recorded", penalty, by=by, reason=penalty.evidence)
    notices.penalty_recorded(penalty, points)
    return penalty


@transaction.atomic
def take_back_penalty(*, penalty_id: int, reason: str, by: Any) -> PenaltyRecord:
    """It no longer counts. Writes: PenaltyRecord, Event penalty.taken_back, Notice to the company."""
    application = _lock(PenaltyRecord.objects.values_list("application_id", flat=True).get(pk=penalty_id))
    penalty = PenaltyRecord.objects.select_for_update(of=("self",)).get(pk=penalty_id)
    penalty.application = application
    require(by, "vouchers.record_penalty")
    applications.require_apart(application, by)
    if penalty.taken_back_at is not None:
        raise Refused(_("This penalty was taken back already."), "taken_back_already")
    if not reason.strip():
        raise Refused(_("Give a reason: the company reads it."), "reason_missing", "reason")
    _check_open(application)
    penalty.taken_back_at, penalty.taken_back_by, penalty.reason = clock.now(), by, reason.strip()
    penalty.save()
    _record("penalty.taken_back", penalty, by=by, reason=penalty.reason)
    notices.penalty_taken_back(penalty)
    return penalty


def _check_open(application: Application) -> None:
    if application.status not in OPEN:
        raise Refused(_("Penalties count in the selection; this application is not before one."), "not_open")
    if SelectionRun.objects.filter(round_id=application.round_id, status="PROPOSED").exists():
        raise Refused(_("A selection is proposed for this round. Discard the proposal first."), "run_open")


def _lock(application_id: int) -> Application:
    return Application.objects.select_for_update(of=("self",)).select_related("round", "track", "company").get(pk=application_id)


def _record(name: str, penalty: PenaltyRecord, *, by: Any, reason: str) -> None:
    data = {"application": penalty.application.ref, "code": str(Penalty(penalty.code))}
    journal.record(name, penalty, by=by, reason=reason, organisations=penalty.organisation_ids(), data=data)
