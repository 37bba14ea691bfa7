"""Who is who."""

from typing import Any

from django.db.models import Q, QuerySet

from portal.accounts import rules
from portal.accounts.models import Membership, Organisation, RoleGrant, User
from portal.kit import clock


def active_grants() -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now()), revoked_at__isnull=True)


def grants_of(user: Any) -> list[tuple[str, int | None]]:
    """(role, organisation id or None) of the grants that count now; remembered on the user object for the request."""
    if not getattr(user, "is_authenticated", False):
        return []
    if not hasattr(user, "_grants"):
        user._grants = list(active_grants().filter(user_id=user.pk).values_list("role", "organisation_id"))
    grants: list[tuple[str, int | None]] = user._grants
    return grants


def roles_of(user: Any) -> frozenset[str]:
    return frozenset(role for role, _organisation in grants_of(user))


def sees_all(user: Any) -> bool:
    """Ministry, operator and auditor see every case."""
    return bool(roles_of(user) & rules.SEES_ALL_ROLES)


def organisation_ids_of(user: Any, *roles: str) -> frozenset[int]:
    """Organisations for which the person holds one of `roles` (any role when none is named)."""
    return frozenset(org for role, org in grants_of(user) if org is not None and (not roles or role in roles))


def organisations_of(user: Any, kind: str | None = None) -> QuerySet[Organisation]:
    found = Organisation.objects.filter(pk__in=organisation_ids_of(user)).order_by("pk")
    return found.filter(kind=kind) if kind else found


def organisation_of(user: Any, kind: str) -> Organisation | None:
    """The person's organisation of that kind (the first when there are several)."""
    return organisations_of(user, kind).first()


def users_of(organisation: Organisation) -> QuerySet[User]:
    return User.objects.filter(
        memberships__organisation=organisation, memberships__status=rules.MembershipStatus.ACTIVE, is_active=True
    ).distinct()


def holders_of(role: str, organisation: Organisation | None = None) -> QuerySet[User]:
    """People who hold `role` now (for `organisation`, or anywhere)."""
    grants = active_grants().filter(role=role)
    if organisation is not None:
        grants = grants.filter(Q(organisation=organisation) | Q(organisation__isnull=True))
    return User.objects.filter(pk__in=grants.values("user_id"), is_active=True)


def representatives_of(organisation: Organisation) -> QuerySet[User]:
    return users_of(organisation).filter(
        pk__in=Membership.objects.filter(
            organisation=organisation, is_representative=True, status=rules.MembershipStatus.ACTIVE
        ).values("user_id")
    )
