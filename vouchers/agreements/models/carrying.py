"""What may be committed and paid past the fiscal year."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from portal.kit.won import WonField
from vouchers.agreements import rules
from vouchers.agreements.models.agreeing import Agreement


class CarryOverQuerySet(models.QuerySet["CarryOver"]):
    def visible_to(self, user: Any) -> "CarryOverQuerySet":
        return self if accounts.sees_all(user) else self.filter(agreement__in=Agreement.objects.visible_to(user).values("pk"))


class CarryOver(Row):
    """이월: asked by the operator, approved by the ministry. amount_won: of the grant, to be paid after the year; what was asked never
    changes, and is decided once (trigger)."""

    REF_PREFIX = "cov"

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="carry_overs", verbose_name=_("agreement"))
    fiscal_year = models.SmallIntegerField(_("Fiscal year"))
    amount_won = WonField(_("Amount to be carried over"))
    reason = models.TextField(_("Reason"))
    status = models.CharField(_("State"), max_length=9, choices=rules.CarryOverStatus.choices(), default="REQUESTED")
    requested_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Requested by"))
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Decided by")
    )
    decided_at = models.DateTimeField(_("Decided at"), null=True)
    answer = models.TextField(_("Reason of the decision"), blank=True)

    objects = CarryOverQuerySet.as_manager()

    class Meta:
        verbose_name = _("carry-over")
        verbose_name_plural = _("carry-overs")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "fiscal_year"], condition=Q(status__in=["REQUESTED", "APPROVED"]), name="carry_over_one_live"
            ),
            models.CheckConstraint(condition=Q(amount_won__gt=0) & ~Q(reason=""), name="carry_over_says_what"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")), name="carry_over_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(status="REQUESTED", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(status="REQUESTED") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="carry_over_decided_whole",
            ),
        ]
        permissions = [
            ("request_carry_over", "Ask for a carry-over past the fiscal year"),
            ("decide_carry_over", "Decide about carry-overs"),
        ]

    def organisation_ids(self) -> set[int]:
        return {self.agreement.company.organisation_id}

    def __str__(self) -> str:
        return f"{self.agreement} · {self.fiscal_year}"
