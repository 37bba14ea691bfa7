"""People themselves: consents, profile, second factor, the demo's people."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, check_password, make_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from portal.accounts import rules
from portal.accounts.models import Consent, Organisation, User
from portal.accounts.sessions import SessionStore
from portal.journal import actions as journal
from portal.kit import clock, prepared
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused


@dataclass(frozen=True)
class Said:
    """A yes or a no to words of one version. address: where to, for electronic service."""

    kind: str
    text_version: str
    given: bool
    address: str = ""


@transaction.atomic(savepoint=False)
def give_consents(*, user: User, said: Sequence[Said], context: str, organisation: Organisation | None = None) -> None:
    """As give_consent, for all that one form asked: two statements. Writes: Consents, an Event each."""
    whose = organisation.pk if organisation is not None else None
    rows = [
        prepared.made(
            Consent, user_id=user.pk, organisation_id=whose, kind=one.kind,
            text_version=one.text_version, given=one.given, context=context, address=one.address,
        )
        for one in said
    ]  # fmt: skip
    prepared.insert(rows)
    journal.record_births(
        [("consent.given" if row.given else "consent.refused", row, {"kind": row.kind}) for row in rows], by=user
    )


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


def demo_digest(password: str) -> str:
    """The digest of the password that the demo's people share: the one most of them hold where it fits, else a new one.

    One slow calculation a start instead of one a person.
    """
    held = User.objects.filter(is_demo=True).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).values_list("password")
    most = held.annotate(people=Count("pk")).order_by("-people", "password").first()
    return most[0] if most is not None and check_password(password, most[0]) else make_password(password)


@transaction.atomic
def make_demo_user(*, email: str, name: str, password: str = "", digest: str = "", language: str = "ko") -> User:
    """A demo person without second factor. digest: see demo_digest; without one it is made of the password.

    Writes: User, the address as verified. Raises: ImproperlyConfigured outside the demo.
    """
    if not settings.DEMO:
        raise ImproperlyConfigured("Demo people exist only with DEMO=1.")
    from allauth.account.models import EmailAddress

    digest = digest or make_password(password)
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User(email=email.lower(), name=name, is_demo=True, language=language, password=digest)
        user.save()
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    elif user.password != digest:
        user.password = digest
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
def end_other_sessions(*, user: User, keep: str) -> int:
    """A second factor was set up: whoever came in elsewhere by the password alone comes in again with it.

    keep: the key of the session that set it up. Writes: ends the others. Returns: how many.
    """
    from allauth.usersessions.models import UserSession

    others = list(UserSession.objects.filter(user=user).exclude(session_key=keep))
    for session in others:
        session.end()
    return len(others)


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


@transaction.atomic
def make_test_user(*, email: str, name: str) -> User:
    """Somebody of a rehearsal whom nobody signs in as: no usable password, an address that exists nowhere (RFC 2606).

    Raises: Refused for an address that could be somebody's.
    """
    if not email.endswith(".example"):
        raise Refused(_("A test person has an address below .example."), "test_address", "email")
    return User.objects.create_user(email, None, name=name)


@transaction.atomic
def forget_sign_ins() -> int:
    """Sign-ins that ran out or were ended: address and browser go too, as the privacy notice says. Idempotent (sweep).

    Returns: how many were forgotten. Writes: sessions, UserSession.
    """
    from allauth.usersessions.models import UserSession

    SessionStore.clear_expired()
    gone = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key"))
    return gone.delete()[0]
