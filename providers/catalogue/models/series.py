"""Series of datasets that open in phases, and who wants to be told."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kit.models import Row
from providers.institutions.models import Institution


class DatasetSeries(Row):
    """Releases of one undertaking, planned ones too (dcat:DatasetSeries). Its datasets point to it, with their place."""

    REF_PREFIX: ClassVar[str] = "dss"

    key = models.SlugField(_("Identifier"), max_length=80, unique=True)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("Institution"))
    title_ko = models.CharField(_("Korean title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200)
    description_ko = models.TextField(_("Korean description"))
    description_en = models.TextField(_("English description"))
    source = models.TextField(_("Source"), blank=True)
    certainty = models.CharField(_("Certainty"), max_length=10, blank=True)
    withdrawn_at = models.DateTimeField(_("Taken down at"), null=True, blank=True)
    withdrawn_why = models.CharField(_("Why it was taken down"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("series of datasets")
        verbose_name_plural = _("series of datasets")
        ordering = ["key"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_why="")
                | (models.Q(withdrawn_at__isnull=False) & ~models.Q(withdrawn_why="")),
                name="series_withdrawn_says_why",
            ),
        ]

    @property
    def is_up(self) -> bool:
        """Nobody took its page down."""
        return self.withdrawn_at is None

    def organisation_ids(self) -> set[int]:
        return self.institution.organisation_ids()

    def __str__(self) -> str:
        from portal.kit.words import pick

        return pick(self, "title")


class Subscription(models.Model):
    """Somebody wants to be told when a release of the series opens; gone when they no longer do."""

    series = models.ForeignKey(DatasetSeries, on_delete=models.CASCADE, related_name="+", verbose_name=_("Series"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("Person"))
    since = models.DateTimeField(_("Since"))

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["series", "user"], name="subscription_once")]
