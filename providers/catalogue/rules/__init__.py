"""What may be published, and when: states, the fields of an entry, the profiles that judge them, versions and variables."""

from portal.kit.sheets import CellError
from providers.catalogue.rules.derivations import derived
from providers.catalogue.rules.fields import (
    ALWAYS,
    BY_NAME,
    CONTENT,
    FIELDS,
    LONGEST_ITEM,
    SECTIONS,
    Field,
    Kind,
    is_empty,
    nothing,
)
from providers.catalogue.rules.profiles import (
    MANDATORY,
    PORTAL,
    PROPERTIES,
    RECOMMENDED,
    Completeness,
    Gap,
    Profile,
    check_publishable,
    completeness,
    is_address,
    profiles_for,
    what_misfits,
)
from providers.catalogue.rules.publication import (
    AVAILABLE,
    DRAFT_LIFECYCLE,
    EVENT_WORDS,
    HANGUL,
    LIBRARY_NOTE,
    LIFECYCLE,
    PLANNED,
    PUBLICATION_MOVES,
    SHOWN,
    WORKING,
    DraftState,
    Origin,
    Publication,
    library_note_ko,
)
from providers.catalogue.rules.searching import (
    Question,
    Term,
    Vocabulary,
    chapters,
    comparable,
    looked_at,
    near,
    question,
    spans,
    understand,
    vocabulary,
)
from providers.catalogue.rules.umbrellas import above, drawn_from, is_kept
from providers.catalogue.rules.variables import (
    COLUMNS,
    DATATYPES,
    MOST_CHARACTERS,
    MOST_VARIABLES,
    Datatype,
    Variable,
    read_table,
)
from providers.catalogue.rules.versions import Change, canonical, changes, is_stale, sha256

__all__ = [
    "ALWAYS", "AVAILABLE", "BY_NAME", "COLUMNS", "CONTENT", "DATATYPES", "DRAFT_LIFECYCLE", "EVENT_WORDS", "FIELDS",
    "HANGUL", "LIBRARY_NOTE", "LIFECYCLE", "LONGEST_ITEM", "MANDATORY", "MOST_CHARACTERS", "MOST_VARIABLES", "PLANNED", "PORTAL",
    "PROPERTIES", "PUBLICATION_MOVES", "RECOMMENDED", "SECTIONS", "SHOWN", "WORKING", "CellError", "Change",
    "Completeness", "Datatype", "DraftState", "Field", "Gap", "Kind", "Origin", "Profile", "Publication", "Question",
    "Term", "Variable", "Vocabulary", "above", "canonical", "changes", "chapters", "check_publishable", "comparable",
    "completeness", "derived", "drawn_from", "is_address", "is_empty", "is_kept", "is_stale", "library_note_ko", "looked_at", "near", "nothing", "profiles_for",
    "question", "read_table", "sha256", "spans", "understand", "vocabulary", "what_misfits",
]  # fmt: skip
