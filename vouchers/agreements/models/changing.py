"""Changes of an agreement, and the signatures over the text that a change makes."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from vouchers.agreements import rules
from vouchers.agreements.models.agreeing import Agreement, AgreementParty, AgreementVersion


class AgreementChangeQuerySet(models.QuerySet["AgreementChange"]):
    def visible_to(self, user: Any) -> "AgreementChangeQuerySet":
        """Who sees the agreement sees how it changes: who left, up to the change by which it left."""
        seen = self.filter(agreement__in=Agreement.objects.visible_to(user).values("pk"))
        if accounts.sees_all(user):
            return seen
        mine = AgreementParty.objects.filter(
            agreement=models.OuterRef("agreement"), organisation_id__in=accounts.organisation_ids_of(user)
        )
        return seen.filter(
            models.Exists(mine.filter(Q(left_by__isnull=True) | Q(left_by__number__gte=models.OuterRef("number"))))
        )


class AgreementChange(Row):
    """What a party asks to change. before, after: `Terms.document()`; the class and its parts follow from them; what was asked
    never changes (trigger). base: the version that held when it was asked."""

    REF_PREFIX = "chg"

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="changes", verbose_name=_("agreement"))
    number = models.PositiveSmallIntegerField(_("Number"))
    base = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("Class of the change"), max_length=5, choices=rules.ChangeClass.choices())
    parts = models.JSONField(default=list)
    status = models.CharField(_("State"), max_length=12, choices=rules.ChangeStatus.choices(), default="REQUESTED")
    before = models.JSONField()
    after = models.JSONField()
    reason = models.TextField(_("Reason"))
    asked_for = models.ForeignKey(
        AgreementParty, on_delete=models.PROTECT, related_name="+", verbose_name=_("Asked for by the party")
    )
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Asked by"))
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Decided by")
    )
    decided_at = models.DateTimeField(_("Decided at"), null=True)
    effective_at = models.DateTimeField(_("In force since"), null=True)
    answer = models.TextField(_("Answer"), blank=True)

    objects = AgreementChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of an agreement")
        verbose_name_plural = _("changes of agreements")
        ordering = ["agreement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="agreement_change_number"),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(status__in=["REQUESTED", "UNDER_REVIEW", "APPROVED"]),
                name="agreement_change_one_open",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="agreement_change_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["APPROVED", "IN_FORCE", "NOTED", "REJECTED"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="agreement_change_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["IN_FORCE", "NOTED"], effective_at__isnull=False)
                | (~Q(status__in=["IN_FORCE", "NOTED"]) & Q(effective_at__isnull=True)),
                name="agreement_change_effective_pair",
            ),
            models.CheckConstraint(
                condition=~Q(kind="MINOR", status__in=["APPROVED", "IN_FORCE"]) & ~Q(kind="MAJOR", status="NOTED"),
                name="agreement_change_class_decides",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="agreement_change_has_reason"),
        ]  # fmt: skip
        permissions = [
            ("request_change", "Ask to change an agreement"),
            ("decide_change", "Decide about changes of agreements"),
        ]

    def organisation_ids(self) -> set[int]:
        return self.agreement.organisation_ids()

    @property
    def asked(self) -> rules.Terms:
        return rules.terms_of(self.after)

    @property
    def held(self) -> rules.Terms:
        return rules.terms_of(self.before)

    def get_absolute_url(self) -> str:
        return f"/milestones/changes/{self.ref}/"

    def __str__(self) -> str:
        return f"{self.agreement} · {self.number}"


class VersionSignature(Row):
    """A party's signature over the text that a change made: who, when, over which hash; given once (trigger)."""

    REF_PREFIX = "ags"

    agreement_version = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="signatures")
    party = models.ForeignKey(AgreementParty, on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Signed by"))
    signed_at = models.DateTimeField(_("Signed at"))
    signed_hash = models.CharField(_("Signed hash"), max_length=64)
    authority = models.ForeignKey(
        "vouchers.SigningAuthority",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("Signed by authority of"),
    )

    class Meta:
        verbose_name = _("signature of a changed agreement")
        verbose_name_plural = _("signatures of changed agreements")
        ordering = ["signed_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement_version", "party"], name="version_signature_once"),
            models.UniqueConstraint(fields=["agreement_version", "signed_by"], name="version_signature_one_hand"),
        ]
