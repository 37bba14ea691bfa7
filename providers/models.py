"""Assembly only: the rooms' models."""

from providers.catalogue.models import Code, CodeList, Dataset
from providers.institutions.models import Institution
from providers.offers.models import Offer, OfferLine

__all__ = ["Code", "CodeList", "Dataset", "Institution", "Offer", "OfferLine"]
