"""GET /api/v1/rounds/ and /api/v1/rounds/{key}/"""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.kit.api import PublicList, PublicView
from vouchers.rounds import queries
from vouchers.rounds.models import Criterion, Round, Track


class TrackSerializer(serializers.ModelSerializer[Track]):
    class Meta:
        model = Track
        fields: ClassVar[list[str]] = ["key", "name_ko", "name_en", "cap_won", "slots", "task_price_won"]


class CriterionSerializer(serializers.ModelSerializer[Criterion]):
    class Meta:
        model = Criterion
        fields: ClassVar[list[str]] = ["key", "name_ko", "name_en", "stage", "weight"]


class RoundSerializer(serializers.ModelSerializer[Round]):
    """A null is a fact that nobody published."""

    phase = serializers.CharField(help_text="What people see now: ANNOUNCED, OPEN, CLOSED, EVALUATING …")
    is_demo = serializers.BooleanField(help_text="Fictional, exists only in a demonstration.")
    tracks = TrackSerializer(many=True)

    class Meta:
        model = Round
        fields: ClassVar[list[str]] = [
            "key", "programme", "title_ko", "title_en", "fiscal_year", "phase", "match_timing", "announced_on",
            "opens_at", "closes_at", "budget_won", "project_start_on", "project_end_on", "is_reference", "is_demo",
            "tracks", "updated_at",
        ]  # fmt: skip


class RoundDetailSerializer(RoundSerializer):
    criteria = CriterionSerializer(many=True)
    policy = serializers.SerializerMethodField()

    class Meta(RoundSerializer.Meta):
        fields: ClassVar[list[str]] = [*RoundSerializer.Meta.fields, "criteria", "policy"]

    def get_policy(self, round: Round) -> dict[str, Any] | None:
        version = next(iter(round.policy_versions.all()), None)
        return {"version": version.number, **version.body} if version else None


@extend_schema(summary="Calls of the programme")
class RoundList(PublicList):
    serializer_class = RoundSerializer
    filters: ClassVar[dict[str, str]] = {"fiscal_year": "fiscal_year", "key": "key", "programme": "programme"}
    orderings: ClassVar[dict[str, str]] = {"key": "key", "fiscal_year": "fiscal_year", "closes_at": "closes_at"}
    max_age = 60

    def get_queryset(self) -> QuerySet[Round]:
        return queries.public_rounds()


@extend_schema(summary="One call with its criteria and its policy", responses=RoundDetailSerializer)
class RoundDetail(PublicView):
    max_age = 60

    def get(self, request: Request, key: str) -> Response:
        found = queries.get_public(key)
        if found is None:
            raise Http404
        return Response(RoundDetailSerializer(found).data)


urlpatterns = [
    path("rounds/", RoundList.as_view(), name="api-rounds"),
    path("rounds/<slug:key>/", RoundDetail.as_view(), name="api-round"),
]
