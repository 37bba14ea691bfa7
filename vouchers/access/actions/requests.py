"""The company and the provider: dossier, submission, supplement, preparation, provision."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock, words
from portal.kit.access import require
from portal.kit.errors import Refused, Stale
from vouchers.access import notices, queries, rules
from vouchers.access.actions.dossier import hand_over
from vouchers.access.actions.joint import follow_joint, invite, leave_joint
from vouchers.access.actions.steps import (
    board,
    days,
    holder,
    lock,
    move,
    owe_start,
    require_both,
    start_drb_clock,
    start_ethics,
    step_drb,
    stop_clocks,
)
from vouchers.access.models import AccessCase, AccessRequest, DataReview, EthicsReview
from vouchers.matching.models import Match

R, E, D = rules.RequestStatus, rules.EthicsStatus, rules.DrbStatus


@transaction.atomic
def open_case(*, match_ids: Sequence[int], title: str, by: Any) -> AccessCase:
    """One dossier for one or several confirmed matches of the same need; one draft request a provider.

    Writes: AccessCase, AccessRequest, EthicsReview, DataReview, Event access_case.opened. Raises: Refused.
    """
    matches = list(
        Match.objects.visible_to(by)
        .filter(pk__in=match_ids, status="CONFIRMED")
        .select_for_update(of=("self",))
        .select_related("need__company", "institution", "quote", "final_quote")
        .order_by("pk")
    )
    if not matches or len(matches) != len(set(match_ids)):
        raise Refused(_("Choose matches that both sides have confirmed."), "match_not_confirmed", "match")
    if len({match.need_id for match in matches}) != 1:
        raise Refused(_("One dossier belongs to one data need. Choose matches of the same need."), "two_needs", "match")
    if len({match.institution_id for match in matches}) != len(matches):
        raise Refused(_("Choose one match an institution: each institution reviews once."), "site_twice", "match")
    need = matches[0].need
    require(by, "vouchers.request_access", need)
    if AccessRequest.objects.filter(match__in=matches).exclude(status="WITHDRAWN").exists():
        raise Refused(_("A dossier for this match exists already. Open it from the list."), "case_exists", "match")
    case = AccessCase(company=need.company, need=need, title=title.strip()[:150], created_by=by)
    case.save()
    for match in matches:
        line = (match.final_quote or match.quote).lines.order_by("position").first()
        request = AccessRequest(
            case=case,
            match=match,
            institution=match.institution,
            board=line.reviewing_board if line else match.institution,
        )
        request.save()
        EthicsReview(request=request).save()
        DataReview(request=request).save()
    journal.record(
        "access_case.opened", case, by=by, organisations=case.organisation_ids(),
        data={"matches": [match.ref for match in matches]},
    )  # fmt: skip
    return case


@transaction.atomic
def save_dossier(
    *, case_id: int, dossier: Mapping[str, str], use_from: date | None, use_until: date | None, version: int, by: Any
) -> AccessCase:
    """Stores the dossier as typed, while some institution's part is open for it (rules.dossier_open).

    Raises: Stale, Refused.
    """
    case = AccessCase.objects.select_for_update().select_related("company").get(pk=case_id)
    require(by, "vouchers.request_access", case)
    if case.version != version:
        raise Stale
    if not queries.dossier_is_open(case):
        raise Refused(_("The dossier is with the boards and cannot be changed now."), "dossier_closed")
    if use_from and use_until and use_from > use_until:
        raise Refused(_("The use ends before it begins. Mend one of the two dates."), "period_order", "use_until")
    case.dossier = {**case.dossier, **{key: value.strip() for key, value in dossier.items()}}
    case.use_from, case.use_until = use_from, use_until
    case.save()
    journal.record("access_case.dossier_saved", case, by=by, organisations=case.organisation_ids())
    return case


@transaction.atomic
def submit_request(*, request_id: int, ethics_kind: str, ethics_route: str, drb_mode: str, by: Any) -> AccessRequest:
    """The company sends one provider's part to its boards. Writes: AccessRequest, both reviews, Event, Duty, Notice."""
    request = lock(request_id)
    require(by, "vouchers.request_access", request.case)
    dossier = hand_over(request)
    joint = queries.in_joint(request)
    if drb_mode == rules.DrbMode.JOINT and not joint:
        raise Refused(
            _("No joint DRB was proposed for this dossier. Propose it first, or choose another way."), "joint_missing", "drb_mode"
        )
    request.ethics.kind, request.ethics.route = rules.EthicsKind(ethics_kind), rules.EthicsRoute(ethics_route)
    request.ethics.save()
    request.data_review.mode = rules.DrbMode.JOINT if joint else rules.DrbMode(drb_mode)
    request.data_review.save()
    request.submitted_at = clock.now()
    move(
        request, "submit_request", by=by, route=ethics_route, mode=request.data_review.mode, dossier=dossier.content_hash
    )  # fmt: skip
    owe_start(request, by)
    invite(request, by)
    notices.submitted(request)
    return request


@transaction.atomic
def request_supplement(*, request_id: int, wanted: str, by: Any) -> AccessRequest:
    """The secretary names what is missing; the board's clock has not started. Writes: request, Event, Duty, Notice."""
    request = lock(request_id)
    require(by, "vouchers.review_request", board(request))
    if not wanted.strip():
        raise Refused(_("Say what is missing, so that the company can supply it."), "reason_missing", "wanted")
    request.supplement_request = wanted.strip()
    move(request, "request_supplement", by=by, reason=wanted)
    journal.close_duty(request, "start_review", by=by)
    journal.open_duty(
        request, "supply_supplement",
        title_ko=f"데이터 활용신청을 보완해 주십시오: {request.institution.name_ko}, {request.case.title}",
        title_en=f"Supplement the access request: {request.institution.name_en}, {request.case.title}",
        url=f"/access/requests/{request.ref}/", due_in=days(request, "supplement"),
        organisation=request.case.company.organisation, by=by,
    )  # fmt: skip
    notices.supplement(request)
    return request


@transaction.atomic
def supply_supplement(*, request_id: int, by: Any) -> AccessRequest:
    """The company has mended the dossier. Writes: request, Event, Duty."""
    request = lock(request_id)
    require(by, "vouchers.request_access", request.case)
    dossier = hand_over(request)
    move(request, "supply_supplement", by=by, dossier=dossier.content_hash)
    journal.close_duty(request, "supply_supplement", by=by)
    owe_start(request, by)
    return request


@transaction.atomic
def start_review(*, request_id: int, by: Any) -> AccessRequest:
    """The papers are complete: both clocks start, each track by itself. Writes: request, reviews, Events, Duties."""
    request = lock(request_id)
    require(by, "vouchers.review_request", board(request))
    move(request, "start_review", by=by)
    journal.close_duty(request, "start_review", by=by)
    start_ethics(request, by)
    if queries.in_joint(request):
        step_drb(request, "await_joint", by=by)
        follow_joint(request)
    else:
        step_drb(request, "receive", by=by)
        start_drb_clock(request, by, "drb_institution")
    return request


@transaction.atomic
def start_preparation(*, request_id: int, by: Any) -> AccessRequest:
    """The provider begins to extract and pseudonymise. Raises: Refused before both tracks allow it."""
    request = lock(request_id)
    require(by, "vouchers.provide_data", holder(request))
    require_both(request)
    move(request, "prepare", by=by)
    return request


@transaction.atomic
def provide(*, request_id: int, by: Any) -> AccessRequest:
    """The data stand ready in the agreed environment; the portal itself never holds them. Raises: Refused."""
    request = lock(request_id)
    require(by, "vouchers.provide_data", holder(request))
    require_both(request)
    first = queries.not_before(request)
    if first is not None:
        raise Refused(
            _("The agreement begins on %(day)s. The data can be provided from that day on.") % {"day": words.day(first)},
            "not_begun",
        )
    if request.status == R.APPROVED:
        move(request, "prepare", by=by)
    request.provided_at, request.provided_by = clock.now(), by
    move(request, "provide", by=by)
    journal.close_duty(request, "provide_data", by=by)
    journal.open_duty(
        request, "confirm_receipt", title_ko=f"데이터 제공을 확인해 주십시오: {request.institution.name_ko}, {request.case.title}",
        title_en=f"Confirm that the data are there: {request.institution.name_en}, {request.case.title}",
        url=f"/access/requests/{request.ref}/", due_in=days(request, "receipt_confirmation"),
        organisation=request.case.company.organisation, by=by,
    )  # fmt: skip
    notices.provided(request)
    return request


@transaction.atomic
def confirm_receipt(*, request_id: int, by: Any) -> AccessRequest:
    """The company confirms that it can use the data. Writes: request, Event."""
    request = lock(request_id)
    require(by, "vouchers.request_access", request.case)
    move(request, "confirm_receipt", by=by)
    journal.close_duty(request, "confirm_receipt", by=by)
    return request


@transaction.atomic
def withdraw(*, request_id: int, reason: str, by: Any) -> AccessRequest:
    """The company takes one provider's part back. Writes: request, Event; nothing is owed any more."""
    request = lock(request_id)
    require(by, "vouchers.request_access", request.case)
    if not reason.strip():
        raise Refused(_("Say why you withdraw, for the boards' record."), "reason_missing", "reason")
    request.reason = reason
    move(request, "withdraw", by=by, reason=reason)
    stop_clocks(request)
    journal.close_duties(request, by=by)
    leave_joint(request, reason, by)
    return request
