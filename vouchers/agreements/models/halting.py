"""Suspensions and terminations: asked, shown with what they do to the money, agreed to or decided, carried out."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from portal.kit.won import WonField
from vouchers.agreements import rules
from vouchers.agreements.models.agreeing import TAKES_PART, Agreement, AgreementParty


class AgreementHaltQuerySet(models.QuerySet["AgreementHalt"]):
    def visible_to(self, user: Any) -> "AgreementHaltQuerySet":
        """The parties that take part, and those who see every case."""
        seen = self.filter(agreement__in=Agreement.objects.visible_to(user).values("pk"))
        if accounts.sees_all(user):
            return seen
        mine = AgreementParty.objects.filter(TAKES_PART, organisation_id__in=accounts.organisation_ids_of(user))
        return seen.filter(agreement__in=mine.values("agreement_id"))


class AgreementHalt(Row):
    """One suspension or termination. figures: what it does to the money (`payments.rules.Consequences.document()`); content_hash: over
    all that is agreed to or decided, the figures too. What was asked never changes (trigger); figures are renewed while it is open."""

    REF_PREFIX = "hlt"

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="halts", verbose_name=_("agreement"))
    number = models.PositiveSmallIntegerField(_("Number"))
    kind = models.CharField(_("What is asked"), max_length=11, choices=rules.HaltKind.choices())
    way = models.CharField(_("In which way"), max_length=7, choices=rules.HaltWay.choices())
    ground = models.CharField(_("Ground for it"), max_length=14, choices=rules.HaltGround.choices())
    at_fault = models.ForeignKey(
        AgreementParty, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Party at fault")
    )
    statement = models.TextField(_("Facts of the case"))
    status = models.CharField(_("State"), max_length=9, choices=rules.HaltStatus.choices())
    figures = models.JSONField(_("Consequences"))
    released_won = WonField(_("To be released"), default=0)
    content_hash = models.CharField(_("Content hash (SHA-256)"), max_length=64)
    asked_for = models.ForeignKey(
        AgreementParty, on_delete=models.PROTECT, related_name="+", verbose_name=_("Asked for by the party")
    )
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Asked by"))
    opinion_until = models.DateField(_("Opinions until"), null=True)
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Decided by")
    )
    decided_at = models.DateTimeField(_("Decided at"), null=True)
    executed_at = models.DateTimeField(_("Carried out at"), null=True)
    resumed_at = models.DateTimeField(_("Resumed at"), null=True)
    answer = models.TextField(_("Reason of the decision"), blank=True)
    released = models.OneToOneField(
        "vouchers.LedgerEvent", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Release in the ledger")
    )

    objects = AgreementHaltQuerySet.as_manager()

    class Meta:
        verbose_name = _("suspension or termination")
        verbose_name_plural = _("suspensions and terminations")
        ordering = ["agreement", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="agreement_halt_number"),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(status__in=["PROPOSED", "NOTICED"]), name="agreement_halt_one_open"
            ),
            models.CheckConstraint(
                condition=Q(way="CONSENT", at_fault__isnull=True, opinion_until__isnull=True)
                | Q(way="FAULT", at_fault__isnull=False, opinion_until__isnull=False),
                name="agreement_halt_fault_whole",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="agreement_halt_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(way="FAULT", status__in=["EXECUTED", "DISMISSED"])
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(answer="")),
                name="agreement_halt_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(status="EXECUTED", executed_at__isnull=False) | (~Q(status="EXECUTED") & Q(executed_at__isnull=True)),
                name="agreement_halt_executed_pair",
            ),
            models.CheckConstraint(
                condition=Q(status="EXECUTED", released_won__gt=0, released__isnull=False)
                | (~Q(status="EXECUTED", released_won__gt=0) & Q(released__isnull=True)),
                name="agreement_halt_released_as_shown",
            ),
            models.CheckConstraint(
                condition=Q(resumed_at__isnull=True) | Q(kind="SUSPENSION", status="EXECUTED"), name="agreement_halt_resumed"
            ),
            models.CheckConstraint(condition=~Q(statement=""), name="agreement_halt_has_facts"),
        ]  # fmt: skip
        permissions = [
            ("request_halt", "Ask to suspend or terminate an agreement by consent"),
            ("decide_halt", "Decide about suspensions and terminations"),
        ]

    def organisation_ids(self) -> set[int]:
        return self.agreement.organisation_ids()

    def get_absolute_url(self) -> str:
        return f"/payments/halts/{self.ref}/"

    def __str__(self) -> str:
        return f"{self.agreement} · {self.get_kind_display()} {self.number}"


class HaltConsent(Row):
    """A party's signature under a suspension or termination as it was shown; given once for one hash, never changed (trigger)."""

    REF_PREFIX = "hcs"

    halt = models.ForeignKey(AgreementHalt, on_delete=models.PROTECT, related_name="consents")
    party = models.ForeignKey(AgreementParty, on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Signed by"))
    signed_at = models.DateTimeField(_("Signed at"))
    signed_hash = models.CharField(_("Signed hash"), max_length=64)
    authority = models.ForeignKey(
        "vouchers.SigningAuthority",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("Signed by authority of"),
    )

    class Meta:
        verbose_name = _("consent to a suspension or termination")
        verbose_name_plural = _("consents to suspensions and terminations")
        ordering = ["signed_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["halt", "party", "signed_hash"], name="halt_consent_once"),
            models.UniqueConstraint(fields=["halt", "signed_by", "signed_hash"], name="halt_consent_one_hand"),
        ]


class HaltOpinion(Row):
    """What a party says to a notice; given once, never changed (trigger)."""

    REF_PREFIX = "hop"

    halt = models.ForeignKey(AgreementHalt, on_delete=models.PROTECT, related_name="opinions")
    party = models.ForeignKey(AgreementParty, on_delete=models.PROTECT, related_name="+", verbose_name=_("Party"))
    given_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Written by"))
    text = models.TextField(_("Opinion"))

    class Meta:
        verbose_name = _("opinion on a suspension or termination")
        verbose_name_plural = _("opinions on suspensions and terminations")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["halt", "party"], name="halt_opinion_once"),
            models.CheckConstraint(condition=~Q(text=""), name="halt_opinion_says_something"),
        ]


class HaltRecovery(Row):
    """What a party pays back after a termination, as it was shown before the decision. recovered_won: what came back of it."""

    REF_PREFIX = "hrc"

    halt = models.ForeignKey(AgreementHalt, on_delete=models.PROTECT, related_name="recoveries")
    party = models.ForeignKey(AgreementParty, on_delete=models.PROTECT, related_name="+", verbose_name=_("Party"))
    amount_won = WonField(_("To be paid back"))
    recovered_won = WonField(_("Paid back"), default=0)

    class Meta:
        verbose_name = _("recovery after a termination")
        verbose_name_plural = _("recoveries after terminations")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["halt", "party"], name="halt_recovery_once"),
            models.CheckConstraint(condition=Q(amount_won__gt=0), name="halt_recovery_amount"),
            models.CheckConstraint(condition=Q(recovered_won__lte=F("amount_won")), name="halt_recovery_within"),
        ]

    @property
    def left_won(self) -> int:
        return self.amount_won - self.recovered_won

    def organisation_ids(self) -> set[int]:
        return {self.party.organisation_id}
