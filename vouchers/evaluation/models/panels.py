"""The panel phase of an application, every version of a score, and how long files were read."""

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit import clock
from portal.kit.models import Row
from vouchers.evaluation.models.selecting import Assignment, cases_closed_to
from vouchers.evaluation.rules.panels import PanelStatus
from vouchers.evaluation.rules.stages import HANDED_IN


class PanelPhaseQuerySet(models.QuerySet["PanelPhase"]):
    def visible_to(self, user: Any) -> "PanelPhaseQuerySet":
        """Those who see every case, but for cases with which a conflict of theirs stands. Members see it by their assignment."""
        if not accounts.sees_all(user):
            return self.none()
        closed = cases_closed_to(user.pk)
        return self.exclude(application_id__in=closed) if closed else self

    def of_these_scores(self) -> "PanelPhaseQuerySet":
        """Panels about scores that count now; not those whose every score was set aside after an objection."""
        scored = Assignment.objects.filter(application=OuterRef("application"), status__in=HANDED_IN)
        return self.filter(Q(status="OPEN") | Exists(scored.filter(submitted_at__lte=OuterRef("opened_at"))))


class PanelPhase(Row):
    """The members of an application's panel see each other's scores since opened_at, and may re-score until it closes.

    One about the same scores (trigger): evaluated again after an objection, by other people, an application gets another.
    """

    REF_PREFIX = "pnl"

    application = models.ForeignKey(
        "vouchers.Application", on_delete=models.PROTECT, related_name="+", verbose_name=_("Application")
    )
    status = models.CharField(_("State"), max_length=8, choices=PanelStatus.choices(), default="OPEN")
    opened_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Opened by"))
    opened_at = models.DateTimeField(_("Opened at"), default=clock.now)
    closed_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Closed by")
    )
    closed_at = models.DateTimeField(_("Closed at"), null=True)

    objects = PanelPhaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("panel phase")
        verbose_name_plural = _("panel phases")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="OPEN", closed_at__isnull=True, closed_by__isnull=True)
                | Q(status="CLOSED", closed_at__isnull=False, closed_by__isnull=False),
                name="panel_phase_closed_pair",
            ),
            models.UniqueConstraint(fields=["application"], condition=Q(status="OPEN"), name="panel_phase_one_open"),
        ]
        permissions = [("open_panel", "Open and close the panel of an application")]

    def __str__(self) -> str:
        return str(self.application)


class ScoreVersion(models.Model):
    """One version of a score, append-only (trigger). number 1: the independent score as handed in; later ones: re-scored in the
    panel, with the reason, or handed in `again` after a correction of who attended, and then independent too. The newest is what the score says (trigger at commit)."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="score_versions")
    criterion = models.ForeignKey("vouchers.Criterion", on_delete=models.PROTECT, related_name="+", verbose_name=_("Criterion"))
    number = models.PositiveSmallIntegerField(_("Version"))
    points = models.PositiveSmallIntegerField(_("Points"))
    comment = models.TextField(_("Reason for the points"), blank=True)
    reason = models.TextField(_("Reason for the change"), blank=True)
    again = models.BooleanField(default=False, editable=False)
    entered_at = models.DateTimeField(_("Entered at"), default=clock.now)

    class Meta:
        verbose_name = _("version of a score")
        verbose_name_plural = _("versions of scores")
        ordering = ["entered_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "criterion", "number"], name="score_version_once"),
            models.CheckConstraint(condition=Q(number__gte=1, points__lte=100), name="score_version_range"),
            models.CheckConstraint(condition=Q(number=1) | ~Q(reason=""), name="score_version_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion_id} · {self.number}"


class Reading(models.Model):
    """How long an evaluator had a page with the file open in front of them. seconds: as the page reported, by the portal's clock.

    Written by the page's reports only: a browser without JavaScript leaves none, while AccessLog holds every opening.
    """

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="readings")
    opened_at = models.DateTimeField(_("Opened at"))
    beat_at = models.DateTimeField(_("Last report"))
    seconds = models.PositiveIntegerField(_("Seconds"), default=0)

    class Meta:
        verbose_name = _("reading")
        verbose_name_plural = _("readings")
        constraints = [
            models.UniqueConstraint(fields=["assignment", "opened_at"], name="reading_once"),
            models.CheckConstraint(condition=Q(beat_at__gte=models.F("opened_at")), name="reading_order"),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} · {self.seconds} s"
