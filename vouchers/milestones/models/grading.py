"""The final evaluation of a project and what each grader said."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from vouchers.agreements.models import AgreementParty
from vouchers.milestones import rules
from vouchers.rounds.rules import Grade


class FinalEvaluationQuerySet(models.QuerySet["FinalEvaluation"]):
    def visible_to(self, user: Any) -> "FinalEvaluationQuerySet":
        """The parties that take part, its graders, those who see every case."""
        if accounts.sees_all(user):
            return self
        here = AgreementParty.objects.filter(organisation_id__in=accounts.organisation_ids_of(user), left_by__isnull=True)
        graded = FinalScore.objects.filter(grader_id=user.pk)
        return self.filter(Q(agreement__in=here.values("agreement_id")) | Q(pk__in=graded.values("evaluation_id")))


class FinalEvaluation(Row):
    """최종평가, once an agreement. points: mean of 100; condition: what must be done by condition_due_on for CONDITIONAL.
    restriction: entered where the round keeps a company out after such a grade."""

    REF_PREFIX = "fin"

    agreement = models.OneToOneField(
        "vouchers.Agreement", on_delete=models.PROTECT, verbose_name=_("Agreement"), related_name="+"
    )
    status = models.CharField(_("State"), max_length=10, choices=rules.FinalStatus.choices(), default="GRADING")
    opened_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, verbose_name=_("Opened by"), related_name="+")
    points = models.DecimalField(_("Points"), max_digits=5, decimal_places=2, null=True)
    grade = models.CharField(_("Grade"), max_length=12, choices=Grade.choices(), blank=True)
    reason = models.TextField(_("Reason of the decision"), blank=True)
    condition = models.TextField(_("Condition"), blank=True)
    condition_due_on = models.DateField(_("Condition due on"), null=True)
    decided_at = models.DateTimeField(_("Decided at"), null=True)
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Decided by"), related_name="+"
    )
    confirmed_at = models.DateTimeField(_("Grade holds since"), null=True)
    restriction = models.ForeignKey(
        "vouchers.Restriction", on_delete=models.PROTECT, null=True, verbose_name=_("restriction"), related_name="+"
    )

    objects = FinalEvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = _("final evaluation")
        verbose_name_plural = _("final evaluations")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="GRADING", grade="", points__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(status="GRADING") & ~Q(grade="") & ~Q(reason="")
                & Q(points__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
                name="final_evaluation_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(grade="CONDITIONAL", condition_due_on__isnull=False) & ~Q(condition="")
                | ~Q(grade="CONDITIONAL") & Q(condition="", condition_due_on__isnull=True),
                name="final_evaluation_condition",
            ),
            models.CheckConstraint(
                condition=Q(status="CONFIRMED", confirmed_at__isnull=False) | ~Q(status="CONFIRMED") & Q(confirmed_at__isnull=True),
                name="final_evaluation_confirmed_at",
            ),
        ]  # fmt: skip
        permissions = [
            ("conduct_final_evaluation", "Open final evaluations and decide grades"),
            ("grade_project", "Grade projects"),
        ]

    def organisation_ids(self) -> set[int]:
        return self.agreement.organisation_ids()

    def get_absolute_url(self) -> str:
        return f"/milestones/final/{self.ref}/"

    def __str__(self) -> str:
        return self.agreement.number


class FinalScore(Row):
    """One grader's view of a project; written once (trigger)."""

    REF_PREFIX = "fsc"

    evaluation = models.ForeignKey(
        FinalEvaluation, on_delete=models.PROTECT, verbose_name=_("final evaluation"), related_name="scores"
    )
    grader = models.ForeignKey("accounts.User", on_delete=models.PROTECT, verbose_name=_("Grader"), related_name="+")
    points = models.DecimalField(_("Points"), max_digits=5, decimal_places=2, null=True)
    good_faith = models.BooleanField(_("Work was done in good faith"), null=True)
    opinion = models.TextField(_("Opinion on the project"), blank=True)
    handed_in_at = models.DateTimeField(_("Handed in"), null=True)

    class Meta:
        verbose_name = _("grade of an evaluator")
        verbose_name_plural = _("grades of evaluators")
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "grader"], name="final_score_once"),
            models.CheckConstraint(
                condition=Q(handed_in_at__isnull=True, points__isnull=True, good_faith__isnull=True, opinion="")
                | Q(handed_in_at__isnull=False, points__gte=0, points__lte=100, good_faith__isnull=False) & ~Q(opinion=""),
                name="final_score_whole",
            ),
        ]

    def organisation_ids(self) -> set[int]:
        return self.evaluation.organisation_ids()
