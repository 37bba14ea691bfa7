"""Everything under /api/: the schema, its documentation and version 1."""

from typing import Any

from django.urls import URLPattern, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from portal.kit.access import public


def _open(view: Any) -> Any:
    return public(view)


v1: list[URLPattern] = []
urlpatterns = [
    path("schema/", _open(SpectacularAPIView.as_view()), name="schema"),
    path("docs/", _open(SpectacularSwaggerSplitView.as_view(url_name="schema")), name="docs"),
    path("v1/", include("vouchers.api")),
    path("v1/", include("providers.api")),
]
