"""What is delivered when, and what was delivered."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit import clock
from portal.kit.models import Row
from portal.kit.won import WonField
from vouchers.milestones import rules


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def visible_to(self, user: Any) -> "MilestoneQuerySet":
        """The agreement's company and the milestone's provider; those who see every case."""
        if accounts.sees_all(user):
            return self
        mine = accounts.organisation_ids_of(user)
        return self.filter(Q(agreement__company__organisation_id__in=mine) | Q(institution__organisation_id__in=mine)).exclude(
            agreement__status="DRAFTING"
        )


class Milestone(Row):
    """One delivery of one provider. amount_won: its share of the supply amount; grant_won: the voucher's share of that."""

    REF_PREFIX = "mst"

    agreement = models.ForeignKey("vouchers.Agreement", on_delete=models.PROTECT, verbose_name=_("Agreement"), related_name="+")
    institution = models.ForeignKey(
        "providers.Institution", on_delete=models.PROTECT, verbose_name=_("Provider"), related_name="+"
    )
    number = models.PositiveSmallIntegerField(_("Number"))
    title = models.CharField(_("Title"), max_length=150)
    description = models.TextField(_("What is delivered"), blank=True)
    due_on = models.DateField(_("Due on"))
    uses_data = models.BooleanField(_("Uses patient data"), default=False)
    amount_won = WonField(_("Amount (supply, VAT excluded)"))
    grant_won = WonField(_("Paid by the voucher"))
    vat_won = WonField(_("VAT, paid by the company"), default=0)
    status = models.CharField(_("State"), max_length=20, choices=rules.MilestoneStatus.choices(), default="PLANNED")
    submitted_at = models.DateTimeField(_("Submitted at"), null=True)
    submitted_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Submitted by"), related_name="+"
    )
    company_accepted_at = models.DateTimeField(_("Accepted by the company"), null=True)
    company_accepted_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Accepted for the company by"), related_name="+"
    )
    accepted_at = models.DateTimeField(_("Acceptance confirmed"), null=True)
    accepted_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Acceptance confirmed by"), related_name="+"
    )
    reason = models.TextField(_("Reason"), blank=True)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="milestone_number_once"),
            models.CheckConstraint(condition=Q(grant_won__lte=models.F("amount_won")), name="milestone_grant_within"),
            models.CheckConstraint(
                condition=~Q(status="ACCEPTED")
                | (Q(company_accepted_by__isnull=False) & Q(accepted_by__isnull=False) & Q(accepted_at__isnull=False)),
                name="milestone_accepted_twice",
            ),
        ]
        indexes = [models.Index(fields=["status", "due_on"], name="milestone_status_due")]
        permissions = [
            ("plan_milestones", "Plan milestones"),
            ("submit_milestone", "Submit a milestone"),
            ("accept_milestone", "Accept a milestone for the company"),
            ("confirm_milestone", "Check a milestone for the operator"),
        ]

    @property
    def is_overdue(self) -> bool:
        return rules.overdue(self.status, self.due_on, clock.today())

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    def organisation_ids(self) -> set[int]:
        return {i for i in (self.agreement.company.organisation_id, self.institution.organisation_id) if i}


class Deliverable(Row):
    """A file handed in with a milestone; earlier submissions are kept."""

    REF_PREFIX = "dlv"

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="deliverables")
    submission = models.PositiveSmallIntegerField()
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("deliverable")
        verbose_name_plural = _("deliverables")
