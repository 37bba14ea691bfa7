"""A round's places given out on paper: what was computed, and what of it is proposed to companies and providers."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from portal.kit.won import WonField
from vouchers.matching.models.needs import READING, Need
from vouchers.matching.rules import allocations as rules


class AllocationQuerySet(models.QuerySet["Allocation"]):
    def visible_to(self, user: Any) -> Self:
        """Those who see every case. Companies and providers see what is proposed to them, not the whole."""
        return self if accounts.sees_all(user) else self.none()


class Allocation(Row):
    """Needs of a round and the offers that the solver gives them. It reserves nothing and touches no budget.

    inputs: canonical text of rules.allocating.inputs_text, fixed once computed (trigger), like outputs (rules.allocating.Outcome with
    the words of every pair, and of needs and candidates how they were). claimed_at: when a worker took it; deaths: workers that were
    lost over it. lapses_at: until when what it proposes stands; left_out: computed pairs that were not published, with rules.LeftOut.
    """

    REF_PREFIX: ClassVar[str] = "alc"

    round = models.ForeignKey("vouchers.Round", on_delete=models.PROTECT, related_name="+", verbose_name=_("Round"))
    status = models.CharField(_("State"), max_length=10, choices=rules.AllocationStatus.choices(), default="ORDERED")
    step = models.CharField(_("How far it is"), max_length=10, choices=rules.Step.choices(), default="WAITING")
    budget_won = WonField(_("Budget for all together"), null=True, blank=True)
    ordered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Ordered by"))
    claimed_at = models.DateTimeField(null=True, editable=False)
    deaths = models.PositiveSmallIntegerField(default=0, editable=False)
    computed_at = models.DateTimeField(_("Computed on"), null=True)
    engine = models.CharField(_("Engine"), max_length=20, blank=True)
    policy_number = models.PositiveIntegerField(_("Version of the policy"), null=True)
    inputs = models.TextField(blank=True)
    inputs_sha256 = models.CharField(_("SHA-256 of the inputs"), max_length=64, blank=True)
    outputs = models.JSONField(default=dict)
    left_out = models.JSONField(default=list)
    published_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Published by")
    )
    published_at = models.DateTimeField(_("Published on"), null=True)
    lapses_at = models.DateTimeField(_("Proposals stand until"), null=True)
    reason = models.TextField(_("Reason"), blank=True)

    objects = AllocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("allocation of offers")
        verbose_name_plural = _("allocations of offers")
        constraints = [
            models.UniqueConstraint(
                fields=["round"], condition=Q(status__in=["ORDERED", "COMPUTED"]), name="allocation_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["COMPUTED", "PUBLISHED"])
                | Q(inputs_sha256__regex="^[0-9a-f]{64}$", computed_at__isnull=False),
                name="allocation_computed",
            ),
            models.CheckConstraint(
                condition=Q(status="PUBLISHED", published_by__isnull=False, published_at__isnull=False, lapses_at__isnull=False)
                | ~Q(status="PUBLISHED") & Q(published_by__isnull=True, published_at__isnull=True, lapses_at__isnull=True),
                name="allocation_published",
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("ordered_by")), name="allocation_four_eyes"
            ),
            models.CheckConstraint(condition=~Q(status__in=["FAILED", "DISCARDED"]) | ~Q(reason=""), name="allocation_reason"),
            models.CheckConstraint(condition=Q(status="PUBLISHED") | Q(left_out=[]), name="allocation_left_out"),
            models.CheckConstraint(condition=Q(deaths__lt=rules.MOST_DEATHS) | Q(status="FAILED"), name="allocation_deaths"),
        ]
        indexes = [models.Index(fields=["status", "claimed_at"], name="allocation_waiting")]
        permissions = [("order_allocation", "Have offers allocated"), ("publish_allocation", "Publish allocated offers")]

    def __str__(self) -> str:
        return f"{self.round} · {self.ref}"


class OfferProposalQuerySet(models.QuerySet["OfferProposal"]):
    def visible_to(self, user: Any) -> Self:
        """The company of the need; of the institution of the offer those who read requests; those who see every case."""
        if accounts.sees_all(user):
            return self
        return self.filter(Q(need__company__organisation_id__in=accounts.organisation_ids_of(user)) | self._read_by(user))

    def read_by(self, user: Any) -> Self:
        """As the institution's side sees it."""
        return self.filter(self._read_by(user))

    def _read_by(self, user: Any) -> Q:
        return Q(institution__organisation_id__in=accounts.organisation_ids_where(user, *READING))

    def open(self) -> Self:
        return self.filter(status="OPEN")


class OfferProposal(Row):
    """An offer suggested for a need: both sides still confirm by the ways that there are (a quote, a match).

    score: of the need's ranking; price_won: least that it costs, VAT excluded, null where nobody says. words: {"ko": […], "en": […],
    "first": what the need's ranking has first, "place": points that one more place of that would bring}.
    """

    REF_PREFIX: ClassVar[str] = "ofp"

    allocation = models.ForeignKey(Allocation, on_delete=models.PROTECT, related_name="proposals")
    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="offer_proposals", verbose_name=_("Need"))
    institution = models.ForeignKey(
        "providers.Institution", on_delete=models.PROTECT, related_name="+", verbose_name=_("Institution")
    )
    dataset = models.ForeignKey("providers.Dataset", on_delete=models.PROTECT, related_name="+", verbose_name=_("Dataset"))
    offer = models.ForeignKey("providers.Offer", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Offer"))
    score = models.PositiveIntegerField(_("Points"))
    price_won = WonField(_("Price floor"), null=True, blank=True)
    words = models.JSONField(default=dict)
    status = models.CharField(_("State"), max_length=10, choices=rules.OfferProposalStatus.choices(), default="OPEN")
    lapses_at = models.DateTimeField(_("Stands until"))

    objects = OfferProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed offer")
        verbose_name_plural = _("proposed offers")
        constraints = [
            models.UniqueConstraint(fields=["allocation", "need", "dataset"], name="offer_proposal_once"),
            models.CheckConstraint(condition=Q(score__lte=10_000), name="offer_proposal_score"),
        ]
        indexes = [
            models.Index(fields=["status", "lapses_at"], name="offer_proposal_due"),
            models.Index(fields=["institution", "status"], name="offer_proposal_institution"),
        ]

    @property
    def value(self) -> str:
        """As the page that asks for a quote takes it: dataset key and offer ref."""
        return f"{self.dataset.key}:{self.offer.ref if self.offer else ''}"

    def organisation_ids(self) -> set[int]:
        return {i for i in (self.need.company.organisation_id, self.institution.organisation_id) if i}
