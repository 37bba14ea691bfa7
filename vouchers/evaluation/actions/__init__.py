"""The verbs of evaluation: the pool and its conflicts, assignments and scores, the selection run, awards."""

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
    end_with_year,
    lapse_awards,
    prepare_agreement,
)
from vouchers.evaluation.actions.challenges import file_challenge, reject_challenge, uphold_challenge
from vouchers.evaluation.actions.conflicts import sync_conflicts
from vouchers.evaluation.actions.finals import ask_final_quotes
from vouchers.evaluation.actions.letters import post_letter, record_service, serve_letters, turn_to_post
from vouchers.evaluation.actions.panels import close_panel, open_panel, record_reading, rescore
from vouchers.evaluation.actions.paper import letter_paper
from vouchers.evaluation.actions.penalties import record_penalty, take_back_penalty
from vouchers.evaluation.actions.pool import (
    add_affiliation,
    add_to_pool,
    change_member,
    declare_names,
    end_affiliation,
    leave_pool,
)
from vouchers.evaluation.actions.presenting import (
    cancel_presentation,
    discard_schedule,
    move_presentation,
    plan_presentations,
    publish_schedule,
    record_attendance,
    sync_presentations,
)
from vouchers.evaluation.actions.proposing import (
    apply_proposal,
    apply_proposals,
    change_proposal,
    check_change,
    discard_proposal,
    go_on,
    propose_assignments,
)
from vouchers.evaluation.actions.rerunning import propose_rerun, reopen_case
from vouchers.evaluation.actions.selection import confirm_selection, discard, propose_selection, run_selection, sync_rounds

__all__ = [
    "accept",
    "accept_award",
    "add_affiliation",
    "add_to_pool",
    "apply_proposal",
    "apply_proposals",
    "ask_final_quotes",
    "assign",
    "cancel_award",
    "cancel_presentation",
    "change_member",
    "change_proposal",
    "check_change",
    "close_panel",
    "confirm_selection",
    "declare_names",
    "decline",
    "decline_award",
    "discard",
    "discard_proposal",
    "discard_schedule",
    "end_affiliation",
    "end_with_year",
    "file_challenge",
    "go_on",
    "lapse_awards",
    "leave_pool",
    "letter_paper",
    "move_presentation",
    "open_panel",
    "plan_presentations",
    "post_letter",
    "prepare_agreement",
    "propose_assignments",
    "propose_rerun",
    "propose_selection",
    "publish_schedule",
    "record_attendance",
    "record_penalty",
    "record_reading",
    "record_service",
    "recuse",
    "reject_challenge",
    "reopen_case",
    "rescore",
    "run_selection",
    "save_scores",
    "serve_letters",
    "submit_scores",
    "sync_conflicts",
    "sync_presentations",
    "sync_rounds",
    "take_back_penalty",
    "turn_to_post",
    "uphold_challenge",
    "withdraw_assignment",
]  # fmt: skip
