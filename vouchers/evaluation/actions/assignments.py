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
from portal.kit import clock, workdays
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused, Stale
from vouchers.applications import actions as applications
from vouchers.applications.models import Application
from vouchers.companies import actions as companies
from vouchers.companies import queries as company_queries
from vouchers.evaluation import notices, rules
from vouchers.evaluation.actions.selection import sync_round
from vouchers.evaluation.models import Assignment, Score, SelectionRun
from vouchers.rounds.models import Criterion

LIFECYCLE = rules.ASSIGNMENT_LIFECYCLE
Entered = Mapping[int, tuple[int | None, str]]


@transaction.atomic
def assign(*, application_id: int, evaluator_id: int, due_at: datetime | None = None, by: Any) -> Assignment:
    """An officer asks an evaluator for scores; the first assignment begins the application's evaluation.

    due_at: until when (default: the round's working days for evaluation). Writes: Assignment INVITED, Event
    assignment.invited, Duty, Notice. Raises: Refused (no evaluator, known conflict, assigned already), NotAllowed.
    """
    application = Application.objects.select_for_update(of=("self",)).select_related("round", "company").get(pk=application_id)
    require(by, "vouchers.assign_evaluator")
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
    due_at = due_at or workdays.due_at(clock.now(), application.round.policy().days("evaluation"))
    if due_at <= clock.now():
        raise Refused(_("The due day lies in the past. Choose a later day."), "due_past", "due_on")
    assignment = Assignment(application=application, evaluator=evaluator, assigned_by=by, due_at=due_at)
    assignment.save()
    _record("assignment.invited", assignment, by=by, to=assignment.status, evaluator=evaluator.ref)
    _owe(
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


def _conflicting(application: Application, evaluator: User) -> bool:
    """Declared conflicts and memberships against the company and every institution of the chosen matches, payees included."""
    parties = {application.company.organisation_id}
    roles = ("data_holder", "contracting_party", "reviewing_board", "payee")
    for row in application.application_matches.values_list(
        "match__institution__organisation_id", *(f"match__quote__lines__{role}__organisation_id" for role in roles)
    ):
        parties |= set(row) - {None}
    against = set(company_queries.conflicts_of(evaluator)) | set(accounts.organisation_ids_of(evaluator))
    against |= set(evaluator.memberships.filter(status="ACTIVE").values_list("organisation_id", flat=True))
    return bool(parties & against)


@transaction.atomic
def accept(*, assignment_id: int, by: Any) -> Assignment:
    """The evaluator declares to have no conflict: the file opens. Writes: Assignment ACCEPTED, Event, Duty.

    Raises: Refused when a conflict stands on record by now (entered since the invitation, a match or a membership changed).
    """
    assignment = _own(assignment_id, by)
    before = assignment.status
    assignment.status = LIFECYCLE.step(before, "accept")
    if _conflicting(assignment.application, assignment.evaluator):
        raise Refused(
            _("A conflict of interest with this company or with a provider of its project is on record. Step aside instead."),
            "known_conflict",
        )
    assignment.declared_at = clock.now()
    assignment.save()
    _record("assignment.accepted", assignment, by=by, frm=before, to=assignment.status)
    journal.close_duty(assignment, "accept", by=by)
    _owe(assignment, "submit_scores", "점수를 제출해 주십시오", "Score and hand in", by)
    return assignment


@transaction.atomic
def recuse(*, assignment_id: int, ground: str, by: Any) -> Assignment:
    """회피: the evaluator names a conflict; the file is closed and the conflict remembered for later assignments.

    Writes: Assignment RECUSED, ConflictOfInterest, Event, Notice to the officer. Raises: Refused without a ground.
    """
    assignment = _own(assignment_id, by)
    ground = ground.strip()
    if not ground:
        raise Refused(_("Say what the conflict is, for example “advised the company in 2025”."), "ground_missing", "ground")
    _end(assignment, "recuse", reason=ground, by=by)
    companies.declare_conflict(
        user=assignment.evaluator, organisation=assignment.application.company.organisation, ground=ground[:200], by=by
    )
    notices.evaluation_ended_early(assignment)
    return assignment


@transaction.atomic
def decline(*, assignment_id: int, reason: str, by: Any) -> Assignment:
    """The evaluator cannot do it, without a conflict. Writes: Assignment DECLINED, Event, Notice to the officer."""
    assignment = _own(assignment_id, by)
    _end(assignment, "decline", reason=reason.strip(), by=by)
    notices.evaluation_ended_early(assignment)
    return assignment


@transaction.atomic
def withdraw_assignment(*, assignment_id: int, reason: str, by: Any) -> Assignment:
    """The officer takes an assignment back before it is handed in (silence, illness, challenge by the applicant)."""
    assignment = _lock(assignment_id)
    require(by, "vouchers.assign_evaluator")
    if not reason.strip():
        raise Refused(_("Give a reason: the evaluator reads it."), "reason_missing", "reason")
    _end(assignment, "withdraw_assignment", reason=reason.strip(), by=by)
    notices.evaluation_withdrawn(assignment, reason.strip())
    return assignment


@transaction.atomic
def save_scores(*, assignment_id: int, scores: Entered, comment: str, by: Any, version: int | None = None) -> Assignment:
    """Keeps what was typed so far, a reason without points too.

    scores: criterion id → (points 0–100 or None, reason). version: of the assignment as its page showed it; None when no page
    was shown. Writes: Score, Assignment. Raises: Stale when another window or device saved since, Refused.
    """
    assignment = _own(assignment_id, by)
    assignment.status = LIFECYCLE.step(assignment.status, "save_scores")
    if version is not None and version != assignment.version:
        raise Stale()
    criteria = {c.pk: c for c in Criterion.objects.filter(round_id=assignment.application.round_id)}
    held = {score.criterion_id: score for score in assignment.scores.all()}
    for criterion_id, (points, words) in scores.items():
        if criterion_id not in criteria:
            raise Refused(_("This criterion does not belong to the round. Reload the page."), "foreign_criterion")
        if points is not None and not 0 <= points <= 100:
            raise Refused(_("Give 0 to 100 points."), "points_range", f"points_{criterion_id}")
        score = held.get(criterion_id) or Score(assignment=assignment, criterion=criteria[criterion_id])
        if (score.points, score.comment) != (points, words.strip()):
            score.points, score.comment = points, words.strip()
            score.save()
    assignment.comment = comment.strip()
    assignment.save()
    return assignment


def submit_scores(*, assignment_id: int, by: Any) -> Assignment:
    """Hands in: no edits afterwards (trigger). Writes: Assignment SUBMITTED with its weighted total, Event; then, in a
    transaction of its own (it locks the round), what the officers owe now, so that the last one shows the proposal at once.

    Raises: Refused when a criterion or the overall opinion is missing.
    """
    assignment = _hand_in(assignment_id, by)
    sync_round(assignment.application.round_id)
    return assignment


@transaction.atomic
def _hand_in(assignment_id: int, by: Any) -> Assignment:
    assignment = _own(assignment_id, by)
    before = assignment.status
    after = LIFECYCLE.step(before, "submit_scores")
    criteria = list(Criterion.objects.filter(round_id=assignment.application.round_id))
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
    _record("assignment.handed_in", assignment, by=by, frm=before, to=after, total=str(assignment.total))
    journal.close_duty(assignment, "submit_scores", by=by)
    return assignment


def _lock(assignment_id: int) -> Assignment:
    return (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("application__round", "application__company__organisation", "evaluator", "assigned_by")
        .get(pk=assignment_id)
    )


def _own(assignment_id: int, by: Any) -> Assignment:
    assignment = _lock(assignment_id)
    require(by, "vouchers.score_application")
    if by is not None and assignment.evaluator_id != by.pk:
        raise NotAllowed()
    return assignment


def _end(assignment: Assignment, verb: str, *, reason: str, by: Any) -> None:
    before = assignment.status
    assignment.status = LIFECYCLE.step(before, verb)
    if verb == "recuse":
        assignment.conflict_ground = reason[:200]
        assignment.declared_at = clock.now()
    assignment.reason = reason
    assignment.save()
    past = {"recuse": "recused", "decline": "declined", "withdraw_assignment": "withdrawn"}[verb]
    _record(f"assignment.{past}", assignment, by=by, frm=before, to=assignment.status, reason=reason)
    journal.close_duties(assignment, by=by)


def _owe(assignment: Assignment, verb: str, title_ko: str, title_en: str, by: Any) -> None:
    """The duty names the application as its page does before the declaration: receipt number and title, no company."""
    application = assignment.application
    named = " ".join(part for part in (application.receipt_no, application.title) if part) or application.ref
    journal.open_duty(
        assignment, verb, title_ko=f"{title_ko}: {named}", title_en=f"{title_en}: {named}",
        url=f"/evaluation/{assignment.ref}/",
        due_at=assignment.due_at, user=assignment.evaluator, by=by,
    )  # fmt: skip


def _record(name: str, assignment: Assignment, *, by: Any, frm: str = "", to: str = "", reason: str = "", **data: Any) -> None:
    """Never with the company's organisation: who evaluates stays hidden from applicants."""
    journal.record(
        name, assignment, by=by, frm=frm, to=to, reason=reason, data={"application": assignment.application.ref, **data}
    )
