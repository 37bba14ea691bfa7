"""Needs, quotes and matches: the only code that writes them."""

from vouchers.matching.actions.asking import (
    accept_quote,
    clarify,
    decline_quote,
    request_quote,
    withdraw_request,
)
from vouchers.matching.actions.feasibility import (
    answer_feasibility,
    ask_feasibility,
    expire_feasibility,
    refuse_feasibility,
    withdraw_feasibility,
)
from vouchers.matching.actions.matches import cancel_match, confirm_match, release_match
from vouchers.matching.actions.needs import close_need, post_need, run_match, save_need
from vouchers.matching.actions.quoting import (
    ask_clarification,
    decline_request,
    expire_quotes,
    quote,
)

__all__ = [
    "accept_quote",
    "answer_feasibility",
    "ask_clarification",
    "ask_feasibility",
    "cancel_match",
    "clarify",
    "close_need",
    "confirm_match",
    "decline_quote",
    "decline_request",
    "expire_feasibility",
    "expire_quotes",
    "post_need",
    "quote",
    "refuse_feasibility",
    "release_match",
    "request_quote",
    "run_match",
    "save_need",
    "withdraw_feasibility",
    "withdraw_request",
]
