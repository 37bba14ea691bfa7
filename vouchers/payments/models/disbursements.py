"""Disbursements, the accounts they go to, and every attempt at the bank."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from portal.kit.won import WonField
from portal.kit.words import korean
from vouchers.agreements.models import Voucher
from vouchers.agreements.rules import PAYABLE_AGREEMENTS, VoucherStatus
from vouchers.matching.rules.stages import TaxKind
from vouchers.payments import rules
from vouchers.rounds.rules import Way


class PayeeAccount(Row):
    """Where an institution is paid. number: kept whole, shown masked; changed only with a second person."""

    REF_PREFIX = "pay"

    institution = models.ForeignKey(
        "providers.Institution", on_delete=models.PROTECT, verbose_name=_("Institution"), related_name="+"
    )
    bank_code = models.CharField(_("Bank"), max_length=10)
    number = models.CharField(_("Account number"), max_length=30)
    holder = models.CharField(_("Account holder"), max_length=120)
    contact = models.EmailField(_("Contact for this account"), blank=True)  # told when another account takes its place
    # set where it took another's place: nothing is released to it before that day
    waits_until = models.DateField(_("Nothing is paid to it before"), null=True)
    is_current = models.BooleanField(_("Current"), default=True)
    entered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, verbose_name=_("Entered by"), related_name="+")
    verified_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Verified by"), related_name="+"
    )

    class Meta:
        verbose_name = _("payee account")
        verbose_name_plural = _("payee accounts")
        constraints = [
            models.UniqueConstraint(fields=["institution"], condition=Q(is_current=True), name="payee_account_current"),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | ~Q(verified_by=F("entered_by")), name="payee_account_four_eyes"
            ),
        ]
        permissions = [("enter_payee", "Enter payee accounts"), ("verify_payee", "Verify payee accounts")]

    @property
    def bank(self) -> str:
        """The bank's name and code, in the reader's language."""
        return rules.bank_words(self.bank_code, korean=korean())

    def organisation_ids(self) -> set[int]:
        return {self.institution.organisation_id} if self.institution.organisation_id else set()


class DisbursementQuerySet(models.QuerySet["Disbursement"]):
    def visible_to(self, user: Any) -> "DisbursementQuerySet":
        if accounts.sees_all(user):
            return self
        mine = accounts.organisation_ids_of(user)
        return self.filter(Q(milestone__agreement__company__organisation_id__in=mine) | Q(payee__organisation_id__in=mine))

    def payable(self, way: str = Way.GATEWAY) -> "DisbursementQuerySet":
        """Registered for that way, without a live attempt, of a valid voucher whose agreement is neither suspended nor
        terminated."""
        live = PaymentAttempt.objects.filter(state__in=rules.LIVE_ATTEMPTS | {"PAID"})
        valid = Voucher.objects.filter(status=VoucherStatus.ISSUED, agreement__status__in=PAYABLE_AGREEMENTS)
        waiting = self.filter(status="REGISTERED", way=way, voucher__in=valid.values("pk"))
        return waiting.exclude(pk__in=live.values("disbursement_id"))


class Disbursement(Row):
    """A payment from the voucher to a provider for an accepted milestone. amount_won: the grant's share."""

    REF_PREFIX = "dsb"

    # an advance hangs on the first milestone of its provider, of which nothing need be accepted
    milestone = models.ForeignKey("vouchers.Milestone", on_delete=models.PROTECT, verbose_name=_("Milestone"), related_name="+")
    kind = models.CharField(_("Tranche"), max_length=9, choices=rules.TrancheKind.choices(), default="MILESTONE")
    voucher = models.ForeignKey("vouchers.Voucher", on_delete=models.PROTECT, verbose_name=_("Voucher"), related_name="+")
    payee = models.ForeignKey("providers.Institution", on_delete=models.PROTECT, verbose_name=_("Payee"), related_name="+")
    payee_account = models.ForeignKey(
        PayeeAccount, on_delete=models.PROTECT, null=True, verbose_name=_("Account of the payee"), related_name="+"
    )
    status = models.CharField(_("State"), max_length=18, choices=rules.DisbursementStatus.choices(), default="REQUESTED")
    # chosen when it is first registered, of those that its round allows; never another one afterwards
    way = models.CharField(_("How it is handed over"), max_length=10, choices=Way.choices(), blank=True, default="")
    amount_won = WonField(_("Paid by the voucher"))
    netted_won = WonField(_("Netted with the advance"), default=0)  # paid in advance already
    supply_amount_won = WonField(_("Supply amount"))
    vat_won = WonField(_("VAT, paid by the company"), default=0)
    tax_kind = models.CharField(_("VAT"), max_length=8, choices=TaxKind.choices(), default="TAXABLE")
    invoice_no = models.CharField(_("Tax invoice number"), max_length=40)
    invoice_on = models.DateField(_("Invoice date"))
    invoice_document = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, verbose_name=_("Tax invoice"), related_name="+"
    )
    own_share_document = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, verbose_name=_("Proof of the deposit"), related_name="+"
    )
    own_share_deposited_on = models.DateField(_("Own share deposited on"), null=True)
    requested_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, verbose_name=_("Requested by"), related_name="+")
    confirmed_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Confirmed by"), related_name="+"
    )
    checked_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Evidence checked by"), related_name="+"
    )
    checked_at = models.DateTimeField(_("Evidence checked at"), null=True)
    approved_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Approved by"), related_name="+"
    )
    approved_at = models.DateTimeField(_("Approved at"), null=True)
    registered_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Registered by"), related_name="+"
    )
    registered_at = models.DateTimeField(_("Registered for payment at"), null=True)
    paid_at = models.DateTimeField(_("Paid at"), null=True)
    reason = models.TextField(_("Reason"), blank=True)

    # of a row that was read under its lock (`queries.locked`): its columns then, the newest event of its chain, verbs of open
    # duties, its transfers, and the payee's account of now
    as_read: dict[str, Any] | None = None
    last_event: Any = None
    owed: set[str] | None = None
    tries: "list[PaymentAttempt] | None" = None
    account_now: "PayeeAccount | None" = None

    objects = DisbursementQuerySet.as_manager()

    class Meta:
        verbose_name = _("disbursement")
        verbose_name_plural = _("disbursements")
        constraints = [
            models.CheckConstraint(condition=Q(amount_won__gt=0), name="disbursement_amount"),
            models.CheckConstraint(
                condition=Q(amount_won__lte=F("supply_amount_won") - F("netted_won")), name="disbursement_within_supply"
            ),
            models.UniqueConstraint(fields=["milestone", "kind"], name="disbursement_one_per_milestone"),
            models.UniqueConstraint(fields=["voucher", "payee"], condition=Q(kind="ADVANCE"), name="disbursement_one_advance"),
            models.CheckConstraint(condition=~Q(kind="ADVANCE", netted_won__gt=0), name="disbursement_advance_nets_nothing"),
            models.UniqueConstraint(fields=["payee", "invoice_no"], name="disbursement_invoice_once"),
            models.CheckConstraint(
                condition=Q(registered_by__isnull=True) | ~Q(registered_by=F("approved_by")),
                name="disbursement_registrar_not_approver",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("checked_by")),
                name="disbursement_approver_not_checker",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["APPROVED", "REGISTERED", "PAID"])
                | (Q(approved_by__isnull=False) & Q(approved_at__isnull=False) & Q(confirmed_by__isnull=False)),
                name="disbursement_approved_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["REGISTERED", "PAID"]) | Q(registered_by__isnull=False),
                name="disbursement_registered_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["REGISTERED", "PAID", "FAILED"]) | ~Q(way=""), name="disbursement_registered_way"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["REQUESTED", "COMPANY_CONFIRMED", "EVIDENCE_CHECKED", "SENT_BACK", "APPROVED"])
                | Q(registered_by__isnull=True, registered_at__isnull=True),
                name="disbursement_not_registered",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["REQUESTED", "COMPANY_CONFIRMED", "EVIDENCE_CHECKED", "SENT_BACK"])
                | Q(approved_by__isnull=True, approved_at__isnull=True),
                name="disbursement_not_approved",
            ),
            models.CheckConstraint(
                condition=Q(status="PAID", paid_at__isnull=False) | (~Q(status="PAID") & Q(paid_at__isnull=True)),
                name="disbursement_paid_pair",
            ),
        ]
        indexes = [models.Index(fields=["status", "updated_at"], name="disbursement_status")]
        permissions = [
            ("request_disbursement", "Request a disbursement"),
            ("confirm_disbursement", "Confirm a disbursement for the company"),
            ("check_evidence", "Check evidence"),
            ("approve_disbursement", "Approve a disbursement"),
            ("register_disbursement", "Register a payment"),
            ("unregister_disbursement", "Take the registration of a payment back"),
            ("resolve_attempt", "Resolve a parked payment"),
        ]

    @property
    def own_won(self) -> int:
        """The company's own share beside it, whole won."""
        return self.supply_amount_won - self.amount_won - self.netted_won

    def named(self, language: str = "") -> str:
        """What it pays, as lists and duties call it. language: ko, en, else the reader's."""
        if self.kind != rules.TrancheKind.ADVANCE:
            return self.milestone.title
        return ("선급금" if (language == "ko" if language else korean()) else "Advance") + f" · {self.milestone.agreement.number}"

    def organisation_ids(self) -> set[int]:
        return {i for i in (self.milestone.agreement.company.organisation_id, self.payee.organisation_id) if i}


class PaymentAttempt(Row):
    """One try at the bank, committed before the call. key: the end-to-end id at the bank, unique for ever."""

    REF_PREFIX = "att"

    disbursement = models.ForeignKey(
        Disbursement, on_delete=models.PROTECT, verbose_name=_("Disbursement"), related_name="attempts"
    )
    key = models.CharField(_("Reference"), max_length=35, unique=True)
    amount_won = WonField(_("Paid by the voucher"))
    state = models.CharField(_("State"), max_length=10, choices=rules.AttemptState.choices(), default="CLAIMED")
    # the file in which it leaves, who made that file, and the account to which it goes, whatever is entered later
    file = models.ForeignKey(
        "vouchers.PaymentFile", on_delete=models.PROTECT, null=True, verbose_name=_("Payment file"), related_name="lines"
    )
    paid_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Handed over by"), related_name="+"
    )
    account = models.ForeignKey(
        PayeeAccount, on_delete=models.PROTECT, null=True, verbose_name=_("Account of the payee"), related_name="+"
    )
    claimed_at = models.DateTimeField(_("Attempt begun"))
    sent_at = models.DateTimeField(_("Handed over at"), null=True)
    settled_at = models.DateTimeField(_("Settled"), null=True)
    bank_ref = models.CharField(_("Reference of the transfer"), max_length=60, blank=True)
    answer = models.CharField(_("What was answered"), max_length=300, blank=True)
    resolved_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Settled by"), related_name="+"
    )
    reason = models.TextField(_("Reason"), blank=True)
    # a person's word alone leaves it empty: no other transfer of the payment leaves before the bank's own record shows it
    shown_back_at = models.DateTimeField(_("Return shown by the record"), null=True)
    # who let this very transfer go, copied from the disbursement when it is claimed: a later release names others
    approved_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Approved by"), related_name="+"
    )
    registered_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Registered by"), related_name="+"
    )
    explained_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Explained by"), related_name="+"
    )
    # who took a person's word back that the money had returned
    withdrawn_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, verbose_name=_("Statement withdrawn by"), related_name="+"
    )

    as_read: dict[str, Any] | None = None  # its columns as they were read under the lock

    class Meta:
        verbose_name = _("payment attempt")
        verbose_name_plural = _("payment attempts")
        constraints = [
            models.UniqueConstraint(
                fields=["disbursement"],
                condition=Q(state__in=["CLAIMED", "SENT", "UNKNOWN", "PARKED", "PAID"]),
                name="attempt_one_live",
            ),
            models.CheckConstraint(
                condition=Q(shown_back_at__isnull=True) | Q(state="SENT_BACK"), name="attempt_shown_back_is_sent_back"
            ),
            models.CheckConstraint(
                condition=Q(file__isnull=True, paid_by__isnull=True) | Q(file__isnull=False, paid_by__isnull=False),
                name="attempt_file_pair",
            ),
            models.CheckConstraint(
                condition=Q(paid_by__isnull=True) | (~Q(paid_by=F("approved_by")) & ~Q(paid_by=F("registered_by"))),
                name="attempt_payer_did_not_release",
            ),
        ]
        indexes = [models.Index(fields=["state", "claimed_at"], name="attempt_state")]

    @property
    def released_by(self) -> set[int | None]:
        """Ids of who approved, who registered and who handed over this transfer."""
        return {self.approved_by_id, self.registered_by_id} | ({self.paid_by_id} if self.paid_by_id else set())

    @property
    def rests_on_a_word(self) -> bool:
        """Whether a person, and not yet the bank's statement, says that it came back."""
        return rules.rests_on_a_word(self.state, said=self.resolved_by_id is not None, shown=self.shown_back_at is not None)
