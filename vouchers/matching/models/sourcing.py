"""A need that nothing fits, on the operator's desk: the case, its internal notes, and what is proposed to the company."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit import clock
from portal.kit.models import Row
from vouchers.matching.models.needs import Need
from vouchers.matching.rules import sourcing as rules


class SourcingCaseSet(models.QuerySet["SourcingCase"]):
    def visible_to(self, user: Any) -> "SourcingCaseSet":
        """The company whose need it is; those who see every case. Never a provider, never another company."""
        if accounts.sees_all(user):
            return self
        return self.filter(need__company__organisation_id__in=accounts.organisation_ids_of(user))

    def open(self) -> "SourcingCaseSet":
        return self.filter(status__in=[*rules.OPEN])


class SourcingCase(Row):
    """handler: who of the operator looks; result: what the company reads when the case is closed."""

    REF_PREFIX: ClassVar[str] = "src"

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="sourcing_cases")
    status = models.CharField(max_length=12, choices=rules.SourcingStatus.choices(), default="OPEN")
    handler = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField()
    result = models.TextField(_("What came of it"), blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    objects = SourcingCaseSet.as_manager()

    class Meta:
        verbose_name = _("sourcing case")
        verbose_name_plural = _("sourcing cases")
        constraints = [
            models.UniqueConstraint(fields=["need"], condition=Q(status__in=["OPEN", "IN_PROGRESS"]), name="sourcing_one_open"),
            models.CheckConstraint(
                condition=Q(status__in=["OPEN", "IN_PROGRESS"], closed_at__isnull=True)
                | ~Q(status__in=["OPEN", "IN_PROGRESS"]) & Q(closed_at__isnull=False),
                name="sourcing_closed_at",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["FOUND", "NOT_FOUND"]) | (~Q(result="") & Q(closed_by__isnull=False)),
                name="sourcing_closed_with_result",
            ),
            models.CheckConstraint(
                condition=~Q(status="IN_PROGRESS") | Q(handler__isnull=False), name="sourcing_progress_has_handler"
            ),
        ]
        indexes = [models.Index(fields=["status", "due_at"], name="sourcing_due")]
        permissions = [
            ("handle_sourcing", "Look for data where nothing fits"),
            ("see_demand", "See unmet demand without companies"),
        ]

    def organisation_ids(self) -> set[int]:
        return {self.need.company.organisation_id}


class SourcingNote(models.Model):
    """What the operator wrote down for itself; append-only (trigger). The company never sees it."""

    case = models.ForeignKey(SourcingCase, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField(_("Note"))
    written_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("note of a sourcing case")
        verbose_name_plural = _("notes of sourcing cases")
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="sourcing_note_says_something")]


class SourcingProposal(Row):
    """A dataset, or an institution that may hold such data, with the reason. answered_at: when the company said what it thinks; answer: why it is of
    no use to it."""

    REF_PREFIX: ClassVar[str] = "spr"

    case = models.ForeignKey(SourcingCase, on_delete=models.PROTECT, related_name="proposals")
    institution = models.ForeignKey("providers.Institution", on_delete=models.PROTECT, related_name="+")
    dataset = models.ForeignKey("providers.Dataset", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(_("Why it may help"))
    status = models.CharField(max_length=10, choices=rules.ProposalStatus.choices(), default="PROPOSED")
    proposed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(_("Why it is of no use"), blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("proposal of data")
        verbose_name_plural = _("proposals of data")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "institution", "dataset"], nulls_distinct=False, name="sourcing_proposed_once"
            ),
            models.CheckConstraint(
                condition=Q(status="PROPOSED", answered_at__isnull=True, answered_by__isnull=True)
                | ~Q(status="PROPOSED") & Q(answered_at__isnull=False, answered_by__isnull=False),
                name="sourcing_proposal_answered",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="sourcing_proposal_reason"),
            models.CheckConstraint(condition=~Q(status="NOT_USEFUL") | ~Q(answer=""), name="sourcing_refused_with_reason"),
        ]
