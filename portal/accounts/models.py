"""People, their organisations, what they may do and what they agreed to. Knows nothing of vouchers."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from portal.accounts import rules
from portal.kit import clock
from portal.kit.models import Row


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(Row, AbstractBaseUser, PermissionsMixin):
    """A person with an e-mail address. is_demo: signs in without a second factor; production refuses such rows."""

    REF_PREFIX = "usr"

    email = models.EmailField(_("E-mail address"), unique=True)
    name = models.CharField(_("Name"), max_length=80, blank=True)
    language = models.CharField(_("Language"), max_length=2, choices=[("ko", "한국어"), ("en", "English")], default="ko")
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    @property
    def is_staff(self) -> bool:
        """May open the admin: decided by role grants alone."""
        from portal.accounts.queries import roles_of

        return bool(roles_of(self) & rules.ADMIN_ROLES)

    @property
    def sees_all_cases(self) -> bool:
        """Reads every company's and person's rows: decided by role grants alone."""
        from portal.accounts.queries import sees_all

        return sees_all(self)

    def get_full_name(self) -> str:
        return self.name or self.email

    def __str__(self) -> str:
        return self.name or self.email


class Organisation(Row):
    """Who people act for. kind: OrganisationKind."""

    REF_PREFIX = "org"

    kind = models.CharField(max_length=10, choices=rules.OrganisationKind.choices())
    name_ko = models.CharField(_("Korean name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    @property
    def business_role(self) -> str:
        return rules.business_role(self.kind)

    def organisation_ids(self) -> set[int]:
        return {self.pk}

    def __str__(self) -> str:
        from portal.kit.words import pick

        return pick(self, "name")


class Membership(Row):
    """A person in an organisation: invited or asked, then approved. One live membership a pair."""

    REF_PREFIX = "mem"

    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    email = models.EmailField(_("E-mail address"), blank=True)  # of an invitation before its person has an account
    is_representative = models.BooleanField(_("Representative"), default=False)
    status = models.CharField(max_length=10, choices=rules.MembershipStatus.choices())
    invited_role = models.CharField(max_length=24, choices=rules.Role.choices(), blank=True, editable=False)  # held once joined
    token_hash = models.CharField(max_length=64, blank=True, editable=False)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        permissions = [("manage_members", "Invite, approve and end members of an organisation")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"],
                condition=Q(status__in=["REQUESTED", "ACTIVE"]),
                name="membership_one_live_per_pair",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(status__in=["INVITED", "ENDED"]), name="membership_has_person"
            ),
            models.CheckConstraint(
                condition=Q(invited_role__in=["", *sorted(rules.PROVIDER_ROLES)]), name="membership_invited_to_a_providers_role"
            ),
        ]

    def organisation_ids(self) -> set[int]:
        return {self.organisation_id}


class RoleGrant(Row):
    """What a person may do, for one organisation or (organisation empty) everywhere; it expires."""

    REF_PREFIX = "rgr"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="role_grants")
    role = models.CharField(_("Role"), max_length=24, choices=rules.Role.choices())
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField(_("Expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    reason = models.CharField(_("Reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("role grant")
        verbose_name_plural = _("role grants")
        permissions = [("grant_role", "Give and end roles")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "organisation"],
                condition=Q(revoked_at__isnull=True),
                nulls_distinct=False,
                name="role_grant_one_live",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | ~Q(role__in=sorted(rules.COMPANY_ROLES | rules.PROVIDER_ROLES)),
                name="role_grant_has_its_place",
            ),
        ]

    def organisation_ids(self) -> set[int]:
        return {self.organisation_id} if self.organisation_id else set()


class Absence(Row):
    """Somebody is away on these days, and perhaps somebody with the same role stands in. What was recorded stays; it may end early.

    deputy: None: nobody stands in, and what the person looked after is everybody's again meanwhile.
    """

    REF_PREFIX = "abs"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    deputy = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Who stands in"),
    )  # fmt: skip
    from_on = models.DateField(_("First day away"))
    to_on = models.DateField(_("Last day away"))
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(_("Ended early at"), null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        permissions = [("manage_absences", "Record and end absences of others")]
        constraints = [
            models.CheckConstraint(condition=Q(to_on__gte=F("from_on")), name="absence_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(deputy__isnull=True) | ~Q(deputy=F("user")), name="absence_deputy_is_another"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="absence_ended_by_somebody",
            ),
            ExclusionConstraint(
                name="absence_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    (Func(F("from_on"), F("to_on"), Value("[]"), function="daterange"), RangeOperators.OVERLAPS),
                ],
                condition=Q(ended_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["deputy", "to_on"], condition=Q(ended_at__isnull=True), name="absence_of_deputy")]


class Consent(Row):
    """A versioned yes or no of a person, perhaps for an organisation. Never edited: a change is a new row.

    kind: PRIVACY, THIRD_PARTY, ELECTRONIC_SERVICE …; text_version: of the words that were shown.
    """

    REF_PREFIX = "con"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="consents")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=30)
    text_version = models.CharField(max_length=20)
    given = models.BooleanField()
    context = models.CharField(max_length=60)  # where it was asked: "signup", "submission"
    address = models.EmailField(blank=True)  # of electronic service

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")

    @property
    def word(self) -> str:
        return str(rules.CONSENT_WORDS.get(self.kind, self.kind))


class ApiKey(Row):
    """A program of an organisation writes with it, in the name of who made it. Only the token's SHA-256 is kept.

    scopes: of the roof's table; beginning: the token's first characters, by which people tell keys apart; reminded_days: so many days
    before its end its people were told last.
    """

    REF_PREFIX = "key"

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("Organisation"))
    name = models.CharField(_("What the key is for"), max_length=80)
    scopes = ArrayField(models.CharField(max_length=30), verbose_name=_("What it may do"))
    beginning = models.CharField(_("Begins with"), max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("Made by"))
    expires_at = models.DateTimeField(_("Expires"))
    revoked_at = models.DateTimeField(_("Revoked at"), null=True, editable=False)
    last_used_at = models.DateTimeField(_("Last used"), null=True, editable=False)
    reminded_days = models.PositiveSmallIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        permissions = [("manage_keys", "Make and revoke API keys of an organisation")]
        constraints = [
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="api_key_may_something"),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="api_key_expires"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="api_key_is_hashed"),
        ]

    def organisation_ids(self) -> set[int]:
        return {self.organisation_id}

    @property
    def state(self) -> rules.KeyState:
        return rules.key_state(self.revoked_at, self.expires_at, clock.now())


class ApiAnswer(Row):
    """What a write with an Idempotency-Key was answered: the same key gets the same answer until it expires.

    idempotency: SHA-256 of the header; fingerprint: SHA-256 of method, address and body.
    """

    REF_PREFIX = "ans"

    api_key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="+", verbose_name=_("API key"))
    idempotency = models.CharField(max_length=64, editable=False)
    fingerprint = models.CharField(max_length=64, editable=False)
    status = models.PositiveSmallIntegerField(_("Status"))
    body = models.TextField(editable=False)  # JSON as it was sent: byte by byte the same
    etag = models.CharField(max_length=80, blank=True, editable=False)
    expires_at = models.DateTimeField(_("Expires"))

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        constraints = [models.UniqueConstraint(fields=["api_key", "idempotency"], name="api_answer_once")]
