"""What data there is: the published facts of each dataset. Its availability and its publication state are two fields."""

from collections.abc import Iterable
from functools import reduce
from operator import and_, or_
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.queries import organisation_ids_of, sees_all
from portal.kit.models import Row
from portal.kit.won import WonField
from providers.catalogue import rules
from providers.catalogue.models.columns import SpansField, StoredField
from providers.catalogue.models.series import DatasetSeries
from providers.institutions.models import Institution


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

    def fitting(self, terms: Iterable[rules.Term], *, all_diseases: bool = False) -> Self:
        """What was typed, understood (`queries.understood`): every term must hold. all_diseases: a collection of all diseases
        fits every disease."""
        found = self
        for term in terms:
            wide = Q(disease_scope="ALL") if all_diseases and term.spans else Q()
            found = found.filter(_fits(term) | wide if wide else _fits(term))
        return found


def _fits(term: rules.Term) -> Q:
    """One of the codes that the term means, or one of its phrases in the text."""
    asked = Q(disease_spans__meets=term.spans) if term.spans else Q()
    for listed, code in term.listed:
        asked |= Q(**{f"{listed}__contains": [code]})
    text = any_phrase(term)
    return asked | Q(search_vector=text) if text is not None else asked


def any_phrase(term: rules.Term) -> Any:
    """The term's phrases as one question to the full text; None where it has none."""
    asked = [_asked(rules.question(phrase), prefix=not (term.spans or term.listed)) for phrase in term.phrases]
    found = [one for one in asked if one is not None]
    return reduce(or_, found) if found else None


def _asked(question: rules.Question, *, prefix: bool) -> Any:
    """prefix: a free word may be the beginning of one. All values are letters and digits (`rules.question`)."""
    parts = []
    if question.words:
        more = ":*" if prefix and len(question.words[-1]) >= SHORTEST_PREFIX else ""
        text = " <-> ".join(f"'{word}'" for word in question.words) + more
        parts.append(
            SearchQuery(text, config="english", search_type="raw") | SearchQuery(text, config="simple", search_type="raw")
        )
    if question.grams or question.starts:
        text = " <-> ".join(f"'{pair}'" for pair in question.grams) or f"'{question.starts}':*"
        parts.append(SearchQuery(text, config="simple", search_type="raw"))
    return reduce(and_, parts) if parts else None


SHORTEST_PREFIX = 3  # letters


_codes: dict[str, Any] = {"default": list, "blank": True}


class Dataset(Row):
    """A data set or collection, as published. Nulls and empty lists mean "not published". individuals: persons;
    status: availability code (dataset_status); publication: where its catalogue entry stands.

    profile, origin: what judged the published version, and who wrote it; published_number, published_sha256: that version.
    search_title, search_text: what is looked for (`rules.looked_at`); disease_spans, disease_chapters: the named diseases;
    diseases_comparable: all of them are in codes that can be compared.
    lead_days, from_won: least working days to the data and least price in an offer that stands, pushed down by the offers.
    Columns hold the published version only: what is being written stands in Draft. confirmed_at: when it was last said to be right.
    """

    REF_PREFIX: ClassVar[str] = "dst"

    key = models.SlugField(_("Identifier"), max_length=80, unique=True)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("Institution"))
    holders = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    part_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    series = models.ForeignKey(DatasetSeries, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    series_place = models.PositiveSmallIntegerField(null=True, blank=True)
    title_ko = models.CharField(_("Korean title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200)
    description_ko = models.TextField(blank=True)
    description_en = models.TextField(blank=True)
    edition = models.CharField(_("Edition"), max_length=40, blank=True)
    status = models.CharField(_("Availability"), max_length=20)
    publication = models.CharField(_("State"), max_length=16, choices=rules.Publication.choices())
    profile = models.CharField(_("Profile"), max_length=12, choices=rules.Profile.choices(), blank=True)
    origin = models.CharField(_("Entered by"), max_length=8, choices=rules.Origin.choices(), default=rules.Origin.SOURCE)
    published_number = models.PositiveIntegerField(_("Published version"), null=True, blank=True, editable=False)
    published_sha256 = models.CharField(_("Hash of the published version"), max_length=64, null=True, blank=True, editable=False)
    confirmed_at = models.DateTimeField(_("Confirmed as right at"), null=True, blank=True, editable=False)
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
    planned_for = models.CharField(max_length=10, blank=True)
    keywords_ko = ArrayField(models.CharField(max_length=200), **_codes)
    keywords_en = ArrayField(models.CharField(max_length=250), **_codes)
    theme = ArrayField(models.CharField(max_length=10), **_codes)
    dataset_type = models.CharField(max_length=20, blank=True)
    other_identifiers = ArrayField(models.CharField(max_length=200), **_codes)
    health_theme = ArrayField(models.CharField(max_length=30), **_codes)
    coding_systems = models.JSONField(default=list, blank=True)
    structured = models.BooleanField(null=True, blank=True)
    population_coverage_ko = models.TextField(blank=True)
    population_coverage_en = models.TextField(blank=True)
    temporal_resolution = models.CharField(max_length=20, blank=True)
    spatial = ArrayField(models.CharField(max_length=20), **_codes)
    personal_data = ArrayField(models.CharField(max_length=20), **_codes)
    purposes = ArrayField(models.CharField(max_length=30), **_codes)
    applicable_legislation = ArrayField(models.CharField(max_length=30), **_codes)
    access_body = models.CharField(max_length=80, blank=True)
    retention_start = models.CharField(max_length=10, blank=True)
    retention_end = models.CharField(max_length=10, blank=True)
    environment_seats = models.PositiveIntegerField(null=True, blank=True)
    environment_gpus = models.PositiveIntegerField(null=True, blank=True)
    environment_note = models.TextField(blank=True)
    custodian = models.CharField(max_length=80, blank=True)
    contact_name_ko = models.CharField(max_length=120, blank=True)
    contact_name_en = models.CharField(max_length=120, blank=True)
    contact_email = models.EmailField(max_length=200, blank=True)
    contact_page = models.CharField(max_length=200, blank=True)
    contact_phone = models.CharField(max_length=40, blank=True)
    provenance_ko = models.TextField(blank=True)
    provenance_en = models.TextField(blank=True)
    quality_ko = models.TextField(blank=True)
    quality_en = models.TextField(blank=True)
    quality_url = models.CharField(max_length=200, blank=True)
    sample_url = models.CharField(max_length=200, blank=True)
    analytics_url = models.CharField(max_length=200, blank=True)
    documentation_url = models.CharField(max_length=200, blank=True)
    referenced_by = ArrayField(models.CharField(max_length=200), **_codes)
    distributions = models.JSONField(default=list, blank=True)
    recalled_fields = ArrayField(models.CharField(max_length=60), **_codes)
    derived_fields = ArrayField(models.CharField(max_length=60), **_codes)
    source = models.TextField(_("Source"), blank=True)
    certainty = models.CharField(_("Certainty"), max_length=10, blank=True)
    search_title = models.TextField(editable=False, blank=True)
    search_text = models.TextField(editable=False, blank=True)
    search_vector = StoredField(
        expression=SearchVector("search_title", weight="A", config="english")
        + SearchVector("search_title", weight="A", config="simple")
        + SearchVector("search_text", weight="C", config="english")
        + SearchVector("search_text", weight="C", config="simple"),
        output_field=SearchVectorField(),
    )  # fmt: skip
    disease_spans = SpansField(default=tuple, editable=False)
    disease_chapters = ArrayField(models.CharField(max_length=5), editable=False, **_codes)
    diseases_comparable = models.BooleanField(default=False, editable=False)
    lead_days = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    from_won = WonField(null=True, blank=True, editable=False)

    MATCHED: ClassVar[tuple[str, ...]] = (
        "key",
        "title_ko",
        "title_en",
        "holders",
        "status",
        "modality",
        "disease_scope",
        "disease_areas",
        "min_age",
        "max_age",
        "temporal_start",
        "temporal_end",
        "access_mode",
        "exits",
        "standard",
        "annotation",
        "commercial_use_allowed",
        "commercial_use_note",
        "linkage_possible",
        "notes",
        "recalled_fields",
        "derived_fields",
        "update_frequency",
        "access_rights",
        "fee",
        "certainty",
        "individuals",
        "records",
        "record_unit",
        "population_note",
        "environment_seats",
        "environment_gpus",
    )  # what `facts` reads, beside the key of the entry above

    objects = DatasetQuerySet.as_manager()

    class Meta:
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        ordering = ["key"]
        indexes = [
            models.Index(fields=["publication", "status"], name="dataset_publication"),
            GinIndex(fields=["search_vector"], name="dataset_words"),
            GistIndex(fields=["disease_spans"], name="dataset_diseases"),
            GinIndex(fields=["modality"], name="dataset_modality"),
            GinIndex(fields=["standard"], name="dataset_standard"),
            GinIndex(fields=["access_mode"], name="dataset_access_mode"),
            GinIndex(fields=["disease_chapters"], name="dataset_chapters"),
            GinIndex(fields=["other_identifiers"], name="dataset_other_names"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(min_age__isnull=True) | Q(max_age__isnull=True) | Q(min_age__lte=models.F("max_age")),
                name="dataset_ages_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(publication__in=rules.SHOWN)
                | (~Q(profile="") & Q(published_number__isnull=False, published_sha256__regex="^[0-9a-f]{64}$")),
                name="dataset_published_has_version",
            ),
            models.CheckConstraint(  # what HealthDCAT-AP refuses to do without, as far as one row can say it
                condition=~Q(publication__in=rules.SHOWN, profile__in=(rules.Profile.RESTRICTED, rules.Profile.NON_PUBLIC))
                | (
                    ~Q(access_body="")
                    & Q(structured__isnull=False)
                    & ~Q(theme=[])
                    & ~Q(distributions=[])
                    & ~Q(applicable_legislation=[])
                    & ~Q(health_category=[])
                    & ~Q(title_ko="")
                    & ~Q(description_ko="")
                ),
                name="dataset_profile_satisfied",
            ),
            models.CheckConstraint(  # no way around: an institution's own entry is under DCAT-AP only when it is public
                condition=~Q(publication__in=rules.SHOWN, origin=rules.Origin.HOLDER, profile=rules.Profile.DCAT_AP)
                | Q(access_rights="PUBLIC"),
                name="dataset_own_profile",
            ),
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
        names = [name for name in self.MATCHED if name not in ("individuals", "records", "record_unit", "population_note")]
        counted = {"individuals": self.individuals, "records": self.records, "record_unit": self.record_unit}
        population = {**counted, "note": self.population_note}
        above = self.part_of.key if self.part_of is not None else rules.drawn_from(self.key)
        return {**{name: getattr(self, name) for name in names}, "population": population, "part_of": above}

    def is_open(self) -> bool:
        """Whether anybody can apply for it now: published, and neither planned nor superseded nor closed."""
        return self.publication == rules.Publication.PUBLISHED and self.status == rules.AVAILABLE

    def content(self, variables: list[dict[str, Any]]) -> dict[str, Any]:
        """What a version keeps: every field, profile and origin, and the variables, which stand in rows of their own."""
        fields = {name: getattr(self, name) for name in rules.CONTENT}
        return {**fields, "profile": self.profile, "origin": self.origin, "variables": variables}

    def judged(self, content: dict[str, Any]) -> dict[str, Any]:
        """A content with what belongs to the row itself: what the profiles are asked about."""
        return {**content, "key": self.key, "institution": self.institution.key}

    def __str__(self) -> str:
        from portal.kit.words import pick

        return pick(self, "title")
