"""What somebody owes back, and the money that came."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from portal.kit.won import WonField
from vouchers.settlements import rules
from vouchers.settlements.models.clawing import Clawback
from vouchers.settlements.models.settling import Settlement


class DebtQuerySet(models.QuerySet["Debt"]):
    def visible_to(self, user: Any) -> "DebtQuerySet":
        """Who owes it, and those who see every case."""
        return self if accounts.sees_all(user) else self.filter(organisation_id__in=accounts.organisation_ids_of(user))


class Debt(Row):
    """Owed back by one organisation. principal_won: of what the voucher paid, booked in the ledger when it comes; interest_won:
    beside it; charged_won: late charge so far. suspended_on: since when an objection holds it back."""

    REF_PREFIX = "dbt"

    kind = models.CharField(_("What is owed"), max_length=10, choices=rules.DebtKind.choices())
    settlement = models.ForeignKey(
        Settlement, on_delete=models.PROTECT, null=True, related_name="debts", verbose_name=_("settlement")
    )
    clawback = models.ForeignKey(Clawback, on_delete=models.PROTECT, null=True, related_name="debts", verbose_name=_("clawback"))
    recovery = models.ForeignKey(
        "vouchers.HaltRecovery", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("After a termination")
    )
    agreement = models.ForeignKey("vouchers.Agreement", on_delete=models.PROTECT, related_name="+", verbose_name=_("Agreement"))
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("Owed by")
    )
    status = models.CharField(_("State"), max_length=10, choices=rules.DebtStatus.choices(), default="OPEN")
    principal_won = WonField(_("Principal"))
    interest_won = WonField(_("Interest"), default=0)
    charged_won = WonField(_("Late charge"), default=0)
    due_on = models.DateField(_("Due on"))
    suspended_on = models.DateField(_("Held back since"), null=True)
    reason = models.TextField(_("Reason"), blank=True)

    objects = DebtQuerySet.as_manager()

    class Meta:
        verbose_name = _("debt")
        verbose_name_plural = _("debts")
        constraints = [
            models.UniqueConstraint(
                fields=["settlement", "organisation"], condition=Q(kind="REFUND"), name="debt_one_refund_each"
            ),
            models.UniqueConstraint(fields=["clawback", "kind"], name="debt_one_of_a_clawback"),
            models.UniqueConstraint(fields=["recovery"], name="debt_one_of_a_recovery"),
            models.CheckConstraint(
                condition=Q(status="SUSPENDED", suspended_on__isnull=False)
                | ~Q(status="SUSPENDED") & Q(suspended_on__isnull=True),
                name="debt_suspended_pair",
            ),
            models.CheckConstraint(
                condition=Q(kind="REFUND", settlement__isnull=False, clawback__isnull=True, recovery__isnull=True)
                | Q(kind="RECOVERY", settlement__isnull=True, clawback__isnull=True, recovery__isnull=False)
                | ~Q(kind__in=["REFUND", "RECOVERY"]) & Q(settlement__isnull=True, clawback__isnull=False, recovery__isnull=True),
                name="debt_of_what",
            ),
        ]
        indexes = [models.Index(fields=["status", "due_on"], name="debt_status_due")]
        permissions = [
            ("report_receipt", "Report money that was paid back"),
            ("confirm_receipt", "Confirm money that was paid back"),
        ]

    @property
    def owed_won(self) -> int:
        """All that is owed, with the late charge so far."""
        return self.principal_won + self.interest_won + self.charged_won

    @property
    def tone(self) -> str:
        """Of its tag: what is open waits for who owes it."""
        return "wait" if self.status == rules.DebtStatus.OPEN else ""

    @property
    def round(self) -> Any:
        return self.agreement.round

    def organisation_ids(self) -> set[int]:
        return {self.organisation_id}

    def get_absolute_url(self) -> str:
        return f"/settlements/debts/{self.ref}/"

    def __str__(self) -> str:
        return f"{self.agreement} · {self.get_kind_display()}"


class Receipt(Row):
    """Money that came back, reported by who owes it and found on the account by somebody else, by the reference with which the bank's
    statement names it: one line of the statement counts once, whatever it was paid for. principal, interest, late: how it
    was shared out; charged_won: the late charge that this payment brought with it; is_repayment: what came too much went back."""

    REF_PREFIX = "rcp"

    debt = models.ForeignKey(Debt, on_delete=models.PROTECT, related_name="receipts", verbose_name=_("debt"))
    is_repayment = models.BooleanField(_("Paid back to who owed it"), default=False)
    amount_won = WonField(_("Amount"))
    received_on = models.DateField(_("Paid on"))
    proof = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+", verbose_name=_("Proof"))
    status = models.CharField(_("State"), max_length=9, choices=rules.ReceiptStatus.choices(), default="REPORTED")
    principal_won = WonField(_("Principal"), default=0)
    interest_won = WonField(_("Interest"), default=0)
    late_won = WonField(_("Late charge"), default=0)
    charged_won = WonField(_("Late charge that it brought"), default=0)
    reported_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Reported by"))
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Checked by")
    )
    decided_at = models.DateTimeField(_("Checked at"), null=True)
    bank_ref = models.CharField(_("Reference of the bank's statement"), max_length=60, blank=True)
    reason = models.TextField(_("Reason"), blank=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_won__gt=0), name="receipt_amount"),
            models.CheckConstraint(condition=~Q(status="CONFIRMED") | ~Q(bank_ref=""), name="receipt_on_the_statement"),
            models.UniqueConstraint(fields=["bank_ref"], condition=~Q(bank_ref=""), name="receipt_statement_line_once"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("reported_by")), name="receipt_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(status="REPORTED", decided_by__isnull=True, decided_at__isnull=True, principal_won=0, interest_won=0, late_won=0)
                | Q(status="REJECTED", decided_by__isnull=False, decided_at__isnull=False, principal_won=0, interest_won=0, late_won=0)
                | Q(status="CONFIRMED", decided_by__isnull=False, decided_at__isnull=False,
                    amount_won=F("principal_won") + F("interest_won") + F("late_won")),
                name="receipt_shared_whole",
            ),
        ]  # fmt: skip

    def organisation_ids(self) -> set[int]:
        return self.debt.organisation_ids()

    def __str__(self) -> str:
        return self.ref
