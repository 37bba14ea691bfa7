"""Everything under /api/: the schema, its documentation and version 1."""

from typing import Any

from django.urls import URLPattern, include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from portal.kit.access import public
from portal.kit.api import NothingHere


def _open(view: Any) -> Any:
    return public(view)


v1: list[URLPattern] = []
urlpatterns = [
    path("schema/", _open(SpectacularAPIView.as_view()), name="schema"),
    path("docs/", _open(SpectacularSwaggerSplitView.as_view(url_name="schema")), name="docs"),
    path("v1/", include("vouchers.api")),
    path("v1/", include("providers.api")),
    re_path(r"^v1/(?:.*/)?$", NothingHere.as_view()),  # without a slash at its end an address is first led to the one with it
]
