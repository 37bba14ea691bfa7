"""Assembly only: the rooms register their models."""

from providers.catalogue.admin import CodeListAdmin, DatasetAdmin, HarvestSourceAdmin, ImportRunAdmin, InstitutionAdmin
from providers.offers.admin import OfferAdmin

__all__ = ["CodeListAdmin", "DatasetAdmin", "HarvestSourceAdmin", "ImportRunAdmin", "InstitutionAdmin", "OfferAdmin"]
