"""GET /api/v1/datasets/"""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from portal.kit.api import PublicList
from providers.catalogue import queries
from providers.catalogue.models import Dataset


class DatasetSerializer(serializers.ModelSerializer[Dataset]):
    id = serializers.CharField(source="key", help_text="Stable identifier; the page is /catalogue/<id>/.")
    institution = serializers.CharField(source="institution.key")
    is_demo = serializers.BooleanField(source="institution.is_demo")
    part_of = serializers.CharField(source="part_of.key", allow_null=True, default=None)

    series = serializers.CharField(source="series.key", allow_null=True, default=None)

    class Meta:
        model = Dataset
        fields: ClassVar[list[str]] = [
            "id", "title_ko", "title_en", "description_ko", "description_en", "institution", "holders", "part_of", "edition",
            "status", "health_category", "modality", "disease_scope", "disease_areas", "individuals", "records",
            "record_unit", "population_note", "min_age", "max_age", "temporal_start", "temporal_end", "update_frequency",
            "access_mode", "access_rights", "exits", "standard", "linkage_possible", "linkage_note", "annotation", "fee",
            "landing_page", "language", "legal_basis", "commercial_use_allowed", "commercial_use_note", "notes",
            "planned_for", "series", "keywords_ko", "keywords_en", "theme", "dataset_type", "other_identifiers", "health_theme", "coding_systems",
            "structured", "population_coverage_ko", "population_coverage_en", "temporal_resolution", "spatial",
            "personal_data", "purposes", "applicable_legislation", "access_body", "retention_start", "retention_end",
            "environment_seats", "environment_gpus", "environment_note", "custodian", "contact_name_ko", "contact_name_en",
            "contact_email", "contact_page", "contact_phone", "provenance_ko", "provenance_en", "quality_ko", "quality_en",
            "quality_url", "sample_url", "analytics_url", "documentation_url", "referenced_by", "distributions",
            "recalled_fields", "derived_fields", "source", "certainty", "is_demo", "profile", "origin",
            "published_number", "published_sha256", "updated_at",
        ]  # fmt: skip

    def to_representation(self, instance: Dataset) -> dict[str, Any]:
        """Empty text means "not published" and is null."""
        return {name: None if value == "" else value for name, value in super().to_representation(instance).items()}


@extend_schema(summary="Published datasets")
class DatasetList(PublicList):
    serializer_class = DatasetSerializer
    filters: ClassVar[dict[str, str]] = {
        "modality": "modality__overlap",
        "region": "institution__region",
        "access_mode": "access_mode__overlap",
        "availability": "status",
        "institution": "institution__key",
        "commercial_use_allowed": "commercial_use_allowed",
    }
    searches: ClassVar[dict[str, Any]] = {"q": queries.fitting_text}
    coded: ClassVar[dict[str, str]] = {
        "modality": "modality",
        "region": "region",
        "access_mode": "access_mode",
        "availability": "dataset_status",
    }
    booleans: ClassVar[frozenset[str]] = frozenset({"commercial_use_allowed"})
    orderings: ClassVar[dict[str, str]] = {"id": "key", "individuals": "individuals", "updated_at": "updated_at"}

    def get_queryset(self) -> QuerySet[Dataset]:
        return Dataset.objects.published().select_related("institution", "part_of", "series").order_by("key")
