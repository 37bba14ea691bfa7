"""Agreements as their parties see them, how they would change, the check of their hashes."""

from vouchers.agreements.queries.agreeing import (
    faults,
    first_day_of,
    intact,
    lines_for,
    listed,
    match_of_quote,
    money_for,
    not_yet_complete,
    only_intended,
    operator_for,
    party_of,
    period_of,
    provisional,
    waiting_for,
)
from vouchers.agreements.queries.changing import (
    Preview,
    available_won,
    changes_for,
    differences,
    names_in,
    open_change,
    own_party,
    paid_won,
    part_words,
    parts_of,
    preview,
    rate_facts,
    said,
    signatures,
    signatures_over,
    signed_parties,
    signed_version,
    signs_for,
    taking_part,
    terms,
    unsigned,
    wanted_terms,
)

__all__ = [
    "Preview", "available_won", "changes_for", "differences", "faults", "first_day_of", "intact", "lines_for", "listed",
    "match_of_quote", "money_for", "names_in", "not_yet_complete", "only_intended", "open_change", "operator_for", "own_party",
    "paid_won", "part_words", "parts_of", "party_of", "period_of", "preview", "provisional", "rate_facts", "said", "signatures",
    "signatures_over", "signed_parties", "signed_version", "signs_for", "taking_part", "terms", "unsigned", "waiting_for", "wanted_terms",
]  # fmt: skip
