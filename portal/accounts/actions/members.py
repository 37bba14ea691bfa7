"""Colleagues ask, are invited, join and leave."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts import rules
from portal.accounts.actions.keys import revoke_keys_of
from portal.accounts.actions.member_roles import check_another_manager
from portal.accounts.actions.roles import _names, _record_end, grant_role
from portal.accounts.models import Membership, Organisation, RoleGrant, User
from portal.accounts.queries import invitation
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused

INVITATION_DAYS = 14


@transaction.atomic
def add_member(
    *, organisation: Organisation, user: User, is_representative: bool = False, role: str | None = None, by: User | None
) -> Membership:
    """Makes somebody a member with the role that goes with it. Writes: Membership, RoleGrant, Events."""
    if by is not None:
        require(by, "accounts.manage_members", organisation)
    membership = Membership(
        user=user,
        organisation=organisation,
        is_representative=is_representative,
        status=rules.MembershipStatus.ACTIVE,
        decided_by=by,
    )
    membership.save()
    journal.record("membership.approved", membership, by=by, to="ACTIVE", organisations=[organisation.pk])
    if role:
        grant_role(user=user, role=role, organisation=organisation, by=None, reason="membership")
    return membership


@transaction.atomic
def request_membership(*, organisation: Organisation, user: User) -> Membership:
    """A colleague asks to join. Writes: Membership REQUESTED, Event, Duty and Notice for the representatives."""
    if Membership.objects.filter(user=user, organisation=organisation, status__in=["REQUESTED", "ACTIVE"]).exists():
        raise Refused(_("You already asked, or are already a member."), "already_member")
    membership = Membership(user=user, organisation=organisation, status=rules.MembershipStatus.REQUESTED)
    membership.save()
    journal.record("membership.requested", membership, by=user, to="REQUESTED", organisations=[organisation.pk])
    journal.open_duty(
        membership,
        "approve_membership",
        title_ko=f"동료의 가입 요청을 승인해 주십시오: {user.get_full_name()}",
        title_en=f"Approve a colleague's request to join: {user.get_full_name()}",
        url="/accounts/organisation/",
        due_in=5,
        organisation=organisation,
        role=rules.Role.REPRESENTATIVE,
        by=user,
    )
    journal.tell(
        "membership_requested",
        app="accounts",
        subject=membership,
        organisation=organisation,
        role=rules.Role.REPRESENTATIVE,
        url="/accounts/organisation/",
        context={"email": user.email, "person": user.get_full_name(), **_names(organisation)},
    )
    return membership


@transaction.atomic
def decide_membership(*, membership_id: int, approve: bool, reason: str = "", by: User) -> Membership:
    """The representative approves or refuses a colleague. Writes: Membership, RoleGrant, Event; closes the duty."""
    membership = Membership.objects.select_for_update(of=("self",)).select_related("organisation", "user").get(pk=membership_id)
    require(by, "accounts.manage_members", membership)
    if membership.status != rules.MembershipStatus.REQUESTED:
        raise Refused(_("This request was already decided."), "already_decided")
    membership.status = rules.MembershipStatus.ACTIVE if approve else rules.MembershipStatus.REFUSED
    membership.decided_by = by
    membership.save()
    journal.record(
        "membership.approved" if approve else "membership.refused",
        membership,
        by=by,
        frm="REQUESTED",
        to=membership.status,
        reason=reason,
        organisations=[membership.organisation_id],
    )
    journal.close_duty(membership, "approve_membership", by=by)
    assert membership.user is not None
    if approve:
        role = {
            rules.OrganisationKind.COMPANY: rules.Role.STAFF_MEMBER,
            rules.OrganisationKind.PROVIDER: rules.Role.PROVIDER_MANAGER,
        }.get(rules.OrganisationKind(membership.organisation.kind))
        if role:
            grant_role(user=membership.user, role=role, organisation=membership.organisation, by=None, reason="membership")
    journal.tell(
        "membership_decided",
        app="accounts",
        subject=membership,
        to=[membership.user],
        url="/home/",
        context={"approved": approve, "reason": reason, **_names(membership.organisation)},
    )
    return membership


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(*, organisation: Organisation, email: str, by: User, role: str = "") -> tuple[Membership, str]:
    """Invites somebody by e-mail for INVITATION_DAYS days. Returns the membership and the secret of the link.

    role: of an institution, held once the person has joined; empty: the one that goes with the membership.

    Writes: Membership INVITED, Event, Notice to the address. Raises: Refused for a live member or invitation.
    """
    require(by, "accounts.manage_members", organisation)
    email = email.strip().lower()
    if role and role not in rules.roles_within(organisation.kind):
        raise Refused(_("Choose one of the roles of your organisation."), "strange_role", "role")
    live = Membership.objects.filter(organisation=organisation, status__in=["INVITED", "ACTIVE"])
    if live.filter(email=email).filter(expires_at__gt=clock.now()).exists() or live.filter(user__email=email).exists():
        raise Refused(_("This address is already a member or was already invited."), "already_invited", "email")
    token = secrets.token_urlsafe(24)
    membership = Membership(
        organisation=organisation,
        email=email,
        status=rules.MembershipStatus.INVITED,
        token_hash=_hash(token),
        invited_by=by,
        invited_role=role,
        expires_at=clock.now() + timedelta(days=INVITATION_DAYS),
    )
    membership.save()
    journal.record("membership.invited", membership, by=by, to="INVITED", organisations=[organisation.pk])
    journal.tell(
        "membership_invited",
        app="accounts",
        subject=membership,
        addresses=[email],
        url=f"/accounts/join/{token}/",
        context=_names(organisation),
        language=by.language,
    )
    return membership, token


def find_invitation(*, token: str) -> Membership | None:
    """The open invitation behind a link's secret; reads only."""
    return invitation(_hash(token))


@transaction.atomic
def accept_invitation(*, token: str, by: User) -> Membership:
    """The invited person joins. Writes: Membership ACTIVE, RoleGrant, Event. Raises: Refused for a wrong or old link."""
    membership = (
        Membership.objects.select_for_update().filter(token_hash=_hash(token), status=rules.MembershipStatus.INVITED).first()
    )
    if membership is None or (membership.expires_at and membership.expires_at <= clock.now()):
        raise Refused(_("This invitation is not valid any more. Ask your colleague for a new one."), "invitation_gone")
    if membership.email.lower() != by.email.lower():
        raise NotAllowed(_("This invitation was sent to another address. Sign in with that address."), "other_address")
    held = Membership.objects.select_for_update().filter(
        user=by, organisation_id=membership.organisation_id, status__in=["REQUESTED", "ACTIVE"]
    )
    for other in held:
        if other.status == rules.MembershipStatus.ACTIVE:
            raise Refused(_("You are already a member of this organisation."), "already_member")
        other.status = rules.MembershipStatus.ENDED  # the invitation answers the request
        other.save()
        journal.close_duty(other, "approve_membership", by=by)
    membership.user, membership.status = by, rules.MembershipStatus.ACTIVE
    membership.save()
    journal.record(
        "membership.accepted", membership, by=by, frm="INVITED", to="ACTIVE", organisations=[membership.organisation_id]
    )
    usual = rules.Role.STAFF_MEMBER if membership.organisation.kind == "COMPANY" else rules.Role.PROVIDER_MANAGER
    role = membership.invited_role or usual
    if membership.organisation.kind in {"COMPANY", "PROVIDER"}:
        grant_role(user=by, role=role, organisation=membership.organisation, by=None, reason="invitation")
    return membership


@transaction.atomic
def end_membership(*, membership_id: int, reason: str, by: User) -> Membership:
    """A member leaves: grants for the organisation end with it. Raises: Refused for the last representative."""
    membership = Membership.objects.select_for_update(of=("self",)).select_related("organisation", "user").get(pk=membership_id)
    if membership.user_id != by.pk:  # everybody may leave; others are ended by who manages the members
        require(by, "accounts.manage_members", membership)
    if membership.status not in {"ACTIVE", "INVITED"}:
        raise Refused(_("This membership already ended."), "already_ended")
    if membership.is_representative:
        Organisation.objects.select_for_update().get(pk=membership.organisation_id)  # two cannot leave at once
        others = Membership.objects.filter(organisation=membership.organisation, is_representative=True, status="ACTIVE").exclude(
            pk=membership.pk
        )
        if not others.exists():
            raise Refused(
                _("The last representative cannot leave. Ask the programme desk to change the representative first."),
                "last_representative",
            )
    if membership.user_id:
        check_another_manager(membership.organisation, membership.user_id)
    before, membership.status = membership.status, rules.MembershipStatus.ENDED
    membership.save()
    if membership.user_id:
        grants = (
            RoleGrant.objects.select_for_update(of=("self",))
            .select_related("user")
            .filter(user_id=membership.user_id, organisation=membership.organisation, revoked_at__isnull=True)
        )
        for grant in grants:
            grant.revoked_at = clock.now()
            grant.save()
            _record_end(grant, "membership", by)
        revoke_keys_of(membership.user_id, membership.organisation, by)
    journal.record(
        "membership.ended", membership, by=by, frm=before, to="ENDED", reason=reason,
        organisations=[membership.organisation_id],
    )  # fmt: skip
    if membership.user is not None and membership.user_id != by.pk:
        journal.tell(
            "membership_ended", app="accounts", subject=membership, to=[membership.user], url="/home/",
            context={"reason": reason, **_names(membership.organisation)},
        )  # fmt: skip
    return membership


@transaction.atomic
def appoint_representative(
    *, organisation: Organisation, user: User, former_leave: bool, reason: str, by: User | None, all_leave: bool = False
) -> Membership:
    """An officer found who represents the organisation; the caller asked for that officer's permission.

    former_leave: all other representatives end their membership and lose their roles there; all_leave: everybody else too,
    and open invitations: whom somebody let in who had no right to. Writes: Membership, RoleGrant, Events
    membership.appointed, membership.ended, Notices to who leaves. Raises: Refused for incompatible roles.
    """
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    live = Membership.objects.filter(organisation=organisation)
    membership = live.filter(user=user, status__in=["ACTIVE", "REQUESTED"]).first() or Membership(
        organisation=organisation, user=user
    )
    before = membership.status
    membership.status, membership.is_representative = rules.MembershipStatus.ACTIVE, True
    membership.decided_by = by
    membership.save()
    journal.close_duty(membership, "approve_membership", by=by)
    grant_role(user=user, role=rules.Role.REPRESENTATIVE, organisation=organisation, by=None, reason="representative")
    journal.record(
        "membership.appointed", membership, by=by, frm=before, to="ACTIVE", reason=reason, organisations=[organisation.pk]
    )
    others = live.filter(status__in=["ACTIVE", "INVITED", "REQUESTED"]).exclude(pk=membership.pk).select_related("user")
    if not all_leave:
        others = others.filter(is_representative=True, status="ACTIVE") if former_leave else others.none()
    for other in others:
        _leave(other, organisation, reason, by)
    return membership


def _leave(other: Membership, organisation: Organisation, reason: str, by: User | None) -> None:
    """By an officer's decision: the membership, its roles and what was asked about it end, and the person is told."""
    before, other.status = other.status, rules.MembershipStatus.ENDED
    other.save()
    grants = RoleGrant.objects.select_for_update(of=("self",)).select_related("user")
    for grant in grants.filter(user_id=other.user_id or 0, organisation=organisation, revoked_at__isnull=True):
        grant.revoked_at = clock.now()
        grant.save()
        _record_end(grant, "representative", by)
    if other.user_id:
        revoke_keys_of(other.user_id, organisation, by)
    journal.close_duty(other, "approve_membership", by=by)
    journal.record("membership.ended", other, by=by, frm=before, to="ENDED", reason=reason, organisations=[organisation.pk])
    if other.user is not None:
        journal.tell(
            "membership_ended", app="accounts", subject=other, to=[other.user], url="/home/",
            context={"reason": reason, **_names(organisation)},
        )  # fmt: skip
