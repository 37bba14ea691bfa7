"""The shape of what is typed: an offer, its price lines, the public list's filters, a spreadsheet of offers."""

from providers.offers.forms.offer import (
    InstitutionSearchForm,
    LineForm,
    LineFormSet,
    OfferForm,
    initial,
    initial_lines,
    institution_wish,
)
from providers.offers.forms.onboarding import ClaimForm, FactsForm, facts_of
from providers.offers.forms.sheets import ApplyForm, Edited, SheetForm, Upload, beside, differences, judge, read_upload, told

__all__ = [
    "ApplyForm", "ClaimForm", "Edited", "FactsForm", "InstitutionSearchForm", "LineForm", "LineFormSet", "OfferForm", "SheetForm", "Upload", "beside", "differences", "facts_of", "initial", "initial_lines", "institution_wish", "judge", "read_upload", "told",
]  # fmt: skip
