"""Assembly only: the rooms' models."""

from providers.catalogue.models import Code, CodeList, Dataset, DatasetVersion, Draft, Variable
from providers.institutions.models import Institution
from providers.offers.models import Offer, OfferLine

__all__ = ["Code", "CodeList", "Dataset", "DatasetVersion", "Draft", "Institution", "Offer", "OfferLine", "Variable"]
