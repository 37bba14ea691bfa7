"""Assignments are computed, changed by hand with their price, and made one by one through `assign`."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import DomainError, Refused
from vouchers.applications.models import Application
from vouchers.evaluation.actions.assignments import assign
from vouchers.evaluation.models import Assignment, AssignmentRun, cases_closed_to
from vouchers.evaluation.queries import proposing as queries
from vouchers.evaluation.rules import assigning as rules
from vouchers.evaluation.rules.selection import digest
from vouchers.evaluation.rules.stages import PROPOSAL_LIFECYCLE
from vouchers.rounds.models import Round

ASSIGN = "vouchers.assign_evaluator"
BATCH = 20  # pairs that are made at once; the rest by the sweep


@transaction.atomic
def propose_assignments(*, round_id: int, by: Any) -> AssignmentRun:
    """The best assignment by the round's policy; an earlier proposal that nobody applied is discarded. Asks nobody yet.

    Writes: AssignmentRun PROPOSED, Event assignment_run.proposed. Raises: Refused, NotAllowed.
    """
    programme = Round.objects.select_for_update(no_key=True).get(pk=round_id)
    require(by, ASSIGN)
    if programme.status != "EVALUATING":
        raise Refused(_("This round is not in evaluation. Begin its evaluation first."), "round_not_evaluating")
    earlier = queries.open_run(programme)
    if earlier is not None and earlier.status == "APPLYING":
        raise Refused(_("Proposed assignments of this round are being applied. Wait until they are made."), "applying")
    found = queries.problem_of(programme, by)
    if not any(case.demand for case in found.cases):
        raise Refused(_("Every application of this round has its evaluators, so there is nothing to propose."), "nothing_lacks")
    if earlier is not None:
        _end(earlier, str(_("Replaced by a newer proposal.")), by)
    pairs, version, text = rules.solve(found), programme.policy_version(), rules.problem_text(found)
    run = AssignmentRun(
        round=programme, proposed_by=by, engine=rules.ENGINE, policy_number=version.number if version else None, inputs=text,
        inputs_sha256=digest(text), proven=rules.proven(found, pairs), optimum=pairs, pairs=pairs,
    )  # fmt: skip
    run.save()
    worth = rules.value(found, pairs)
    journal.record(
        "assignment_run.proposed", run, by=by, to=run.status, policy_version=run.policy_number,
        data={"inputs_sha256": run.inputs_sha256, "pairs": run.count, "missing": worth.missing, "points": worth.points},
    )  # fmt: skip
    return run


@transaction.atomic
def change_proposal(*, run_id: int, case: str, out: str = "", into: str = "", version: int, by: Any) -> AssignmentRun:
    """A member is taken out of an application, brought in, or both. case, out, into: refs, "" for nobody.

    version: of the run as its page showed it. Writes: AssignmentRun.pairs, Event assignment_run.changed with what it costs.
    Raises: Refused (no such pair, a conflict, the maximum reached, changed meanwhile), NotAllowed.
    """
    run = _lock(run_id)
    require(by, ASSIGN)
    PROPOSAL_LIFECYCLE.step(run.status, "change_proposal")
    if run.version != version:
        raise Refused(_("Somebody changed this proposal meanwhile. Look at it again."), "changed_meanwhile")
    found = queries.proposal(run, by)
    check_change(found, case, out, into)
    after = found.changed(case, out, into)
    cost = rules.cost(found.problem, after, found.optimum)
    run.pairs = {
        **{ref: refs for ref, refs in run.pairs.items() if ref != case},
        **({case: after[case]} if case in after else {}),
    }
    run.changes += 1
    run.save()
    journal.record(
        "assignment_run.changed", run, by=by,
        data={"application": case, "out": out, "in": into, "points": cost.points, "missing": cost.missing},
    )  # fmt: skip
    return run


def check_change(found: queries.Proposal, case: str, out: str, into: str) -> None:
    """Raises Refused for a change that makes no sense or meets a conflict."""
    row, member = found.problem.case.get(case), found.problem.member.get(into)
    if row is None or (out and out not in found.pairs.get(case, ())):
        raise Refused(_("There is no such evaluator in this proposal."), "no_such_pair", "out")
    if not out and not into:
        raise Refused(_("Choose somebody to take out or to bring in."), "nothing_chosen", "into")
    if not into:
        return
    if member is None or not found.problem.may(row, member) or into in found.pairs.get(case, ()):
        raise Refused(_("This evaluator cannot get this application."), "not_open", "into")
    if rules.loads(found.problem, found.pairs)[into] >= found.problem.policy.max_load:
        raise Refused(_("This evaluator has the maximum of applications already."), "full", "into")


@transaction.atomic
def discard_proposal(*, run_id: int, reason: str, by: Any) -> AssignmentRun:
    """Nobody is asked. Writes: AssignmentRun DISCARDED, Event assignment_run.discarded."""
    run = _lock(run_id)
    require(by, ASSIGN)
    if not reason.strip():
        raise Refused(_("Give a reason."), "reason_missing", "reason")
    return _end(run, reason.strip(), by)


def _end(run: AssignmentRun, reason: str, by: Any) -> AssignmentRun:
    before = run.status
    run.status, run.reason = PROPOSAL_LIFECYCLE.step(before, "discard_proposal"), reason
    run.save()
    journal.record("assignment_run.discarded", run, by=by, frm=before, to=run.status, reason=reason)
    return run


def apply_proposal(*, run_id: int, by: Any) -> AssignmentRun:
    """The evaluators are asked: the first pairs at once, the rest by the sweep, each through `assign` in its own transaction.

    Writes: AssignmentRun APPLYING, Event assignment_run.applying; then as `go_on`. Raises: NotAllowed, IllegalStep.
    """
    with transaction.atomic():
        run = _lock(run_id)
        require(by, ASSIGN)
        before = run.status
        run.status, run.applied_by = PROPOSAL_LIFECYCLE.step(before, "apply_proposal"), by
        run.save()
        journal.record("assignment_run.applying", run, by=by, frm=before, to=run.status, data={"pairs": run.count})
    return go_on(run_id=run.pk)


def apply_proposals() -> int:
    """The sweep: goes on with whatever is being applied. Returns how many pairs it looked at. Writes: as `go_on`."""
    looked = 0
    for run in AssignmentRun.objects.filter(status="APPLYING").order_by("pk"):
        looked += go_on(run_id=run.pk).done - run.done
    return looked


def go_on(*, run_id: int, most: int = BATCH) -> AssignmentRun:
    """Makes up to `most` further pairs in the order of ids; a pair that is refused is kept with its code, the others go on.

    Writes: Assignment and what `assign` writes; AssignmentRun.done, refused; after the last one APPLIED and
    Event assignment_run.applied.
    """
    pairs = queries.ordered(AssignmentRun.objects.get(pk=run_id))  # they stay while it is being applied
    for _turn in range(most):
        with transaction.atomic():
            run = _lock(run_id)
            if run.status != "APPLYING" or run.done >= run.count:
                break
            _make(run, pairs[run.done])
    return _finish(run_id)


def _make(run: AssignmentRun, pair: tuple[str, str]) -> None:
    """One pair. A case closed to who applies is not theirs to assign; a pair that stands already is done."""
    case, who = Application.objects.get(ref=pair[0]), User.objects.get(ref=pair[1])
    live = Assignment.objects.filter(application=case, evaluator=who).exclude(status__in=["DECLINED", "WITHDRAWN"])
    try:
        if case.pk in cases_closed_to(run.applied_by_id):
            raise Refused(_("This case is not open to you."), "closed_case")
        if not live.exists():
            with transaction.atomic():
                assign(application_id=case.pk, evaluator_id=who.pk, by=run.applied_by)
    except DomainError as error:
        run.refused = [*run.refused, [*pair, error.code]]
    run.done += 1
    run.save()


@transaction.atomic
def _finish(run_id: int) -> AssignmentRun:
    run = _lock(run_id)
    if run.status == "APPLYING" and run.done >= run.count:
        run.status, run.applied_at = PROPOSAL_LIFECYCLE.step(run.status, "finish_proposal"), clock.now()
        run.save()
        figures = {"made": run.done - len(run.refused), "refused": len(run.refused)}
        journal.record("assignment_run.applied", run, by=run.applied_by, to=run.status, data=figures)
    return run


def _lock(run_id: int) -> AssignmentRun:
    return AssignmentRun.objects.select_for_update(of=("self",)).select_related("round", "applied_by").get(pk=run_id)
