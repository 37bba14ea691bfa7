"""GET /api/v1/institutions/"""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from portal.kit.api import PublicList
from providers.institutions.models import Institution


class InstitutionSerializer(serializers.ModelSerializer[Institution]):
    id = serializers.CharField(source="key", help_text="Stable identifier.")

    class Meta:
        model = Institution
        fields: ClassVar[list[str]] = [
            "id", "name_ko", "name_en", "aliases", "institution_type", "hospital_type", "hospital_type_certainty", "consortium", "consortium_role",
            "region", "capital_area", "voucher_supplier", "roles", "secure_analysis_centre", "site", "status",
            "target_days", "measured_days", "is_demo", "notes", "source", "certainty",
        ]  # fmt: skip

    def to_representation(self, instance: Institution) -> dict[str, Any]:
        """Empty text means "not published" and is null."""
        return {name: None if value == "" else value for name, value in super().to_representation(instance).items()}


@extend_schema(summary="Data holders, linkage agencies, operator and ministry")
class InstitutionList(PublicList):
    serializer_class = InstitutionSerializer
    filters: ClassVar[dict[str, str]] = {
        "region": "region",
        "institution_type": "institution_type",
        "consortium": "consortium",
        "voucher_supplier": "voucher_supplier",
        "role": "roles__overlap",
    }
    coded: ClassVar[dict[str, str]] = {
        "region": "region",
        "institution_type": "institution_type",
        "consortium": "consortium",
        "role": "institution_role",
    }
    booleans: ClassVar[frozenset[str]] = frozenset({"voucher_supplier"})
    orderings: ClassVar[dict[str, str]] = {"id": "key", "name": "name_ko"}

    def get_queryset(self) -> QuerySet[Institution]:
        return Institution.objects.visible_to(None).order_by("key")
