"""After an objection that was upheld: the application is taken up again, and a new run leaves the others' rights intact."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from portal.journal import actions as journal
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.applications import actions as applications
from vouchers.applications.models import Application
from vouchers.evaluation import queries
from vouchers.evaluation.actions.ending import end
from vouchers.evaluation.actions.locking import lock_cases
from vouchers.evaluation.actions.selection import (
    LIFECYCLE,
    OFFICE_VERBS,
    ask_approver,
    check_no_conflict,
    check_panels,
    keep,
    lock_scores,
    sync_round,
    write_lines,
)
from vouchers.evaluation.models import Assignment, SelectionRun
from vouchers.rounds.models import Round


@transaction.atomic
def reopen_case(*, application_id: int, reason: str, set_aside: Collection[int] = (), by: Any) -> Application:
    """An application whose objection was upheld is evaluated again. set_aside: assignments whose scores no longer count; others
    evaluate in their place. Penalties are corrected while it is open.

    Writes: Application IN_EVALUATION, Assignment SET_ASIDE, Events, Notice, the officers' Duty. Raises: Refused without a verdict, a reason, or
    before the release; IllegalStep.
    """
    programme = Round.objects.get(pk=Application.objects.values_list("round_id", flat=True).get(pk=application_id))
    require(by, "vouchers.propose_selection")
    _check_released(programme)
    application = applications.reopen(application_id=application_id, reason=reason, by=by)
    for assignment in _counted(application_id, set_aside):
        end(assignment, "set_aside", reason=reason.strip(), by=by)
    sync_round(programme.pk)
    return application


def _counted(application_id: int, pks: Collection[int]) -> list[Assignment]:
    rows = Assignment.objects.select_for_update(of=("self",)).select_related("application", "evaluator")
    found = list(rows.filter(application_id=application_id, pk__in=pks, status="LOCKED").order_by("pk"))
    if len(found) != len(set(pks)):
        raise Refused(_("Choose among the evaluations that counted for this application."), "not_counted", "set_aside")
    return found


@transaction.atomic
def propose_rerun(*, round_id: int, by: Any) -> SelectionRun:
    """이의신청에 따른 재산정: every application that was taken up again, decided anew; everybody selected stays selected.

    Writes: SelectionRun PROPOSED after the one that stands, SelectionRecord, SelectionLine, Assignment LOCKED, Event
    selection_run.proposed with the verdict, Duty and Notice for the approvers. Raises: Refused naming what is still open.
    """
    lock_cases(round_id, decided=True)
    programme = Round.objects.select_for_update(no_key=True).get(pk=round_id)
    require(by, "vouchers.propose_selection")
    _check_released(programme)
    _check_complete(programme)
    check_panels(programme)
    check_no_conflict(queries.reopened(programme), by)
    before, found = queries.current_run(programme), queries.recomputed(programme)
    if before is None or found is None:
        raise Refused(_("The run that stands was made before runs kept their inputs, so it cannot be run again."), "no_record")
    run = keep(programme, found, LIFECYCLE.step(LIFECYCLE.initial, "propose_selection"), by, previous=before)
    anew = set(queries.corrected_in(found.inputs))  # not whoever had a verdict once: an earlier run decided about them
    lines = before.lines.order_by().values_list("application__ref", "reason_ko", "reason_en")
    write_lines(run, found, {ref: (ko, en) for ref, ko, en in lines if ref not in anew})
    lock_scores(programme, by)
    for verb in OFFICE_VERBS:
        journal.close_duty(programme, verb, by=by)
    ask_approver(run, by)
    return run


def _check_released(programme: Round) -> None:
    if programme.status not in queries.RELEASED:
        raise Refused(_("The results of this round are not released, or it is being settled."), "not_released")
    if SelectionRun.objects.filter(round=programme, status="PROPOSED").exists():
        raise Refused(_("A proposal for this round already waits. Confirm or discard it first."), "run_open")


def _check_complete(programme: Round) -> None:
    open_ones = list(queries.reopened(programme))
    if not open_ones:
        raise Refused(_("No application was taken up again after an objection."), "nothing_reopened")
    if len(queries.verdicts_behind(programme, [row.ref for row in open_ones])) < len(open_ones):
        raise Refused(_("An application is in evaluation without an objection that was upheld."), "no_verdict")
    lacking = len(queries.not_ready(programme))
    if lacking:
        raise Refused(
            ngettext_lazy(
                "%(n)d application that was taken up again lacks evaluations. Assign evaluators and wait for their scores.",
                "%(n)d applications that were taken up again lack evaluations. Assign evaluators and wait for their scores.",
                lacking,
            ) % {"n": lacking},
            "too_few_evaluations",
        )  # fmt: skip
