"""What an accepted award asks of providers whose letter of intent sufficed until then."""

from portal.journal import actions as journal
from vouchers.evaluation import queries
from vouchers.matching import actions as matching


def ask_final_quotes() -> int:
    """Providers whose letters of intent stand behind accepted awards owe their final quotes. Idempotent (sweep).

    Writes: through matching.ask_final_quotes. Returns: how many were asked.
    """
    return journal.each(
        "evaluation.ask_final_quotes", queries.letters_behind_awards(), lambda pk: matching.ask_final_quotes(match_ids=[pk])
    )
