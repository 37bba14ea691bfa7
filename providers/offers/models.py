"""What an institution offers of a dataset, or as processing work: price lines, capacity, access, lead time."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.queries import organisation_ids_of, sees_all
from portal.kit import clock
from portal.kit.models import Row
from portal.kit.won import WonField
from providers.catalogue.models import Dataset
from providers.catalogue.rules import AVAILABLE, Publication
from providers.institutions.models import Institution
from providers.institutions.rules import InstitutionStatus
from providers.offers import rules


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, user: Any) -> Self:
        """Everybody sees published ones; members their institution's; ministry, operator and auditor all."""
        if sees_all(user):
            return self
        return self.filter(Q(status=rules.OfferStatus.PUBLISHED) | Q(institution__organisation_id__in=organisation_ids_of(user)))

    def published(self) -> Self:
        return self.filter(status=rules.OfferStatus.PUBLISHED)

    def offered(self, now: datetime) -> Self:
        """Standing, and of a dataset that is neither taken out nor planned nor superseded."""
        return self.standing(now).filter(
            Q(dataset__isnull=True) | Q(dataset__publication=Publication.PUBLISHED, dataset__status=AVAILABLE)
        )

    def standing(self, now: datetime) -> Self:
        """Published, valid on that day, of an active institution."""
        today = clock.to_kst(now).date()
        return self.published().filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=today),
            Q(valid_to__isnull=True) | Q(valid_to__gte=today),
            institution__status=InstitutionStatus.ACTIVE,
        )

    def for_demo(self, demo: bool) -> Self:
        """Demo offers match only needs of demo rounds, real offers only needs of real ones."""
        return self.filter(institution__is_demo=demo)

    def of_organisations(self, organisation_ids: Any) -> Self:
        return self.filter(institution__organisation_id__in=organisation_ids)


class Offer(Row):
    """lead_time_days: working days as `rules.LEAD_TIME` counts them; capacity: orders a period, open_capacity of
    them not yet taken since capacity_since, the period's first day (None: not limited). allowed_purposes: codes of a need's purpose."""

    REF_PREFIX: ClassVar[str] = "ofr"

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("Institution"))
    dataset = models.ForeignKey(
        Dataset, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Dataset")
    )
    kind = models.CharField(_("Kind"), max_length=10, choices=rules.OfferKind.choices())
    title_ko = models.CharField(_("Korean title"), max_length=120)
    title_en = models.CharField(_("English title"), max_length=120, blank=True)
    description_ko = models.TextField(_("Korean description"), blank=True, max_length=2000)
    description_en = models.TextField(_("English description"), blank=True, max_length=2000)
    capacity = models.PositiveIntegerField(_("Capacity"), null=True, blank=True)
    capacity_period = models.CharField(max_length=10, choices=rules.Period.choices(), default=rules.Period.YEAR)
    open_capacity = models.PositiveIntegerField(_("Open capacity"), null=True, blank=True)
    capacity_since = models.DateField(_("Open capacity counts since"), null=True, blank=True, editable=False)
    access_modes = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("Access modes"))
    exits = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("What may be taken out"))
    lead_time_days = models.PositiveSmallIntegerField(_("Lead time in working days"), null=True, blank=True)
    allowed_purposes = ArrayField(models.CharField(max_length=30), default=list, blank=True, verbose_name=_("Allowed purposes"))
    commercial_ai_allowed = models.BooleanField(_("Commercial AI development allowed"), null=True, blank=True)
    model_export = models.BooleanField(_("Model export"), null=True, blank=True)
    joint_drb = models.BooleanField(_("Takes part in joint data review"), default=False)
    valid_from = models.DateField(_("Valid from"), null=True, blank=True)
    valid_to = models.DateField(_("Valid to"), null=True, blank=True)
    status = models.CharField(_("State"), max_length=16, choices=rules.OfferStatus.choices())
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    floor_won = WonField(_("Price floor"), null=True, blank=True, editable=False)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["status", "institution"], name="offer_status")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_from__lte=models.F("valid_to")),
                name="offer_validity_in_order",
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True, open_capacity__isnull=True)
                | Q(capacity__isnull=False, open_capacity__isnull=False, open_capacity__lte=models.F("capacity")),
                name="offer_open_capacity_within",
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True, capacity_since__isnull=True)
                | Q(capacity__isnull=False, capacity_since__isnull=False),
                name="offer_capacity_has_its_period",
            ),
            models.CheckConstraint(
                condition=~Q(status=rules.OfferStatus.PUBLISHED) | Q(published_at__isnull=False),
                name="offer_published_at",
            ),
        ]
        permissions = [
            ("edit_offer", "Create, edit and submit offers"),
            ("pause_offer", "Pause, resume and retire offers"),
            ("check_offer", "Check, publish and return offers"),
        ]

    def organisation_ids(self) -> set[int]:
        return self.institution.organisation_ids()

    def facts(self, lines: list["OfferLine"]) -> dict[str, Any]:
        """Shaped like the matching engine's OfferFacts."""
        exits = sorted(set(self.exits) | ({"MODEL_EXPORT"} if self.model_export else set()))
        return {
            "ref": self.ref,
            "title_ko": self.title_ko,
            "title_en": self.title_en,
            "floor_won": self.floor_won,
            "lead_time_days": self.lead_time_days,
            "access_modes": self.access_modes,
            "exits": exits,
            "purposes": self.allowed_purposes,
            "commercial_ai_allowed": self.commercial_ai_allowed,
            "processing": sorted({line.kind for line in lines}),
            "open_capacity": self.open_capacity,
            "joint_drb": self.joint_drb,
        }

    def __str__(self) -> str:
        from portal.kit.words import pick

        return pick(self, "title")


class OfferLine(Row):
    """One price line; unit_price_won: whole won, VAT excluded; minimum: least quantity of one order."""

    REF_PREFIX: ClassVar[str] = "ofl"

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("Kind of work"), max_length=20, choices=rules.LineKind.choices())
    title_ko = models.CharField(_("Korean title"), max_length=120)
    title_en = models.CharField(_("English title"), max_length=120, blank=True)
    unit = models.CharField(_("Unit"), max_length=12, choices=rules.Unit.choices())
    unit_price_won = WonField(_("Unit price"))
    tax_kind = models.CharField(_("Tax"), max_length=8, choices=rules.TaxKind.choices())
    minimum = models.PositiveIntegerField(_("Minimum quantity"), default=0)

    class Meta:
        verbose_name = _("price line")
        verbose_name_plural = _("price lines")
        ordering = ["offer", "position"]
        constraints = [models.UniqueConstraint(fields=["offer", "position"], name="offer_line_position")]

    def rule(self) -> rules.Line:
        return rules.Line(self.kind, self.title_ko, self.title_en, self.unit, self.unit_price_won, self.tax_kind, self.minimum)

    def __str__(self) -> str:
        from portal.kit.words import pick

        return pick(self, "title")
