"""The clock's door: sign-ins are forgotten when they end, sign-ups and records of roles when their time is over."""

from celery import shared_task

from portal.accounts import actions
from portal.kit import clock


@shared_task(name="accounts.forget_sign_ins")
def forget_sign_ins() -> int:
    """Addresses and browsers of sign-ins that ran out or were ended. Idempotent."""
    return actions.forget_sign_ins()


@shared_task(name="accounts.forget_sign_ups")
def forget_sign_ups() -> int:
    """Sign-ups that nobody confirmed. Idempotent. Returns: how many."""
    return actions.forget_sign_ups(now=clock.now())


@shared_task(name="accounts.forget_role_grants")
def forget_role_grants() -> int:
    """Records of roles past their time. Idempotent. Returns: how many."""
    return actions.forget_role_grants(now=clock.now())


@shared_task(name="accounts.remind_of_keys")
def remind_of_keys() -> int:
    """API keys that end soon. Idempotent. Returns: keys told of."""
    return actions.remind_of_keys(now=clock.now())


@shared_task(name="accounts.forget_answers")
def forget_answers() -> int:
    """Answers to writes of the API past their time. Idempotent. Returns: how many."""
    return actions.forget_answers(now=clock.now())
