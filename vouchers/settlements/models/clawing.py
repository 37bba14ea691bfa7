"""Money taken back for a ground of the law, from the prior notice to the report to the ministry."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from portal.kit.won import WonField
from vouchers.rounds.rules import ClawbackGround
from vouchers.settlements import rules


class ClawbackQuerySet(models.QuerySet["Clawback"]):
    def visible_to(self, user: Any) -> "ClawbackQuerySet":
        """Those who see every case; whom it concerns once it was told by the prior notice."""
        if accounts.sees_all(user):
            return self
        mine = self.filter(organisation_id__in=accounts.organisation_ids_of(user))
        return mine.exclude(status="DETECTED").exclude(noticed_on__isnull=True)


_RULING = ("on", "file", "won", "times", "by")


class Clawback(Row):
    """환수 from one organisation. noticed_won: named by the prior notice; ordered_won: at most that; base_won: what a termination takes
    back of it already, where nothing is left to order and the order carries surcharge, restriction and report alone; surcharge_times: of both.
    source: the text by which its figures count, copied from the policy. What was ordered changes only downwards."""

    REF_PREFIX = "clw"

    agreement = models.ForeignKey("vouchers.Agreement", on_delete=models.PROTECT, related_name="+", verbose_name=_("Agreement"))
    company = models.ForeignKey("vouchers.Company", on_delete=models.PROTECT, related_name="+", verbose_name=_("Company"))
    round = models.ForeignKey("vouchers.Round", on_delete=models.PROTECT, related_name="+", verbose_name=_("Round"))
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("Taken back from")
    )
    ground = models.CharField(_("Ground of the law"), max_length=13, choices=ClawbackGround.choices())
    facts = models.TextField(_("Facts of the case"))
    status = models.CharField(_("State"), max_length=9, choices=rules.ClawbackStatus.choices(), default="DETECTED")
    noticed_won = WonField(_("Amount of the notice"))
    base_won = WonField(_("Taken back by the termination"), default=0)
    detected_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Detected by"))
    noticed_on = models.DateField(_("Prior notice given on"), null=True)
    opinion_until = models.DateField(_("Opinion possible until"), null=True)
    opinion = models.TextField(_("Opinion"), blank=True)
    opinion_file = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("File of the opinion")
    )
    opinion_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Opinion by")
    )
    opinion_at = models.DateTimeField(_("Opinion given"), null=True)
    ordered_won = WonField(_("Ordered back"), default=0)
    surcharge_times = models.SmallIntegerField(_("Surcharge, times the amount"), default=0)
    surcharge_won = WonField(_("Surcharge"), default=0)
    source = models.CharField(_("By which text"), max_length=200, blank=True)
    reason = models.TextField(_("Reason"), blank=True)
    ordered_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Order given by")
    )
    ordered_on = models.DateField(_("Order given on"), null=True)
    must_exclude = models.BooleanField(_("The company must be kept out"), default=False)
    restriction = models.ForeignKey(
        "vouchers.Restriction", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Restriction")
    )
    reported_no = models.CharField(_("Number of the report to the ministry"), max_length=60, blank=True)
    reported_on = models.DateField(_("Reported to the ministry on"), null=True)
    ruling_no = models.CharField(_("Number of the ruling"), max_length=60, blank=True)
    ruling_on = models.DateField(_("Ruled on"), null=True)
    ruling_file = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Ruling")
    )
    ruling_won = WonField(_("Ordered back after the ruling"), null=True)
    ruling_times = models.SmallIntegerField(_("Surcharge after the ruling, times the amount"), null=True)
    ruling_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Ruling entered by")
    )
    ruling_applied_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Ruling put in force by")
    )

    objects = ClawbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("clawback")
        verbose_name_plural = _("clawbacks")
        constraints = [
            models.CheckConstraint(
                condition=(Q(noticed_won__gt=0, base_won=0) | Q(noticed_won=0, base_won__gt=0)) & ~Q(facts=""),
                name="clawback_says_what",
            ),
            models.UniqueConstraint(
                fields=["agreement", "organisation"],
                condition=Q(base_won__gt=0) & ~Q(status__in=["DROPPED", "CANCELLED"]),
                name="clawback_once_beside_termination",
            ),
            models.CheckConstraint(condition=Q(ordered_won__lte=F("noticed_won")), name="clawback_within_notice"),
            models.CheckConstraint(
                condition=Q(
                    surcharge_times__range=(0, 5), surcharge_won=(F("ordered_won") + F("base_won")) * F("surcharge_times")
                ),
                name="clawback_surcharge_by_times",
            ),
            models.CheckConstraint(
                condition=Q(ordered_by__isnull=True) | ~Q(ordered_by=F("detected_by")), name="clawback_four_eyes"
            ),
            models.CheckConstraint(
                condition=Q(ordered_on__isnull=True, ordered_by__isnull=True, ordered_won=0)
                | Q(ordered_on__isnull=False, ordered_by__isnull=False)
                & (Q(opinion_at__isnull=False) | Q(ordered_on__gt=F("opinion_until"))),
                name="clawback_heard_before_ordered",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["DETECTED", "NOTICED", "HEARD", "DROPPED"], ordered_on__isnull=True)
                | Q(status__in=["ORDERED", "CLOSED", "CANCELLED"], ordered_on__isnull=False),
                name="clawback_ordered_pair",
            ),
            models.CheckConstraint(
                condition=Q(opinion="", opinion_by__isnull=True, opinion_at__isnull=True)
                | Q(opinion_by__isnull=False, opinion_at__isnull=False) & ~Q(opinion=""),
                name="clawback_opinion_whole",
            ),
            models.CheckConstraint(
                condition=Q(reported_no="", reported_on__isnull=True) | ~Q(reported_no="") & Q(reported_on__isnull=False),
                name="clawback_report_pair",
            ),
            models.CheckConstraint(
                condition=Q(ruling_no="", **{f"ruling_{one}__isnull": True for one in _RULING})
                | ~Q(ruling_no="") & Q(**{f"ruling_{one}__isnull": False for one in _RULING}),
                name="clawback_ruling_whole",
            ),
            models.CheckConstraint(
                condition=Q(ruling_applied_by__isnull=True)
                | Q(ruling_by__isnull=False)
                & ~Q(ruling_applied_by=F("ruling_by"))
                & ~Q(ruling_applied_by=F("ordered_by"))
                & ~Q(ruling_applied_by=F("detected_by")),
                name="clawback_ruling_four_eyes",
            ),
        ]
        permissions = [
            ("prepare_clawback", "Prepare clawbacks and report them"),
            ("order_clawback", "Order money back"),
            ("state_opinion", "Give an opinion before money is taken back"),
        ]

    def organisation_ids(self) -> set[int]:
        return {self.organisation_id} if self.noticed_on else set()

    @property
    def is_companys(self) -> bool:
        return self.organisation_id == self.company.organisation_id

    @property
    def surcharged_won(self) -> int:
        """Of which the surcharge is so many times."""
        return self.ordered_won + self.base_won

    def get_absolute_url(self) -> str:
        return f"/settlements/clawbacks/{self.ref}/"

    def __str__(self) -> str:
        return f"{self.agreement} · {self.get_ground_display()}"
