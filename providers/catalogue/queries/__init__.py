"""The catalogue's questions: words of codes, facets with counts, the search page."""

from providers.catalogue.queries.codes import (
    EXPORT_PLACE,
    MODALITY_PLACE,
    VOCABULARY_PLACE,
    WORDS_PLACE,
    choices,
    code_lists,
    known_codes,
    known_codes_kept,
    lists,
    modality_words,
    word_of,
    words,
)
from providers.catalogue.queries.exporting import (
    FORMS,
    PROFILES,
    Exported,
    Stamp,
    catalogue_nodes,
    croissant_of,
    dataset_nodes,
    exported,
    in_page,
    schema_org_of,
    stamp,
    word_nodes,
)
from providers.catalogue.queries.imports import import_faults
from providers.catalogue.queries.needs import dataset_facts, for_needs, marks
from providers.catalogue.queries.reading import (
    answered,
    as_before,
    due_sources,
    institutions_of,
    known,
    not_answered,
    reading_world,
)
from providers.catalogue.queries.searches import new_in, saved_searches, untold
from providers.catalogue.queries.searching import (
    FACETS,
    LEADS,
    MOST_COMPARED,
    SORTS,
    Facet,
    FacetValue,
    Overview,
    Wish,
    address_of,
    asked_words,
    compared,
    compared_keys,
    fitting_text,
    found,
    in_order,
    institutions_named,
    meant,
    overview,
    published_counts,
    published_of,
    understood,
    wish,
)
from providers.catalogue.queries.series import is_subscribed, releases_of
from providers.catalogue.queries.telling import Difference, differences, history, told
from providers.catalogue.queries.versions import (
    draft_of,
    draft_state,
    faults,
    found_variables,
    shown_variables,
    unconfirmed,
    variables_of,
    versions_of,
)
from providers.catalogue.queries.wording import (
    Fact,
    ages_words,
    cards,
    commercial_words,
    count_words,
    fact_sheet,
    fees,
    says,
    years_words,
)
from providers.catalogue.queries.writing import (
    Entry,
    changes_of,
    drafted,
    entry_of,
    own_datasets,
    section_of,
    sections_of,
    timeline,
)

__all__ = [
    "EXPORT_PLACE", "FACETS", "FORMS", "LEADS", "MODALITY_PLACE", "MOST_COMPARED", "PROFILES", "SORTS", "VOCABULARY_PLACE",
    "WORDS_PLACE", "Difference", "Entry", "Exported", "Facet", "FacetValue", "Fact", "Overview", "Stamp", "Wish",
    "address_of", "ages_words", "answered", "as_before", "asked_words", "cards", "catalogue_nodes", "changes_of", "choices",
    "code_lists", "commercial_words", "compared", "compared_keys", "count_words", "croissant_of", "dataset_facts",
    "dataset_nodes", "differences", "draft_of", "draft_state", "drafted", "due_sources", "entry_of", "exported",
    "fact_sheet", "faults", "fees", "fitting_text", "for_needs", "found", "found_variables", "history", "import_faults",
    "in_order", "in_page", "institutions_named", "institutions_of", "is_subscribed", "known", "known_codes",
    "known_codes_kept", "lists", "marks", "meant", "modality_words", "new_in", "not_answered", "overview", "own_datasets",
    "published_counts", "published_of", "reading_world", "releases_of", "saved_searches", "says", "schema_org_of",
    "section_of", "sections_of", "shown_variables", "stamp", "timeline", "told", "unconfirmed", "understood", "untold",
    "variables_of", "versions_of", "wish", "word_nodes", "word_of", "words", "years_words",
]  # fmt: skip
