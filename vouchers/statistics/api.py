"""GET /api/v1/stats/, /api/v1/stats/{measure}/ and /api/v1/awards/"""

import csv
import io
import json
from dataclasses import asdict
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import renderers, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.kit import clock
from portal.kit.api import LANGUAGE, BadParameters, PublicList, PublicView
from portal.kit.sheets import in_spreadsheet
from vouchers.evaluation.models import Award
from vouchers.statistics import queries, rules


def _describe(measure: rules.Measure) -> dict[str, Any]:
    return {
        "measure": measure.key, "name": str(measure.name), "unit": measure.unit, "by": list(measure.by),
        "source": str(measure.source), "public_by_register": measure.register,
        "href": f"/api/v1/stats/{measure.key}/",
    }  # fmt: skip


class CSVRenderer(renderers.BaseRenderer):
    """The cells as CSV; one row a cell."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        out = io.StringIO()
        if "cells" not in data:  # a problem
            return json.dumps({key: str(value) if isinstance(value, Promise) else value for key, value in data.items()}).encode()
        writer = csv.writer(out)
        if data["demo"]:
            writer.writerow(["# " + _("Demonstration: fictional data")])
        names = [*data["by"], *(f"{name}_name" for name in data["by"]), data["measure"]]
        writer.writerow(names)
        for cell in data["cells"]:
            words = [*(cell["by"][n]["code"] for n in data["by"]), *(cell["by"][n]["name"] for n in data["by"])]
            writer.writerow([*map(in_spreadsheet, words), cell["value"]])
        return ("\ufeff" + out.getvalue()).encode()


class StatsIndex(PublicView):
    """What can be asked: measures, dimensions, rounds, as-of date."""

    @extend_schema(
        operation_id="stats_index",
        summary="What can be asked: measures, dimensions, rounds, dates",
        responses={200: dict},
        tags=["stats"],
        examples=[OpenApiExample("measures", value={"measures": [{"measure": "applications", "by": ["track"]}]})],
    )
    def get(self, request: Request) -> Response:
        return Response(
            {
                "measures": [_describe(measure) for measure in rules.MEASURES.values()],
                "dimensions": [{"dimension": d.key, "name": str(d.name)} for d in rules.DIMENSIONS.values()],
                "rounds": [{"round": r.key, "title_ko": r.title_ko, "title_en": r.title_en, "demo": r.is_demo} for r in queries.choices()],
                "as_of": [clock.today().isoformat()],
                "formats": ["json", "csv"],
            }
        )  # fmt: skip


class StatsMeasure(PublicView):
    """One measure cut by dimensions."""

    parameters = frozenset({"by", "round", "as_of"})
    renderer_classes: ClassVar[list[Any]] = [renderers.JSONRenderer, CSVRenderer]

    @extend_schema(
        operation_id="stats_measure", summary="One measure, cut by dimensions", responses={200: dict}, tags=["stats"],
        parameters=[
            OpenApiParameter("by", str, description="track, region, state; several with commas"),
            OpenApiParameter("round", str, description="key of a round; all that count when absent"),
            OpenApiParameter("as_of", str, description="one of the dates that /api/v1/stats/ offers"),
            OpenApiParameter("format", str, enum=["json", "csv"]),
            LANGUAGE,
        ],
    )  # fmt: skip
    def get(self, request: Request, measure: str) -> Response | HttpResponse:
        found = rules.MEASURES.get(measure)
        if found is None:
            raise BadParameters(_("There is no such measure."), ["measure"], sorted(rules.MEASURES))
        try:
            by = rules.parse_by(",".join(request.query_params.getlist("by")), found)
        except KeyError:
            raise BadParameters(_("This measure cannot be cut by that."), ["by"], list(found.by)) from None
        today = clock.today().isoformat()
        if request.query_params.get("as_of", today) != today:
            raise BadParameters(_("Figures of that day are not on offer."), ["as_of"], [today])
        try:
            table = queries.table(measure, by=by, round_key=request.query_params.get("round", ""))
        except KeyError:
            raise BadParameters(_("There is no such call."), ["round"], [one.key for one in queries.choices()]) from None
        return Response(_body(table))


def _body(table: rules.Table) -> dict[str, Any]:
    return {
        "measure": table.measure.key, "name": str(table.measure.name), "unit": table.measure.unit, "by": list(table.by),
        "round": table.round_key or None, "as_of": table.as_of, "demo": table.demo, "suppressed": table.suppressed,
        "total": table.total,
        "cells": [
            {"by": {n: {"code": cell.codes[n], "name": cell.words[n]} for n in table.by}, "value": cell.value}
            for cell in table.cells
        ],
    }  # fmt: skip


class AwardSerializer(serializers.ModelSerializer[Award]):
    """An award that stands. data_uses: empty until its agreement takes force."""

    round = serializers.CharField(source="application.round.key")
    track = serializers.CharField(source="application.track.key")
    title = serializers.CharField(source="application.title", help_text="As the company wrote it, in Korean.")
    company_ko = serializers.CharField(source="application.company.organisation.name_ko")
    company_en = serializers.CharField(source="application.company.organisation.name_en")
    region = serializers.CharField(source="application.region")
    is_demo = serializers.BooleanField(source="application.round.is_demo", help_text="Fictional, exists only in a demonstration.")
    data_uses = serializers.SerializerMethodField()
    outcomes = serializers.SerializerMethodField(
        help_text="What the round makes public of the surveys after the project, added up."
    )

    class Meta:
        model = Award
        fields: ClassVar[list[str]] = [
            "project_no", "round", "track", "title", "company_ko", "company_en", "region", "grant_won", "status", "is_demo", "data_uses", "outcomes", "updated_at",
        ]  # fmt: skip

    def get_outcomes(self, award: Award) -> list[dict[str, Any]]:
        return [asdict(one) for one in self.context["outcomes"].get(award.application_id, [])]

    def get_data_uses(self, award: Award) -> list[dict[str, Any]]:
        return [asdict(use) for use in self.context["data_uses"].get(award.application_id, [])]


@extend_schema(summary="Public register: awards that stand, and the data that their projects use")
class AwardList(PublicList):
    serializer_class = AwardSerializer
    filters: ClassVar[dict[str, str]] = {
        "round": "application__round__key", "track": "application__track__key", "region": "application__region",
    }  # fmt: skip
    orderings: ClassVar[dict[str, str]] = {"project_no": "project_no", "grant_won": "grant_won", "updated_at": "updated_at"}

    def get_queryset(self) -> QuerySet[Award]:
        return queries.register()

    def get_serializer(self, page: Any, **more: Any) -> Any:
        more["context"] = {
            **self.get_serializer_context(),
            "data_uses": queries.data_uses(page),
            "outcomes": queries.results(page),
        }
        return super().get_serializer(page, **more)


urlpatterns = [
    path("awards/", AwardList.as_view(), name="api_awards"),
    path("stats/", StatsIndex.as_view(), name="api_stats"),
    path("stats/<slug:measure>/", StatsMeasure.as_view(), name="api_stats_measure"),
]
