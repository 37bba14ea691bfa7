"""Assembly only: the API addresses of the rooms, under /api/v1/."""

from django.urls import path

from providers.catalogue.api import DatasetDetail, DatasetList
from providers.institutions.api import InstitutionList
from providers.offers.api import OfferDetail, OfferList
from providers.offers.queries import known_codes, open_capacities

urlpatterns = [
    path(
        "institutions/",
        InstitutionList.as_view(codes=known_codes, capacities=staticmethod(open_capacities)),
        name="api_institutions",
    ),
    path("datasets/", DatasetList.as_view(codes=known_codes), name="api_datasets"),
    path("datasets/<slug:key>/", DatasetDetail.as_view(), name="api_dataset"),
    path("offers/", OfferList.as_view(codes=known_codes), name="api_offers"),
    path("offers/<slug:ref>/", OfferDetail.as_view(), name="api_offer"),
]
