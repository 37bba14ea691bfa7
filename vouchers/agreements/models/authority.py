"""On what a person's signature for an organisation rests."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from vouchers.agreements import rules


class SigningAuthorityQuerySet(models.QuerySet["SigningAuthority"]):
    def visible_to(self, user: Any) -> "SigningAuthorityQuerySet":
        """Those of one's own organisations; those who see every case see all."""
        if accounts.sees_all(user):
            return self
        return self.filter(organisation__in=accounts.organisation_ids_of(user))

    def holding(self, day: date) -> "SigningAuthorityQuerySet":
        """On which a signature of that day may rest."""
        return self.filter(status=rules.AuthorityStatus.CONFIRMED, valid_from__lte=day, valid_until__gte=day)


class SigningAuthority(Row):
    """A certificate or a power of attorney of one person for one organisation. What was filed never changes (trigger)."""

    REF_PREFIX = "sau"

    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("Organisation")
    )
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Who signs"))
    kind = models.CharField(_("Paper"), max_length=17, choices=rules.AuthorityKind.choices())
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+", verbose_name=_("File"))
    valid_from = models.DateField(_("Valid from"))
    valid_until = models.DateField(_("Valid until"))
    status = models.CharField(_("State"), max_length=9, choices=rules.AuthorityStatus.choices(), default="FILED")
    filed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Filed by"))
    checked_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Checked by")
    )
    checked_at = models.DateTimeField(_("Checked at"), null=True)
    reason = models.TextField(_("Reason"), blank=True)

    objects = SigningAuthorityQuerySet.as_manager()

    class Meta:
        verbose_name = _("authority to sign")
        verbose_name_plural = _("authorities to sign")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_from__lte=F("valid_until")), name="signing_authority_days"),
            models.CheckConstraint(
                condition=~Q(status__in=["CONFIRMED", "REFUSED"]) | Q(checked_by__isnull=False, checked_at__isnull=False),
                name="signing_authority_checked_whole",
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | (~Q(checked_by=F("filed_by")) & ~Q(checked_by=F("person"))),
                name="signing_authority_four_eyes",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "person", "status"], name="signing_authority_whose")]
        permissions = [
            ("file_authority", "File authority to sign for one's organisation"),
            ("check_authority", "Check authority to sign"),
        ]

    def organisation_ids(self) -> set[int]:
        return {self.organisation_id}

    def get_absolute_url(self) -> str:
        return f"/agreements/authority/{self.ref}/"

    def __str__(self) -> str:
        return f"{self.person.get_full_name()} · {self.organisation}"
