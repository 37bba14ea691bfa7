"""GET /api/v1/institutions/"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from portal.kit.api import PublicList
from providers.institutions.models import Institution


class InstitutionSerializer(serializers.ModelSerializer[Institution]):
    id = serializers.CharField(source="key", help_text="Stable identifier.")
    contact_desk = serializers.SerializerMethodField()
    open_capacity = serializers.SerializerMethodField()

    class Meta:
        model = Institution
        fields: ClassVar[list[str]] = [
            "id", "name_ko", "name_en", "aliases", "institution_type", "hospital_type", "hospital_type_certainty", "consortium", "consortium_role",
            "region", "capital_area", "voucher_supplier", "roles", "secure_analysis_centre", "site", "status",
            "review_mode", "contact_desk", "target_days", "measured_days", "measured_rates", "open_capacity", "is_demo", "notes", "source", "certainty",
        ]  # fmt: skip

    def get_contact_desk(self, row: Institution) -> dict[str, str] | None:
        """The office that answers; null while none is published."""
        names = {"name_ko": row.desk_ko, "name_en": row.desk_en, "email": row.desk_email, "phone": row.desk_phone}
        return names if row.desk_ko and row.organisation_id else None

    def get_open_capacity(self, row: Institution) -> dict[str, int] | None:
        """offers that stand today; open: orders that the limited ones still take; not_limited: offers without a limit."""
        found = self.context["capacities"].get(row.pk)
        return dict(found.__dict__) if found else None

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

    capacities: Callable[[Iterable[int]], Mapping[int, Any]] | None = None  # given by the assembly: offers stand above this room

    def get_serializer(self, page: Any = None, *args: Any, **kwargs: Any) -> Any:
        counted = self.capacities([row.pk for row in page]) if self.capacities and page else {}
        context = {**self.get_serializer_context(), "capacities": counted}
        return self.serializer_class(page, *args, **kwargs, context=context)

    def get_queryset(self) -> QuerySet[Institution]:
        return Institution.objects.visible_to(None).order_by("key")
