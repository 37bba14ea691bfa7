"""What the public, officers and later rooms ask about rounds."""

from vouchers.rounds.queries.amending import (
    AmendmentRow,
    amendment_rows,
    change_words,
    untold_amendments,
)
from vouchers.rounds.queries.announcing import (
    FeedEntry,
    address_of,
    call_paper,
    conflict_rows,
    dates_of,
    feed_entries,
    print_of,
    rate_rows,
)
from vouchers.rounds.queries.calls import (
    Example,
    budget_short_won,
    current_policy,
    evaluation_due,
    examples,
    fault_sentences,
    faults_of,
    get_public,
    late_entries,
    money_words,
    public_rounds,
    selection_rows,
    stage_words,
    track_names,
    track_words,
    years,
)
from vouchers.rounds.queries.inquiries import (
    answered,
    may_ask,
    own_waiting,
)

__all__ = [
    "AmendmentRow", "Example", "FeedEntry", "address_of", "amendment_rows", "answered", "budget_short_won", "call_paper",
    "change_words", "conflict_rows", "current_policy", "dates_of", "evaluation_due", "examples", "fault_sentences", "faults_of",
    "feed_entries", "get_public", "late_entries", "may_ask", "money_words", "own_waiting", "print_of", "public_rounds", "rate_rows",
    "selection_rows", "stage_words", "track_names", "track_words", "untold_amendments", "years",
]  # fmt: skip
