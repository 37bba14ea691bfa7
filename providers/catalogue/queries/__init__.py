"""The catalogue's questions: words of codes, facets with counts, the search page."""

from providers.catalogue.queries.codes import WORDS_PLACE, choices, code_lists, known_codes, lists, word_of, words
from providers.catalogue.queries.searching import (
    FACETS,
    Facet,
    FacetValue,
    Overview,
    Wish,
    found,
    in_order,
    institutions_named,
    overview,
    published_counts,
    published_of,
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

__all__ = [
    "FACETS", "WORDS_PLACE", "Facet", "FacetValue", "Fact", "Overview", "Wish", "ages_words", "cards", "choices",
    "code_lists", "commercial_words", "count_words", "fact_sheet", "fees", "found", "in_order", "institutions_named",
    "known_codes", "lists", "overview", "published_counts", "published_of", "says", "word_of", "words", "years_words",
]  # fmt: skip
