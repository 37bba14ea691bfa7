"""Assembly only: the rooms' pages."""

from django.urls import include, path

app_name = "providers"
urlpatterns = [
    path("", include("providers.catalogue.urls")),
    path("", include("providers.offers.urls")),
]
