"""Presentations: a schedule of a round, its slots, and the seats of the panels' members."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from vouchers.evaluation.models.selecting import cases_closed_to
from vouchers.evaluation.rules.presenting import ScheduleStatus, SlotStatus


class TsTzRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


_WHEN = (TsTzRange("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS)


class PresentationScheduleQuerySet(models.QuerySet["PresentationSchedule"]):
    def visible_to(self, user: Any) -> "PresentationScheduleQuerySet":
        """Those who see every case; not a schedule in which a case stands with which a conflict of theirs does."""
        if not accounts.sees_all(user):
            return self.none()
        closed = cases_closed_to(user.pk)
        hidden = PresentationSlot.objects.filter(application_id__in=closed).values("schedule_id")
        return self.exclude(pk__in=hidden) if closed else self


class PresentationSchedule(Row):
    """Presentations of a round that were planned in one go. minutes: of each."""

    REF_PREFIX = "psc"

    round = models.ForeignKey("vouchers.Round", on_delete=models.PROTECT, related_name="+", verbose_name=_("Round"))
    status = models.CharField(_("State"), max_length=10, choices=ScheduleStatus.choices(), default="PLANNED")
    minutes = models.PositiveSmallIntegerField(_("Minutes each"))
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Planned by"))
    published_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Published by")
    )
    published_at = models.DateTimeField(_("Published at"), null=True)

    objects = PresentationScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = _("schedule of presentations")
        verbose_name_plural = _("schedules of presentations")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="PUBLISHED", published_at__isnull=False, published_by__isnull=False)
                | ~Q(status="PUBLISHED") & Q(published_at__isnull=True, published_by__isnull=True),
                name="presentation_schedule_published_pair",
            ),
        ]
        permissions = [("plan_presentations", "Plan presentations and record who attended")]

    def __str__(self) -> str:
        return str(self.round)


class PresentationSlotQuerySet(models.QuerySet["PresentationSlot"]):
    def visible_to(self, user: Any) -> "PresentationSlotQuerySet":
        """Those who see every case, but for cases with which a conflict of theirs stands; the company once it is invited.

        Evaluators never: they see their own seats.
        """
        if accounts.sees_all(user):
            closed = cases_closed_to(user.pk)
            return self.exclude(application_id__in=closed) if closed else self
        return self.told().filter(company__organisation_id__in=accounts.organisation_ids_of(user))

    def told(self) -> "PresentationSlotQuerySet":
        """Those that the company knows."""
        return self.filter(schedule__status="PUBLISHED").exclude(status="PLANNED")

    def standing(self) -> "PresentationSlotQuerySet":
        return self.exclude(status="CANCELLED")


class PresentationSlot(Row):
    """One company presents its application at one time and place. ends_at is exclusive.

    place: a room or an online address. sequence: rises with every change that its invitation tells.
    """

    REF_PREFIX = "pst"

    schedule = models.ForeignKey(PresentationSchedule, on_delete=models.PROTECT, related_name="slots", verbose_name=_("Schedule"))
    application = models.ForeignKey(
        "vouchers.Application", on_delete=models.PROTECT, related_name="+", verbose_name=_("Application")
    )
    company = models.ForeignKey("vouchers.Company", on_delete=models.PROTECT, related_name="+", verbose_name=_("Company"))
    place = models.CharField(_("Room or online address"), max_length=200)
    starts_at = models.DateTimeField(_("Begins"))
    ends_at = models.DateTimeField(_("Ends"))
    status = models.CharField(_("State"), max_length=10, choices=SlotStatus.choices(), default="PLANNED")
    sequence = models.PositiveIntegerField(default=0, editable=False)
    recorded_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Attendance recorded by")
    )
    recorded_at = models.DateTimeField(_("Attendance recorded at"), null=True)
    reason = models.TextField(_("Reason"), blank=True)

    objects = PresentationSlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("presentation")
        verbose_name_plural = _("presentations")
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="presentation_order"),
            models.CheckConstraint(
                condition=Q(status__in=["ATTENDED", "MISSED"], recorded_at__isnull=False, recorded_by__isnull=False)
                | ~Q(status__in=["ATTENDED", "MISSED"]) & Q(recorded_at__isnull=True, recorded_by__isnull=True),
                name="presentation_attendance_pair",
            ),
            models.CheckConstraint(
                condition=Q(recorded_at__isnull=True) | Q(recorded_at__gte=F("starts_at")), name="presentation_attended_once_begun"
            ),
            models.UniqueConstraint(
                fields=["application"], condition=~Q(status="CANCELLED"), name="presentation_once"
            ),
            ExclusionConstraint(
                name="presentation_place_free", expressions=[(F("place"), RangeOperators.EQUAL), _WHEN],
                condition=~Q(status="CANCELLED"),
            ),
            ExclusionConstraint(
                name="presentation_company_free", expressions=[(F("company"), RangeOperators.EQUAL), _WHEN],
                condition=~Q(status="CANCELLED"),
            ),
        ]  # fmt: skip

    def organisation_ids(self) -> set[int]:
        return {self.company.organisation_id}

    def __str__(self) -> str:
        return str(self.application)


class PresentationSeatQuerySet(models.QuerySet["PresentationSeat"]):
    def taken(self) -> "PresentationSeatQuerySet":
        return self.filter(released_at__isnull=True)

    def own(self, user: Any) -> "PresentationSeatQuerySet":
        """What an evaluator sees: own seats in published schedules, none of a case with which a conflict stands."""
        closed = cases_closed_to(user.pk)
        found = self.taken().filter(evaluator_id=user.pk, slot__schedule__status="PUBLISHED").exclude(slot__status="PLANNED")
        return found.exclude(slot__application_id__in=closed) if closed else found


class PresentationSeat(Row):
    """A member of the panel sits in a presentation. Its times are the presentation's (trigger); present: None until recorded."""

    REF_PREFIX = "pse"

    slot = models.ForeignKey(PresentationSlot, on_delete=models.PROTECT, related_name="seats")
    evaluator = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Evaluator"))
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    present = models.BooleanField(_("Present"), null=True)

    objects = PresentationSeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat in a presentation")
        verbose_name_plural = _("seats in presentations")
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "evaluator"], condition=Q(released_at__isnull=True), name="presentation_seat_once"
            ),
            ExclusionConstraint(
                name="presentation_evaluator_free", expressions=[(F("evaluator"), RangeOperators.EQUAL), _WHEN],
                condition=Q(released_at__isnull=True),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.evaluator_id} · {self.starts_at:%Y-%m-%d %H:%M}"
