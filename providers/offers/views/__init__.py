"""A dataset's public page with its offers, the provider's own pages, offers by spreadsheet."""

from providers.offers.views.pages import (
    compare,
    dataset,
    detail,
    edit,
    home,
    institution,
    institution_list,
    new,
    preview,
    verb,
)
from providers.offers.views.sheets import apply_sheet, download_sheet, sheet

__all__ = [
    "apply_sheet",
    "compare",
    "dataset",
    "detail",
    "download_sheet",
    "edit",
    "home",
    "institution",
    "institution_list",
    "new",
    "preview",
    "sheet",
    "verb",
]
