"""The shape of what is typed: the public search, a section of an entry, its repeated parts, a spreadsheet of variables."""

from providers.catalogue.forms.entry import (
    DATE,
    DISEASE_CODE,
    DURATION,
    FORMSETS,
    FORMSETS_OF,
    KEY,
    PLAN,
    NewForm,
    SectionForm,
    initial_lines,
    lines_of,
    systems,
)
from providers.catalogue.forms.importing import ImportForm, SourceForm
from providers.catalogue.forms.searching import LEAD_WORDS, SearchForm, VariableSearchForm
from providers.catalogue.forms.series import SPARE, SeriesForm, series_of
from providers.catalogue.forms.variables import Unreadable, VariablesForm, rows_of

__all__ = [
    "DATE",
    "DISEASE_CODE",
    "DURATION",
    "FORMSETS",
    "FORMSETS_OF",
    "KEY",
    "LEAD_WORDS",
    "PLAN",
    "SPARE",
    "ImportForm",
    "NewForm",
    "SearchForm",
    "SectionForm",
    "SeriesForm",
    "SourceForm",
    "Unreadable",
    "VariableSearchForm",
    "VariablesForm",
    "initial_lines",
    "lines_of",
    "rows_of",
    "series_of",
    "systems",
]  # fmt: skip
