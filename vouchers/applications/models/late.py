"""A late entry by exception: who may still hand in after the call closed, until when, and who let them."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from vouchers.applications import rules


class LateEntryQuerySet(models.QuerySet["LateEntry"]):
    def visible_to(self, user: Any) -> "LateEntryQuerySet":
        """Those who see every case."""
        return self if accounts.sees_all(user) else self.none()

    def pending(self) -> "LateEntryQuerySet":
        """Those that may still come to something."""
        return self.filter(status__in=rules.LATE_PENDING)

    def open_at(self, now: datetime) -> "LateEntryQuerySet":
        """Those under which a company may write and hand in at that moment."""
        return self.filter(status=rules.LateStatus.ENTERED, until__gt=now)


class LateEntry(Row):
    """One company may hand in to one track after its call closed, once its representative entered the code.

    until: exclusive, like a closing time. code_digest: of the code, which is kept nowhere; "" before the confirmation.
    wrong_tries: codes entered that were not this one, since it was sent.
    """

    REF_PREFIX = "lte"

    round = models.ForeignKey("vouchers.Round", on_delete=models.PROTECT, related_name="+", verbose_name=_("Round"))
    track = models.ForeignKey("vouchers.Track", on_delete=models.PROTECT, related_name="+", verbose_name=_("Track"))
    company = models.ForeignKey("vouchers.Company", on_delete=models.PROTECT, related_name="+", verbose_name=_("Company"))
    person = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Representative who gets the code")
    )
    reason = models.TextField(_("Reason"))
    until = models.DateTimeField(_("May hand in until"))
    status = models.CharField(_("State"), max_length=10, choices=rules.LateStatus.choices(), default="PROPOSED")
    proposed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Proposed by"))
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Decided by")
    )
    decided_at = models.DateTimeField(_("Decided at"), null=True)
    code_digest = models.CharField(max_length=64, blank=True, editable=False)
    wrong_tries = models.PositiveSmallIntegerField(_("Wrong codes entered"), default=0)
    entered_at = models.DateTimeField(_("Code entered at"), null=True)
    ended_reason = models.TextField(_("Reason of the end"), blank=True)

    objects = LateEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("late entry")
        verbose_name_plural = _("late entries")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "round", "track"], condition=Q(status__in=["PROPOSED", "CONFIRMED", "ENTERED"]),
                name="late_entry_one_pending",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True, decided_at__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("proposed_by")),
                name="late_entry_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["CONFIRMED", "ENTERED", "USED"]) | Q(decided_by__isnull=False) & ~Q(code_digest=""),
                name="late_entry_confirmed_has_code",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["ENTERED", "USED"]) | Q(entered_at__isnull=False, entered_at__lt=F("until")),
                name="late_entry_entered_in_time",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="late_entry_says_why"),
        ]  # fmt: skip
        permissions = [
            ("propose_late_entry", "Propose that a company is let in late, and revoke it"),
            ("confirm_late_entry", "Decide whether a company is let in late"),
        ]

    def organisation_ids(self) -> set[int]:
        return {self.company.organisation_id}

    def __str__(self) -> str:
        return f"{self.company} · {self.track}"
