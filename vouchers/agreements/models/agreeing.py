"""Agreement, parties, versions, lines and the voucher."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from portal.kit.won import WonField
from vouchers.agreements import rules
from vouchers.matching.rules.stages import LineKind, TaxKind

# of a party: neither left by a change nor refused before, and where a change brought it in, that is in force
TAKES_PART = Q(left_by__isnull=True, refused_at__isnull=True) & (Q(joined_by__isnull=True) | Q(joined_by__status="IN_FORCE"))


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, user: Any) -> "AgreementQuerySet":
        """Its parties once the draft was shown to them or sent, who left too (`queries.versions_for`), not who refused; those who see
        every case."""
        if accounts.sees_all(user):
            return self
        mine = accounts.organisation_ids_of(user)
        here = (
            TAKES_PART | Q(joined_by__status="APPROVED") | Q(left_by__isnull=False)
        )  # who is asked to join reads what it would sign
        parties = AgreementParty.objects.filter(here, organisation_id__in=mine)
        return self.filter(pk__in=parties.values("agreement_id")).exclude(status="DRAFTING")


class Agreement(Row):
    """Operator, company and one or several providers. Amounts change only through an approved change."""

    REF_PREFIX = "agr"

    award = models.OneToOneField("vouchers.Award", on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey("vouchers.Company", on_delete=models.PROTECT, related_name="+", verbose_name=_("Company"))
    round = models.ForeignKey("vouchers.Round", on_delete=models.PROTECT, related_name="+", verbose_name=_("Round"))
    number = models.CharField(_("Agreement number"), max_length=24, unique=True)
    status = models.CharField(_("State"), max_length=20, choices=rules.AgreementStatus.choices(), default="DRAFTING")
    starts_on = models.DateField(_("Starts"))
    ends_on = models.DateField(_("Ends"))
    grant_won = WonField()
    supply_amount_won = WonField()
    own_cash_won = WonField()
    vat_won = WonField()
    drafted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Drafted by"))
    activated_at = models.DateTimeField(_("In force since"), null=True)
    reason = models.TextField(_("Reason"), blank=True)
    goal = models.TextField(_("Goal of the project"), blank=True)
    data_scope = models.TextField(_("Scope of the data"), blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="agreement_dates"),
            models.CheckConstraint(
                condition=Q(grant_won=F("supply_amount_won") - F("own_cash_won")), name="agreement_grant_plus_own"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["ACTIVE", "SUSPENDED", "COMPLETED"]) | Q(activated_at__isnull=False),
                name="agreement_active_since",
            ),
        ]
        indexes = [models.Index(fields=["status", "ends_on"], name="agreement_status_ends")]
        permissions = [("draft_agreement", "Draft and conduct agreements"), ("sign_agreement", "Sign agreements")]

    def organisation_ids(self) -> set[int]:
        """Of those that take part: who left by a change is told nothing more."""
        return set(self.taking_part().values_list("organisation_id", flat=True))

    def taking_part(self) -> models.QuerySet["AgreementParty"]:
        """Its parties but those that left by a change or refused before it took force."""
        return self.parties.filter(TAKES_PART)

    def current(self) -> "AgreementVersion":
        """The version that holds, or that is to be signed before the agreement takes force; of a change only once it is in force."""
        holds = Q(change__isnull=True) | Q(change__status__in=rules.HELD_CHANGES)
        found = self.versions.filter(holds).order_by("-number").first()
        assert found is not None, "an agreement is born with its first version"
        return found

    def get_absolute_url(self) -> str:
        return f"/agreements/{self.ref}/"

    def __str__(self) -> str:
        return self.number


class AgreementVersion(Row):
    """One text, hash-chained to the one before; immutable (trigger)."""

    REF_PREFIX = "agv"

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("Version"))
    body = models.JSONField()
    content_hash = models.CharField(_("Content hash (SHA-256)"), max_length=64)
    previous_hash = models.CharField(_("Hash of the version before"), max_length=64)
    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="+")
    change = models.OneToOneField(
        "vouchers.AgreementChange", on_delete=models.PROTECT, null=True, related_name="amended", verbose_name=_("Change")
    )

    class Meta:
        verbose_name = _("agreement version")
        verbose_name_plural = _("agreement versions")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["agreement", "number"], name="agreement_version_once")]


class AgreementParty(Row):
    """One party and its signature: who, when, over which hash."""

    REF_PREFIX = "agp"

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="parties")
    role = models.CharField(_("Role"), max_length=10, choices=rules.PartyRole.choices())
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("Organisation")
    )
    institution = models.ForeignKey("providers.Institution", on_delete=models.PROTECT, null=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    signed_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Signed by")
    )
    signed_at = models.DateTimeField(_("Signed at"), null=True)
    signed_hash = models.CharField(_("Signed hash"), max_length=64, blank=True)
    authority = models.ForeignKey(
        "vouchers.SigningAuthority",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("Signed by authority of"),
    )
    contact = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Contact person")
    )
    refused_at = models.DateTimeField(_("Refused at"), null=True)
    refused_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Refused by")
    )
    refusal = models.TextField(_("Reason of the refusal"), blank=True)
    joined_by = models.ForeignKey(  # the change that brings it in
        "vouchers.AgreementChange", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Joined by the change")
    )
    left_by = models.ForeignKey(  # the change by which nothing more is agreed with it
        "vouchers.AgreementChange", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Left by the change")
    )
    ordered_back_won = WonField(_("Ordered back, and not cancelled"), default=0)  # by clawbacks: a later room pushes it down

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "organisation"], name="agreement_party_once"),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True, signed_hash="")
                | (Q(signed_at__isnull=False, signed_by__isnull=False) & ~Q(signed_hash="")),
                name="agreement_party_signature_whole",
            ),
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True, refused_by__isnull=True, refusal="")
                | (
                    Q(refused_at__isnull=False, refused_by__isnull=False, role="PROVIDER", signed_at__isnull=True)
                    & ~Q(refusal="")
                ),
                name="agreement_party_refusal_whole",
            ),
        ]

    def organisation_ids(self) -> set[int]:
        return {self.organisation_id}

    def __str__(self) -> str:
        return str(self.organisation)


class AgreementLine(models.Model):
    """A quote line as agreed: an immutable copy."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="lines")
    match = models.ForeignKey("vouchers.Match", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(_("Number"))
    kind = models.CharField(_("Kind"), max_length=20, choices=LineKind.choices())
    description = models.CharField(_("What"), max_length=200)
    amount_won = WonField(_("Amount (won)"))
    tax_kind = models.CharField(_("VAT"), max_length=8, choices=TaxKind.choices())
    data_holder = models.ForeignKey("providers.Institution", on_delete=models.PROTECT, related_name="+")
    contracting_party = models.ForeignKey("providers.Institution", on_delete=models.PROTECT, related_name="+")
    reviewing_board = models.ForeignKey("providers.Institution", on_delete=models.PROTECT, related_name="+")
    payee = models.ForeignKey("providers.Institution", on_delete=models.PROTECT, related_name="+", verbose_name=_("Paid to"))

    class Meta:
        verbose_name = _("agreement line")
        verbose_name_plural = _("agreement lines")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["agreement", "position"], name="agreement_line_position")]


class VoucherQuerySet(models.QuerySet["Voucher"]):
    def visible_to(self, user: Any) -> "VoucherQuerySet":
        """The agreement's parties that take part; those who see every case."""
        if accounts.sees_all(user):
            return self
        mine = accounts.organisation_ids_of(user)
        here = AgreementParty.objects.filter(TAKES_PART, organisation_id__in=mine)
        return self.filter(agreement__in=here.values("agreement_id"))


class Voucher(Row):
    """The grant as a voucher (이용권), issued when the agreement takes force; its money stands in the ledger."""

    REF_PREFIX = "vch"

    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="voucher", verbose_name=_("agreement"))
    number = models.CharField(_("Voucher number"), max_length=24, unique=True)
    grant_won = WonField()
    status = models.CharField(_("State"), max_length=10, choices=rules.VoucherStatus.choices(), default="ISSUED")
    issued_at = models.DateTimeField(_("Issued at"))
    expires_on = models.DateField(_("Valid until"))

    objects = VoucherQuerySet.as_manager()

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")

    def organisation_ids(self) -> set[int]:
        return self.agreement.organisation_ids()

    def __str__(self) -> str:
        return self.number
