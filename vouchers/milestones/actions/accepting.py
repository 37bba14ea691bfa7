"""Accepted by the company, whole or in part, or by the operating agency in its place; checked; returned; rejected for good."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from portal.documents.actions import require_taken
from portal.journal import actions as journal
from portal.kit import clock, workdays
from portal.kit.access import require
from portal.kit.errors import Refused
from portal.kit.won import won
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement
from vouchers.milestones import notices, queries, rules
from vouchers.milestones.actions.delivering import (
    days,
    lock,
    move,
    named,
    owe_delivery,
    require_access,
    require_in_force,
)
from vouchers.milestones.actions.promising import copy_indicators
from vouchers.milestones.models import Milestone

S = rules.MilestoneStatus


@transaction.atomic
def accept_milestone(*, milestone_id: int, accepted_won: int | None = None, missing: str = "", by: Any) -> Milestone:
    """The company accepts; the operator still checks.

    accepted_won: what of the supply amount it takes over, where that is not all (whole won); missing: what was not delivered. The
    rest becomes a milestone of its own once the operator has checked. Writes: Milestone, Event, Duty. Raises: Refused.
    """
    milestone = lock(milestone_id)
    require(by, "vouchers.accept_milestone", milestone.agreement.company.organisation)
    _accept(milestone, accepted_won, missing, by)
    return milestone


@transaction.atomic
def accept_in_place(*, milestone_id: int, reason: str, by: Any) -> Milestone:
    """The company stayed silent past the days of the policy: the operating agency accepts in its place, with a reason; company and
    provider are told. Another person of the agency still checks. Writes: Milestone, Event, Duties, Notices. Raises: Refused."""
    milestone = lock(milestone_id)
    require(by, "vouchers.confirm_milestone")
    agreements.require_apart(milestone.agreement, by)
    if milestone.status == S.SUBMITTED and not queries.is_silent(milestone):
        raise Refused(
            _("The company may still answer: only %(n)d working days after the delivery somebody else accepts in its place.")
            % {"n": days(milestone, "company_silence")},
            "not_silent",
        )
    if not reason.strip():
        raise Refused(_("Say why you accept in the company's place; company and provider read it."), "reason_missing", "reason")
    milestone.in_place_reason = reason.strip()
    _accept(milestone, None, "", by, reason=milestone.in_place_reason, in_place=True)
    notices.accepted_in_place(milestone)
    return milestone


def _accept(
    milestone: Milestone, accepted_won: int | None, missing: str, by: Any, *, reason: str = "", in_place: bool = False
) -> None:
    require_in_force(milestone)
    require_access(milestone)
    require_taken(queries.handed_in(milestone))
    _check_part(milestone, accepted_won, missing)
    milestone.accepted_won, milestone.missing = accepted_won, missing.strip() if accepted_won is not None else ""
    milestone.company_accepted_at, milestone.company_accepted_by = clock.now(), by
    facts = {"accepted_won": accepted_won} if accepted_won is not None else {}
    move(
        milestone,
        "accept_milestone",
        by=by,
        reason=reason or milestone.missing,
        **facts,
        **({"in_place": True} if in_place else {}),
    )
    journal.close_duty(milestone, "accept_milestone", by=by)
    journal.open_duty(
        milestone, "confirm_milestone", title_ko=f"마일스톤 {milestone.number}번의 검수를 확인해 주십시오: {named(milestone)}",
        title_en=f"Check the acceptance of milestone {milestone.number}: {named(milestone)}",
        url=f"/milestones/{milestone.ref}/", due_in=days(milestone, "milestone_acceptance"), role="OPERATOR_CASE",
        by_mail=True, by=by,
    )  # fmt: skip


def _check_part(milestone: Milestone, accepted_won: int | None, missing: str) -> None:
    if accepted_won is None:
        return
    if not 0 < accepted_won < milestone.amount_won:
        raise Refused(
            _("A part is more than 0 won and less than %(whole)s, what the milestone carries.") % {"whole": won(milestone.amount_won)},
            "part_range", "accepted_won",
        )  # fmt: skip
    if not missing.strip():
        raise Refused(_("Say what is missing, so that the provider can deliver the rest."), "missing_missing", "missing")


@transaction.atomic
def return_milestone(*, milestone_id: int, reason: str, by: Any) -> Milestone:
    """Company or operator send it back with a reason. Writes: Milestone, Event, Duty, Notice."""
    milestone = lock(milestone_id)
    if milestone.status == S.COMPANY_ACCEPTED:
        require(by, "vouchers.confirm_milestone")
        agreements.require_apart(milestone.agreement, by)
    else:
        require(by, "vouchers.accept_milestone", milestone.agreement.company.organisation)
    if not reason.strip():
        raise Refused(_("Say what must be mended, so that the provider can do it."), "reason_missing", "reason")
    milestone.reason = reason.strip()
    milestone.company_accepted_at = milestone.company_accepted_by = milestone.accepted_won = None
    milestone.missing = milestone.in_place_reason = ""
    move(milestone, "return_milestone", by=by, reason=reason)
    journal.close_duty(milestone, "accept_milestone", by=by)
    journal.close_duty(milestone, "confirm_milestone", by=by)
    journal.open_duty(
        milestone, "submit_milestone", title_ko=f"마일스톤 {milestone.number}번을 보완해 주십시오: {named(milestone)}",
        title_en=f"Mend milestone {milestone.number}: {named(milestone)}", url=f"/milestones/{milestone.ref}/",
        due_at=max(clock.end_of_day(milestone.due_on), workdays.due_at(clock.now(), days(milestone, "supplement"))),
        organisation=milestone.institution.organisation, role="PROVIDER_MANAGER", own_reminders=True, by=by,
    )  # fmt: skip
    notices.returned(milestone)
    return milestone


@transaction.atomic
def confirm_milestone(*, milestone_id: int, by: Any) -> Milestone:
    """The operator's check: the milestone counts and may be paid. Not by whom the company sent, nor by who accepted in its place.
    Where a part was accepted, the milestone carries that part from now on, and the rest is a milestone of its own.

    Writes: Milestones, Events, Duties, Notices."""
    milestone = lock(milestone_id)
    require(by, "vouchers.confirm_milestone")
    agreements.require_apart(milestone.agreement, by)
    require_in_force(milestone)
    require_access(milestone)
    require_taken(queries.handed_in(milestone))
    if milestone.company_accepted_by_id == by.pk:
        raise Refused(_("Somebody else must check what you accepted yourself."), "four_eyes")
    milestone.accepted_at, milestone.accepted_by = clock.now(), by
    rest = _keep_part(milestone) if milestone.accepted_won is not None else None
    move(milestone, "confirm_milestone", by=by)
    journal.close_duty(milestone, "confirm_milestone", by=by)
    if milestone.institution.organisation_id and milestone.grant_won:
        journal.open_duty(
            milestone, "request_disbursement", title_ko=f"대금을 청구해 주십시오: {milestone.title}",
            title_en=f"Request the disbursement: {milestone.title}", url=f"/payments/request/{milestone.ref}/",
            due_in=days(milestone, "disbursement_request"),
            organisation=milestone.institution.organisation, role="PROVIDER_MANAGER", by=by,
        )  # fmt: skip
    if rest is not None:
        _plan_rest(milestone, rest, by)
    owe_completion(milestone.agreement_id, by)
    notices.accepted(milestone)
    return milestone


def _keep_part(milestone: Milestone) -> rules.Sums:
    """The milestone carries what was accepted. Returns: the rest."""
    assert milestone.accepted_won is not None
    whole = rules.Sums(milestone.amount_won, milestone.grant_won, milestone.vat_won)
    part, rest = rules.parted(whole, milestone.accepted_won)
    milestone.planned_won = whole.amount_won
    milestone.amount_won, milestone.grant_won, milestone.vat_won = part.amount_won, part.grant_won, part.vat_won
    return rest


def _plan_rest(milestone: Milestone, sums: rules.Sums, by: Any) -> None:
    """What was not accepted is delivered again, within the agreement's period. Writes: Milestone, Indicators, Event, Duty, Notice."""
    last = Milestone.objects.filter(agreement_id=milestone.agreement_id).aggregate(last=Max("number"))["last"]
    soonest = workdays.add_working_days(clock.today(), days(milestone, "supplement"))
    rest = Milestone(
        agreement=milestone.agreement, institution=milestone.institution, number=last + 1, title=milestone.title,
        description=milestone.missing, due_on=min(max(milestone.due_on, soonest), milestone.agreement.ends_on),
        uses_data=milestone.uses_data, amount_won=sums.amount_won, grant_won=sums.grant_won, vat_won=sums.vat_won, part_of=milestone,
    )  # fmt: skip
    rest.save()
    copy_indicators(milestone, rest)
    journal.record(
        "milestone.planned", rest, by=by, to=S.PLANNED, organisations=rest.organisation_ids(), reason=milestone.missing,
        data={"amount_won": rest.amount_won, "due_on": rest.due_on.isoformat(), "part_of": milestone.ref},
    )  # fmt: skip
    owe_delivery(rest, by)
    notices.accepted_partly(milestone, rest)


def owe_completion(agreement_id: int, by: Any) -> bool:
    return agreements.owe_completion(
        agreement_id=agreement_id, settled=lambda: queries.all_settled(agreement_id) and _fits(agreement_id), by=by
    )


def _fits(agreement_id: int) -> bool:
    """Whether nothing is left to be planned again."""
    return not queries.apart(Agreement.objects.get(pk=agreement_id))


def sync_completion() -> int:
    """Agreements whose deliveries were all settled before anybody owed their completion. Idempotent. Returns: how many."""
    return journal.each("milestones.sync_completion", list(queries.completable()), lambda pk: owe_completion(pk, None))


@transaction.atomic
def reject_milestone(*, milestone_id: int, reason: str, by: Any) -> Milestone:
    """The operator rejects for good. Writes: Milestone, Event."""
    milestone = lock(milestone_id)
    require(by, "vouchers.confirm_milestone")
    agreements.require_apart(milestone.agreement, by)
    if not reason.strip():
        raise Refused(_("A rejection needs a reason."), "reason_missing", "reason")
    milestone.reason = reason.strip()
    milestone.accepted_won, milestone.missing = None, ""
    move(milestone, "reject_milestone", by=by, reason=reason)
    journal.close_duties(milestone, by=by)
    owe_completion(milestone.agreement_id, by)
    notices.returned(milestone)
    return milestone
