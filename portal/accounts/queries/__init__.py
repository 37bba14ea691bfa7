"""Who is who."""

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.accounts import rules
from portal.accounts.models import ApiKey, Consent, Membership, Organisation, RoleGrant, User
from portal.journal import memory
from portal.journal import queries as journal
from portal.kit import clock, prepared


def active_grants() -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now()), revoked_at__isnull=True)


def unconfirmed_sign_ups(before: datetime) -> QuerySet[User]:
    """Who signed up before that moment, never confirmed the address and stands nowhere else."""
    waiting = _addresses().filter(user=OuterRef("pk"))
    return User.objects.filter(
        Exists(waiting), ~Exists(waiting.filter(verified=True)),
        ~Exists(Membership.objects.filter(user=OuterRef("pk"))), ~Exists(RoleGrant.objects.filter(user=OuterRef("pk"))),
        date_joined__lt=before, last_login__isnull=True, is_demo=False,
    )  # fmt: skip


def addresses_of(user: User) -> QuerySet[Any]:
    """The e-mail addresses that allauth keeps of somebody."""
    return _addresses().filter(user=user)


def _addresses() -> QuerySet[Any]:
    from allauth.account.models import EmailAddress

    found: QuerySet[Any] = EmailAddress.objects.all()
    return found


def signed_in_user(pk: int) -> User | None:
    """The person of a session with what every page asks about them: grants, factor, unread notices. One query instead of five.

    `_grants` as in `grants_of`; `_stands_in_for` as in `journal.people`; `_second_factor` as in `has_second_factor`; `unread_notices` as in `journal.queries.unread`; the
    newest event is told to `journal.memory`.
    """
    columns = [column.attname for column in User._meta.concrete_fields]
    row = prepared.first_row(
        _SIGNED_IN.format(", ".join(f"u.{name}" for name in columns)), {"pk": pk, "now": clock.now(), "today": clock.today()}
    )
    if row is None:
        return None
    grants, factor, unread, newest, absent, *values = row
    memory.know_newest(newest)
    found: Any = User.from_db(DEFAULT_DB_ALIAS, columns, values)
    found._grants = [(role, organisation) for role, organisation in grants or []]
    found._second_factor, found.unread_notices = factor, unread
    found._stands_in_for = list(absent or ())
    return found  # type: ignore[no-any-return]


_SIGNED_IN = """
SELECT
  (SELECT json_agg(json_build_array(g.role, g.organisation_id) ORDER BY g.id) FROM accounts_rolegrant g
   WHERE g.user_id = u.id AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > %(now)s)) AS open_grants,
  EXISTS (SELECT 1 FROM mfa_authenticator m WHERE m.user_id = u.id AND m.type = 'totp') AS _second_factor,
  (SELECT count(*) FROM journal_notice n WHERE n.user_id = u.id AND n.read_at IS NULL) AS unread_notices,
  (SELECT max(e.id) FROM journal_event e) AS newest_event,
  (SELECT array_agg(a.user_id) FROM accounts_absence a
   WHERE a.deputy_id = u.id AND a.ended_at IS NULL AND %(today)s::date BETWEEN a.from_on AND a.to_on) AS absent,
  {}
FROM accounts_user u WHERE u.id = %(pk)s
"""


def has_second_factor(user: Any) -> bool:
    """Whether a phone is enrolled now: asked anew at every request, since a factor can be removed while a session lives."""
    from allauth.mfa.models import Authenticator

    if not hasattr(user, "_second_factor"):
        user._second_factor = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists()
    return bool(user._second_factor)


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


@dataclass(frozen=True)
class _Of:
    """Anything of this organisation, as has_perm asks for it."""

    organisation_id: int

    def organisation_ids(self) -> set[int]:
        return {self.organisation_id}


def organisation_ids_where(user: Any, *permissions: str) -> frozenset[int]:
    """Organisations for which the person may do one of these."""
    return frozenset(
        org for org in organisation_ids_of(user) if any(user.has_perm(permission, _Of(org)) for permission in permissions)
    )


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


def membership_in(organisation: Any, user: Any) -> QuerySet[Membership]:
    """The person's membership that stands. organisation: it, its id, or an OuterRef to it."""
    return Membership.objects.filter(user_id=user.pk or 0, organisation=organisation, status=rules.MembershipStatus.ACTIVE)


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


def my_memberships(user: Any) -> QuerySet[Membership]:
    """The organisations to which a person belongs now."""
    return (
        Membership.objects.filter(user=user, status=rules.MembershipStatus.ACTIVE).select_related("organisation").order_by("pk")
    )


def members_of(organisation: Organisation) -> QuerySet[Membership]:
    """Members, then invitations that are still open."""
    live = Q(status=rules.MembershipStatus.ACTIVE) | Q(status=rules.MembershipStatus.INVITED, expires_at__gt=clock.now())
    found = Membership.objects.filter(live, organisation=organisation).select_related("user", "invited_by")
    return found.order_by("status", "-is_representative", "pk")


def roles_in(organisation: Organisation) -> dict[int, list[RoleGrant]]:
    """Person → the roles held for the organisation now. One query."""
    found: dict[int, list[RoleGrant]] = {}
    for grant in active_grants().filter(organisation=organisation).order_by("pk"):
        found.setdefault(grant.user_id, []).append(grant)
    return found


def requests_of(organisation: Organisation) -> QuerySet[Membership]:
    """Colleagues who asked to join, the oldest first."""
    found = Membership.objects.filter(organisation=organisation, status=rules.MembershipStatus.REQUESTED)
    return found.select_related("user").order_by("created_at")


def memberships_visible_to(user: Any) -> QuerySet[Membership]:
    """Those of the person's own organisations, and their own."""
    mine = Membership.objects.filter(user=user, status=rules.MembershipStatus.ACTIVE).values("organisation_id")
    return Membership.objects.filter(Q(organisation_id__in=mine) | Q(user=user)).select_related("organisation", "user")


def invitation(token_hash: str) -> Membership | None:
    """The open invitation behind a link."""
    found = Membership.objects.filter(token_hash=token_hash, status=rules.MembershipStatus.INVITED, expires_at__gt=clock.now())
    return found.select_related("organisation", "invited_by").first()


def consents_of(user: Any) -> list[tuple[rules.ConsentText, Consent | None]]:
    """Each consent that is asked at sign-up with the person's last answer."""
    last: dict[str, Consent] = {}
    for consent in Consent.objects.filter(user=user, organisation=None).order_by("created_at", "pk"):
        last[consent.kind] = consent
    return [(text, last.get(text.kind)) for text in rules.SIGNUP_CONSENTS]


def other_consents_of(user: Any) -> QuerySet[Consent]:
    """What was answered elsewhere (company registration, submission), the newest first."""
    kinds = [text.kind for text in rules.SIGNUP_CONSENTS]
    found = Consent.objects.filter(user=user).exclude(kind__in=kinds, organisation=None)
    return found.select_related("organisation").order_by("-created_at", "-pk")


@dataclass(frozen=True)
class NoticeKind:
    """One notice that a person may get. why: why it always comes by e-mail too; empty where that is the person's choice."""

    template: str
    words: str
    why: str


def notice_kinds(user: Any) -> list[NoticeKind]:
    """What this person got so far or may get for an organisation, in the order of the words. Three queries."""
    named = import_module(settings.NOTICE_WORDS)
    kinds = set(organisations_of(user).values_list("kind", flat=True))
    known = journal.templates_received(user) | set(journal.mail_choices(user))
    known |= {template for kind in kinds for template in named.OFFERED.get(kind, ())}
    own = not kinds.isdisjoint(named.OFFERED)
    found = [NoticeKind(one, named.words(one), named.why_mandatory(one, of_organisation=own)) for one in known]
    return sorted(found, key=lambda one: one.words)


# ── API keys ─────────────────────────────────────────────────────────────────────────────────────────
def scopes() -> dict[str, tuple[Any, frozenset[str]]]:
    """Scope → (words, permissions): the roof's table."""
    found: dict[str, tuple[Any, frozenset[str]]] = import_module(settings.ROLE_TABLE).SCOPES
    return found


def scopes_for(user: Any, organisation: Organisation) -> list[tuple[str, Any]]:
    """(scope, words) of what this person may allow a program of the organisation."""
    return [
        (scope, words)
        for scope, (words, permissions) in scopes().items()
        if all(user.has_perm(permission, organisation) for permission in permissions)
    ]


def keys_of(organisation: Organisation) -> QuerySet[ApiKey]:
    """Those that work first, then the newest."""
    return ApiKey.objects.filter(organisation=organisation).select_related("made_by").order_by("revoked_at", "-created_at", "-pk")


def key_of(digest: str) -> ApiKey | None:
    return ApiKey.objects.select_related("made_by", "organisation").filter(digest=digest).first()


def acting(key: ApiKey) -> User:
    """Who made the key, with what they hold for its organisation alone and only what its scopes allow."""
    user, table = key.made_by, scopes()
    held = active_grants().filter(user=user, organisation_id=key.organisation_id, role__in=rules.PROVIDER_ROLES)
    user._grants = list(held.values_list("role", "organisation_id"))  # type: ignore[attr-defined]
    user.scoped = frozenset(permission for scope in key.scopes if scope in table for permission in table[scope][1])  # type: ignore[attr-defined]
    return user
