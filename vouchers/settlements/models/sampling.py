"""Samples of payments that auditors draw, what they look at, and what they find: the auditor's own records."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.kit.models import Row
from portal.kit.won import WonField
from vouchers.settlements import rules

ANSWER = "vouchers.answer_audit_finding"


class AuditSampleQuerySet(models.QuerySet["AuditSample"]):
    def visible_to(self, user: Any) -> "AuditSampleQuerySet":
        """Auditors; who answers findings, those in which there are any."""
        if user.has_perm("vouchers.draw_sample"):
            return self
        found = AuditFinding.objects.values("item__sample_id")
        return self.filter(pk__in=found) if user.has_perm(ANSWER) else self.none()


class AuditSample(Row):
    """A sample as it was drawn, with everything from which it can be drawn again (trigger: nothing of it changes).

    frame: [ledger event, payment, institution, won] of every payment of the round between the two days, in the order of booking."""

    REF_PREFIX = "smp"

    round = models.ForeignKey("vouchers.Round", on_delete=models.PROTECT, related_name="+", verbose_name=_("Round"))
    number = models.PositiveSmallIntegerField(_("Number"))
    paid_from = models.DateField(_("Paid from"))
    paid_until = models.DateField(_("Paid until"))
    policy_version = models.PositiveIntegerField(_("Version of the policy"))
    threshold_won = WonField(_("Looked at in any case from (won)"))
    size = models.PositiveSmallIntegerField(_("Aimed at"))
    least = models.PositiveSmallIntegerField(_("Of each provider at least"))
    interval_won = WonField(_("Interval (won)"))
    rule = models.CharField(_("Rule of drawing"), max_length=10)
    seed = models.CharField(_("Seed"), max_length=64)
    frame = models.JSONField(_("Frame"))
    frame_digest = models.CharField(_("Fingerprint of the frame (SHA-256)"), max_length=64)
    frame_count = models.PositiveIntegerField(_("Payments in the frame"))
    frame_won = WonField(_("Money in the frame (won)"))
    drawn_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Drawn by"))

    objects = AuditSampleQuerySet.as_manager()

    class Meta:
        verbose_name = _("sample of payments")
        verbose_name_plural = _("samples of payments")
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="audit_sample_number_once"),
            models.CheckConstraint(condition=Q(paid_until__gte=F("paid_from")), name="audit_sample_period"),
            models.CheckConstraint(condition=Q(interval_won__gte=1, frame_count__gte=1), name="audit_sample_of_something"),
        ]
        permissions = [("draw_sample", "Draw samples of payments and mark findings")]

    def organisation_ids(self) -> set[int]:
        return set()

    def get_absolute_url(self) -> str:
        return f"/settlements/samples/{self.ref}/"

    def __str__(self) -> str:
        return f"{self.round} · {self.number}"


class SampleItem(Row):
    """A payment to be looked at. unit: which won met it; cleared_*: looked at, and nothing found."""

    REF_PREFIX = "smi"

    sample = models.ForeignKey(AuditSample, on_delete=models.PROTECT, related_name="items", verbose_name=_("sample of payments"))
    position = models.PositiveIntegerField(_("Number"))
    disbursement = models.ForeignKey(
        "vouchers.Disbursement", on_delete=models.PROTECT, related_name="+", verbose_name=_("Disbursement")
    )
    ledger_event = models.ForeignKey(
        "vouchers.LedgerEvent", on_delete=models.PROTECT, related_name="+", verbose_name=_("ledger event")
    )
    amount_won = WonField(_("Paid by the voucher"))
    why = models.CharField(_("Why it is looked at"), max_length=9, choices=rules.Why.choices())
    unit = models.BigIntegerField(_("Met at won"))
    cleared_at = models.DateTimeField(_("Found in order at"), null=True)
    cleared_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Found in order by")
    )
    note = models.CharField(_("What was looked at"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("payment of a sample")
        verbose_name_plural = _("payments of samples")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "position"], name="sample_item_position_once"),
            models.UniqueConstraint(fields=["sample", "ledger_event"], name="sample_item_once"),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True, cleared_by__isnull=True)
                | Q(cleared_at__isnull=False, cleared_by__isnull=False),
                name="sample_item_cleared_by_somebody",
            ),
        ]

    @property
    def round(self) -> Any:
        return self.sample.round

    def organisation_ids(self) -> set[int]:
        return set()

    def get_absolute_url(self) -> str:
        return f"/settlements/samples/{self.sample.ref}/{self.ref}/"

    def __str__(self) -> str:
        return f"{self.sample} · {self.position}"


class AuditFinding(Row):
    """What an auditor found about a payment, who answers it, and how it ended. What was found stays (trigger)."""

    REF_PREFIX = "afd"

    item = models.ForeignKey(SampleItem, on_delete=models.PROTECT, related_name="findings", verbose_name=_("payment of a sample"))
    kind = models.CharField(_("Kind"), max_length=14, choices=rules.FindingKind.choices())
    seriousness = models.CharField(_("Seriousness"), max_length=5, choices=rules.Seriousness.choices())
    amount_won = WonField(_("Wrong of it (won)"))
    text = models.TextField(_("What was found"))
    answered_as = models.CharField(_("Who answers"), max_length=24)
    status = models.CharField(_("State"), max_length=9, choices=rules.AuditFindingStatus.choices(), default="OPEN")
    marked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Marked by"))
    answer = models.TextField(_("Answer"), blank=True)
    answered_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Answered by")
    )
    answered_at = models.DateTimeField(_("Answered at"), null=True)
    ended_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Ended by")
    )
    ended_at = models.DateTimeField(_("Ended at"), null=True)
    reason = models.TextField(_("Reason"), blank=True)

    class Meta:
        verbose_name = _("audit finding")
        verbose_name_plural = _("audit findings")
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="audit_finding_says_something"),
            models.CheckConstraint(
                condition=~Q(status__in=["ANSWERED", "CLOSED"])
                | ~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False),
                name="audit_finding_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["CLOSED", "WITHDRAWN"], ended_by__isnull=False, ended_at__isnull=False)
                | ~Q(status__in=["CLOSED", "WITHDRAWN"]) & Q(ended_by__isnull=True, ended_at__isnull=True),
                name="audit_finding_ended_whole",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("marked_by")), name="audit_finding_apart"
            ),
        ]
        permissions = [("answer_audit_finding", "Answer findings of auditors")]

    @property
    def round(self) -> Any:
        return self.item.sample.round

    @property
    def tone(self) -> str:
        """Of its tag."""
        return {"OPEN": "wait", "CLOSED": "done"}.get(self.status, "neutral")

    def organisation_ids(self) -> set[int]:
        return set()

    def get_absolute_url(self) -> str:
        return self.item.get_absolute_url()

    def __str__(self) -> str:
        return f"{self.item} · {self.get_kind_display()}"
