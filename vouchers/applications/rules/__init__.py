"""An application on paper: its states, its sections, its eligibility, its money in words. No database, no clock."""

from vouchers.applications.rules.eligibility import (
    BLOCKING,
    REMEDIES,
    RULE_VERSION,
    Facts,
    Finding,
    Rule,
    blocking,
    eligibility,
    fact_words,
    size_words,
    undecided,
)
from vouchers.applications.rules.formula import formula, rate_words
from vouchers.applications.rules.sections import (
    DECLARATIONS,
    FIELDS,
    ORDER,
    Declaration,
    DocumentKind,
    Field,
    Missing,
    RegulatoryRoute,
    Surroundings,
    declaration_field,
    document_label,
    missing,
    section_state,
)
from vouchers.applications.rules.stages import (
    EDITABLE,
    ENDED,
    EVENT_WORDS,
    LIFECYCLE,
    TIMELINE_EVENTS,
    ApplicationStatus,
    SectionKey,
    SectionState,
    Verdict,
    matches_open,
    receipt,
)

__all__ = [
    "BLOCKING", "DECLARATIONS", "EDITABLE", "ENDED", "EVENT_WORDS", "FIELDS", "LIFECYCLE", "ORDER", "REMEDIES", "RULE_VERSION",
    "TIMELINE_EVENTS", "ApplicationStatus", "Declaration", "DocumentKind", "Facts", "Field", "Finding", "Missing", "RegulatoryRoute", "Rule",
    "SectionKey", "SectionState", "Surroundings", "Verdict", "blocking", "declaration_field", "document_label",
    "eligibility", "fact_words", "formula", "matches_open", "missing", "rate_words", "receipt", "section_state",
    "size_words", "undecided",
]  # fmt: skip
