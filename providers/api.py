"""Assembly only: the API addresses of the rooms, under /api/v1/."""

from django.urls import path

from providers.catalogue.api import DatasetList
from providers.institutions.api import InstitutionList
from providers.offers.api import OfferList

urlpatterns = [
    path("institutions/", InstitutionList.as_view(), name="api_institutions"),
    path("datasets/", DatasetList.as_view(), name="api_datasets"),
    path("offers/", OfferList.as_view(), name="api_offers"),
]
