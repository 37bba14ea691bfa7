"""What the room tells, one function a message."""

from typing import Any

from portal.journal.actions import tell
from vouchers.access.models import AccessRequest, JointReview, SiteParticipation


def _context(request: AccessRequest, **more: Any) -> dict[str, Any]:
    return {
        "title": request.case.title,
        "institution_ko": request.institution.name_ko,
        "institution_en": request.institution.name_en,
        "company_ko": request.case.company.name_ko,
        "company_en": request.case.company.name_en or request.case.company.name_ko,
        **more,
    }


def submitted(request: AccessRequest) -> None:
    """To the board's secretary: a request has come in."""
    if request.board.organisation_id:
        tell(
            "access_submitted", app="vouchers", subject=request, organisation=request.board.organisation,
            role="PROVIDER_DRB_SECRETARY", url=f"/access/requests/{request.ref}/", context=_context(request),
        )  # fmt: skip


def supplement(request: AccessRequest) -> None:
    """To the company: something is missing."""
    tell(
        "access_supplement", app="vouchers", subject=request, organisation=request.case.company.organisation,
        url=f"/access/requests/{request.ref}/", context=_context(request, wanted=request.supplement_request),
    )  # fmt: skip


def decided(request: AccessRequest, *, track: str, allowed: bool, number: str, reason: str) -> None:
    """To the company: one track was decided. track: IRB or DRB."""
    tell(
        "access_decided", app="vouchers", subject=request, organisation=request.case.company.organisation,
        url=f"/access/requests/{request.ref}/",
        context=_context(request, track=track, allowed=allowed, number=number, reason=reason),
    )  # fmt: skip


def both_allow(request: AccessRequest) -> None:
    """To company and provider: both tracks allow the use; preparation may begin."""
    for organisation in (request.case.company.organisation, request.institution.organisation):
        if organisation is not None:
            tell(
                "access_allowed", app="vouchers", subject=request, organisation=organisation,
                url=f"/access/requests/{request.ref}/", context=_context(request),
            )  # fmt: skip


def provided(request: AccessRequest) -> None:
    """To the company: the data are there (in the safe environment), never in the portal."""
    tell(
        "access_provided", app="vouchers", subject=request, organisation=request.case.company.organisation,
        url=f"/access/requests/{request.ref}/", context=_context(request),
    )  # fmt: skip


def joint_invited(site: SiteParticipation) -> None:
    """To a site's secretary: a joint DRB is proposed."""
    request = site.request
    if request.board.organisation_id:
        tell(
            "joint_invited", app="vouchers", subject=site, organisation=request.board.organisation,
            role="PROVIDER_DRB_SECRETARY", url=f"/access/requests/{request.ref}/",
            context=_context(request, lead_ko=site.joint.lead.name_ko, lead_en=site.joint.lead.name_en),
        )  # fmt: skip


def joint_decided(joint: JointReview, site: SiteParticipation) -> None:
    """To a site's secretary: adopt the result or object within the round's days."""
    request = site.request
    if request.board.organisation_id:
        tell(
            "joint_decided", app="vouchers", subject=site, organisation=request.board.organisation,
            role="PROVIDER_DRB_SECRETARY", url=f"/access/requests/{request.ref}/",
            context=_context(
                request, lead_ko=joint.lead.name_ko, lead_en=joint.lead.name_en,
                allowed=joint.status == "APPROVED", number=joint.number,
            ),
        )  # fmt: skip
