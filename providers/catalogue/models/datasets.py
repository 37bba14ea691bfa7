"""What data there is. Code lists are data; a dataset's availability and its publication state are two fields."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.queries import organisation_ids_of, sees_all
from portal.kit.models import Row
from providers.catalogue import rules
from providers.institutions.models import Institution


class CodeList(Row):
    """A list of codes with its source (seeds/reference/code_lists.json)."""

    REF_PREFIX: ClassVar[str] = "cdl"

    key = models.CharField(_("Key"), max_length=40, unique=True)
    title_ko = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    source = models.TextField(blank=True)
    certainty = models.CharField(max_length=10, blank=True)

    class Meta:
        verbose_name = _("code list")
        verbose_name_plural = _("code lists")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class Code(Row):
    """One item of a code list; more: its further fields as published (data_kind, uri, range_start …)."""

    REF_PREFIX: ClassVar[str] = "cde"

    code_list = models.ForeignKey(CodeList, on_delete=models.PROTECT, related_name="codes")
    code = models.CharField(_("Code"), max_length=40)
    name_ko = models.CharField(max_length=200)
    name_en = models.CharField(max_length=250)
    position = models.PositiveIntegerField()
    more = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("codes")
        ordering = ["code_list", "position"]
        constraints = [models.UniqueConstraint(fields=["code_list", "code"], name="code_unique_in_list")]

    def __str__(self) -> str:
        return self.code


class DatasetQuerySet(models.QuerySet["Dataset"]):
    def visible_to(self, user: Any) -> Self:
        """Everybody sees what is published; members their institution's; ministry, operator and auditor all."""
        if sees_all(user):
            return self
        return self.filter(
            Q(publication=rules.Publication.PUBLISHED) | Q(institution__organisation_id__in=organisation_ids_of(user))
        )

    def published(self) -> Self:
        return self.filter(publication=rules.Publication.PUBLISHED)

    def of_organisations(self, organisation_ids: Any) -> Self:
        return self.filter(institution__organisation_id__in=organisation_ids)

    def search(self, text: str) -> Self:
        """Every word must occur somewhere in title, description, names, disease labels or codes, in either language."""
        found = self
        for word in text.lower().split()[:8]:
            found = found.filter(search_text__contains=word)
        return found


_codes: dict[str, Any] = {"default": list, "blank": True}


class Dataset(Row):
    """A data set or collection. Nulls and empty lists mean "not published". individuals: persons;
    status: availability code (dataset_status); publication: where its catalogue entry stands."""

    REF_PREFIX: ClassVar[str] = "dst"

    key = models.SlugField(_("Identifier"), max_length=80, unique=True)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("Institution"))
    holders = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    part_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    title_ko = models.CharField(_("Korean title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200)
    description_ko = models.TextField(blank=True)
    description_en = models.TextField(blank=True)
    edition = models.CharField(_("Edition"), max_length=40, blank=True)
    status = models.CharField(_("Availability"), max_length=20)
    publication = models.CharField(_("State"), max_length=16, choices=rules.Publication.choices())
    health_category = ArrayField(models.CharField(max_length=10), **_codes)
    modality = ArrayField(models.CharField(max_length=30), **_codes)
    disease_scope = models.CharField(max_length=10)
    disease_areas = models.JSONField(default=list, blank=True)
    individuals = models.PositiveBigIntegerField(_("Persons"), null=True, blank=True)
    records = models.PositiveBigIntegerField(_("Records"), null=True, blank=True)
    record_unit = models.CharField(max_length=40, blank=True)
    population_note = models.TextField(blank=True)
    min_age = models.PositiveSmallIntegerField(null=True, blank=True)
    max_age = models.PositiveSmallIntegerField(null=True, blank=True)
    temporal_start = models.CharField(max_length=10, blank=True)
    temporal_end = models.CharField(max_length=10, blank=True)
    update_frequency = models.CharField(max_length=20, blank=True)
    access_mode = ArrayField(models.CharField(max_length=20), **_codes)
    access_rights = models.CharField(max_length=20, blank=True)
    exits = ArrayField(models.CharField(max_length=20), **_codes)
    standard = ArrayField(models.CharField(max_length=30), **_codes)
    linkage_possible = models.BooleanField(null=True, blank=True)
    linkage_note = models.TextField(blank=True)
    annotation = models.TextField(blank=True)
    fee = models.JSONField(null=True, blank=True)
    landing_page = models.CharField(max_length=200, blank=True)
    language = ArrayField(models.CharField(max_length=5), **_codes)
    legal_basis = ArrayField(models.CharField(max_length=30), **_codes)
    commercial_use_allowed = models.BooleanField(_("Commercial use"), null=True, blank=True)
    commercial_use_note = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    recalled_fields = ArrayField(models.CharField(max_length=60), **_codes)
    derived_fields = ArrayField(models.CharField(max_length=60), **_codes)
    source = models.TextField(_("Source"), blank=True)
    certainty = models.CharField(_("Certainty"), max_length=10, blank=True)
    search_text = models.TextField(editable=False, blank=True)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        ordering = ["key"]
        indexes = [models.Index(fields=["publication", "status"], name="dataset_publication")]
        constraints = [
            models.CheckConstraint(
                condition=Q(min_age__isnull=True) | Q(max_age__isnull=True) | Q(min_age__lte=models.F("max_age")),
                name="dataset_ages_in_order",
            )
        ]
        permissions = [
            ("edit_dataset", "Submit a dataset's entry"),
            ("pause_dataset", "Pause, resume and retire a dataset's entry"),
            ("check_dataset", "Check, publish and return a dataset's entry"),
            ("register_dataset", "Register reference data"),
        ]

    def organisation_ids(self) -> set[int]:
        return self.institution.organisation_ids()

    def facts(self) -> dict[str, Any]:
        """Shaped like a record of seeds/reference/datasets.json, for the matching engine."""
        names = (
            "key", "title_ko", "title_en", "holders", "status", "modality", "disease_scope", "disease_areas", "min_age",
            "max_age", "temporal_start", "temporal_end", "access_mode", "exits", "standard", "annotation",
            "commercial_use_allowed", "commercial_use_note", "linkage_possible", "notes", "recalled_fields", "derived_fields",
            "update_frequency", "access_rights", "fee", "certainty",
        )  # fmt: skip
        counted = {"individuals": self.individuals, "records": self.records, "record_unit": self.record_unit}
        population = {**counted, "note": self.population_note}
        return {**{name: getattr(self, name) for name in names}, "population": population}

    def __str__(self) -> str:
        from portal.kit.words import pick

        return pick(self, "title")
