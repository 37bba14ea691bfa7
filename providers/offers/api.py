"""GET /api/v1/offers/"""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from portal.kit import clock
from portal.kit.api import PublicList
from providers.offers.models import Offer, OfferLine


class OfferLineSerializer(serializers.ModelSerializer[OfferLine]):
    class Meta:
        model = OfferLine
        fields: ClassVar[list[str]] = ["kind", "title_ko", "title_en", "unit", "unit_price_won", "tax_kind", "minimum"]


class OfferSerializer(serializers.ModelSerializer[Offer]):
    id = serializers.CharField(source="ref")
    institution = serializers.CharField(source="institution.key")
    dataset = serializers.CharField(source="dataset.key", allow_null=True, default=None)
    is_demo = serializers.BooleanField(source="institution.is_demo")
    lines = OfferLineSerializer(many=True)

    class Meta:
        model = Offer
        fields: ClassVar[list[str]] = [
            "id", "institution", "dataset", "kind", "title_ko", "title_en", "description_ko", "description_en", "lines",
            "floor_won", "capacity", "capacity_period", "open_capacity", "access_modes", "exits", "lead_time_days",
            "allowed_purposes", "commercial_ai_allowed", "model_export", "joint_drb", "valid_from", "valid_to",
            "published_at", "is_demo", "version",
        ]  # fmt: skip

    def to_representation(self, instance: Offer) -> dict[str, Any]:
        """Empty text means "not given" and is null."""
        return {name: None if value == "" else value for name, value in super().to_representation(instance).items()}


@extend_schema(summary="Published offers with price lines (whole won, VAT excluded)")
class OfferList(PublicList):
    serializer_class = OfferSerializer
    filters: ClassVar[dict[str, str]] = {
        "kind": "kind",
        "institution": "institution__key",
        "dataset": "dataset__key",
        "access_mode": "access_modes__overlap",
        "purpose": "allowed_purposes__overlap",
        "joint_drb": "joint_drb",
    }
    coded: ClassVar[dict[str, str]] = {"access_mode": "access_mode", "kind": "offer_kind", "purpose": "purpose"}
    booleans: ClassVar[frozenset[str]] = frozenset({"joint_drb"})
    orderings: ClassVar[dict[str, str]] = {"id": "ref", "floor_won": "floor_won", "lead_time_days": "lead_time_days"}

    def get_queryset(self) -> QuerySet[Offer]:
        offered = Offer.objects.offered(clock.now())
        return offered.select_related("institution", "dataset").prefetch_related("lines").order_by("ref")
