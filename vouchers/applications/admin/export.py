"""A round's applications leave the house as a table, written down with every company in it."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.module_loading import import_string

from portal.kit.admin import VerbAdmin
from portal.kit.sheets import csv_lines
from vouchers.applications import queries
from vouchers.applications.models import Application
from vouchers.rounds.models import Round


class ExportPages(VerbAdmin):
    """`…/application/export/<round>/<language>.csv`"""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export)
        return [path("export/<int:round_id>/<str:language>.csv", view, name="vouchers_application_export"), *super().get_urls()]

    def export(self, request: HttpRequest, round_id: int, language: str) -> StreamingHttpResponse:
        """Every application of a round that was handed in, for the officers who check them."""
        if not request.user.has_perm("vouchers.check_application"):
            raise PermissionDenied
        if language not in {"ko", "en"} or request.method != "GET":
            raise Http404
        round_ = get_object_or_404(Round, pk=round_id)
        found: Any = Application.objects.visible_to(request.user)
        persons = set(found.filter(round=round_).values_list("company__ref", flat=True))
        import_string(settings.READING_LOG)(request.user, round_, persons=persons, what="admin: export application")
        rows = queries.export_rows(round_, found, language)
        response = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{round_.key}-applications-{language}.csv"'
        response["Cache-Control"] = "private, no-store"
        return response
