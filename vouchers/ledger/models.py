"""Accounts and append-only entries. Triggers (0004_ledger_guards): entries immutable, Σ = 0 a transaction, no overdraft."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.kit import clock
from portal.kit.models import Row
from portal.kit.won import SignedWonField, won
from vouchers.ledger import rules


class Account(Row):
    """One pot of money. owner_ref: the round, the award's application or the voucher it belongs to.

    balance_won is kept by the entries' trigger alone and compared with the sum of entries by `manage.py verify`.
    """

    REF_PREFIX = "acc"

    round = models.ForeignKey("vouchers.Round", on_delete=models.PROTECT, related_name="+", verbose_name=_("Round"))
    kind = models.CharField(_("Account"), max_length=10, choices=rules.AccountKind.choices())
    owner_ref = models.CharField(_("Belongs to"), max_length=24)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Organisation")
    )
    balance_won = SignedWonField(_("Balance"), default=0, editable=False)
    # set once the year of its round was closed and money in it was carried over: what it moves from then on is of that year
    carried_to = models.SmallIntegerField(_("Carried over to the year"), null=True, editable=False)
    # set when the close of its year begins: from then on what stands in it expires or is carried over, and nothing else (trigger)
    closed_in = models.SmallIntegerField(_("Closed with the year"), null=True, editable=False)

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("ledger accounts")
        constraints = [
            models.UniqueConstraint(fields=["round", "kind", "owner_ref"], name="account_once"),
            models.CheckConstraint(condition=Q(kind="TREASURY") | Q(balance_won__gte=0), name="account_no_overdraft"),
        ]
        indexes = [models.Index(fields=["owner_ref"], name="account_owner")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.owner_ref})"


class LedgerEventQuerySet(models.QuerySet["LedgerEvent"]):
    def in_round(self, round_id: int) -> "LedgerEventQuerySet":
        return self.filter(round_id=round_id)


class LedgerEvent(Row):
    """A move of money with its reason; `key` makes it happen once (kind:subject ref[:n])."""

    REF_PREFIX = "lev"

    kind = models.CharField(_("Movement"), max_length=12, choices=rules.EventKind.choices())
    key = models.CharField(_("Booked once for"), max_length=120, unique=True)
    round = models.ForeignKey("vouchers.Round", on_delete=models.PROTECT, related_name="+", verbose_name=_("Round"))
    fiscal_year = models.PositiveSmallIntegerField(_("Fiscal year"))
    subject_ref = models.CharField(_("Concerns"), max_length=24)
    amount_won = models.PositiveBigIntegerField(_("Amount (won)"))
    reason = models.CharField(_("Reason"), max_length=300)
    at = models.DateTimeField(_("When"), default=clock.now)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("By whom"))

    objects = LedgerEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger event")
        verbose_name_plural = _("ledger events")
        indexes = [
            models.Index(fields=["round", "kind", "at"], name="ledger_event_round_kind"),
            models.Index(fields=["subject_ref"], name="ledger_event_subject"),
        ]
        permissions = [("appropriate_budget", "Give a round its budget")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {won(self.amount_won)}"


class Entry(models.Model):
    """One signed line of an event. Immutable."""

    event = models.ForeignKey(LedgerEvent, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries", verbose_name=_("Account"))
    amount_won = SignedWonField()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            models.CheckConstraint(condition=~Q(amount_won=0), name="entry_not_zero"),
            models.UniqueConstraint(fields=["event", "account"], name="entry_account_once"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        assert self.pk is None, "ledger entries are never changed"
        super().save(*args, **kwargs)
