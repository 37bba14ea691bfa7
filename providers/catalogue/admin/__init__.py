"""The catalogue in the admin: entries, institutions, code lists, imports and the sources that are harvested."""

from providers.catalogue.admin.datasets import CodeListAdmin, DatasetAdmin
from providers.catalogue.admin.imports import HarvestSourceAdmin, ImportRunAdmin
from providers.catalogue.admin.institutions import InstitutionAdmin

__all__ = ["CodeListAdmin", "DatasetAdmin", "HarvestSourceAdmin", "ImportRunAdmin", "InstitutionAdmin"]
