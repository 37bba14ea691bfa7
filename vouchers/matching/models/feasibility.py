"""A count asked of an institution before any review. What is kept is a band; the number itself never reaches the database."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.kit.models import Row
from vouchers.matching.models.needs import Need
from vouchers.matching.rules import feasibility as rules


class FeasibilityQuerySet(models.QuerySet["FeasibilityQuery"]):
    def visible_to(self, user: Any) -> "FeasibilityQuerySet":
        """The asking company; of the asked institution those who answer; those who see every case. Never another company or institution."""
        if accounts.sees_all(user):
            return self
        return self.filter(Q(need__company__organisation_id__in=accounts.organisation_ids_of(user)) | self._answered_by(user))

    def answered_by(self, user: Any) -> "FeasibilityQuerySet":
        """As the institution's side sees it."""
        return self.filter(self._answered_by(user))

    def _answered_by(self, user: Any) -> Q:
        return Q(institution__organisation_id__in=accounts.organisation_ids_where(user, "vouchers.answer_feasibility"))


class FeasibilityQuery(Row):
    """criteria: what of the need decides the count, as it stood at the asking. bounds: the ends of the bands at the asking,
    of the round's policy; band_low, band_high: the answer, two neighbours among them (trigger), 0 below and none above."""

    REF_PREFIX: ClassVar[str] = "fsq"

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="feasibility_queries")
    institution = models.ForeignKey("providers.Institution", on_delete=models.PROTECT, related_name="+")
    dataset = models.ForeignKey("providers.Dataset", on_delete=models.PROTECT, related_name="+")
    criteria = models.JSONField(default=dict)
    message = models.TextField(_("Message to the provider"), blank=True)
    bounds = ArrayField(models.PositiveIntegerField())
    status = models.CharField(max_length=10, choices=rules.FeasibilityStatus.choices(), default="ASKED")
    band_low = models.PositiveIntegerField(null=True)
    band_high = models.PositiveIntegerField(null=True)
    basis = models.CharField(_("How it was counted"), max_length=10, choices=rules.Basis.choices(), blank=True)
    reason_code = models.CharField(_("Why it was not counted"), max_length=16, choices=rules.Reason.choices(), blank=True)
    reason = models.TextField(blank=True)  # beside it, without any number (trigger for digits)
    due_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    objects = FeasibilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("feasibility question")
        verbose_name_plural = _("feasibility questions")
        constraints = [
            models.UniqueConstraint(fields=["need", "dataset"], condition=Q(status="ASKED"), name="feasibility_one_open"),
            models.CheckConstraint(
                condition=Q(status="ANSWERED", band_low__isnull=False) & ~Q(basis="")
                | ~Q(status="ANSWERED") & Q(band_low__isnull=True, band_high__isnull=True, basis=""),
                name="feasibility_band_when_answered",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="feasibility_answered_pair",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["ANSWERED", "REFUSED"]) | Q(answered_at__isnull=False),
                name="feasibility_answered_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(status="REFUSED") | ~Q(reason_code=""), name="feasibility_refused_with_reason"),
        ]
        indexes = [
            models.Index(fields=["institution", "status", "due_at"], name="feasibility_institution"),
            models.Index(fields=["status", "due_at"], name="feasibility_due"),
        ]
        permissions = [("ask_feasibility", "Ask how many patients there are"), ("answer_feasibility", "Answer with a band")]

    @property
    def reason_words(self) -> str:
        """The reason of the list, with the sentence beside it, in the reader's language."""
        told = [str(rules.Reason.word(self.reason_code))] if self.reason_code and self.reason_code != rules.Reason.OTHER else []
        return ". ".join([*told, self.reason] if self.reason else told)

    @property
    def band(self) -> rules.Band | None:
        return rules.Band(self.band_low, self.band_high) if self.band_low is not None else None

    def organisation_ids(self) -> set[int]:
        return {i for i in (self.need.company.organisation_id, self.institution.organisation_id) if i}
