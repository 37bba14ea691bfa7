"""The verbs of the room: what the company does (filing) and what is decided about it (deciding)."""

from vouchers.objections.actions.deciding import (
    decide,
    extend,
    find_admissible,
    find_inadmissible,
    give_opinion,
    record_remedy,
    take_over,
    take_up,
    waive_remedy,
)
from vouchers.objections.actions.filing import file_against, file_objection, withdraw
from vouchers.objections.actions.releasing import release_matches

__all__ = [
    "decide", "extend", "file_against", "file_objection", "find_admissible", "find_inadmissible", "give_opinion", "record_remedy", "release_matches", "take_over", "take_up",
    "waive_remedy", "withdraw",
]  # fmt: skip
