"""A project's settlement and its lines."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from portal.kit.won import WonField
from vouchers.settlements import rules


class SettlementQuerySet(models.QuerySet["Settlement"]):
    def visible_to(self, user: Any) -> "SettlementQuerySet":
        """The company, and those who see every case; a provider sees what it owes (`Debt`)."""
        if accounts.sees_all(user):
            return self
        return self.filter(company__organisation_id__in=accounts.organisation_ids_of(user))


class Settlement(Row):
    """정산 of one ended agreement. paid_won: by the voucher, when the amount was proposed; released_won: what it had left, given
    back when the amount was fixed. The amount is fixed by another person than proposed it, and then changes only downwards."""

    REF_PREFIX = "stl"

    agreement = models.OneToOneField(
        "vouchers.Agreement", on_delete=models.PROTECT, related_name="+", verbose_name=_("Agreement")
    )
    company = models.ForeignKey("vouchers.Company", on_delete=models.PROTECT, related_name="+", verbose_name=_("Company"))
    round = models.ForeignKey("vouchers.Round", on_delete=models.PROTECT, related_name="+", verbose_name=_("Round"))
    status = models.CharField(_("State"), max_length=10, choices=rules.SettlementStatus.choices(), default="OPEN")
    ended_on = models.DateField(_("Project ended on"))
    due_on = models.DateField(_("Statement due on"))
    needs_verification = models.BooleanField(_("External verification needed"))
    verification = models.ForeignKey(
        "documents.Document",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("External verification report"),
    )
    interest_won = WonField(_("Interest earned"), default=0)
    interest_proof = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Proof of the interest")
    )
    note = models.TextField(_("Note of the company"), blank=True)
    submitted_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Stated by")
    )
    submitted_at = models.DateTimeField(_("Stated at"), null=True)
    reason = models.TextField(_("Reason"), blank=True)
    paid_won = WonField(_("Paid by the voucher"), default=0)
    released_won = WonField(_("Left in the voucher, given back"), default=0)
    refund_won = WonField(_("To be paid back"), default=0)
    proposed_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Proposed by")
    )
    proposed_at = models.DateTimeField(_("Proposed at"), null=True)
    confirmed_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Fixed by")
    )
    confirmed_at = models.DateTimeField(_("Fixed at"), null=True)

    objects = SettlementQuerySet.as_manager()

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")), name="settlement_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["REFUND_DUE", "CLOSED"])
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, proposed_by__isnull=False),
                name="settlement_fixed_whole",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["OPEN", "SUPPLEMENT"]) | Q(needs_verification=False) | Q(verification__isnull=False),
                name="settlement_verified",
            ),
            models.CheckConstraint(
                condition=Q(status="OPEN") | Q(submitted_by__isnull=False, submitted_at__isnull=False), name="settlement_stated"
            ),
            models.CheckConstraint(
                condition=Q(interest_won=0) | Q(interest_proof__isnull=False), name="settlement_interest_proved"
            ),
            models.CheckConstraint(
                condition=Q(refund_won__lte=F("paid_won") + F("interest_won")), name="settlement_refund_within_paid"
            ),
        ]
        indexes = [models.Index(fields=["status", "due_on"], name="settlement_status_due")]
        permissions = [
            ("state_settlement", "State what was used"),
            ("review_settlement", "Review settlements and propose the amount"),
            ("confirm_settlement", "Fix the amount of a settlement"),
        ]

    def organisation_ids(self) -> set[int]:
        """Who is told: a provider learns from its own debt what concerns it."""
        return {self.company.organisation_id}

    @property
    def tone(self) -> str:
        """Of its tag: what is to be stated waits for the company."""
        return "wait" if self.status in rules.STATABLE else ""

    def get_absolute_url(self) -> str:
        return f"/settlements/{self.ref}/"

    def __str__(self) -> str:
        return str(self.agreement)


class SettlementLine(Row):
    """What was used of one agreed line, stated by the company and judged by the operator. agreed_won: without VAT;
    agreement_line empty: the company's own contribution in kind, of which no money was paid."""

    REF_PREFIX = "stn"

    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="lines", verbose_name=_("settlement"))
    position = models.PositiveSmallIntegerField(_("Number"))
    agreement_line = models.ForeignKey("vouchers.AgreementLine", on_delete=models.PROTECT, null=True, related_name="+")
    payee = models.ForeignKey(
        "providers.Institution", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Paid to")
    )
    description = models.CharField(_("What"), max_length=200)
    agreed_won = WonField(_("Agreed (VAT excluded)"))
    grant_won = WonField(_("Used of the grant"), default=0)
    own_cash_won = WonField(_("Own cash used"), default=0)
    in_kind_won = WonField(_("Own contribution in kind"), default=0)
    vat_won = WonField(_("VAT"), default=0)
    proof = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Evidence")
    )
    verdict = models.CharField(_("Judged"), max_length=10, choices=rules.Verdict.choices(), default="OPEN")
    disallowed_won = WonField(_("Disallowed"), default=0)
    ground = models.CharField(_("Why disallowed"), max_length=14, choices=rules.DisallowedFor.choices(), blank=True)
    note = models.TextField(_("Remark"), blank=True)
    owed_by = models.CharField(_("Owed by"), max_length=7, choices=rules.OwedBy.choices(), default="COMPANY")
    judged_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Judged by")
    )

    class Meta:
        verbose_name = _("line of a settlement")
        verbose_name_plural = _("lines of settlements")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["settlement", "position"], name="settlement_line_position"),
            models.CheckConstraint(
                condition=Q(disallowed_won__lte=F("grant_won") + F("own_cash_won")), name="settlement_line_disallowed_within"
            ),
            models.CheckConstraint(
                condition=Q(verdict="DISALLOWED", disallowed_won__gt=0) & ~Q(ground="")
                | (~Q(verdict="DISALLOWED") & Q(disallowed_won=0, ground="")),
                name="settlement_line_disallowed_for",
            ),
            models.CheckConstraint(
                condition=Q(verdict="OPEN", judged_by__isnull=True) | (~Q(verdict="OPEN") & Q(judged_by__isnull=False)),
                name="settlement_line_judged_pair",
            ),
            models.CheckConstraint(
                condition=Q(agreement_line__isnull=False, in_kind_won=0)
                | Q(agreement_line__isnull=True, grant_won=0, own_cash_won=0, vat_won=0),
                name="settlement_line_in_kind_apart",
            ),
        ]

    @property
    def used(self) -> rules.Used:
        return rules.Used(self.payee_id or 0, self.grant_won, self.own_cash_won, self.disallowed_won, self.owed_by)

    @property
    def cost_won(self) -> int:
        return self.grant_won + self.own_cash_won

    @property
    def what(self) -> str:
        """What it is about, in the reader's language where the portal itself says it."""
        return self.description if self.agreement_line_id else gettext("Own contribution in kind")

    @property
    def file_kind(self) -> str:
        """How its evidence is called in an address."""
        return f"line-{self.position}"

    @property
    def recognised_won(self) -> int:
        return self.cost_won - self.disallowed_won

    def organisation_ids(self) -> set[int]:
        return self.settlement.organisation_ids()

    def __str__(self) -> str:
        return f"{self.position}. {self.what}"
