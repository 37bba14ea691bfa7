"""Code lists, datasets as published, their versions, what is being written, their variables."""

from providers.catalogue.models.codes import Code, CodeList
from providers.catalogue.models.datasets import Dataset, DatasetQuerySet, any_phrase
from providers.catalogue.models.imports import HarvestSource, ImportedRecord, ImportLine, ImportRun
from providers.catalogue.models.searches import SavedSearch
from providers.catalogue.models.series import DatasetSeries, Subscription
from providers.catalogue.models.versions import DatasetVersion, Draft, Variable

__all__ = [
    "Code",
    "CodeList",
    "Dataset",
    "DatasetQuerySet",
    "DatasetSeries",
    "DatasetVersion",
    "Draft",
    "HarvestSource",
    "ImportLine",
    "ImportRun",
    "ImportedRecord",
    "SavedSearch",
    "Subscription",
    "Variable",
    "any_phrase",
]
