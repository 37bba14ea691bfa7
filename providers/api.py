"""Assembly only: the API addresses of the rooms, under /api/v1/."""

from django.urls import path

from providers.catalogue.api import DatasetList
from providers.institutions.api import InstitutionList
from providers.offers.api import OfferList
from providers.offers.queries import known_codes

urlpatterns = [
    path("institutions/", InstitutionList.as_view(codes=known_codes), name="api_institutions"),
    path("datasets/", DatasetList.as_view(codes=known_codes), name="api_datasets"),
    path("offers/", OfferList.as_view(codes=known_codes), name="api_offers"),
]
