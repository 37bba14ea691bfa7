"""A round is prepared, reviewed, announced, and goes through its life. The only code that writes here."""

from vouchers.rounds.actions.amending import (
    amend,
    tell_amendment,
)
from vouchers.rounds.actions.asking import (
    move_question,
    remove_question,
    save_question,
)
from vouchers.rounds.actions.demo import (
    ensure_demo_rounds,
    make_blind_demo_round,
)
from vouchers.rounds.actions.inquiries import (
    answer_inquiry,
    ask,
    set_aside_inquiry,
)
from vouchers.rounds.actions.prepare import (
    FACTS,
    copy_round,
    create_round,
    edit_round,
    save_policy,
    set_criteria,
    set_tracks,
)
from vouchers.rounds.actions.reference import (
    register_reference_round,
)
from vouchers.rounds.actions.rehearsing import ask_promotion, decline_promotion, promote, rehearse
from vouchers.rounds.actions.turn import (
    announce,
    archive,
    begin_evaluation,
    begin_settlement,
    cancel,
    hold_evaluation,
    owe_evaluators,
    publish_selection,
    send_back,
    start_projects,
    submit_for_review,
    turn,
)

__all__ = [
    "FACTS",
    "amend",
    "announce",
    "answer_inquiry",
    "archive",
    "ask",
    "ask_promotion",
    "begin_evaluation",
    "begin_settlement",
    "cancel",
    "copy_round",
    "create_round",
    "decline_promotion",
    "edit_round",
    "ensure_demo_rounds",
    "hold_evaluation",
    "make_blind_demo_round",
    "move_question",
    "owe_evaluators",
    "promote",
    "publish_selection",
    "register_reference_round",
    "rehearse",
    "remove_question",
    "save_policy",
    "save_question",
    "send_back",
    "set_aside_inquiry",
    "set_criteria",
    "set_tracks",
    "start_projects",
    "submit_for_review",
    "tell_amendment",
    "turn",
]  # fmt: skip
