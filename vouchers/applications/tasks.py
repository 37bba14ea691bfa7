"""The clock's door: drafts follow their round's closing time and their company's matches, supplements their due day."""

from celery import shared_task

from portal.kit import clock
from vouchers.applications import actions


@shared_task(name="applications.sync_deadlines")
def sync_deadlines() -> int:
    """An extension moves the duty of every draft, a closed round ends it. Idempotent."""
    return actions.sync_deadlines(now=clock.now())


@shared_task(name="applications.tell_amendments")
def tell_amendments() -> int:
    """Whoever has a draft or an application is told of the call's amendments. Idempotent."""
    return actions.tell_amendments(now=clock.now())


@shared_task(name="applications.sync_matches")
def sync_matches() -> int:
    """A draft without a match stands on the one that was confirmed meanwhile. Idempotent."""
    return actions.sync_matches(now=clock.now())


@shared_task(name="applications.release_unused_matches")
def release_unused_matches() -> int:
    """Matches on which nobody applied before their call closed are free again. Idempotent. Returns: how many."""
    return actions.release_unused_matches(now=clock.now())


@shared_task(name="applications.miss_supplements")
def miss_supplements() -> int:
    """A supplement that did not come by its due day is called, and the officers get the ball. Idempotent."""
    return actions.miss_supplements(now=clock.now())


@shared_task(name="applications.forget_drafts")
def forget_drafts() -> int:
    """Drafts of calls that closed long ago are emptied. Idempotent. Returns: how many."""
    return actions.forget_drafts(now=clock.now())


@shared_task(name="applications.forget_networks")
def forget_networks() -> int:
    """Digests of networks that are no longer kept. Idempotent. Returns: how many."""
    return actions.forget_networks(now=clock.now())


@shared_task(name="applications.go_on_batches")
def go_on_batches() -> int:
    """What officers began for many applications goes on. Idempotent. Returns: applications taken."""
    return actions.go_on_batches()


@shared_task(name="applications.expire_late_entries")
def expire_late_entries() -> int:
    """Late entries whose end has passed are closed. Idempotent. Returns: how many."""
    return actions.expire_late_entries(now=clock.now())
