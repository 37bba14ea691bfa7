"""Surveys of what came of a project, and their answers in every version."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit import clock
from portal.kit.models import Row
from vouchers.outcomes import rules
from vouchers.rounds.rules import OutcomeQuestion, parse_outcome_questions


class OutcomeSurveyQuerySet(models.QuerySet["OutcomeSurvey"]):
    def visible_to(self, user: Any) -> "OutcomeSurveyQuerySet":
        """The company's people; those who see every case."""
        if accounts.sees_all(user):
            return self
        return self.filter(company__organisation_id__in=accounts.organisation_ids_of(user, "REPRESENTATIVE", "STAFF_MEMBER"))


class OutcomeSurvey(Row):
    """One survey of one project: asked once, answered once and corrected by new versions. asked: the questions as they were when it
    opened. draft: {answers, links} that the company has not handed in."""

    REF_PREFIX = "ocs"

    agreement = models.ForeignKey("vouchers.Agreement", on_delete=models.PROTECT, related_name="+", verbose_name=_("Agreement"))
    company = models.ForeignKey("vouchers.Company", on_delete=models.PROTECT, related_name="+", verbose_name=_("Company"))
    round = models.ForeignKey("vouchers.Round", on_delete=models.PROTECT, related_name="+", verbose_name=_("Round"))
    number = models.PositiveSmallIntegerField(_("Which survey"))
    covers_from = models.DateField(_("Asks about the time from"))
    covers_to = models.DateField(_("Asks about the time until"))
    opens_on = models.DateField(_("Opened on"))
    due_on = models.DateField(_("Due on"))
    policy_version = models.PositiveIntegerField(_("Version of the policy"))
    asked = models.JSONField(_("Questions"))
    status = models.CharField(_("State"), max_length=8, choices=rules.OutcomeStatus.choices(), default="OPEN")
    draft = models.JSONField(default=dict)
    reason = models.CharField(_("Reason"), max_length=500, blank=True)

    objects = OutcomeSurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("outcome survey")
        verbose_name_plural = _("outcome surveys")
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="outcome_survey_once"),
            models.CheckConstraint(
                condition=Q(covers_to__gte=F("covers_from"), due_on__gte=F("opens_on"), number__gte=1), name="outcome_survey_days"
            ),
            models.CheckConstraint(condition=~Q(status="WAIVED") | ~Q(reason=""), name="outcome_survey_waived_with_reason"),
        ]
        indexes = [models.Index(fields=["status", "due_on"], name="outcome_survey_due")]
        permissions = [
            ("answer_outcome", "Answer surveys of what came of a project"),
            ("waive_outcome", "Give surveys of what came of a project up"),
        ]

    @property
    def questions(self) -> tuple[OutcomeQuestion, ...]:
        return parse_outcome_questions(self.asked)

    @property
    def due_at(self) -> datetime:
        """The end of the due day."""
        return clock.end_of_day(self.due_on)

    @property
    def tone(self) -> str:
        """Of its tag."""
        return {"OPEN": "wait", "ANSWERED": "done"}.get(self.status, "neutral")

    def organisation_ids(self) -> set[int]:
        return {self.company.organisation_id}

    def get_absolute_url(self) -> str:
        return f"/outcomes/{self.ref}/"

    def __str__(self) -> str:
        return f"{self.agreement.number} · {self.number}"


class OutcomeVersion(Row):
    """What a company answered, as it was handed in (trigger). The highest number counts; each after the first says why."""

    REF_PREFIX = "ocv"

    survey = models.ForeignKey(OutcomeSurvey, on_delete=models.PROTECT, related_name="versions", verbose_name=_("outcome survey"))
    number = models.PositiveSmallIntegerField(_("Version"))
    answers = models.JSONField(_("Answers"))
    links = models.JSONField(_("Addresses"), default=dict)
    reason = models.CharField(_("Why it was corrected"), max_length=500, blank=True)
    submitted_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Handed in by")
    )  # fmt: skip

    class Meta:
        verbose_name = _("answer to an outcome survey")
        verbose_name_plural = _("answers to outcome surveys")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "number"], name="outcome_version_once"),
            models.CheckConstraint(condition=Q(number=1) | ~Q(reason=""), name="outcome_correction_says_why"),
        ]

    def organisation_ids(self) -> set[int]:
        return self.survey.organisation_ids()

    def __str__(self) -> str:
        return f"{self.survey} · {self.number}"
