"""The browser's door to applications: writing them, and handing them in."""

from vouchers.applications.views.asked import asked
from vouchers.applications.views.commenting import comment, resolve_comment
from vouchers.applications.views.fit import check
from vouchers.applications.views.following import (
    detail,
    download_document,
    preview,
    receipt,
    receipt_pdf,
    why,
)
from vouchers.applications.views.handing_in import submit, supply_supplement, withdraw
from vouchers.applications.views.late import late
from vouchers.applications.views.writing import (
    applications,
    autosave,
    blind_document,
    document,
    matches,
    need,
    remove_document,
    section,
    start,
    take_document,
)

__all__ = [
    "applications", "asked", "autosave", "blind_document", "check", "comment", "detail", "document", "download_document", "late", "matches", "need", "preview", "receipt",
    "receipt_pdf", "remove_document", "resolve_comment", "section", "start", "submit", "supply_supplement",
    "take_document", "why", "withdraw",
]  # fmt: skip
