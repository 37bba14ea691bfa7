"""Needs, quotes and matches: the only code that writes them."""

from vouchers.matching.actions.agreeing import (
    agree_as_investigator,
    agree_by_link,
    approve_quote,
    find_by_link,
    return_by_link,
    return_quote,
)
from vouchers.matching.actions.allocating import (
    compute_allocations,
    discard_allocation,
    order_again,
    order_allocation,
)
from vouchers.matching.actions.asking import (
    accept_quote,
    clarify,
    decline_quote,
    request_quote,
    request_quotes,
    withdraw_request,
)
from vouchers.matching.actions.faults import quote_faults
from vouchers.matching.actions.feasibility import (
    answer_feasibility,
    ask_feasibility,
    expire_feasibility,
    refuse_feasibility,
    withdraw_feasibility,
)
from vouchers.matching.actions.finals import accept_final_quote, ask_final_quotes, decline_final_quote
from vouchers.matching.actions.matches import cancel_match, confirm_match, release_match
from vouchers.matching.actions.needs import close_need, post_need, run_match, save_need
from vouchers.matching.actions.preparing import prepare_quote, resend_link
from vouchers.matching.actions.proposing import lapse_proposals, publish_allocation
from vouchers.matching.actions.quoting import (
    ask_clarification,
    decline_request,
    expire_quotes,
    note_views,
)
from vouchers.matching.actions.sourcing import (
    answer_proposal,
    ask_sourcing,
    close_sourcing,
    note_sourcing,
    propose_data,
    take_up_sourcing,
)

__all__ = [
    "accept_final_quote",
    "accept_quote",
    "agree_as_investigator",
    "agree_by_link",
    "answer_feasibility",
    "answer_proposal",
    "approve_quote",
    "ask_clarification",
    "ask_feasibility",
    "ask_final_quotes",
    "ask_sourcing",
    "cancel_match",
    "clarify",
    "close_need",
    "close_sourcing",
    "compute_allocations",
    "confirm_match",
    "decline_final_quote",
    "decline_quote",
    "decline_request",
    "discard_allocation",
    "expire_feasibility",
    "expire_quotes",
    "find_by_link",
    "lapse_proposals",
    "note_sourcing",
    "note_views",
    "order_again",
    "order_allocation",
    "post_need",
    "prepare_quote",
    "propose_data",
    "publish_allocation",
    "quote_faults",
    "refuse_feasibility",
    "release_match",
    "request_quote",
    "request_quotes",
    "resend_link",
    "return_by_link",
    "return_quote",
    "run_match",
    "save_need",
    "take_up_sourcing",
    "withdraw_feasibility",
    "withdraw_request",
]
