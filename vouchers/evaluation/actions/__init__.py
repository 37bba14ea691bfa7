"""The verbs of evaluation: assignments and scores, the selection run, awards."""

from vouchers.evaluation.actions.assignments import (
    accept,
    assign,
    decline,
    recuse,
    save_scores,
    submit_scores,
    withdraw_assignment,
)
from vouchers.evaluation.actions.awards import (
    accept_award,
    cancel_award,
    decline_award,
    lapse_awards,
    prepare_agreement,
)
from vouchers.evaluation.actions.letters import post_letter, record_service, serve_letters
from vouchers.evaluation.actions.paper import letter_paper
from vouchers.evaluation.actions.penalties import record_penalty, take_back_penalty
from vouchers.evaluation.actions.selection import confirm_selection, discard, propose_selection, run_selection, sync_rounds

__all__ = [
    "accept", "accept_award", "assign", "cancel_award", "confirm_selection", "decline", "decline_award", "discard",
    "lapse_awards", "letter_paper", "post_letter", "prepare_agreement", "propose_selection", "record_penalty", "record_service", "recuse", "run_selection", "save_scores", "serve_letters", "submit_scores", "sync_rounds", "take_back_penalty", "withdraw_assignment",
]  # fmt: skip
