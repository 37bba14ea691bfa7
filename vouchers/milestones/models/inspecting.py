"""Interim checks and site visits, and their findings."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from vouchers.agreements.models import AgreementParty
from vouchers.milestones import rules


class InspectionQuerySet(models.QuerySet["Inspection"]):
    def visible_to(self, user: Any) -> "InspectionQuerySet":
        """The agreement's parties that take part; those who see every case."""
        if accounts.sees_all(user):
            return self
        here = AgreementParty.objects.filter(organisation_id__in=accounts.organisation_ids_of(user), left_by__isnull=True)
        return self.filter(agreement__in=here.values("agreement_id"))


class Inspection(Row):
    """중간점검 or 현장점검 of a project. purpose: what is looked at; report: what was seen."""

    REF_PREFIX = "isp"

    agreement = models.ForeignKey("vouchers.Agreement", on_delete=models.PROTECT, verbose_name=_("Agreement"), related_name="+")
    kind = models.CharField(_("Kind"), max_length=10, choices=rules.InspectionKind.choices())
    planned_on = models.DateField(_("Day"))
    place = models.CharField(_("Place of the inspection"), max_length=150)
    purpose = models.TextField(_("What is looked at"))
    status = models.CharField(_("State"), max_length=10, choices=rules.InspectionStatus.choices(), default="PLANNED")
    planned_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, verbose_name=_("Planned by"), related_name="+")
    result = models.CharField(_("Result of the inspection"), max_length=14, choices=rules.InspectionResult.choices(), blank=True)
    report = models.TextField(_("What was seen"), blank=True)
    document = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, verbose_name=_("File of the report"), related_name="+"
    )
    reported_at = models.DateTimeField(_("Reported at"), null=True)
    reported_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Reported by"), related_name="+"
    )
    reason = models.TextField(_("Reason"), blank=True)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="HELD", reported_at__isnull=False, reported_by__isnull=False) & ~Q(result="") & ~Q(report="")
                | ~Q(status="HELD") & Q(result="", report="", reported_at__isnull=True, reported_by__isnull=True),
                name="inspection_reported_whole",
            ),
            models.CheckConstraint(condition=~Q(status="CANCELLED") | ~Q(reason=""), name="inspection_cancelled_with_reason"),
        ]
        indexes = [models.Index(fields=["agreement", "planned_on"], name="inspection_of_agreement")]
        permissions = [
            ("plan_inspection", "Plan and report interim checks and site visits"),
            ("answer_finding", "Answer findings of inspections"),
        ]

    def organisation_ids(self) -> set[int]:
        return self.agreement.organisation_ids()

    def get_absolute_url(self) -> str:
        return f"/milestones/inspections/{self.ref}/"

    def __str__(self) -> str:
        return f"{self.agreement.number} · {self.get_kind_display()}"


class Finding(Row):
    """What is to be improved, by which party, until when."""

    REF_PREFIX = "fnd"

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, verbose_name=_("inspection"), related_name="findings")
    position = models.PositiveSmallIntegerField(_("Number"))
    text = models.TextField(_("What was found"))
    party = models.ForeignKey("vouchers.AgreementParty", on_delete=models.PROTECT, verbose_name=_("Party"), related_name="+")
    due_on = models.DateField(_("Due on"))
    status = models.CharField(_("State"), max_length=10, choices=rules.FindingStatus.choices(), default="OPEN")
    answer = models.TextField(_("What was done"), blank=True)
    document = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, verbose_name=_("Proof"), related_name="+"
    )
    answered_at = models.DateTimeField(_("Answered at"), null=True)
    answered_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Answered by"), related_name="+"
    )
    closed_at = models.DateTimeField(_("Settled at"), null=True)
    closed_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Settled by"), related_name="+"
    )
    reason = models.TextField(_("Reason"), blank=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "position"], name="finding_position_once"),
            models.CheckConstraint(condition=~Q(text=""), name="finding_says_something"),
            models.CheckConstraint(
                condition=Q(status="OPEN")
                | ~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False),
                name="finding_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(status="CLOSED", closed_at__isnull=False, closed_by__isnull=False)
                | ~Q(status="CLOSED") & Q(closed_at__isnull=True, closed_by__isnull=True),
                name="finding_closed_whole",
            ),
        ]  # fmt: skip

    def organisation_ids(self) -> set[int]:
        """Of the company and of who must act: a finding about one provider is nobody else's."""
        return {self.inspection.agreement.company.organisation_id, self.party.organisation_id}

    def __str__(self) -> str:
        return f"{self.inspection.agreement.number} · {self.position}"
