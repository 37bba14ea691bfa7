"""The versions of an entry, the draft of its next one, and the variables of the published one."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.accounts.queries import organisation_ids_of, sees_all
from portal.kit import clock
from portal.kit.models import Row
from providers.catalogue import rules
from providers.catalogue.models.datasets import Dataset


class DatasetVersion(models.Model):
    """One publication, append-only (trigger). content: what was published, whole; sha256: over its canonical text.
    published_by: None when the portal itself took it over from a source."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="+", verbose_name=_("Dataset"))
    number = models.PositiveIntegerField(_("Number"))
    profile = models.CharField(_("Profile"), max_length=12, choices=rules.Profile.choices())
    content = models.JSONField(_("Content"))
    sha256 = models.CharField(_("Hash"), max_length=64)
    published_at = models.DateTimeField(_("Published at"), default=clock.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("Published by")
    )

    class Meta:
        verbose_name = _("dataset version")
        verbose_name_plural = _("dataset versions")
        ordering = ["dataset", "number"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="dataset_version_number"),
            models.UniqueConstraint(
                fields=["dataset", "number", "sha256"], name="dataset_version_named"
            ),  # what Dataset points to
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.number}"


class DraftQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, user: Any) -> Self:
        """Members of the institution; ministry, operator and auditor all. Never the public."""
        if sees_all(user):
            return self
        return self.filter(dataset__institution__organisation_id__in=organisation_ids_of(user))


class Draft(Row):
    """The next version of an entry while it is written and checked; gone once it is published or discarded.

    content: as of DatasetVersion; origin inside says who writes it. The row's version is raised by every save (stale saves).
    """

    REF_PREFIX: ClassVar[str] = "dsd"

    dataset = models.OneToOneField(Dataset, on_delete=models.PROTECT, related_name="+", verbose_name=_("Dataset"))
    state = models.CharField(_("State"), max_length=16, choices=rules.DraftState.choices())
    content = models.JSONField(_("Content"))

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft of a dataset")
        verbose_name_plural = _("drafts of datasets")
        ordering = ["dataset"]


class Variable(models.Model):
    """A column of a published dataset, as CSVW describes one."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="+", verbose_name=_("Dataset"))
    position = models.PositiveIntegerField()
    name = models.CharField(_("Name"), max_length=100)
    label_ko = models.CharField(_("Korean label"), max_length=1000, blank=True)
    label_en = models.CharField(_("English label"), max_length=1000, blank=True)
    datatype = models.CharField(_("Data type"), max_length=20, choices=rules.Datatype.choices())
    unit = models.CharField(_("Unit"), max_length=1000, blank=True)
    values = models.CharField(_("Values"), max_length=1000, blank=True)
    description_ko = models.CharField(_("Korean description"), max_length=1000, blank=True)
    description_en = models.CharField(_("English description"), max_length=1000, blank=True)
    required = models.BooleanField(_("Always filled"), default=False)

    class Meta:
        verbose_name = _("variable")
        verbose_name_plural = _("variables")
        ordering = ["dataset", "position"]
        constraints = [models.UniqueConstraint(fields=["dataset", "name"], name="variable_once")]

    def __str__(self) -> str:
        return self.name

    def facts(self) -> dict[str, Any]:
        """As in a version's content."""
        return {name: getattr(self, name) for name in rules.COLUMNS}
