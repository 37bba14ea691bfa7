"""Assembly only: the rooms' models."""

from providers.catalogue.models import (
    Code,
    CodeList,
    Dataset,
    DatasetSeries,
    DatasetVersion,
    Draft,
    HarvestSource,
    ImportedRecord,
    ImportLine,
    ImportRun,
    SavedSearch,
    Subscription,
    Variable,
)
from providers.institutions.models import Institution
from providers.offers.models import Offer, OfferLine

__all__ = [
    "Code", "CodeList", "Dataset", "DatasetSeries", "DatasetVersion", "Draft", "HarvestSource", "ImportLine", "ImportRun", "ImportedRecord", "Institution", "Offer", "OfferLine", "SavedSearch", "Subscription", "Variable",
]  # fmt: skip
