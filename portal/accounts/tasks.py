"""The clock's door: sign-ins are forgotten when they end."""

from celery import shared_task

from portal.accounts import actions


@shared_task(name="accounts.forget_sign_ins")
def forget_sign_ins() -> int:
    """Addresses and browsers of sign-ins that ran out or were ended. Idempotent."""
    return actions.forget_sign_ins()
