"""The catalogue's pages: what everybody reads, and what an institution writes."""

from providers.catalogue.views.exporting import (
    catalogue_document,
    croissant,
    dataset_document,
    schema_org,
    words,
    words_document,
)
from providers.catalogue.views.importing import template, variables
from providers.catalogue.views.imports import imports, report, report_table, stop
from providers.catalogue.views.own_series import series_edit, series_new, series_withdraw
from providers.catalogue.views.reading import history, search, series, series_verb, variable_list
from providers.catalogue.views.searches import forget, saved
from providers.catalogue.views.sources import source, source_edit, source_new, source_verb, sources
from providers.catalogue.views.writing import entry, new, section, verb

__all__ = [
    "catalogue_document",
    "croissant",
    "dataset_document",
    "entry",
    "forget",
    "history",
    "imports",
    "new",
    "report",
    "report_table",
    "saved",
    "schema_org",
    "search",
    "section",
    "series",
    "series_edit",
    "series_new",
    "series_verb",
    "series_withdraw",
    "source",
    "source_edit",
    "source_new",
    "source_verb",
    "sources",
    "stop",
    "template",
    "variable_list",
    "variables",
    "verb",
    "words",
    "words_document",
]
