"""The joint DRB: one packet, one lead committee, each site adopts its result or objects to its own review."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock, workdays
from portal.kit.access import require
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from vouchers.access import notices, rules
from vouchers.access.actions.steps import (
    board,
    check_decision,
    close,
    days,
    lock,
    record,
    require_in_review,
    settle,
    start_drb_clock,
    step_drb,
)
from vouchers.access.models import AccessCase, AccessRequest, JointReview, SiteParticipation

T, J, D, R = rules.SiteStatus, rules.JointStatus, rules.DrbStatus, rules.RequestStatus


@transaction.atomic
def propose_joint(*, case_id: int, lead_id: int, by: Any) -> JointReview:
    """The company asks that one committee reviews for all its sites. lead_id: the institution that leads.

    Writes: JointReview, SiteParticipation a request, Event, Duties, Notices. Raises: Refused for fewer than two sites or
    once a site's own review has started.
    """
    case = AccessCase.objects.select_for_update().select_related("company").get(pk=case_id)
    require(by, "vouchers.request_access", case)
    requests = list(case.requests.select_related("board__organisation", "institution", "data_review").exclude(status="WITHDRAWN"))
    if len(requests) < 2:
        raise Refused(_("A joint review needs at least two institutions in the dossier."), "joint_one_site")
    if JointReview.objects.filter(case=case).exists():
        raise Refused(_("A joint review was already proposed for this dossier."), "joint_exists")
    if any(request.data_review.status != D.NOT_STARTED for request in requests):
        raise Refused(_("A review has already started at one institution, so it cannot be joint any more."), "joint_late")
    if lead_id not in {request.board_id for request in requests}:
        raise Refused(_("The leading committee is one of the institutions in the dossier."), "joint_lead", "lead")
    joint = JointReview(case=case, lead_id=lead_id, due_at=None)
    joint.save()
    for request in requests:
        lead = request.board_id == lead_id
        site = SiteParticipation(
            joint=joint, request=request, status=T.JOINED if lead else T.INVITED,
            due_at=workdays.due_at(clock.now(), days(request, "site_adoption")),
        )  # fmt: skip
        site.save()
        request.data_review.mode = rules.DrbMode.JOINT
        request.data_review.save()
        if request.status != rules.RequestStatus.DRAFT:
            invite(request, by)
    journal.record(
        "joint_review.proposed", joint, by=by, organisations={i for r in requests for i in r.organisation_ids()},
        data={"case": case.ref, "sites": len(requests)},
    )  # fmt: skip
    return joint


def invite(request: AccessRequest, by: Any) -> None:
    """Asks the site, once its part is submitted and so visible to it. Writes: Duty, Notice."""
    site = SiteParticipation.objects.select_related("joint__lead").filter(request=request, status=T.INVITED).first()
    if site is None or site.joint.status == J.REFUSED:
        return
    site.request = request
    site.due_at = workdays.due_at(clock.now(), days(request, "site_adoption"))
    site.save()
    _owe_site(site, "answer_joint", "공동 DRB 참여 여부를 알려 주십시오", "Say whether you take part in the joint DRB", by)
    notices.joint_invited(site)


def follow_joint(request: AccessRequest) -> None:
    """A site that comes late runs on the joint review's clock, and owes its answer to a result that stands already."""
    site = SiteParticipation.objects.select_related("joint__lead").get(request=request)
    if site.status != T.JOINED or site.joint.started_at is None:
        return
    site.request = request
    review = request.data_review
    review.started_at, review.due_at = review.started_at or clock.now(), site.joint.due_at
    review.save()
    if site.joint.status == J.APPROVED:
        _owe_adoption(site)


def leave_joint(request: AccessRequest, reason: str, by: Any) -> None:
    """A withdrawn request takes part in nothing any more; the other sites go on. Writes: site, Event, Duties."""
    site = SiteParticipation.objects.filter(request=request).first()
    if site is None:
        return
    journal.close_duties(site, by=by)
    if site.status in {T.INVITED, T.JOINED}:
        _fall_back(site, request, reason, by)


def _fall_back(site: SiteParticipation, request: AccessRequest, reason: str, by: Any) -> None:
    before, site.status = site.status, rules.SITE_LIFECYCLE.step(site.status, "fall_back")
    site.reason, site.decided_at, site.decided_by = reason, clock.now(), by
    site.save()
    record("site_participation.fallen_back", request, by=by, frm=before, to=site.status, reason=reason)


def _owe_adoption(site: SiteParticipation) -> None:
    site.due_at = workdays.due_at(clock.now(), days(site.request, "site_adoption"))
    site.save()
    _owe_site(site, "adopt_joint", "공동 DRB 결과를 채택할지 결정해 주십시오", "Adopt the joint DRB result or object", None)
    notices.joint_decided(site.joint, site)


def _owe_site(site: SiteParticipation, verb: str, ko: str, en: str, by: Any) -> None:
    request = site.request
    if request.board.organisation_id:
        journal.open_duty(
            site, verb, title_ko=f"{ko}: {request.case.title}", title_en=f"{en}: {request.case.title}",
            url=f"/access/requests/{request.ref}/", due_at=site.due_at, organisation=request.board.organisation,
            role="PROVIDER_DRB_SECRETARY", by=by,
        )  # fmt: skip


def _lock_site(site_id: int) -> tuple[SiteParticipation, AccessRequest]:
    request = lock(SiteParticipation.objects.values_list("request_id", flat=True).get(pk=site_id))
    site = SiteParticipation.objects.select_related("joint__lead__organisation", "joint__case").get(pk=site_id)
    site.request = request
    return site, request


@transaction.atomic
def answer_joint(*, site_id: int, join: bool, reason: str = "", by: Any) -> SiteParticipation:
    """An invited site takes part, or keeps to its own review. Writes: site, Event; the last answer lets the lead begin."""
    site, request = _lock_site(site_id)
    require(by, "vouchers.decide_drb", board(request))
    if request.status not in {R.SUBMITTED, R.SUPPLEMENT, R.IN_REVIEW}:
        raise IllegalStep("access_request", request.status, "answer_joint")
    if not join and not reason.strip():
        raise Refused(_("Say why your institution reviews by itself."), "reason_missing", "reason")
    before, site.status = site.status, rules.SITE_LIFECYCLE.step(site.status, "join" if join else "opt_out")
    site.reason, site.decided_at, site.decided_by = reason, clock.now(), by
    site.save()
    record(
        f"site_participation.{'joined' if join else 'opted_out'}",
        request,
        by=by,
        frm=before,
        to=site.status,
        reason=reason,
    )
    journal.close_duty(site, "answer_joint", by=by)
    if not join:
        _own_review(request, "opt_out", by, reason)
    elif request.data_review.status == D.JOINT_PENDING:
        follow_joint(request)
        site.refresh_from_db()
    return site


def _own_review(request: AccessRequest, verb: str, by: Any, reason: str) -> None:
    """A site goes its own way: its clock starts now, the others are not held up."""
    request.data_review.mode = rules.DrbMode.INSTITUTION
    if request.data_review.status == D.JOINT_PENDING:
        step_drb(request, verb, by=by, reason=reason)
        start_drb_clock(request, by, "drb_institution")
    else:
        request.data_review.save()


@transaction.atomic
def start_joint(*, joint_id: int, by: Any) -> JointReview:
    """The lead committee begins; its clock starts. Sites that have not answered may still join until the decision."""
    joint = (
        JointReview.objects.select_for_update(of=("self",)).select_related("lead__organisation", "case__company").get(pk=joint_id)
    )
    require(by, "vouchers.decide_drb", _lead(joint))
    before, joint.status = joint.status, rules.JOINT_LIFECYCLE.step(joint.status, "start")
    own = joint.sites.filter(request__board_id=joint.lead_id, request__data_review__status=D.JOINT_PENDING)
    if not own.exists():
        raise Refused(_("Check the papers of your own institution first; the joint review begins after that."), "joint_early")
    joint.started_at = clock.now()
    first = joint.sites.select_related("request__case__need__round").first()
    assert first is not None
    joint.due_at = workdays.due_at(clock.now(), days(first.request, "drb_joint"))
    joint.save()
    for site in joint.sites.filter(status=T.JOINED, request__data_review__status=D.JOINT_PENDING).order_by("pk"):
        follow_joint(lock(site.request_id))
    journal.record("joint_review.started", joint, by=by, frm=before, to=joint.status, organisations=_everybody(joint))
    journal.open_duty(
        joint, "decide_joint", title_ko=f"공동 DRB를 심의해 주십시오: {joint.case.title}",
        title_en=f"Decide the joint DRB: {joint.case.title}", url=f"/access/cases/{joint.case.ref}/", due_at=joint.due_at,
        organisation=joint.lead.organisation, role="PROVIDER_DRB_SECRETARY", by=by,
    )  # fmt: skip
    return joint


@transaction.atomic
def decide_joint(
    *, joint_id: int, approve: bool, number: str, decided_on: date | None = None, document: Document | None = None,
    reason: str = "", by: Any,
) -> JointReview:  # fmt: skip
    """The lead committee decided; every joined site now adopts or objects within the round's days.

    Writes: JointReview, SiteParticipation, Event, Duties, Notices. A refusal sends each site to its own review.
    """
    joint = JointReview.objects.select_for_update(of=("self",)).select_related("lead__organisation", "case").get(pk=joint_id)
    require(by, "vouchers.decide_drb", _lead(joint))
    decided_on = decided_on or clock.today()
    check_decision(number, decided_on)
    if approve and document is None:
        raise Refused(_("Attach the decision letter of the board."), "letter_missing", "file")
    if not approve and not reason.strip():
        raise Refused(_("A refusal needs a reason that the company can act on."), "reason_missing", "reason")
    before, joint.status = joint.status, rules.JOINT_LIFECYCLE.step(joint.status, "approve" if approve else "refuse")
    joint.number, joint.decided_on, joint.document = number.strip(), decided_on, document
    joint.reason, joint.decided_by = reason, by
    joint.save()
    journal.record(
        f"joint_review.{'approved' if approve else 'refused'}", joint, by=by, frm=before, to=joint.status, reason=reason,
        organisations=_everybody(joint), data={"number": number},
    )  # fmt: skip
    journal.close_duty(joint, "decide_joint", by=by)
    for site in joint.sites.select_for_update().filter(status__in=[T.INVITED, T.JOINED]).order_by("pk"):
        request = lock(site.request_id)
        site.request, site.joint = request, joint
        if not approve:
            journal.close_duty(site, "answer_joint", by=by)
            _fall_back(site, request, reason, by)
            _own_review(request, "fall_back", by, reason)
            notices.joint_decided(joint, site)
        elif site.status == T.JOINED and request.data_review.status == D.JOINT_PENDING:
            _owe_adoption(site)
    return joint


def _lead(joint: JointReview) -> Any:
    if joint.lead.organisation is None:
        raise NotAllowed
    return joint.lead.organisation


def _everybody(joint: JointReview) -> set[int]:
    """The company, every site and every board: the joint review concerns them all."""
    sites = joint.sites.select_related("request__case__company", "request__institution", "request__board")
    return {i for site in sites for i in site.request.organisation_ids()}


@transaction.atomic
def adopt_joint(*, site_id: int, condition: str = "", by: Any) -> SiteParticipation:
    """A site adopts the joint result, perhaps with a local condition: its DRB track now allows. Writes: site, DataReview."""
    site, request = _lock_site(site_id)
    require(by, "vouchers.decide_drb", board(request))
    require_in_review(request, "adopt_joint")
    if site.joint.status != J.APPROVED:
        raise Refused(_("The joint committee has not approved yet."), "joint_undecided")
    verb = "adopt_with_condition" if condition.strip() else "adopt"
    before, site.status = site.status, rules.SITE_LIFECYCLE.step(site.status, verb)
    site.reason, site.decided_at, site.decided_by = condition.strip(), clock.now(), by
    site.save()
    record("site_participation.adopted", request, by=by, frm=before, to=site.status, reason=condition)
    journal.close_duty(site, "adopt_joint", by=by)
    review = request.data_review
    review.number, review.decided_on, review.document = site.joint.number, clock.today(), site.joint.document
    review.board_name, review.conditions = site.joint.lead.name_ko, condition.strip()
    close(review, by)
    step_drb(request, "adopt", by=by, number=review.number)
    notices.decided(request, track="DRB", allowed=True, number=review.number, reason=condition)
    settle(request, by)
    return site


@transaction.atomic
def object_joint(*, site_id: int, reason: str, by: Any) -> SiteParticipation:
    """A site does not accept the joint result: its own review starts; the other sites are not held up."""
    site, request = _lock_site(site_id)
    require(by, "vouchers.decide_drb", board(request))
    require_in_review(request, "object_joint")
    if not reason.strip():
        raise Refused(_("Say why your institution does not adopt the joint result."), "reason_missing", "reason")
    if site.joint.status != J.APPROVED:
        raise Refused(_("The joint committee has not approved yet."), "joint_undecided")
    before, site.status = site.status, rules.SITE_LIFECYCLE.step(site.status, "object")
    site.reason, site.decided_at, site.decided_by = reason.strip(), clock.now(), by
    site.save()
    record("site_participation.objected", request, by=by, frm=before, to=site.status, reason=reason)
    journal.close_duty(site, "adopt_joint", by=by)
    _own_review(request, "object", by, reason)
    return site
