"""The joint DRB: one packet, one lead committee, each site adopts its result or objects to its own review."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock, workdays
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from vouchers.access import notices, rules
from vouchers.access.actions.steps import check_decision, close, days, lock, record, settle, start_drb_clock, step_drb
from vouchers.access.models import AccessCase, AccessRequest, JointReview, SiteParticipation

T, J, D = rules.SiteStatus, rules.JointStatus, rules.DrbStatus


@transaction.atomic
def propose_joint(*, case_id: int, lead_id: int, by: Any) -> JointReview:
    """The company asks that one committee reviews for all its sites. lead_id: the institution that leads.

    Writes: JointReview, SiteParticipation a request, Event, Duties, Notices. Raises: Refused for fewer than two sites or
    once a site's own review has started.
    """
    case = AccessCase.objects.select_for_update().select_related("company").get(pk=case_id)
    require(by, "vouchers.request_access", case)
    requests = list(
        case.requests.select_related("board__organisation", "institution", "data_review").exclude(status="WITHDRAWN")
    )
    if len(requests) < 2:
        raise Refused(_("A joint review needs at least two institutions in the dossier."), "joint_one_site")
    if JointReview.objects.filter(case=case).exists():
        raise Refused(_("A joint review was already proposed for this dossier."), "joint_exists")
    if any(request.data_review.status != D.NOT_STARTED for request in requests):
        raise Refused(
            _("A review has already started at one institution, so it cannot be joint any more."), "joint_late"
        )
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
        if not lead:
            _owe_site(
                site,
                "answer_joint",
                "공동 DRB 참여 여부를 알려 주세요",
                "Say whether you take part in the joint DRB",
                by,
            )
            notices.joint_invited(site)
    journal.record(
        "joint_review.proposed", joint, by=by, organisations={i for r in requests for i in r.organisation_ids()},
        data={"case": case.ref, "sites": len(requests)},
    )  # fmt: skip
    return joint


def _owe_site(site: SiteParticipation, verb: str, ko: str, en: str, by: Any) -> None:
    request = site.request
    if request.board.organisation_id:
        journal.open_duty(
            site, verb, title_ko=f"{ko}: {request.case.title}", title_en=f"{en}: {request.case.title}",
            url=f"/access/requests/{request.ref}/", due_at=site.due_at, organisation=request.board.organisation,
            role="PROVIDER_DRB_SECRETARY", by=by,
        )  # fmt: skip


def _lock_site(site_id: int) -> tuple[SiteParticipation, AccessRequest]:
    site = SiteParticipation.objects.select_for_update().get(pk=site_id)
    site.joint = (
        JointReview.objects.select_for_update().select_related("lead__organisation", "case").get(pk=site.joint_id)
    )
    request = lock(site.request_id)
    site.request = request
    return site, request


@transaction.atomic
def answer_joint(*, site_id: int, join: bool, reason: str = "", by: Any) -> SiteParticipation:
    """An invited site takes part, or keeps to its own review. Writes: site, Event; the last answer lets the lead begin."""
    site, request = _lock_site(site_id)
    require(by, "vouchers.decide_drb", request.board.organisation)
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
        JointReview.objects.select_for_update().select_related("lead__organisation", "case__company").get(pk=joint_id)
    )
    require(by, "vouchers.decide_drb", joint.lead.organisation)
    before, joint.status = joint.status, rules.JOINT_LIFECYCLE.step(joint.status, "start")
    joint.started_at = clock.now()
    first = joint.sites.select_related("request__case__need__round").first()
    assert first is not None
    joint.due_at = workdays.due_at(clock.now(), days(first.request, "drb_joint"))
    joint.save()
    for site in joint.sites.filter(status=T.JOINED).select_related("request"):
        request = lock(site.request_id)
        review = request.data_review
        review.started_at, review.due_at = review.started_at or joint.started_at, joint.due_at
        review.save()
    journal.record("joint_review.started", joint, by=by, frm=before, to=joint.status)
    journal.open_duty(
        joint, "decide_joint", title_ko=f"공동 DRB를 심의해 주세요: {joint.case.title}",
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
    joint = JointReview.objects.select_for_update().select_related("lead__organisation", "case").get(pk=joint_id)
    require(by, "vouchers.decide_drb", joint.lead.organisation)
    decided_on = decided_on or clock.today()
    check_decision(number, decided_on)
    if not approve and not reason.strip():
        raise Refused(_("A refusal needs a reason that the company can act on."), "reason_missing", "reason")
    before, joint.status = joint.status, rules.JOINT_LIFECYCLE.step(joint.status, "approve" if approve else "refuse")
    joint.number, joint.decided_on, joint.document = number.strip(), decided_on, document
    joint.reason, joint.decided_by = reason, by
    joint.save()
    journal.record(
        f"joint_review.{'approved' if approve else 'refused'}", joint, by=by, frm=before, to=joint.status, reason=reason,
        data={"number": number},
    )  # fmt: skip
    journal.close_duty(joint, "decide_joint", by=by)
    for site in joint.sites.select_for_update().filter(status=T.JOINED):
        request = lock(site.request_id)
        site.request, site.joint = request, joint
        if not approve:
            _own_review(request, "fall_back", by, reason)
            continue
        site.due_at = workdays.due_at(clock.now(), days(request, "site_adoption"))
        site.save()
        _owe_site(
            site, "adopt_joint", "공동 DRB 결과를 채택할지 결정해 주세요", "Adopt the joint DRB result or object", by
        )
        notices.joint_decided(joint, site)
    return joint


@transaction.atomic
def adopt_joint(*, site_id: int, condition: str = "", by: Any) -> SiteParticipation:
    """A site adopts the joint result, perhaps with a local condition: its DRB track now allows. Writes: site, DataReview."""
    site, request = _lock_site(site_id)
    require(by, "vouchers.decide_drb", request.board.organisation)
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
    if request.board.organisation is None:
        raise NotAllowed
    require(by, "vouchers.decide_drb", request.board.organisation)
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
