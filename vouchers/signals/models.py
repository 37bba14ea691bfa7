"""Signs of fraud with their evidence, whom they concern, and what a person decided about them."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.kit.models import Row
from vouchers.signals import rules

SEE = "vouchers.see_signal"


class SignalQuerySet(models.QuerySet["Signal"]):
    def visible_to(self, user: Any) -> "SignalQuerySet":
        """Officers, approvers and auditors; neither whom it concerns nor who else sees every case."""
        return self if user.has_perm(SEE) else self.none()


class Signal(Row):
    """What a sweep found in a round; a person decides, and nothing is ever stopped by it.

    key: with round and kind, by which it is the same signal tomorrow. evidence: list of {what, points, parties, refs, digest,
    numbers}: references of rows and digests under this portal's key, no value itself. evidence_digest: of that list. gone_at: since
    when a sweep finds it no more; it stays as it was found."""

    REF_PREFIX = "sig"

    round = models.ForeignKey("vouchers.Round", on_delete=models.PROTECT, related_name="+", verbose_name=_("Round"))
    kind = models.CharField(_("Kind"), max_length=20, choices=rules.SignalKind.choices())
    key = models.CharField(max_length=90, editable=False)
    points = models.PositiveSmallIntegerField(_("Points"))
    strength = models.CharField(_("Strength"), max_length=7, choices=rules.Strength.choices())
    status = models.CharField(_("State"), max_length=9, choices=rules.SignalStatus.choices(), default="OPEN")
    evidence = models.JSONField(_("Evidence"))
    evidence_digest = models.CharField(_("Fingerprint of the evidence"), max_length=64)
    rules_version = models.CharField(_("Version of the rules"), max_length=10)
    gone_at = models.DateTimeField(_("Not found any more since"), null=True)
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Decided by")
    )
    decided_at = models.DateTimeField(_("Decided at"), null=True)
    reason = models.TextField(_("Reason"), blank=True)
    inspection = models.ForeignKey(
        "vouchers.Inspection", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("inspection")
    )
    clawback = models.ForeignKey(
        "vouchers.Clawback", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("clawback")
    )

    objects = SignalQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign of fraud")
        verbose_name_plural = _("signs of fraud")
        constraints = [
            models.UniqueConstraint(fields=["round", "kind", "key"], name="signal_once"),
            models.CheckConstraint(condition=Q(points__gt=0) & ~Q(evidence=[]), name="signal_has_evidence"),
            models.CheckConstraint(condition=Q(evidence_digest__regex=r"^[0-9a-f]{64}$"), name="signal_digest_shape"),
            models.CheckConstraint(
                condition=Q(status="OPEN", decided_by__isnull=True, decided_at__isnull=True, reason="")
                | Q(~Q(status="OPEN"), ~Q(reason=""), decided_by__isnull=False, decided_at__isnull=False),
                name="signal_decided_by_a_person",
            ),
            models.CheckConstraint(
                condition=Q(~Q(status="REFERRED"), inspection__isnull=True, clawback__isnull=True)
                | Q(status="REFERRED", inspection__isnull=False, clawback__isnull=True)
                | Q(status="REFERRED", inspection__isnull=True, clawback__isnull=False),
                name="signal_referred_to_one",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | Q(decided_at__gte=F("created_at")), name="signal_decided_after_found"
            ),
        ]
        indexes = [models.Index(fields=["status", "-points"], name="signal_status_points")]
        permissions = [("see_signal", "See signs of fraud"), ("decide_signal", "Decide about signs of fraud")]

    def organisation_ids(self) -> set[int]:
        """Nobody outside is ever told."""
        return set()

    def get_absolute_url(self) -> str:
        return f"/admin/vouchers/signal/{self.pk}/change/"

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.ref}"


class SignalParty(models.Model):
    """A company or a provider that a signal concerns; who was once named stays named."""

    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, related_name="parties")
    company = models.ForeignKey(
        "vouchers.Company", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Company")
    )
    institution = models.ForeignKey(
        "providers.Institution", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Provider")
    )

    class Meta:
        verbose_name = _("party of a sign of fraud")
        verbose_name_plural = _("parties of signs of fraud")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["signal", "company", "institution"], nulls_distinct=False, name="signal_party_once"),
            models.CheckConstraint(
                condition=Q(company__isnull=False, institution__isnull=True) | Q(company__isnull=True, institution__isnull=False),
                name="signal_party_is_one",
            ),
        ]

    @property
    def whom(self) -> Any:
        return self.company or self.institution

    def __str__(self) -> str:
        return str(self.whom)
