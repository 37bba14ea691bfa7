"""The selection: proposed by an officer from a pure ranking, confirmed by somebody else, all results at once."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from portal.journal import actions as journal
from portal.journal import queries as journal_queries
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.applications import actions as applications
from vouchers.applications.models import Application
from vouchers.evaluation import notices, queries, rules
from vouchers.evaluation.actions import awards, letters
from vouchers.evaluation.actions.locking import lock_cases, lock_queue
from vouchers.evaluation.models import Assignment, PanelPhase, SelectionLine, SelectionRecord, SelectionRun, cases_closed_to
from vouchers.evaluation.queries import challenges as challenge_queries
from vouchers.evaluation.queries import presenting as presenting_queries
from vouchers.rounds import actions as rounds
from vouchers.rounds.models import Round

LIFECYCLE = rules.RUN_LIFECYCLE
OFFICE_VERBS = ("assign_evaluators", "propose_selection")  # what the officers owe for a round in evaluation


@transaction.atomic
def run_selection(*, round_id: int, by: Any) -> SelectionRun:
    """모의 산정: what a selection would say now, kept with its inputs; binds nobody and releases nothing.

    Writes: SelectionRun DRY, SelectionRecord, Event selection_run.run. Raises: NotAllowed, Refused.
    """
    programme = Round.objects.get(pk=round_id)
    require(by, "vouchers.run_selection")
    _check_evaluating(programme)
    found = queries.computed(programme)
    if not found.result.lines:
        raise Refused(_("No evaluation of this round is handed in yet, so there is nothing to rank."), "nothing_to_select")
    run = keep(programme, found, LIFECYCLE.initial, by)
    journal.record("selection_run.run", run, by=by, to=run.status, policy_version=run.policy_number, data=figures(run))
    return run


@transaction.atomic
def propose_selection(*, round_id: int, by: Any) -> SelectionRun:
    """Ranks every evaluated application of the round under slots, budget and pools, and locks the scores.

    Writes: SelectionRun PROPOSED, SelectionRecord, SelectionLine, Assignment LOCKED, Event selection_run.proposed, Duty and
    Notice for the approvers. Raises: Refused naming what is still open.
    """
    lock_cases(round_id)
    programme = Round.objects.select_for_update(no_key=True).get(pk=round_id)
    require(by, "vouchers.propose_selection")
    _check_ready(programme)
    check_no_conflict(queries.in_evaluation(programme), by)
    found = queries.computed(programme)
    run = keep(programme, found, LIFECYCLE.step(LIFECYCLE.initial, "propose_selection"), by)
    write_lines(run, found)
    lock_scores(programme, by)
    for verb in OFFICE_VERBS:
        journal.close_duty(programme, verb, by=by)
    ask_approver(run, by)
    return run


def ask_approver(run: SelectionRun, by: Any) -> None:
    """Proposed: somebody else confirms. Writes: Event selection_run.proposed, Duty, Notice."""
    programme = run.round
    journal.record("selection_run.proposed", run, by=by, to=run.status, policy_version=run.policy_number, data=figures(run))
    journal.open_duty(
        run, "confirm_selection", title_ko=f"선정 확정: {programme.title_ko}", title_en=f"Confirm the selection: {programme.title_en}",
        url=f"/admin/vouchers/selectionrun/{run.pk}/change/", due_in=programme.days("selection_confirmation"),
        role="MINISTRY_APPROVER", by=by,
    )  # fmt: skip
    notices.selection_proposed(run)


def keep(programme: Round, found: queries.Computed, status: str, by: Any, previous: SelectionRun | None = None) -> SelectionRun:
    """A run with what it was computed from and what it says, byte for byte. previous: of a run after an objection."""
    version = programme.policy_version()
    number = version.number if version else None
    run = SelectionRun(
        round=programme, status=status, proposed_by=by, summary=queries.summary(found.result),
        engine=rules.RERUN_ENGINE if previous else rules.ENGINE, policy_number=previous.policy_number if previous else number,
        inputs_sha256=rules.digest(found.inputs), outputs_sha256=rules.digest(found.outputs), previous=previous,
        cause=queries.cause_of(found.inputs) if previous else None,
    )  # fmt: skip
    run.save()
    SelectionRecord.objects.create(run=run, inputs=found.inputs, outputs=found.outputs)
    return run


def write_lines(run: SelectionRun, found: queries.Computed, kept: Mapping[str, tuple[str, str]] | None = None) -> None:
    """Every line with its sentences, as letters and pages will say them. kept: ref → sentences of lines that the run leaves."""
    teller, kept = queries.Teller(run.round, found.inputs), kept or {}
    pks = dict(Application.objects.filter(round_id=run.round_id).values_list("ref", "pk"))
    rows = []
    for line in found.result.lines:
        ko, en = kept.get(line.ref) or teller.sentences(line)
        rows.append(
            SelectionLine(
                run=run, application_id=pks[line.ref], rank=line.rank, raw=line.raw, score=line.score, bonus=line.bonus,
                penalty=line.penalty, total=line.total, ground=line.ground, outcome=line.outcome,
                grant_won=line.grant_won, reserve_no=line.reserve_no, reason_ko=ko, reason_en=en, decides=line.ref not in kept,
            )
        )  # fmt: skip
    SelectionLine.objects.bulk_create(rows, batch_size=1000)


def figures(run: SelectionRun) -> dict[str, Any]:
    cause = {"verdict": run.cause.hash} if run.cause else {}
    return {
        **run.summary,
        **cause,
        "engine": run.engine,
        "inputs_sha256": run.inputs_sha256,
        "outputs_sha256": run.outputs_sha256,
    }


def sync_rounds() -> int:
    """The sweep: the officers owe evaluators while applications have too few, a proposal when all is handed in. Idempotent.

    Each round in its own transaction. Returns how many duties changed. Writes: Duty.
    """
    found = Round.objects.filter(status__in=["EVALUATING", *queries.RELEASED]).order_by("pk")
    return journal.each("evaluation.sync_rounds", list(found.values_list("pk", flat=True)), sync_round)


@transaction.atomic
def sync_round(round_id: int) -> int:
    """The same for one round. Returns how many duties changed. Writes: Duty."""
    programme = Round.objects.select_for_update(no_key=True).get(pk=round_id)
    again = programme.status in queries.RELEASED  # what was taken up again after an objection
    if programme.status != "EVALUATING" and not again:
        return 0
    ready = queries.ready_to_rerun if again else queries.ready_to_propose
    owed = {"assign_evaluators": queries.needs_evaluators(programme), "propose_selection": ready(programme)}
    changed = 0
    for verb, due in owed.items():
        is_open = bool(journal_queries.owing(verb, [programme.ref]))
        if is_open and not due:
            changed += journal.close_duty(programme, verb, by=None)
        elif due and not is_open:
            changed += 1
            _owe(programme, verb)
    return changed


def _owe(programme: Round, verb: str) -> None:
    if verb == "assign_evaluators":
        rounds.owe_evaluators(programme, by=None)
        return
    again = programme.status in queries.RELEASED
    ko, en = (
        ("이의신청에 따른 재산정안 제안", "Propose the run after an objection")
        if again
        else ("선정안 제안", "Propose the selection")
    )
    journal.open_duty(
        programme, verb, title_ko=f"{ko}: {programme.title_ko}", title_en=f"{en}: {programme.title_en}",
        url=f"/admin/vouchers/selectionrun/{'rerun' if again else 'propose'}/?round={programme.pk}", due_in=programme.days("selection_proposal"),
        role="MINISTRY_OFFICER", by=None,
    )  # fmt: skip


def _check_evaluating(programme: Round) -> None:
    if programme.status != "EVALUATING":
        raise Refused(_("This round is not in evaluation. Begin its evaluation first."), "round_not_evaluating")


def _check_ready(programme: Round) -> None:
    _check_evaluating(programme)
    if SelectionRun.objects.filter(round=programme, status="PROPOSED").exists():
        raise Refused(_("A proposal for this round already waits. Confirm or discard it first."), "run_open")
    found = queries.progress(programme)
    if found.undecided:
        raise Refused(
            ngettext_lazy(
                "%(n)d application of this round is not decided on eligibility or not assigned yet. Finish it first.",
                "%(n)d applications of this round are not decided on eligibility or not assigned yet. Finish them first.",
                found.undecided,
            ) % {"n": found.undecided},
            "undecided",
        )  # fmt: skip
    if not found.applications:
        raise Refused(_("No application of this round is in evaluation."), "nothing_to_select")
    if found.pending:
        raise Refused(
            ngettext_lazy(
                "%(n)d assignment is not handed in yet. Wait for it, or take it back.",
                "%(n)d assignments are not handed in yet. Wait for them, or take them back.",
                found.pending,
            ) % {"n": found.pending},
            "pending_assignments",
        )  # fmt: skip
    if found.too_few:
        raise Refused(
            ngettext_lazy(
                "%(n)d application has fewer than the %(minimum)d evaluations that this round asks for. Assign more evaluators.",
                "%(n)d applications have fewer than the %(minimum)d evaluations that this round asks for. Assign more "
                "evaluators.",
                found.too_few,
            ) % {"n": found.too_few, "minimum": found.min_evaluators},
            "too_few_evaluations",
        )  # fmt: skip
    _check_challenges(programme)
    check_panels(programme)
    check_presented(programme)
    if not queries.available_won(programme):
        raise Refused(_("This round has no budget in the ledger. The approver gives it its budget first."), "no_budget")


def _check_challenges(programme: Round) -> None:
    """A challenge (기피) is decided before the scores of whom it concerns are counted."""
    if challenge_queries.undecided(programme).exists():
        raise Refused(_("A challenge of an evaluator waits for its decision. Decide it before the selection."), "challenge_open")


def check_panels(programme: Round) -> None:
    """Scores that may still change in a panel are not ranked for good."""
    if PanelPhase.objects.filter(application__round=programme, status="OPEN").exists():
        raise Refused(_("A panel of this round is still open. Close it before the selection."), "panel_open")


def check_presented(programme: Round) -> None:
    """Where the policy has presentations, every application has presented, or is on record as absent."""
    waiting = presenting_queries.not_held(programme)
    if waiting:
        words = _("Presentations that were not held yet: %(n)d. Hold them, or record who was absent, before the selection.")
        raise Refused(words % {"n": waiting}, "not_presented")


def lock_scores(programme: Round, by: Any) -> None:
    for assignment in (
        Assignment.objects.select_for_update()
        .filter(application__round=programme, application__status="IN_EVALUATION", status="SUBMITTED")
        .order_by("pk")
    ):
        assignment.status = rules.ASSIGNMENT_LIFECYCLE.step(assignment.status, "lock")
        assignment.save()
        journal.record("assignment.locked", assignment, by=by, frm="SUBMITTED", to=assignment.status)


@transaction.atomic
def discard(*, run_id: int, reason: str, by: Any) -> SelectionRun:
    """Throws a proposal away: the approver sends it back, or the officer corrects. Writes: SelectionRun, Event, Notice."""
    run = _lock(run_id)
    if by is None or not by.has_perm("vouchers.propose_selection"):
        require(by, "vouchers.confirm_selection")
    if not reason.strip():
        raise Refused(_("Give a reason: the officer who proposed reads it."), "reason_missing", "reason")
    before = run.status
    run.status = LIFECYCLE.step(before, "discard")
    run.reason = reason.strip()
    run.save()
    journal.record("selection_run.discarded", run, by=by, frm=before, to=run.status, reason=run.reason)
    journal.close_duties(run, by=by)
    if by is not None and by.pk != run.proposed_by_id:
        notices.selection_discarded(run, run.reason)
    sync_round(run.round_id)
    return run


@transaction.atomic
def confirm_selection(*, run_id: int, by: Any) -> SelectionRun:
    """선정 확정: every decision of the round at once, by somebody who did not propose it.

    Writes: SelectionRun CONFIRMED, Applications (through their room), ledger reservations, Award, Duties, Events, Notices,
    Round AWARDED; after an objection only what the run decides anew, then places that are free go to the reserve list. All or
    nothing. Raises: NotAllowed, Refused (four eyes, case officer, conflict, changed since),
    OverBudget.
    """
    run = _lock(run_id)
    require(by, "vouchers.confirm_selection")
    before = run.status
    after = LIFECYCLE.step(before, "confirm_selection")
    if run.proposed_by_id == by.pk:
        raise Refused(_("You proposed this selection. Somebody else must confirm it."), "four_eyes")
    if Assignment.objects.filter(application__round_id=run.round_id, assigned_by=by).exists():
        raise Refused(
            _("You assigned evaluators in this round as its case officer. Somebody else must confirm it."), "case_officer"
        )
    lines = list(queries.lines_of(run).filter(decides=True))
    check_no_conflict(Application.objects.filter(pk__in=[line.application_id for line in lines]).select_related("company"), by)
    _check_challenges(run.round)
    _check_unchanged(run, lines)
    run.status, run.confirmed_by, run.confirmed_at = after, by, clock.now()
    run.save()
    Round.objects.select_for_update(no_key=True).get(pk=run.round_id)  # the scarce thing: late and once, before its pot
    for line in lines:
        _decide(run, line, by)
    journal.record(
        "selection_run.confirmed", run, by=by, frm=before, to=after, policy_version=run.policy_number, data=figures(run)
    )
    journal.close_duties(run, by=by)
    if run.previous_id is None:
        rounds.publish_selection(round_id=run.round_id, by=by)
        return run
    for line in queries.moved_reserves(run):
        notices.reserve_moved(line)
    awards.fill_places(run, {line.application.track_id: line.application.track for line in lines})
    return run


def _decide(run: SelectionRun, line: SelectionLine, by: Any) -> None:
    """One application's outcome, as the run says."""
    if line.outcome == rules.Outcome.SELECTED and run.round.is_rehearsal:  # as far as it goes: no award, no money
        applications.select(
            application_id=line.application_id, grant_won=line.grant_won, reason=line.reason_ko, reason_en=line.reason_en, by=by
        )
    elif line.outcome == rules.Outcome.SELECTED:
        awards.grant(
            run=run, application_id=line.application_id, grant_won=line.grant_won, reason=line.reason_ko,
            reason_en=line.reason_en, by=by,
        )  # fmt: skip
    elif line.outcome == rules.Outcome.RESERVE:
        applications.place_on_reserve(application_id=line.application_id, reason=line.reason_ko, reason_en=line.reason_en, by=by)
        notices.selection_reserve(line)
    else:
        applications.reject(application_id=line.application_id, reason=line.reason_ko, reason_en=line.reason_en, by=by)
        notices.selection_not_selected(line)
    letters.write_letter(line, by=by)


def check_no_conflict(found: QuerySet[Application], by: Any) -> None:
    """Neither signature is of somebody who must not decide about one of these applications or its providers."""
    named = found.filter(pk__in=cases_closed_to(by.pk)).first()
    if named is not None:
        raise Refused(
            _("You have a conflict of interest with “%(company)s” or a provider of its project. A colleague must propose or confirm this selection.")
            % {"company": named.company},
            "known_conflict",
        )  # fmt: skip


def _check_unchanged(run: SelectionRun, lines: list[SelectionLine]) -> None:
    """A withdrawal or a change of the budget since the proposal asks for a new one: run again, it must give the same bytes."""
    held = Application.objects.select_for_update().filter(pk__in=[line.application_id for line in lines]).order_by("pk")
    statuses = {application.status for application in held}
    if run.previous_id is not None:
        lock_queue(run.round_id, {line.application.track_id for line in lines})
        Round.objects.select_for_update(no_key=True).get(pk=run.round_id)  # nobody moves up meanwhile
    now = queries.computed(run.round) if run.previous_id is None else queries.recomputed(run.round)
    if statuses - {"IN_EVALUATION"} or now is None or rules.digest(now.outputs) != run.outputs_sha256:
        raise Refused(
            _("Something changed since the proposal (a withdrawal, the budget). Discard it and propose the selection again."),
            "selection_changed",
        )


def _lock(run_id: int) -> SelectionRun:
    SelectionRun.objects.select_for_update().get(pk=run_id)
    return SelectionRun.objects.select_related("round", "proposed_by", "cause").get(pk=run_id)
