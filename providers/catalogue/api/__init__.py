"""The catalogue for programs: public lists, one entry, and the writing of an entry."""

from providers.catalogue.api.reading import DatasetList, DatasetSerializer
from providers.catalogue.api.writing import DatasetDetail

__all__ = ["DatasetDetail", "DatasetList", "DatasetSerializer"]
