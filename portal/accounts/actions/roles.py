"""Organisations and roles: given, ended, incompatible ones refused."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from portal.accounts import rules
from portal.accounts.models import Organisation, RoleGrant, User
from portal.accounts.queries import active_grants
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused


@transaction.atomic
def create_organisation(*, kind: str, name_ko: str, name_en: str = "", is_demo: bool = False, by: User | None) -> Organisation:
    """Writes: Organisation, Event organisation.created."""
    organisation = Organisation(kind=kind, name_ko=name_ko, name_en=name_en, is_demo=is_demo)
    organisation.save()
    journal.record("organisation.created", organisation, by=by, organisations=[organisation.pk])
    return organisation


@transaction.atomic
def grant_role(
    *,
    user: User,
    role: str,
    organisation: Organisation | None = None,
    expires_at: datetime | None = None,
    reason: str = "",
    by: User | None,
) -> RoleGrant:
    """Gives a role. by None: the portal itself (demo, approval that already asked for permission).

    Writes: RoleGrant, Event role_grant.granted. Raises: Refused when the person holds a role that excludes this one
    (domain.md §6.13; the database asks again), or when a company's or provider's role names no such organisation; NotAllowed.
    """
    if by is not None:
        require(by, "accounts.grant_role", organisation)
        if by.pk == user.pk:
            raise NotAllowed(_("Nobody gives a role to themselves. Ask another administrator."), "own_role")
    if expires_at is not None and expires_at <= clock.now():
        raise Refused(_("The end lies in the past. Choose a later day."), "expired", "expires_at")
    _check_place(role, organisation)
    User.objects.select_for_update().get(pk=user.pk)
    held = list(active_grants().filter(user=user))
    excluded = rules.incompatible([grant.role for grant in held], role)
    if excluded:
        raise Refused(
            _("One person cannot hold “%(held)s” and “%(wanted)s”. End the first role before giving the second.")
            % {"held": rules.Role.word(excluded), "wanted": rules.Role.word(role)},
            "incompatible_roles",
            "role",
        )
    same = [g for g in held if g.role == role and g.organisation_id == (organisation.pk if organisation else None)]
    if same:
        if by is not None:
            raise Refused(_("The person already holds this role. End it first to give it for another time."), "same_role", "role")
        return same[0]
    RoleGrant.objects.filter(
        user=user, role=role, organisation=organisation, revoked_at__isnull=True, expires_at__lte=clock.now()
    ).update(revoked_at=clock.now())
    grant = RoleGrant(user=user, role=role, organisation=organisation, granted_by=by, expires_at=expires_at, reason=reason)
    grant.save()
    user.__dict__.pop("_grants", None)
    journal.record(
        "role_grant.granted",
        grant,
        by=by,
        to=role,
        reason=reason,
        organisations=[organisation.pk] if organisation else [],
        data={"user": user.ref},
    )
    if by is not None:
        _tell_role("role_granted", grant, reason)
    return grant


def _check_place(role: str, organisation: Organisation | None) -> None:
    """A role of a company or a provider without its organisation would hold for every company or provider."""
    kind = rules.bound_to(role)
    if kind is not None and (organisation is None or organisation.kind != kind):
        raise Refused(
            _("“%(role)s” is a role for one organisation of the kind “%(kind)s”. Choose it.")
            % {"role": rules.Role.word(role), "kind": kind.label},
            "role_place",
            "organisation",
        )


def _tell_role(template: str, grant: RoleGrant, reason: str) -> None:
    with override("ko"):
        role_ko = str(rules.Role.word(grant.role))
    with override("en"):
        role_en = str(rules.Role.word(grant.role))
    names = _names(grant.organisation) if grant.organisation else {"organisation_ko": "", "organisation_en": ""}
    journal.tell(
        template, app="accounts", subject=grant, to=[grant.user], url="/home/",
        context={"role_ko": role_ko, "role_en": role_en, "reason": reason, **names},
    )  # fmt: skip


@transaction.atomic
def revoke_role(*, grant_id: int, reason: str, by: User) -> RoleGrant:
    """Ends a role now. Writes: RoleGrant.revoked_at, Event role_grant.revoked."""
    grant = RoleGrant.objects.select_for_update().get(pk=grant_id)
    require(by, "accounts.grant_role", grant.organisation)
    if grant.revoked_at is not None:
        raise Refused(_("This role was already ended."), "already_revoked")
    grant.revoked_at = clock.now()
    grant.save()
    _record_end(grant, reason, by)
    _tell_role("role_ended", grant, reason)
    return grant


def _record_end(grant: RoleGrant, reason: str, by: User | None) -> None:
    journal.record(
        "role_grant.revoked",
        grant,
        by=by,
        frm=grant.role,
        reason=reason,
        organisations=sorted(grant.organisation_ids()),
        data={"user": grant.user.ref},
    )


def _names(organisation: Organisation) -> dict[str, str]:
    return {"organisation_ko": organisation.name_ko, "organisation_en": organisation.name_en or organisation.name_ko}
