"""People join, get roles and lose them; each change is an event."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from portal.accounts import rules
from portal.accounts.models import Consent, Membership, Organisation, RoleGrant, User
from portal.accounts.queries import active_grants, invitation
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused

INVITATION_DAYS = 14


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
    (domain.md §6.13), NotAllowed.
    """
    if by is not None:
        require(by, "accounts.grant_role", organisation)
        if by.pk == user.pk:
            raise NotAllowed(_("Nobody gives a role to themselves. Ask another administrator."), "own_role")
    if expires_at is not None and expires_at <= clock.now():
        raise Refused(_("The end lies in the past. Choose a later day."), "expired", "expires_at")
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
        title_ko="동료의 가입 요청을 승인해 주세요",
        title_en="Approve a colleague's request to join",
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


def _names(organisation: Organisation) -> dict[str, str]:
    return {"organisation_ko": organisation.name_ko, "organisation_en": organisation.name_en or organisation.name_ko}


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
def invite(*, organisation: Organisation, email: str, by: User) -> tuple[Membership, str]:
    """Invites somebody by e-mail for INVITATION_DAYS days. Returns the membership and the secret of the link.

    Writes: Membership INVITED, Event, Notice to the address. Raises: Refused for a live member or invitation.
    """
    require(by, "accounts.manage_members", organisation)
    email = email.strip().lower()
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
    role = rules.Role.STAFF_MEMBER if membership.organisation.kind == "COMPANY" else rules.Role.PROVIDER_MANAGER
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
    *, organisation: Organisation, user: User, former_leave: bool, reason: str, by: User | None
) -> Membership:
    """An officer found who represents the organisation; the caller asked for that officer's permission.

    former_leave: all other representatives end their membership and lose their roles there. Writes: Membership,
    RoleGrant, Events membership.appointed, membership.ended. Raises: Refused for incompatible roles.
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
    former = live.filter(is_representative=True, status="ACTIVE").exclude(pk=membership.pk)
    for other in former if former_leave else ():
        other.status = rules.MembershipStatus.ENDED
        other.save()
        grants = RoleGrant.objects.select_for_update(of=("self",)).select_related("user")
        for grant in grants.filter(user_id=other.user_id or 0, organisation=organisation, revoked_at__isnull=True):
            grant.revoked_at = clock.now()
            grant.save()
            _record_end(grant, "representative", by)
        journal.record("membership.ended", other, by=by, frm="ACTIVE", to="ENDED", reason=reason, organisations=[organisation.pk])
    return membership


@transaction.atomic
def give_consent(
    *,
    user: User,
    kind: str,
    text_version: str,
    given: bool,
    context: str,
    organisation: Organisation | None = None,
    address: str = "",
) -> Consent:
    """Stores a yes or a no with the version of the words shown. Writes: Consent, Event (개인정보 보호법 제15·17조)."""
    consent = Consent(
        user=user, organisation=organisation, kind=kind, text_version=text_version, given=given, context=context,
        address=address,
    )  # fmt: skip
    consent.save()
    journal.record("consent.given" if given else "consent.refused", consent, by=user, data={"kind": kind})
    return consent


@transaction.atomic
def make_demo_user(*, email: str, name: str, password: str, language: str = "ko") -> User:
    """A demo person without second factor. Raises: ImproperlyConfigured outside the demo."""
    if not settings.DEMO:
        raise ImproperlyConfigured("Demo people exist only with DEMO=1.")
    from allauth.account.models import EmailAddress

    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, password, name=name, is_demo=True, language=language)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    elif not user.check_password(password):
        user.set_password(password)
        user.save()
    return user


@transaction.atomic
def set_language(*, user: User, language: str) -> None:
    """The language of mails. Writes: User.language."""
    User.objects.filter(pk=user.pk).update(language=language, updated_at=clock.now())


@transaction.atomic
def edit_profile(*, name: str, language: str, by: User) -> User:
    """One's own name and language. Writes: User, Event person.edited (without the name: it is personal data)."""
    user = User.objects.select_for_update().get(pk=by.pk)
    user.name, user.language = name.strip(), language
    user.save()
    journal.record("person.edited", user, by=by)
    return user


@transaction.atomic
def sign_up_consents(*, user: User, answers: dict[str, bool]) -> list[Consent]:
    """What was agreed to and refused at sign-up, each with the version of its words. Writes: Consents, Events."""
    return [
        give_consent(user=user, kind=text.kind, text_version=text.version, given=answers.get(text.kind, False), context="signup")
        for text in rules.SIGNUP_CONSENTS
    ]


@transaction.atomic
def change_consent(*, kind: str, given: bool, by: User) -> Consent:
    """Gives or withdraws a refusable consent later. Raises: Refused for one without which there is no account."""
    text = next((text for text in rules.SIGNUP_CONSENTS if text.kind == kind), None)
    if text is None or text.required:
        raise Refused(
            _("This consent cannot be changed here. To withdraw it, close your account through the programme desk."),
            "required_consent",
        )
    return give_consent(user=by, kind=kind, text_version=text.version, given=given, context="account")


@transaction.atomic
def reset_second_factor(user_id: int, *, reason: str, by: User) -> User:
    """After a lost phone: the person enrols again at the next sign-in. Writes: removes TOTP and codes, ends sessions, Event."""
    from allauth.mfa.models import Authenticator
    from allauth.usersessions.models import UserSession

    require(by, "accounts.grant_role")
    if by.pk == user_id:
        raise NotAllowed(_("Nobody resets their own second factor. Ask another administrator."), "own_factor")
    user = User.objects.select_for_update().get(pk=user_id)
    Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    journal.record("person.second_factor_reset", user, by=by, reason=reason)
    return user


@transaction.atomic
def set_active(user_id: int, *, active: bool, reason: str, by: User) -> User:
    """Closes an account (no sign-in, sessions end) or opens it again. Writes: User.is_active, Event person.closed/.reopened."""
    require(by, "accounts.grant_role")
    if by.pk == user_id:
        raise NotAllowed(_("Nobody closes their own account here. Ask another administrator."), "own_account")
    user = User.objects.select_for_update().get(pk=user_id)
    if user.is_active == active:
        raise Refused(_("The account is already in this state."), "same_state")
    user.is_active = active
    user.save()
    journal.record("person.reopened" if active else "person.closed", user, by=by, reason=reason)
    return user


@transaction.atomic
def make_background_user(*, email: str, name: str) -> User:
    """Somebody of the demo's story whom nobody signs in as: no usable password. Raises: ImproperlyConfigured."""
    if not settings.DEMO:
        raise ImproperlyConfigured("Demo people exist only with DEMO=1.")
    return User.objects.create_user(email, None, name=name, is_demo=True)
