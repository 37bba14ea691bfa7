"""Roles inside an institution, given and ended by its own manager."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts import rules
from portal.accounts.actions.roles import _record_end, _tell_role, grant_role
from portal.accounts.models import Membership, Organisation, RoleGrant, User
from portal.accounts.queries import active_grants
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused


@transaction.atomic
def give_member_role(*, membership_id: int, role: str, by: User) -> RoleGrant:
    """A member of an institution gets one of its roles. Writes: RoleGrant, Events membership.role_given, role_grant.granted, Notice.

    Raises: Refused for somebody who is no member, a role of another kind of organisation, or one held already; NotAllowed for oneself.
    """
    membership = Membership.objects.select_for_update(of=("self",)).select_related("organisation", "user").get(pk=membership_id)
    require(by, "accounts.manage_members", membership)
    if membership.user is None or membership.status != rules.MembershipStatus.ACTIVE:
        raise Refused(_("Roles are given to members. Wait until the person has joined."), "no_member")
    if role not in rules.roles_within(membership.organisation.kind):
        raise Refused(_("Choose one of the roles of your organisation."), "strange_role", "role")
    if membership.user_id == by.pk:
        raise NotAllowed(_("Nobody gives a role to themselves. Ask a colleague who manages the members."), "own_role")
    held = active_grants().filter(user=membership.user, organisation=membership.organisation, role=role)
    if held.exists():
        raise Refused(_("The person already holds this role."), "same_role", "role")
    grant = grant_role(user=membership.user, role=role, organisation=membership.organisation, by=None, reason="membership")
    journal.record("membership.role_given", membership, by=by, organisations=[membership.organisation_id], data={"role": role})
    _tell_role("role_granted", grant, "")
    return grant


@transaction.atomic
def end_member_role(*, grant_id: int, by: User) -> RoleGrant:
    """A role inside an institution ends. Writes: RoleGrant.revoked_at, Event role_grant.revoked, Notice.

    Raises: Refused for a role that is over, or of the last manager, without whom nobody could let anybody in.
    """
    grant = RoleGrant.objects.select_for_update(of=("self",)).select_related("organisation", "user").get(pk=grant_id)
    require(by, "accounts.manage_members", grant)
    if grant.organisation is None or grant.role not in rules.roles_within(grant.organisation.kind):
        raise NotAllowed()
    if grant.revoked_at is not None:
        raise Refused(_("This role was already ended."), "already_revoked")
    if grant.role == rules.business_role(grant.organisation.kind):
        check_another_manager(grant.organisation, grant.user_id)
    grant.revoked_at = clock.now()
    grant.save()
    grant.user.__dict__.pop("_grants", None)
    _record_end(grant, "membership", by)
    if grant.user_id != by.pk:
        _tell_role("role_ended", grant, "")
    return grant


def check_another_manager(organisation: Organisation, user_id: int) -> None:
    """Locks the organisation, so that two managers cannot leave at once. Raises Refused when nobody else manages it."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    role = rules.business_role(organisation.kind)
    managers = active_grants().filter(role=role, organisation=organisation)
    if role and managers.filter(user_id=user_id).exists() and not managers.exclude(user_id=user_id).exists():
        raise Refused(_("The last manager of an institution cannot leave. Let a colleague manage it first."), "last_manager")
