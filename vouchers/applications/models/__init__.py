"""What the room of applications keeps."""

from vouchers.applications.models.applying import (
    Application,
    ApplicationDocument,
    ApplicationMatch,
    ApplicationQuerySet,
    ApplicationSection,
    BlindDocument,
    Certification,
    CheckBatch,
    CheckBatchLine,
    EligibilityCheck,
    SectionComment,
    SupplementItem,
)
from vouchers.applications.models.late import LateEntry

__all__ = [
    "Application", "ApplicationDocument", "ApplicationMatch", "ApplicationQuerySet", "ApplicationSection", "BlindDocument", "Certification", "CheckBatch",
    "CheckBatchLine", "EligibilityCheck", "LateEntry", "SectionComment", "SupplementItem",
]  # fmt: skip
