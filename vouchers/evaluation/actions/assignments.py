"""Evaluators get applications, declare conflicts, score and hand in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused, Stale
from vouchers.applications import actions as applications
from vouchers.applications import queries as application_queries
from vouchers.applications.models import Application
from vouchers.companies import actions as companies
from vouchers.evaluation import notices, rules
from vouchers.evaluation.actions import conflicts
from vouchers.evaluation.actions.ending import end, record
from vouchers.evaluation.actions.selection import sync_round
from vouchers.evaluation.actions.versions import keep_first, lock, own
from vouchers.evaluation.models import Assignment, PoolMember, Score, SelectionRun
from vouchers.evaluation.queries import conflicts as conflict_queries
from vouchers.evaluation.queries import pool as pool_queries
from vouchers.evaluation.queries import presenting
from vouchers.evaluation.rules.presenting import Standing
from vouchers.rounds.models import Criterion

LIFECYCLE = rules.ASSIGNMENT_LIFECYCLE
SCORE = "점수를 제출해 주십시오", "Score and hand in"
Entered = Mapping[int, tuple[int | None, str]]


@transaction.atomic
def assign(*, application_id: int, evaluator_id: int, due_at: datetime | None = None, by: Any) -> Assignment:
    """An officer asks an evaluator for scores; the first assignment begins the application's evaluation.

    due_at: until when (default: `presenting.due_by`). Writes: Assignment INVITED, Event
    assignment.invited, Duty, Notice. Raises: Refused (no evaluator, known conflict, assigned already), NotAllowed.
    """
    application = Application.objects.select_for_update(of=("self",)).select_related("round", "company").get(pk=application_id)
    require(by, "vouchers.assign_evaluator")
    applications.require_apart(application, by)
    evaluator = User.objects.get(pk=evaluator_id)
    _check_evaluator(application, evaluator, by)
    if application.status == "ELIGIBLE":
        application = applications.begin_evaluation(application_id=application.pk, by=by)
    if application.status != "IN_EVALUATION":
        raise Refused(
            _("This application is not in evaluation. Evaluators are assigned after it was found eligible."), "not_in_evaluation"
        )
    if SelectionRun.objects.filter(round_id=application.round_id, status="PROPOSED").exists():
        raise Refused(
            _("A selection is proposed for this round. Discard the proposal before assigning more evaluators."), "run_open"
        )
    due_at = due_at or presenting.due_by(application, clock.now())
    if due_at <= clock.now():
        raise Refused(_("The due day lies in the past. Choose a later day."), "due_past", "due_on")
    assignment = Assignment(application=application, evaluator=evaluator, assigned_by=by, due_at=due_at)
    assignment.save()
    record("assignment.invited", assignment, by=by, to=assignment.status, evaluator=evaluator.ref)
    owe(
        assignment,
        "accept",
        "이해충돌 여부를 알려 주십시오",
        "Say whether you may evaluate",
        by,
    )
    notices.evaluation_invited(assignment)
    return assignment


def _check_evaluator(application: Application, evaluator: User, by: Any) -> None:
    name = evaluator.get_full_name()
    if Role.EVALUATOR not in accounts.roles_of(evaluator):
        raise Refused(
            _("%(name)s does not hold the evaluator's role. An administrator gives it first.") % {"name": name},
            "no_evaluator", "evaluators",
        )  # fmt: skip
    if evaluator.pk == by.pk:
        raise Refused(_("Case officer and evaluator are two persons. Choose somebody else."), "own_assignment", "evaluators")
    _check_pool(application, evaluator, name)
    if _conflicting(application, evaluator):
        raise Refused(
            _("%(name)s has a known conflict of interest with “%(company)s” or with a provider of its project. Choose "
              "another evaluator.") % {"name": name, "company": application.company},
            "known_conflict", "evaluators",
        )  # fmt: skip
    held = Assignment.objects.filter(application=application, evaluator=evaluator)
    if held.exclude(status__in=["DECLINED", "WITHDRAWN"]).exists():
        raise Refused(
            _("%(name)s already has this application.") % {"name": name}, "assigned_already", "evaluators"
        )  # fmt: skip


def _check_pool(application: Application, evaluator: User, name: str) -> None:
    """Where a round has a pool, only its members are asked, and only after they went through the list of names. A blind review
    always has one: no later page tells who applies, so the list that was gone through must have held this company."""
    pool, blind = pool_queries.pool_of(application.round), application_queries.is_blind(application)
    member = pool.filter(user=evaluator).first()
    if member is None and (blind or pool.exists()):
        raise Refused(_("%(name)s is not in the pool of this round.") % {"name": name}, "not_in_pool", "evaluators")
    if member is not None and not _went_through(member, application, blind=blind):
        raise Refused(
            _("%(name)s has not gone through the list of names yet. Assign after that.") % {"name": name}, "not_declared",
            "evaluators",
        )  # fmt: skip


def _went_through(member: PoolMember, application: Application, *, blind: bool) -> bool:
    """Did the list of names that this member went through hold the company?"""
    listed_at = application_queries.listed_at(application) if blind else None
    return member.declared_at is not None and (listed_at is None or listed_at <= member.declared_at)


def _conflicting(application: Application, evaluator: User) -> bool:
    """A conflict that stands, or one that the facts of now give."""
    if conflict_queries.conflicted(application.pk, evaluator.pk):
        return True
    found = conflict_queries.inferred(application.round, [application.pk], [evaluator.pk])
    return bool(found.get(application.pk))


def accept(*, assignment_id: int, by: Any) -> Assignment:
    """The evaluator declares to have no conflict: the file opens. Writes: Assignment ACCEPTED, Event, Duty.

    A conflict that the facts of now give (entered since the invitation, a match or a membership changed) ends the assignment
    first, in a transaction of its own. Raises: Refused then.
    """
    conflicts.sync_case(application_id=_case(assignment_id))
    if Assignment.objects.filter(pk=assignment_id, status="RECUSED").exists():
        raise Refused(_("This assignment has ended."), "known_conflict")
    return _accept(assignment_id, by)


@transaction.atomic
def _accept(assignment_id: int, by: Any) -> Assignment:
    assignment = own(assignment_id, by)
    before = assignment.status
    assignment.status = LIFECYCLE.step(before, "accept")
    assignment.declared_at = clock.now()
    assignment.save()
    record("assignment.accepted", assignment, by=by, frm=before, to=assignment.status)
    journal.close_duty(assignment, "accept", by=by)
    owe(assignment, "submit_scores", *SCORE, by)
    return assignment


def recuse(*, assignment_id: int, ground: str, by: Any) -> Assignment:
    """회피: the evaluator names a conflict; the case is closed to them and the conflict remembered for later assignments.

    Writes: Assignment RECUSED, ConflictOfInterest, CaseConflict for every live application of the company, Event, Notice to
    the officer. Raises: Refused without a ground.
    """
    assignment = _recuse(assignment_id, ground.strip(), by)
    others = Application.objects.filter(company_id=assignment.application.company_id).values_list("pk", flat=True)
    conflicts.sync_conflicts(application_ids=list(others))
    return assignment


@transaction.atomic
def _recuse(assignment_id: int, ground: str, by: Any) -> Assignment:
    case = Application.objects.select_for_update(of=("self",)).get(pk=_case(assignment_id))  # before its assignment, as the sweep
    assignment = own(assignment_id, by)
    if not ground:
        raise Refused(_("Say what the conflict is, for example “advised the company in 2025”."), "ground_missing", "ground")
    end(assignment, "recuse", reason=ground, by=by)
    companies.declare_conflict(
        user=assignment.evaluator, organisation=assignment.application.company.organisation, ground=ground[:200], by=by
    )
    conflicts.sync_case(application_id=case.pk, by=by)
    notices.evaluation_ended_early(assignment)
    return assignment


def _case(assignment_id: int) -> int:
    return Assignment.objects.values_list("application_id", flat=True).get(pk=assignment_id)


@transaction.atomic
def decline(*, assignment_id: int, reason: str, by: Any) -> Assignment:
    """The evaluator cannot do it, without a conflict. Writes: Assignment DECLINED, Event, Notice to the officer."""
    assignment = own(assignment_id, by)
    end(assignment, "decline", reason=reason.strip(), by=by)
    notices.evaluation_ended_early(assignment)
    return assignment


@transaction.atomic
def withdraw_assignment(*, assignment_id: int, reason: str, by: Any) -> Assignment:
    """The officer takes an assignment back before it is handed in (silence, illness, challenge by the applicant)."""
    assignment = lock(assignment_id)
    require(by, "vouchers.assign_evaluator")
    applications.require_apart(assignment.application, by)
    if not reason.strip():
        raise Refused(_("Give a reason: the evaluator reads it."), "reason_missing", "reason")
    end(assignment, "withdraw_assignment", reason=reason.strip(), by=by)
    notices.evaluation_withdrawn(assignment, reason.strip())
    return assignment


@transaction.atomic
def save_scores(*, assignment_id: int, scores: Entered, comment: str, by: Any, version: int | None = None) -> Assignment:
    """Keeps what was typed so far, a reason without points too.

    scores: criterion id → (points 0–100 or None, reason). version: of the assignment as its page showed it; None when no page
    was shown. Writes: Score, Assignment. Raises: Stale when another window or device saved something else since, Refused (also
    for a criterion of a presentation that was not held).
    """
    assignment = own(assignment_id, by)
    assignment.status = LIFECYCLE.step(assignment.status, "save_scores")
    held = {score.criterion_id: score for score in assignment.scores.all()}
    if version is not None and version != assignment.version and not _says_the_same(assignment, held, scores, comment):
        raise Stale()
    criteria = {c.pk: c for c in Criterion.objects.filter(round_id=assignment.application.round_id)}
    standing = presenting.standings(assignment.application, criteria.values())
    for criterion_id, (points, words) in scores.items():
        if _closed(standing.get(criterion_id), points, words, criterion_id):
            continue
        if criterion_id not in criteria:
            raise Refused(_("This criterion does not belong to the round. Reload the page."), "foreign_criterion")
        if points is not None and not 0 <= points <= 100:
            raise Refused(_("Give whole points from 0 to 100."), "points_range", f"points_{criterion_id}")
        score = held.get(criterion_id) or Score(assignment=assignment, criterion=criteria[criterion_id])
        if (score.points, score.comment) != (points, words.strip()):
            score.points, score.comment = points, words.strip()
            score.save()
    assignment.comment = comment.strip()
    assignment.save()
    return assignment


WAITS = _("A criterion of the presentation is scored once the presentation was held.")
ABSENT = _("The company was absent: criteria of the presentation count 0 points.")


def _closed(standing: Standing | None, points: int | None, words: str, criterion_id: int) -> bool:
    """A criterion that takes no points now. Raises: Refused when some are given all the same."""
    if standing in (None, Standing.OPEN):
        return False
    if points or words.strip() or (points == 0 and standing == Standing.WAITS):
        waits = standing == Standing.WAITS
        raise Refused(WAITS if waits else ABSENT, "not_presented" if waits else "absent", f"points_{criterion_id}")
    return True


def _says_the_same(assignment: Assignment, held: Mapping[int, Score], scores: Entered, comment: str) -> bool:
    """Whether all that was typed is stored already, by this page's own saving a moment ago, for example: nobody's loss."""
    kept = {pk: (score.points, score.comment) for pk, score in held.items()}
    typed = {pk: (points, words.strip()) for pk, (points, words) in scores.items()}
    return comment.strip() == assignment.comment and all(kept.get(pk, (None, "")) == one for pk, one in typed.items())


def submit_scores(*, assignment_id: int, by: Any) -> Assignment:
    """Hands in: no edits before a panel opens (trigger). Writes: Assignment SUBMITTED with its total, ScoreVersion, Event; then, in a
    transaction of its own (it locks the round), what the officers owe now, so that the last one shows the proposal at once.

    Criteria of the presentation from which the company stayed away get 0 points, where the policy says so.
    Raises: Refused when a criterion or the overall opinion is missing, or the presentation was not held.
    """
    assignment = _hand_in(assignment_id, by)
    sync_round(assignment.application.round_id)
    return assignment


@transaction.atomic
def _hand_in(assignment_id: int, by: Any) -> Assignment:
    assignment = own(assignment_id, by)
    before = assignment.status
    after = LIFECYCLE.step(before, "submit_scores")
    criteria = list(Criterion.objects.filter(round_id=assignment.application.round_id))
    _settle_presentation(assignment, criteria)
    points = {c: n for c, n in assignment.scores.values_list("criterion_id", "points") if n is not None}
    missing = [c for c in criteria if c.pk not in points]
    if missing:
        raise Refused(
            _("Points are missing for: %(names)s. Enter 0 to 100 points for each criterion.")
            % {"names": ", ".join(str(c) for c in missing)},
            "points_missing", f"points_{missing[0].pk}",
        )  # fmt: skip
    if not assignment.comment:
        raise Refused(_("Write your overall opinion: the selection rests on it."), "comment_missing", "comment")
    assignment.total = rules.weighted_total(points, {c.pk: c.weight for c in criteria})
    assignment.status, assignment.submitted_at = after, clock.now()
    assignment.save()
    keep_first(assignment)
    record("assignment.handed_in", assignment, by=by, frm=before, to=after, total=str(assignment.total))
    journal.close_duty(assignment, "submit_scores", by=by)
    return assignment


def _settle_presentation(assignment: Assignment, criteria: list[Criterion]) -> None:
    """Writes: Score 0, without a reason, for criteria of a presentation that was missed. Raises: Refused while it is ahead."""
    standing = presenting.standings(assignment.application, criteria)
    if Standing.WAITS in standing.values():
        names = ", ".join(str(c) for c in criteria if standing.get(c.pk) == Standing.WAITS)
        words = _("The presentation was not held yet, and these criteria wait for it: %(names)s. Hand in after it.")
        raise Refused(words % {"names": names}, "not_presented")
    for criterion in criteria:
        if standing.get(criterion.pk) == Standing.ZERO:
            score = assignment.scores.filter(criterion=criterion).first() or Score(assignment=assignment, criterion=criterion)
            score.points, score.comment = 0, ""  # a reason of before a correction would speak of a presentation nobody held
            score.save()


def owe(assignment: Assignment, verb: str, title_ko: str, title_en: str, by: Any) -> None:
    """The duty names the application as its page does before the declaration: receipt number and title, no company."""
    application = assignment.application
    title = application_queries.shown_title(application) if application.title else ""
    named = " ".join(part for part in (application.receipt_no, title) if part) or application.ref
    journal.open_duty(
        assignment, verb, title_ko=f"{title_ko}: {named}", title_en=f"{title_en}: {named}",
        url=f"/evaluation/{assignment.ref}/",
        due_at=assignment.due_at, user=assignment.evaluator, by=by,
    )  # fmt: skip
