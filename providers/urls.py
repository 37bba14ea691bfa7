"""Assembly only: the rooms' pages."""

from django.urls import include, path

from providers.catalogue.urls import documents

__all__ = ["app_name", "documents", "urlpatterns"]

app_name = "providers"
urlpatterns = [
    path("", include("providers.catalogue.urls")),
    path("", include("providers.offers.urls")),
]
