"""What may be uploaded, and who may see what was not scanned. Pure."""

from portal.documents.rules.content import inspect
from portal.documents.rules.names import clean_name, extension
from portal.documents.rules.states import (
    ANSWERS,
    CATALOGUES,
    LIFECYCLE,
    RETRY_DAYS,
    TYPES,
    ScanState,
    closed_because,
    may_open,
    not_taken_because,
)

__all__ = [
    "ANSWERS",
    "CATALOGUES",
    "LIFECYCLE",
    "RETRY_DAYS",
    "TYPES",
    "ScanState",
    "clean_name",
    "closed_because",
    "extension",
    "inspect",
    "may_open",
    "not_taken_because",
]
