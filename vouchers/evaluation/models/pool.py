"""The pool of evaluators of a round: what binds its members to organisations, and the applications that they must not see."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from vouchers.evaluation.rules.conflicts import AffiliationKind, ConflictSource
from vouchers.evaluation.rules.stages import ChallengeStatus


class CaseConflictQuerySet(models.QuerySet["CaseConflict"]):
    def standing(self) -> "CaseConflictQuerySet":
        return self.filter(ended_at__isnull=True)

    def visible_to(self, user: Any) -> "CaseConflictQuerySet":
        """Officers; never the person concerned, to whom the row would show the case."""
        return self.exclude(user_id=user.pk) if accounts.sees_all(user) else self.none()


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def visible_to(self, user: Any) -> "ChallengeQuerySet":
        """The company that filed it and those who see every case; never an evaluator."""
        if accounts.sees_all(user):
            return self
        return self.filter(application__company__organisation_id__in=accounts.organisation_ids_of(user))


class PoolMember(Row):
    """An evaluator of a round's pool. expertise: codes of the list `modality`, fields: of `kcd_9_chapter`; languages: ko, en.

    declared_at: when they went through the list of names (without any case data) and said which of them they must avoid.
    """

    REF_PREFIX = "plm"

    round = models.ForeignKey("vouchers.Round", on_delete=models.PROTECT, related_name="+", verbose_name=_("Round"))
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Evaluator"))
    expertise = ArrayField(models.CharField(max_length=30), default=list, blank=True, verbose_name=_("Expertise"))
    fields = ArrayField(models.CharField(max_length=10), default=list, blank=True, verbose_name=_("Medical fields"))
    languages = ArrayField(models.CharField(max_length=2), default=list, blank=True, verbose_name=_("Languages"))
    added_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Added by"))
    declared_at = models.DateTimeField(_("Names checked"), null=True)
    ended_at = models.DateTimeField(_("Left the pool"), null=True)

    class Meta:
        verbose_name = _("member of the pool")
        verbose_name_plural = _("pool of evaluators")
        constraints = [
            models.UniqueConstraint(fields=["round", "user"], condition=Q(ended_at__isnull=True), name="pool_member_once"),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Affiliation(Row):
    """What binds an evaluator to an organisation: named in text with its aliases, and linked where the portal knows it.

    ends_on None: it lasts. Never deleted: an earlier employer still counts.
    """

    REF_PREFIX = "aff"

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Evaluator"))
    kind = models.CharField(_("Kind"), max_length=12, choices=AffiliationKind.choices())
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Organisation")
    )
    name = models.CharField(_("Name of the organisation"), max_length=160)
    aliases = ArrayField(models.CharField(max_length=160), default=list, blank=True, verbose_name=_("Other names"))
    starts_on = models.DateField(_("From"), null=True)
    ends_on = models.DateField(_("Until"), null=True)
    entered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Entered by"))

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(starts_on__lte=F("ends_on")),
                name="affiliation_dates",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="affiliation_has_name"),
        ]
        indexes = [models.Index(fields=["user"], name="affiliation_user")]

    def __str__(self) -> str:
        return self.name


class CaseConflict(Row):
    """A person who must see nothing of an application while it stands; the database lets nobody assign them (triggers).

    grounds: rules.conflicts.Found as JSON, one at least. INFERRED rows follow the facts by `sync_conflicts`; those of an
    upheld challenge stay.
    """

    REF_PREFIX = "cfl"

    application = models.ForeignKey(
        "vouchers.Application", on_delete=models.PROTECT, related_name="+", verbose_name=_("Application")
    )
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Evaluator"))
    source = models.CharField(_("Source"), max_length=10, choices=ConflictSource.choices())
    grounds = models.JSONField(_("Grounds"), default=list)
    ended_at = models.DateTimeField(_("Ended"), null=True)

    objects = CaseConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("conflict with an application")
        verbose_name_plural = _("conflicts with applications")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "application", "source"], condition=Q(ended_at__isnull=True), name="case_conflict_once"
            ),
            models.CheckConstraint(condition=~Q(grounds=[]), name="case_conflict_has_ground"),
        ]
        indexes = [models.Index(fields=["application"], name="case_conflict_application")]

    def __str__(self) -> str:
        return f"{self.user} · {self.application}"


class Challenge(Row):
    """기피: an applicant asks that a named member of the pool keep away from its application; an officer decides."""

    REF_PREFIX = "chl"

    application = models.ForeignKey(
        "vouchers.Application", on_delete=models.PROTECT, related_name="+", verbose_name=_("Application")
    )
    member = models.ForeignKey(PoolMember, on_delete=models.PROTECT, related_name="+", verbose_name=_("Evaluator"))
    statement = models.TextField(_("Statement"))
    status = models.CharField(_("State"), max_length=10, choices=ChallengeStatus.choices(), default="FILED")
    filed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Filed by"))
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Decided by")
    )
    decided_at = models.DateTimeField(_("Decided at"), null=True)
    reason = models.TextField(_("Reason"), blank=True)

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        verbose_name = _("challenge of an evaluator")
        verbose_name_plural = _("challenges of evaluators")
        constraints = [
            models.UniqueConstraint(fields=["application", "member"], name="challenge_once"),
            models.CheckConstraint(
                condition=Q(status="FILED", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(status="FILED") & ~Q(reason="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="challenge_decided_with_reason",
            ),
        ]

    def organisation_ids(self) -> set[int]:
        return self.application.organisation_ids()

    def __str__(self) -> str:
        return f"{self.application} · {self.member}"
