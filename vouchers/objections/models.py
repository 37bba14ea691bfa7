"""An objection against a decision, its evidence and what was decided about it."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from vouchers.objections import rules


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def visible_to(self, user: Any) -> "ObjectionQuerySet":
        """Reviewers, those who see every case, and the company that objects."""
        if accounts.sees_all(user) or user.has_perm("vouchers.decide_objection"):
            return self
        return self.filter(company__organisation_id__in=accounts.organisation_ids_of(user))

    def counting(self) -> "ObjectionQuerySet":
        return self.exclude(status=rules.ObjectionStatus.WITHDRAWN)


class Objection(Row):
    """이의신청: against one event of the journal; what it was filed with and decided with never changes (trigger).

    subject_ref: of the row that was decided about. deciders: ids of the people who took part in the decision, copied at
    filing; none of them may take it up or decide it (trigger). open_until: the last day of filing; empty: not served yet.
    first_due_at, extension_reason: both or neither, once (trigger).
    opinion: of the unit that decided. remedy: what was done after it was upheld; remedy_waived: why nothing had to be done.
    """

    REF_PREFIX = "obj"

    event = models.ForeignKey("journal.Event", on_delete=models.PROTECT, related_name="+", verbose_name=_("Decision"))
    event_name = models.CharField(_("Decision"), max_length=60)
    subject_ref = models.CharField(max_length=24)
    company = models.ForeignKey("vouchers.Company", on_delete=models.PROTECT, related_name="+", verbose_name=_("Company"))
    round = models.ForeignKey("vouchers.Round", on_delete=models.PROTECT, related_name="+", verbose_name=_("Round"))
    about = models.CharField(_("Concerns"), max_length=200)
    deciders = ArrayField(models.BigIntegerField(), default=list)
    served_on = models.DateField(_("Served on"), null=True)
    open_until = models.DateField(_("Objection possible until"), null=True)
    ground = models.CharField(_("Ground"), max_length=12, choices=rules.Ground.choices())
    statement = models.TextField(_("Statement"))
    filed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Filed by"))
    status = models.CharField(_("State"), max_length=14, choices=rules.ObjectionStatus.choices(), default="FILED")
    due_at = models.DateTimeField(_("Due"))
    first_due_at = models.DateTimeField(_("First due"), null=True)  # before the decision was put off
    extension_reason = models.TextField(_("Why the decision was put off"), blank=True)
    reviewer = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Reviewer")
    )
    opinion_due_at = models.DateTimeField(_("Opinion due"), null=True)
    opinion = models.TextField(_("Opinion of the deciding unit"), blank=True)
    opinion_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Opinion by")
    )
    opinion_at = models.DateTimeField(_("Opinion given"), null=True)
    reason = models.TextField(_("Reason of the decision"), blank=True)
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Decided by")
    )
    decided_at = models.DateTimeField(_("Decided at"), null=True)
    remedy = models.TextField(_("What was done"), blank=True)
    remedy_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Done by")
    )
    remedy_at = models.DateTimeField(_("Done on"), null=True)

    remedy_waived = models.BooleanField(_("No act was needed"), default=False)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        constraints = [
            models.UniqueConstraint(fields=["event", "company"], condition=~Q(status="WITHDRAWN"), name="objection_once"),
            models.CheckConstraint(condition=~Q(statement=""), name="objection_has_statement"),
            models.CheckConstraint(
                condition=Q(first_due_at__isnull=True, extension_reason="")
                | Q(first_due_at__lt=F("due_at")) & ~Q(extension_reason=""),
                name="objection_extended_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=["UPHELD", "PARTLY_UPHELD", "DISMISSED", "REJECTED"], decided_by__isnull=False,
                    decided_at__isnull=False,
                ) & ~Q(reason="")
                | Q(status__in=["FILED", "ADMISSIBILITY", "UNDER_REVIEW", "WITHDRAWN"], decided_by__isnull=True,
                    decided_at__isnull=True, reason=""),
                name="objection_decided_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(opinion="", opinion_by__isnull=True, opinion_at__isnull=True)
                | Q(opinion_by__isnull=False, opinion_at__isnull=False) & ~Q(opinion=""),
                name="objection_opinion_whole",
            ),
            models.CheckConstraint(
                condition=Q(remedy="", remedy_by__isnull=True, remedy_at__isnull=True)
                | Q(status__in=["UPHELD", "PARTLY_UPHELD"], remedy_by__isnull=False, remedy_at__isnull=False) & ~Q(remedy=""),
                name="objection_remedy_after_upheld",
            ),
            models.CheckConstraint(condition=Q(remedy_waived=False) | ~Q(remedy=""), name="objection_waived_with_reason"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["status", "due_at"], name="objection_status_due")]
        permissions = [
            ("file_objection", "File an objection"),
            ("decide_objection", "Decide objections"),
            ("answer_objection", "Give the deciding unit's opinion and record what was done"),
        ]

    def organisation_ids(self) -> set[int]:
        return {self.company.organisation_id}

    def get_absolute_url(self) -> str:
        return f"/objections/{self.ref}/"

    def __str__(self) -> str:
        return self.about


class ObjectionDocument(Row):
    """Evidence that an objection was filed with. Immutable (trigger)."""

    REF_PREFIX = "obd"

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="documents")
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("evidence of an objection")
        verbose_name_plural = _("evidence of objections")

    def __str__(self) -> str:
        return str(self.document)
