"""A dataset's public page with its offers, the provider's own pages, offers by spreadsheet."""

from providers.offers.views.onboarding import application, apply, edit_application, service, withdraw_application
from providers.offers.views.pages import (
    compare,
    dataset,
    dataset_list,
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
    "application", "apply", "apply_sheet", "compare", "dataset", "dataset_list", "detail", "download_sheet", "edit", "edit_application", "home", "institution", "institution_list", "new", "preview", "service", "sheet", "verb", "withdraw_application",
]  # fmt: skip
