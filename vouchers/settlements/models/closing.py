"""The close of a fiscal year: rehearsed by one, done by another, booked line by line."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.kit.models import Row
from portal.kit.won import WonField
from vouchers.settlements import rules


class YearClosing(Row):
    """Rehearsed it is a table and no money moved; the second person closes exactly that table (digest). before, after: the trial
    balance of the year (kind of pot → won)."""

    REF_PREFIX = "ycl"

    fiscal_year = models.SmallIntegerField(_("Fiscal year"))
    status = models.CharField(_("State"), max_length=9, choices=rules.ClosingStatus.choices(), default="REHEARSED")
    digest = models.CharField(_("Fingerprint of the table"), max_length=64)
    expires_won = WonField(_("Lapses with the year"), default=0)
    carries_won = WonField(_("Is carried over"), default=0)
    before = models.JSONField(_("Trial balance before"), default=dict)
    after = models.JSONField(_("Trial balance after"), null=True)
    rehearsed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Rehearsed by"))
    closed_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Year closed by")
    )
    closed_at = models.DateTimeField(_("Close begun at"), null=True)

    class Meta:
        verbose_name = _("close of a fiscal year")
        verbose_name_plural = _("closes of fiscal years")
        constraints = [
            models.UniqueConstraint(
                fields=["fiscal_year"], condition=Q(status__in=["CLOSING", "CLOSED"]), name="year_closing_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | ~Q(closed_by=F("rehearsed_by")), name="year_closing_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["REHEARSED", "DISCARDED"], closed_by__isnull=True, closed_at__isnull=True)
                | Q(status__in=["CLOSING", "CLOSED"], closed_by__isnull=False, closed_at__isnull=False),
                name="year_closing_pair",
            ),
            models.CheckConstraint(condition=~Q(status="CLOSED") | Q(after__isnull=False), name="year_closing_balanced"),
        ]
        permissions = [("rehearse_year", "Rehearse the close of a fiscal year"), ("close_year", "Close a fiscal year")]

    def __str__(self) -> str:
        return str(self.fiscal_year)


class ClosingLine(models.Model):
    """What becomes of a pot, or of a part of it; booked once (ledger key)."""

    closing = models.ForeignKey(YearClosing, on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey("vouchers.Account", on_delete=models.PROTECT, related_name="+", verbose_name=_("Pot"))
    fate = models.CharField(_("What becomes of it"), max_length=6, choices=rules.Fate.choices())
    amount_won = WonField(_("Amount (won)"))
    booked_at = models.DateTimeField(_("Booked at"), null=True)

    class Meta:
        verbose_name = _("line of a year's close")
        verbose_name_plural = _("lines of a year's close")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["closing", "account", "fate"], name="closing_line_once"),
            models.CheckConstraint(condition=Q(amount_won__gt=0), name="closing_line_amount"),
        ]
