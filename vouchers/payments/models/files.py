"""Payment files: made once, whole, kept as private documents; and the answers that were read to them."""

from typing import Any

from django.db import models
from django.db.models import Count, F, Q, Sum
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from portal.kit.won import WonField
from vouchers.payments import rules
from vouchers.rounds.rules import Way


class PaymentFileQuerySet(models.QuerySet["PaymentFile"]):
    def visible_to(self, user: Any) -> "PaymentFileQuerySet":
        """Whole payments of many: only those who see every case."""
        return self if accounts.sees_all(user) else self.none()

    def with_lines(self) -> "PaymentFileQuerySet":
        """open_lines: transfers of which nobody knows yet what became; paid_won: of those that are paid."""
        waiting = Q(lines__state__in=sorted(rules.LIVE_ATTEMPTS))
        return self.annotate(
            open_lines=Count("lines", filter=waiting), paid_lines=Count("lines", filter=Q(lines__state="PAID")),
            paid_won=Sum("lines__amount_won", filter=Q(lines__state="PAID"), default=0),
        )  # fmt: skip


class PaymentFile(Row):
    """Many transfers in one file. line_count, total_won: of its attempts, which are written with it and never change."""

    REF_PREFIX = "pfl"

    round = models.ForeignKey("vouchers.Round", on_delete=models.PROTECT, verbose_name=_("Round"), related_name="+")
    way = models.CharField(_("How it is handed over"), max_length=10, choices=Way.choices())
    document = models.OneToOneField("documents.Document", on_delete=models.PROTECT, verbose_name=_("File"), related_name="+")
    account = models.CharField(_("Account that pays"), max_length=20, blank=True)
    pay_on = models.DateField(_("To be paid on"))
    line_count = models.PositiveIntegerField(_("Payments"))
    total_won = WonField(_("Sum"))
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, verbose_name=_("Made by"), related_name="+")

    objects = PaymentFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment file")
        verbose_name_plural = _("payment files")
        constraints = [
            models.CheckConstraint(condition=Q(way__in=["PAIN_001", "SHEET", "NETWORK"]), name="payment_file_way"),
            models.CheckConstraint(condition=Q(line_count__gt=0) & Q(total_won__gte=F("line_count")), name="payment_file_sum"),
            models.CheckConstraint(condition=Q(way="NETWORK") | ~Q(account=""), name="payment_file_account"),
        ]
        indexes = [models.Index(fields=["-created_at"], name="payment_file_newest")]
        permissions = [("send_payments", "Make payment files and read their answers")]


class PaymentAnswer(Row):
    """A report, statement or result list that was read to a file; what it settled stands in `settled`: {outcome: how many}; what
    it says of each transfer of the portal in `said`: {end-to-end id: outcome}."""

    REF_PREFIX = "pan"

    file = models.ForeignKey(PaymentFile, on_delete=models.PROTECT, verbose_name=_("payment file"), related_name="answers")
    kind = models.CharField(_("Kind"), max_length=10, choices=rules.AnswerKind.choices())
    document = models.OneToOneField("documents.Document", on_delete=models.PROTECT, verbose_name=_("File"), related_name="+")
    sha256 = models.CharField(max_length=64)
    message_id = models.CharField(_("Name of the answer"), max_length=60, blank=True)
    made_at = models.DateTimeField(_("Made by the other side at"), null=True)
    covers_from = models.DateTimeField(_("Begins at"), null=True)
    covers_to = models.DateTimeField(_("Ends at"), null=True)
    settled = models.JSONField(_("What it settled"), default=dict)
    said = models.JSONField(_("What it says"), default=dict)
    read_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, verbose_name=_("Read by"), related_name="+")

    class Meta:
        verbose_name = _("answer to a payment file")
        verbose_name_plural = _("answers to payment files")
        constraints = [
            models.UniqueConstraint(fields=["file", "sha256"], name="payment_answer_once"),
            models.UniqueConstraint(
                fields=["file", "kind", "message_id"], condition=~Q(message_id=""), name="payment_answer_message_once"
            ),
        ]
