"""What an application says, what is missing in it, what its money is, and why it is eligible or not."""

from vouchers.applications.queries.behind import (
    amounts,
    blocking_live,
    certificate_for,
    certificate_of,
    chosen_matches,
    document_of,
    documents,
    is_open,
    live_of,
    mine,
    money,
    money_of,
    needs_of,
    not_asked,
    open_rounds,
    policy_of,
    region_words,
    selectable_matches,
    size_of,
    startable_rounds,
    stored_money,
    tracks_of,
)
from vouchers.applications.queries.checking import Why, facts, matches_of, provider_types, why
from vouchers.applications.queries.progressing import Progress, SectionView, may_match, may_write, progress, surroundings
from vouchers.applications.queries.reading import (
    Answer,
    Content,
    Signer,
    ball,
    content,
    content_hash,
    history,
    members_of,
    shown,
    signers,
)

__all__ = [
    "Answer", "Content", "Progress", "SectionView", "Signer", "Why", "amounts", "blocking_live", "ball", "certificate_for",
    "certificate_of", "chosen_matches", "content", "content_hash", "document_of", "documents", "facts", "history",
    "is_open", "live_of", "matches_of", "may_match", "may_write", "members_of", "mine", "money", "money_of", "needs_of", "not_asked",
    "open_rounds", "policy_of", "progress", "provider_types", "region_words", "selectable_matches", "shown", "signers",
    "size_of", "startable_rounds", "stored_money", "surroundings", "tracks_of", "why",
]  # fmt: skip
