"""The clock's door: unanswered awards lapse, the officers learn what a round in evaluation waits for."""

from celery import shared_task

from portal.kit import clock
from vouchers.evaluation import actions


@shared_task(name="evaluation.lapse_awards")
def lapse_awards() -> int:
    return actions.lapse_awards(clock.now())


@shared_task(name="evaluation.sync_rounds")
def sync_rounds() -> int:
    """Who owes what for a round in evaluation: evaluators, then the proposal. Idempotent."""
    return actions.sync_rounds()


@shared_task(name="evaluation.serve_letters")
def serve_letters() -> int:
    """Letters whose mail has left are served; the remedy's days run."""
    return actions.serve_letters()


@shared_task(name="evaluation.sync_conflicts")
def sync_conflicts() -> int:
    """Conflicts of interest follow the facts about evaluators and applications. Idempotent."""
    return actions.sync_conflicts()


@shared_task(name="evaluation.apply_proposals")
def apply_proposals() -> int:
    """Proposed assignments that an officer applied and that are not all made yet."""
    return actions.apply_proposals()


@shared_task(name="evaluation.sync_presentations")
def sync_presentations() -> int:
    """Presentations of applications that left the evaluation are cancelled. Idempotent. Returns: how many."""
    return actions.sync_presentations()


@shared_task(name="evaluation.ask_final_quotes")
def ask_final_quotes() -> int:
    """Letters of intent behind accepted awards become final quotes. Idempotent. Returns: how many were asked for."""
    return actions.ask_final_quotes()
