"""The reviewer examines, the deciding unit gives its opinion, the reviewer decides, the officers act on what was upheld."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.kit import clock, workdays
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.applications import actions as applications
from vouchers.objections import notices, queries, rules
from vouchers.objections.actions.steps import lock, owe, owe_decision, step
from vouchers.objections.models import Objection

_OPINION_WORDS = "이의신청에 대한 처분부서 의견 제출", "Give the deciding unit's opinion on the objection"
# room → what the officers owe
_REMEDIES = {
    rules.Room.SELECTION: (
        "인용된 이의신청 이행: 신청을 다시 평가에 올려 재산정한 뒤 기록",
        "Act on an upheld objection: take the application up again, run the selection anew, then record it",
    ),
    rules.Room.ELIGIBILITY: (
        "인용된 이의신청 이행: 부적격 판정을 되돌려 요건검토를 이어간 뒤 기록",
        "Act on an upheld objection: take “not eligible” back and go on with the check, then record it",
    ),
    rules.Room.SETTLEMENT: (
        "인용된 이의신청 이행: 전담기관이 정산 금액을 낮춘 뒤 기록",
        "Act on an upheld objection: have the operating agency lower the settled amount, then record it",
    ),
    rules.Room.FINAL_EVALUATION: (
        "인용된 이의신청 이행: 전담기관이 최종평가 등급을 올린 뒤 기록",
        "Act on an upheld objection: have the operating agency make the grade better, then record it",
    ),
    rules.Room.CLAWBACK: (
        "인용된 이의신청 이행: 전담기관이 환수 금액을 낮춘 뒤 기록",
        "Act on an upheld objection: have the operating agency lower what was ordered back, then record it",
    ),
}


@transaction.atomic
def take_up(*, objection_id: int, by: Any) -> Objection:
    """A reviewer who did not take part in the decision takes it. Writes: Objection ADMISSIBILITY, Event."""
    objection = _mine(objection_id, by)
    objection.reviewer = by
    step(objection, "take_up", "objection.taken_up", by=by)
    return objection


@transaction.atomic
def take_over(*, objection_id: int, reason: str, by: Any) -> Objection:
    """Another reviewer goes on with it, when the one who took it up is away or must not decide. Writes: Objection.reviewer, Event.
    Raises: Refused for the reviewer who has it, and without a reason."""
    objection = _open_to(objection_id, by)
    if objection.reviewer_id == by.pk:
        raise Refused(_("You decide this objection already."), "taken_already")
    if not reason.strip():
        raise Refused(_("Say why you take it over; your colleague reads it in the history."), "reason_missing", "reason")
    objection.reviewer = by
    step(objection, "take_over", "objection.taken_over", by=by, reason=reason.strip())
    return objection


@transaction.atomic
def find_admissible(*, objection_id: int, by: Any) -> Objection:
    """It is reviewed in substance; the unit that decided gives its opinion first. Writes: Objection, Event, Duty, Notices."""
    objection = _mine(objection_id, by)
    days = objection.round.policy().days("objection_opinion")
    objection.opinion_due_at = workdays.due_at(clock.now(), days)
    step(objection, "find_admissible", "objection.found_admissible", by=by)
    owe(objection, "give_opinion", Role.MINISTRY_OFFICER, *_OPINION_WORDS, by=by, due_at=objection.opinion_due_at)
    notices.opinion_asked(objection)
    return objection


@transaction.atomic
def find_inadmissible(*, objection_id: int, reason: str, by: Any) -> Objection:
    """각하: not admissible, with a reason. Writes: Objection REJECTED, Event, Notice."""
    objection = _mine(objection_id, by)
    _settle(objection, "find_inadmissible", "objection.found_inadmissible", reason, by)
    return objection


@transaction.atomic
def extend(*, objection_id: int, reason: str, by: Any) -> Objection:
    """The decision is put off once, by the days of the round's policy; the company is told why.

    Writes: Objection due_at, Event objection.extended, Duty, Notice. Raises: Refused without a reason, a second time, after
    the due day, or where the policy gives no days.
    """
    objection = _mine(objection_id, by)
    days = objection.round.policy().selection.extension_days
    if not rules.may_extend(objection.due_at, days, clock.now(), before=objection.first_due_at is not None):
        raise Refused(
            _("The decision can be put off only once, before its due day, and where the policy of the round gives days for it."),
            "not_extendable",
        )
    if not reason.strip():
        raise Refused(_("Give the reason; the company reads it."), "reason_missing", "reason")
    objection.first_due_at, objection.extension_reason = objection.due_at, reason.strip()
    objection.due_at = rules.extended(objection.due_at, days)
    step(objection, "extend", "objection.extended", by=by, reason=objection.extension_reason, due_at=objection.due_at.isoformat())
    owe_decision(objection, by)
    notices.extended(objection)
    return objection


@transaction.atomic
def give_opinion(*, objection_id: int, opinion: str, by: Any) -> Objection:
    """The deciding unit's opinion, once; the company reads it. Writes: Objection, Event, Notice."""
    objection = lock(objection_id)
    require(by, "vouchers.answer_objection")
    _check_conflict(objection, by)
    if not opinion.strip():
        raise Refused(_("Write the opinion; the company reads it."), "opinion_missing", "opinion")
    if objection.opinion_at is not None:
        raise Refused(_("The opinion was given already."), "opinion_given")
    objection.opinion, objection.opinion_by, objection.opinion_at = opinion.strip(), by, clock.now()
    step(objection, "give_opinion", "objection.opinion_given", by=by)
    journal.close_duty(objection, "give_opinion", by=by)
    notices.opinion_given(objection)
    return objection


@transaction.atomic
def decide(*, objection_id: int, verb: str, reason: str, by: Any) -> Objection:
    """인용, 일부인용, 기각. verb: uphold, uphold_partly or dismiss. Nobody who took part in the attacked decision.

    Writes: Objection, Event, Notices; where it is upheld, a Duty for the officers. Raises: Refused while the deciding unit
    still has time for its opinion.
    """
    assert verb in rules.OUTCOMES, verb
    objection = _mine(objection_id, by)
    if rules.opinion_awaited(objection.opinion_at, objection.opinion_due_at, clock.now()):
        raise Refused(rules.OPINION_AWAITED, "opinion_awaited")
    _settle(objection, verb, f"objection.{rules.OUTCOMES[verb].lower()}", reason, by)
    if objection.status in rules.UPHELD:
        _owe_remedy(objection, by)
    return objection


@transaction.atomic
def record_remedy(*, objection_id: int, remedy: str, by: Any) -> Objection:
    """The officers say what they did after it was upheld; the company reads it. Writes: Objection, Event, Notice.
    Raises: Refused before it is done (`queries.acted_on`), without words, a second time."""
    objection = _to_remedy(objection_id, by)
    if not remedy.strip():
        raise Refused(_("Write what was done; the company reads it."), "remedy_missing", "remedy")
    if not queries.acted_on(objection):
        raise Refused(rules.NOT_ACTED_ON[rules.ATTACKABLE[objection.event_name].room], "not_acted_on")
    _remedied(objection, "record_remedy", "objection.remedied", remedy.strip(), by)
    notices.remedied(objection)
    return objection


@transaction.atomic
def waive_remedy(*, objection_id: int, reason: str, by: Any) -> Objection:
    """Upheld, and yet nothing has to be done; the company reads why. Writes: Objection.remedy_waived, Event, Notice.
    Raises: Refused without a reason, a second time."""
    objection = _to_remedy(objection_id, by)
    if not reason.strip():
        raise Refused(_("Say why no act is needed; the company reads it."), "reason_missing", "reason")
    objection.remedy_waived = True
    _remedied(objection, "waive_remedy", "objection.remedy_waived", reason.strip(), by)
    notices.remedy_waived(objection)
    return objection


def _to_remedy(objection_id: int, by: Any) -> Objection:
    """Locked, for an officer without a conflict, while nothing is recorded."""
    objection = lock(objection_id)
    require(by, "vouchers.answer_objection")
    _check_conflict(objection, by)
    if objection.remedy_at is not None:
        raise Refused(_("What was done is recorded already."), "remedy_recorded")
    return objection


def _remedied(objection: Objection, verb: str, event: str, words: str, by: Any) -> None:
    objection.remedy, objection.remedy_by, objection.remedy_at = words, by, clock.now()
    step(objection, verb, event, by=by, reason=words)
    journal.close_duty(objection, "act_on_objection", by=by)


def _mine(objection_id: int, by: Any) -> Objection:
    """Locked, for a reviewer who may decide about it; once taken up, for the one who took it."""
    objection = _open_to(objection_id, by)
    if objection.reviewer_id not in {None, by.pk}:
        raise Refused(_("A colleague took this objection up and decides it."), "taken_by_another")
    return objection


def _open_to(objection_id: int, by: Any) -> Objection:
    """Locked, for a reviewer who did not take part in the decision and has no conflict."""
    objection = lock(objection_id)
    require(by, "vouchers.decide_objection")
    if not rules.may_decide(by.pk, objection.deciders):
        raise Refused(_("You took part in the decision that is attacked. Somebody else must decide."), "decided_before")
    _check_conflict(objection, by)
    return objection


def _check_conflict(objection: Objection, by: Any) -> None:
    application = queries.application_of(objection)
    assert application is not None, "an objection attacks a decision about an application"
    applications.require_apart(application, by)


def _settle(objection: Objection, verb: str, event: str, reason: str, by: Any) -> None:
    if not reason.strip():
        raise Refused(_("Give the reason; the company reads it."), "reason_missing", "reason")
    objection.reason, objection.decided_by, objection.decided_at = reason.strip(), by, clock.now()
    decided = {"application": objection.subject_ref, "decision": objection.event.hash}  # by which the room concerned finds it
    step(objection, verb, event, by=by, reason=objection.reason, **decided)
    journal.close_duties(objection, by=by)
    notices.decided(objection)


def _owe_remedy(objection: Objection, by: Any) -> None:
    """Leads to the page on which it is acted on."""
    room = rules.ATTACKABLE[objection.event_name].room
    application = queries.application_of(objection)
    assert application is not None, "an objection attacks a decision about an application"
    pages = {
        rules.Room.SELECTION: f"/admin/vouchers/selectionrun/rerun/?round={objection.round_id}",
        rules.Room.ELIGIBILITY: f"/admin/vouchers/application/{application.pk}/change/",
        rules.Room.SETTLEMENT: f"/settlements/{objection.event.subject_ref}/",
        rules.Room.FINAL_EVALUATION: f"/milestones/final/{objection.event.subject_ref}/",
        rules.Room.CLAWBACK: f"/settlements/clawbacks/{objection.event.subject_ref}/",
    }
    ko, en = _REMEDIES[room]
    due = objection.round.days("remedy")
    owe(objection, "act_on_objection", Role.MINISTRY_OFFICER, ko, en, by=by, url=pages[room], due_in=due)
