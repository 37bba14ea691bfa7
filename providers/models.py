"""Assembly only: the rooms' models."""

from providers.catalogue.models import (
    Code,
    CodeList,
    Dataset,
    DatasetSeries,
    DatasetVersion,
    Draft,
    SavedSearch,
    Subscription,
    Variable,
)
from providers.institutions.models import Institution
from providers.offers.models import Offer, OfferLine

__all__ = [
    "Code", "CodeList", "Dataset", "DatasetSeries", "DatasetVersion", "Draft", "Institution", "Offer", "OfferLine", "SavedSearch", "Subscription", "Variable",
]  # fmt: skip
