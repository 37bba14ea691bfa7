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
    # where the company took over a part: what of the supply amount, and what is missing; planned_won: what it was before
    accepted_won = WonField(_("Accepted (supply, VAT excluded)"), null=True)
    missing = models.TextField(_("What is missing"), blank=True)
    planned_won = WonField(_("Planned (supply, VAT excluded)"), null=True)
    part_of = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, verbose_name=_("Rest of the milestone"), related_name="+"
    )
    in_place_reason = models.TextField(_("Why the operating agency accepted in the company's place"), blank=True)

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
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True) | ~Q(accepted_by=models.F("company_accepted_by")),
                name="milestone_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(accepted_won__isnull=True, missing="", planned_won__isnull=True)
                | Q(accepted_won__gt=0, accepted_won__lt=models.F("amount_won"), planned_won__isnull=True) & ~Q(missing="")
                | Q(status="ACCEPTED", accepted_won=models.F("amount_won"), planned_won__gt=models.F("amount_won"))
                & ~Q(missing=""),
                name="milestone_part_within",
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


class Indicator(Row):
    """What a milestone is measured by, promised before it is handed in."""

    REF_PREFIX = "ind"

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, verbose_name=_("milestone"), related_name="indicators")
    position = models.PositiveSmallIntegerField(_("Number"))
    name = models.CharField(_("Indicator"), max_length=80)
    unit = models.CharField(_("Unit"), max_length=20, blank=True)
    sense = models.CharField(_("Kept with the target"), max_length=8, choices=rules.Sense.choices(), default="AT_LEAST")
    target = models.DecimalField(_("Target"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("promised indicator")
        verbose_name_plural = _("promised indicators")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["milestone", "position"], name="indicator_position_once"),
            models.UniqueConstraint(fields=["milestone", "name"], name="indicator_name_once"),
            models.CheckConstraint(condition=Q(target__gt=0), name="indicator_target_above_zero"),
        ]

    def __str__(self) -> str:
        return self.name


class Figure(Row):
    """What a submission says of an indicator."""

    REF_PREFIX = "fig"

    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, verbose_name=_("promised indicator"), related_name="figures"
    )
    submission = models.PositiveSmallIntegerField(_("Submission"))
    value = models.DecimalField(_("Reached"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("figure of a submission")
        verbose_name_plural = _("figures of submissions")
        constraints = [
            models.UniqueConstraint(fields=["indicator", "submission"], name="figure_once"),
            models.CheckConstraint(condition=Q(value__gte=0), name="figure_not_negative"),
        ]
