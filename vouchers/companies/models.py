"""The company behind an application: its numbers, certificates, restrictions, and conflicts of persons with it."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from vouchers.companies import rules
from vouchers.rounds.rules import MARK_EN, MARK_KO


class CompanyQuerySet(models.QuerySet["Company"]):
    def visible_to(self, user: Any) -> "CompanyQuerySet":
        """Its members, and those who see every case."""
        if accounts.sees_all(user):
            return self
        return self.filter(organisation_id__in=accounts.organisation_ids_of(user))


class Company(Row):
    """A demand company (수요기업). brn: ten digits without hyphens, one company a number."""

    REF_PREFIX = "cmp"

    organisation = models.OneToOneField("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    name_ko = models.CharField(_("Company name (Korean)"), max_length=120)
    name_en = models.CharField(_("Company name (English)"), max_length=160, blank=True)
    brn = models.CharField(_("Business registration number"), max_length=10, unique=True)
    corporate_no = models.CharField(_("Corporate registration number"), max_length=13, blank=True)
    opened_on = models.DateField(_("Opening date"))
    region = models.CharField(_("Region"), max_length=20)
    address = models.CharField(_("Address"), max_length=300, blank=True)
    size = models.CharField(_("Company size"), max_length=12, choices=rules.CompanySize.choices())
    sector = models.CharField(_("Sector"), max_length=60, blank=True)
    is_youth_led = models.BooleanField(_("Led by a founder of 39 years or younger"), default=False)
    joint_representation = models.BooleanField(_("Joint representatives certify together"), default=False)
    service_email = models.EmailField(_("Address for electronic service"), blank=True)
    verification = models.CharField(
        _("Registration state"), max_length=10, choices=rules.Verification.choices(), default="UNVERIFIED"
    )
    verified_how = models.CharField(_("Verified how"), max_length=20, blank=True)  # TAX_SERVICE or OFFICER
    verified_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, verbose_name=_("Verified by"), null=True, related_name="+"
    )
    tax_status = models.CharField(_("State of the business"), max_length=12, choices=rules.TaxStatus.choices(), default="UNKNOWN")
    tax_type = models.CharField(_("Kind of taxpayer"), max_length=60, blank=True)
    tax_checked_at = models.DateTimeField(_("Tax service asked at"), null=True)
    is_rehearsal = models.BooleanField(_("Test company of rehearsals"), default=False, editable=False)
    registration_file = models.ForeignKey("documents.Document", on_delete=models.PROTECT, null=True, related_name="+")
    # the question to the tax service: the representative's name is kept sealed, and only until it was asked
    sealed_representative = models.TextField(blank=True, default="", editable=False)
    validation = models.CharField(
        _("Tax service compared"), max_length=10, choices=rules.Validation.choices(), default="NOT_ASKED", editable=False
    )
    check_due_at = models.DateTimeField(null=True, editable=False)
    check_claimed_at = models.DateTimeField(null=True, editable=False)
    check_attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        constraints = [
            models.CheckConstraint(condition=Q(brn__regex=r"^[0-9]{10}$") & ~Q(brn="0000000000"), name="company_brn_shape"),
            models.CheckConstraint(condition=~Q(service_email="") | ~Q(address=""), name="company_can_be_served"),
            models.CheckConstraint(
                condition=Q(is_rehearsal=False)
                | Q(name_ko__startswith=MARK_KO, name_en__startswith=MARK_EN, service_email__endswith=".example"),
                name="company_rehearsal_is_marked",
            ),
        ]
        indexes = [
            models.Index(fields=["region"], name="company_region"),
            models.Index(fields=["check_due_at"], condition=Q(check_due_at__isnull=False), name="company_check_due"),
        ]
        permissions = [("edit_company", "Edit the company's facts"), ("verify_company", "Check a registration")]

    def organisation_ids(self) -> set[int]:
        return {self.organisation_id}

    def __str__(self) -> str:
        from portal.kit.words import pick

        return pick(self, "name")


class SizeCertificateQuerySet(models.QuerySet["SizeCertificate"]):
    def visible_to(self, user: Any) -> "SizeCertificateQuerySet":
        return self.filter(company__in=Company.objects.visible_to(user))


class SizeCertificate(Row):
    """중소기업(소상공인) 확인서: it, not revenue, decides the size."""

    REF_PREFIX = "crt"

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="certificates")
    size = models.CharField(_("Company size"), max_length=12, choices=rules.CompanySize.choices())
    number = models.CharField(_("Certificate number"), max_length=60)
    valid_from = models.DateField(_("Valid from"))
    valid_to = models.DateField(_("Valid until"))
    document = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, verbose_name=_("File"), null=True, related_name="+"
    )

    objects = SizeCertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("size certificate")
        verbose_name_plural = _("size certificates")
        constraints = [models.CheckConstraint(condition=Q(valid_from__lte=F("valid_to")), name="certificate_dates")]

    def organisation_ids(self) -> set[int]:
        return self.company.organisation_ids()


class OwnershipDisputeQuerySet(models.QuerySet["OwnershipDispute"]):
    def visible_to(self, user: Any) -> "OwnershipDisputeQuerySet":
        """Its claimant, and those who see every case; the other side learns only that there is one."""
        return self if accounts.sees_all(user) else self.filter(claimant_id=user.pk)


class OwnershipDispute(Row):
    """Somebody says that a registered number is theirs; an officer decides."""

    REF_PREFIX = "dsp"

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="disputes")
    claimant = models.ForeignKey("accounts.User", on_delete=models.PROTECT, verbose_name=_("Claimant"), related_name="+")
    statement = models.TextField(_("Statement"))
    document = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, verbose_name=_("File"), null=True, related_name="+"
    )
    status = models.CharField(_("State"), max_length=10, choices=rules.RequestStatus.choices(), default="FILED")
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, verbose_name=_("Decided by"), null=True, related_name="+"
    )
    reason = models.TextField(_("Reason"), blank=True)
    taken_up_at = models.DateTimeField(_("Taken up"), null=True, editable=False)  # an officer found that it may be right

    objects = OwnershipDisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("disputed claim")
        verbose_name_plural = _("disputed claims")
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("claimant")), name="dispute_decided_by_another"
            ),
            models.UniqueConstraint(fields=["claimant"], condition=Q(status="FILED"), name="dispute_one_open_per_claimant"),
        ]

    def __str__(self) -> str:
        return str(self.company)


class RepresentativeChangeQuerySet(models.QuerySet["RepresentativeChange"]):
    def visible_to(self, user: Any) -> "RepresentativeChangeQuerySet":
        return self.filter(company__in=Company.objects.visible_to(user))


class RepresentativeChange(Row):
    """The company has another representative; an officer checks the register extract."""

    REF_PREFIX = "rch"

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="representative_changes")
    new_representative = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, verbose_name=_("New representative"), related_name="+"
    )
    former_leaves = models.BooleanField(_("Present representatives leave"), default=True)
    statement = models.TextField(_("Statement"))
    document = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, verbose_name=_("File"), null=True, related_name="+"
    )
    status = models.CharField(_("State"), max_length=10, choices=rules.RequestStatus.choices(), default="FILED")
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, verbose_name=_("Decided by"), null=True, related_name="+"
    )
    reason = models.TextField(_("Reason"), blank=True)

    objects = RepresentativeChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of representative")
        verbose_name_plural = _("changes of representative")
        constraints = [
            models.UniqueConstraint(fields=["company"], condition=Q(status="FILED"), name="change_one_open_per_company"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("new_representative")),
                name="change_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return str(self.company)

    def organisation_ids(self) -> set[int]:
        return self.company.organisation_ids()


class Restriction(Row):
    """참여제한: matched by corporate and business number, so that a new name does not help. Counts once it is in force.

    person_digest: of the name of a representative who is restricted too, under a key of this portal; the name itself is kept
    nowhere. A namesake is possible, so it only asks for a person.
    """

    REF_PREFIX = "rst"

    brn = models.CharField(_("Business registration number"), max_length=10, blank=True, db_index=True)
    corporate_no = models.CharField(_("Corporate registration number"), max_length=13, blank=True, db_index=True)
    name = models.CharField(_("Name"), max_length=160)
    ground = models.CharField(_("Ground"), max_length=200)
    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("Until"))
    person_digest = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    status = models.CharField(
        _("State"), max_length=8, choices=rules.RestrictionStatus.choices(), default="ENTERED", editable=False
    )
    entered_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("Entered by")
    )
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("Decided by")
    )

    class Meta:
        verbose_name = _("restriction")
        verbose_name_plural = _("restrictions")
        constraints = [
            models.CheckConstraint(
                condition=~Q(brn="") | ~Q(corporate_no=""),
                name="restriction_has_number",
                violation_error_message=_("Enter a business number or a corporate number."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")),
                name="restriction_dates",
                violation_error_message=_("The restriction ends before it begins. Compare the dates."),
            ),
            models.CheckConstraint(
                condition=Q(entered_by__isnull=True)
                | Q(status="ENTERED", decided_by__isnull=True)
                | (~Q(status="ENTERED") & Q(decided_by__isnull=False) & ~Q(decided_by=F("entered_by"))),
                name="restriction_four_eyes",
            ),
        ]


class ConflictOfInterest(Row):
    """A person and an organisation that must not meet in a decision (party, kin, advice, worked there in 3 years)."""

    REF_PREFIX = "coi"

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, verbose_name=_("Person"), related_name="+")
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, verbose_name=_("Organisation"), related_name="+"
    )
    ground = models.CharField(_("Ground"), max_length=200)
    declared_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, verbose_name=_("Declared by"), related_name="+")
    ended_on = models.DateField(_("Ended on"), null=True)

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], condition=Q(ended_on__isnull=True), name="conflict_one_live")
        ]
