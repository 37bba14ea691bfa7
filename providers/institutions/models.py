"""Who holds data: hospitals, agencies, linkage agencies. Facts of the reference data carry their source and certainty."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation
from portal.accounts.queries import organisation_ids_of, sees_all
from portal.kit.models import Row
from providers.institutions import rules


class InstitutionQuerySet(models.QuerySet["Institution"]):
    def visible_to(self, user: Any) -> Self:
        """Everybody sees active and suspended ones; members their own; ministry, operator and auditor all."""
        if sees_all(user):
            return self
        return self.filter(Q(status__in=rules.SEEN) | Q(organisation_id__in=organisation_ids_of(user)))

    def active(self) -> Self:
        return self.filter(status=rules.InstitutionStatus.ACTIVE)

    def suppliers(self) -> Self:
        """Those that a voucher may pay in the rounds known so far."""
        return self.filter(voucher_supplier=True)

    def linkage_agencies(self) -> Self:
        return self.filter(roles__contains=["LINKAGE_AGENCY"])


class Institution(Row):
    """Codes (types, region, roles, consortium) stand in the code lists. target_days: step → working days promised;
    measured_days: step → {median, n, as_of, by_modality} pushed down by later stages."""

    REF_PREFIX: ClassVar[str] = "ins"

    key = models.SlugField(_("Key"), max_length=80, unique=True)
    name_ko = models.CharField(_("Korean name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160)
    aliases = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    institution_type = models.CharField(_("Institution type"), max_length=30)
    hospital_type = models.CharField(_("Hospital type"), max_length=20, blank=True)
    hospital_type_certainty = models.CharField(max_length=10, blank=True)
    consortium = models.CharField(_("Consortium"), max_length=30, blank=True)
    consortium_role = models.CharField(_("Role in the consortium"), max_length=10, blank=True)
    region = models.CharField(_("Region"), max_length=20, blank=True)
    capital_area = models.BooleanField(_("Capital area"), null=True)
    voucher_supplier = models.BooleanField(_("Voucher supplier"), default=False)
    roles = ArrayField(models.CharField(max_length=30), default=list, blank=True, verbose_name=_("Roles"))
    secure_analysis_centre = models.BooleanField(_("Secure analysis centre"), default=False)
    site = models.CharField(_("Site"), max_length=120, blank=True)
    notes = models.TextField(_("Notes"), blank=True)
    source = models.TextField(_("Source"), blank=True)
    certainty = models.CharField(_("Certainty"), max_length=10, blank=True)
    is_demo = models.BooleanField(_("Demonstration"), default=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Organisation")
    )
    status = models.CharField(_("State"), max_length=10, choices=rules.InstitutionStatus.choices())
    claimant = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Asks to act for it")
    )
    review_mode = models.CharField(_("Way of review"), max_length=12, choices=rules.ReviewMode.choices(), blank=True)
    desk_ko = models.CharField(_("Contact desk in Korean"), max_length=120, blank=True)
    desk_en = models.CharField(_("Contact desk in English"), max_length=120, blank=True)
    desk_email = models.EmailField(_("E-mail of the desk"), blank=True)
    desk_phone = models.CharField(_("Telephone of the desk"), max_length=40, blank=True)
    target_days = models.JSONField(_("Target days"), default=dict, blank=True)
    measured_days = models.JSONField(_("Measured days"), default=dict, blank=True, editable=False)
    measured_rates = models.JSONField(_("Measured shares"), default=dict, blank=True, editable=False)

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        ordering = ["name_ko"]
        indexes = [models.Index(fields=["region"], name="institution_region")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=["APPLIED", "VERIFYING"]) | Q(organisation__isnull=False),
                name="institution_applicant_known",
            ),
            models.CheckConstraint(
                condition=Q(claimant__isnull=True) | Q(organisation__isnull=True), name="institution_claimed_while_free"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["APPLIED", "VERIFYING"]) | Q(voucher_supplier=False),
                name="institution_supplier_once_verified",
            ),
        ]
        permissions = [
            ("apply_institution", "Ask to become a provider"),
            ("manage_institution", "Verify, suspend and change institutions"),
            ("set_target_days", "Promise target days of an institution"),
        ]

    def organisation_ids(self) -> set[int]:
        return {self.organisation_id} if self.organisation_id else set()

    def facts(self) -> dict[str, Any]:
        """Shaped like a record of seeds/reference/institutions.json, for the matching engine."""
        return {
            "key": self.key,
            "name_ko": self.name_ko,
            "name_en": self.name_en,
            "institution_type": self.institution_type,
            "region": self.region or None,
            "capital_area": self.capital_area,
            "voucher_supplier": self.voucher_supplier,
            "roles": self.roles,
            "is_demo": self.is_demo,
            "status": self.status,
            "target_days": self.target_days,
            "measured_days": {step: {"median": one["median"], "n": one["n"]} for step, one in self.measured_days.items()},
        }

    def __str__(self) -> str:
        from portal.kit.words import pick

        return pick(self, "name")
