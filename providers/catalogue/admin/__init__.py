"""The catalogue in the admin: entries, institutions, code lists, imports and the sources that are harvested."""

from providers.catalogue.admin.datasets import CodeListAdmin, DatasetAdmin
from providers.catalogue.admin.imports import HarvestSourceAdmin, ImportRunAdmin
from providers.catalogue.admin.institutions import InstitutionAdmin
from providers.catalogue.admin.series import DatasetSeriesAdmin

__all__ = ["CodeListAdmin", "DatasetAdmin", "DatasetSeriesAdmin", "HarvestSourceAdmin", "ImportRunAdmin", "InstitutionAdmin"]
