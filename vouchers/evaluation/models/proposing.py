"""Proposed assignments of a round: computed, changed by hand, applied."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from vouchers.evaluation.rules.stages import ProposalStatus


class AssignmentRunQuerySet(models.QuerySet["AssignmentRun"]):
    def visible_to(self, user: Any) -> "AssignmentRunQuerySet":
        """Those who see every case; its pages leave out the cases that are closed to the reader. Evaluators never."""
        return self if accounts.sees_all(user) else self.none()


class AssignmentRun(Row):
    """Who should evaluate what, as the solver says and as it was changed since. Nobody stands in it by name.

    inputs: canonical JSON of rules.assigning.Problem; optimum, pairs: application's ref → refs of evaluators, as computed and as
    it is now. done: pairs looked at while applying; refused: [application's ref, evaluator's ref, code] of those not made.
    """

    REF_PREFIX = "asr"

    round = models.ForeignKey("vouchers.Round", on_delete=models.PROTECT, related_name="+", verbose_name=_("Round"))
    status = models.CharField(_("State"), max_length=10, choices=ProposalStatus.choices(), default="PROPOSED")
    proposed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Proposed by"))
    engine = models.CharField(_("Engine"), max_length=20)
    policy_number = models.PositiveIntegerField(_("Version of the policy"), null=True)
    inputs = models.TextField()
    inputs_sha256 = models.CharField(_("SHA-256 of the inputs"), max_length=64)
    proven = models.BooleanField(_("Proven to be the best"), default=False)
    optimum = models.JSONField(default=dict)
    pairs = models.JSONField(default=dict)
    changes = models.PositiveIntegerField(_("Changes by hand"), default=0)
    done = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=list)
    applied_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Applied by")
    )
    applied_at = models.DateTimeField(_("Carried out at"), null=True)
    reason = models.TextField(_("Reason"), blank=True)

    objects = AssignmentRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed assignments")
        verbose_name_plural = _("proposed assignments")
        constraints = [
            models.UniqueConstraint(
                fields=["round"], condition=Q(status__in=["PROPOSED", "APPLYING"]), name="assignment_run_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["APPLYING", "APPLIED"]) | Q(applied_by__isnull=False), name="assignment_run_applied_by"
            ),
        ]

    @property
    def count(self) -> int:
        """Pairs that it would make."""
        return sum(len(refs) for refs in self.pairs.values())

    def __str__(self) -> str:
        return f"{self.round} · {self.ref}"
