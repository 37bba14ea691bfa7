"""The early warning of a plan that no longer fits into the time that is left."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from vouchers.agreements.models import AgreementParty
from vouchers.milestones import rules


class PlanWarningQuerySet(models.QuerySet["PlanWarning"]):
    def visible_to(self, user: Any) -> "PlanWarningQuerySet":
        """The agreement's parties that take part; those who see every case."""
        if accounts.sees_all(user):
            return self
        here = AgreementParty.objects.filter(organisation_id__in=accounts.organisation_ids_of(user), left_by__isnull=True)
        return self.filter(agreement__in=here.values("agreement_id"))

    def standing(self) -> "PlanWarningQuerySet":
        return self.filter(relieved_at__isnull=True)


class PlanWarning(Row):
    """The critical path of a project takes more working days than are left to its limit. Stands until the plan fits again or
    the agreement ends. answer: what the operating agency does about it; all parties read it."""

    REF_PREFIX = "plw"

    agreement = models.ForeignKey("vouchers.Agreement", on_delete=models.PROTECT, verbose_name=_("Agreement"), related_name="+")
    needed_days = models.PositiveIntegerField(_("Working days still needed"))
    left_days = models.IntegerField(_("Working days left"))
    limit = models.CharField(_("Measured against"), max_length=14, choices=rules.Limit.choices())
    relieved_at = models.DateTimeField(_("The plan fits again since"), null=True)
    answer = models.TextField(_("What is done about it"), blank=True)
    answered_at = models.DateTimeField(_("Answered at"), null=True)
    answered_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Answered by"), related_name="+"
    )

    objects = PlanWarningQuerySet.as_manager()

    class Meta:
        verbose_name = _("warning about a plan")
        verbose_name_plural = _("warnings about plans")
        constraints = [
            models.UniqueConstraint(fields=["agreement"], condition=Q(relieved_at__isnull=True), name="plan_warning_once"),
            models.CheckConstraint(condition=Q(needed_days__gt=F("left_days")), name="plan_warning_too_long"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | ~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False),
                name="plan_warning_answer_whole",
            ),
        ]
        permissions = [("answer_warning", "Answer warnings about plans")]

    def organisation_ids(self) -> set[int]:
        return self.agreement.organisation_ids()

    @property
    def left_shown(self) -> int:
        """Working days left, none once the day is past."""
        return max(self.left_days, 0)

    def get_absolute_url(self) -> str:
        return f"/payments/plan/{self.agreement.ref}/"

    def __str__(self) -> str:
        return f"{self.agreement.number} · {self.needed_days}/{self.left_days}"
