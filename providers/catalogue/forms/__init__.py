"""The shape of what is typed: the public search, a section of an entry, its repeated parts, a spreadsheet of variables."""

from providers.catalogue.forms.entry import FORMSETS, FORMSETS_OF, NewForm, SectionForm, initial_lines, lines_of
from providers.catalogue.forms.searching import LEAD_WORDS, SearchForm, VariableSearchForm
from providers.catalogue.forms.variables import Unreadable, VariablesForm, rows_of

__all__ = [
    "FORMSETS", "FORMSETS_OF", "LEAD_WORDS", "NewForm", "SearchForm", "SectionForm", "Unreadable", "VariableSearchForm", "VariablesForm", "initial_lines",
    "lines_of", "rows_of",
]  # fmt: skip
