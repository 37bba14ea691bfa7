"""What accounts keep no longer than the privacy notice says."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from portal.accounts import queries, rules
from portal.accounts.models import Absence, RoleGrant, User
from portal.journal import actions as journal
from portal.journal.rules import years_before
from portal.kit import clock


def forget_sign_ups(*, now: datetime) -> int:
    """Sign-ups that nobody confirmed within SIGN_UP_DAYS: address, name and password are erased, the number alone stays.

    Each in its own transaction. Idempotent (sweep). Writes: User, EmailAddress, Notice.address, Erasure, Events. Returns: how many.
    """
    before = now - timedelta(days=rules.SIGN_UP_DAYS)
    count = sum(_forget_sign_up(pk, before) for pk in queries.unconfirmed_sign_ups(before).values_list("pk", flat=True))
    if count:
        journal.note_erasure(kind="accounts.forget_sign_ups", before=before, count=count)
    return count


@transaction.atomic
def _forget_sign_up(user_id: int, before: datetime) -> bool:
    """Looks again once the row is locked: the address may have been confirmed meanwhile."""
    user = User.objects.select_for_update().get(pk=user_id)
    if not queries.unconfirmed_sign_ups(before).filter(pk=user_id).exists():
        return False
    queries.addresses_of(user).delete()
    journal.forget_address(address=user.email, instead=rules.forgotten_address(user.ref))
    user.email, user.name, user.is_active = rules.forgotten_address(user.ref), "", False
    user.set_unusable_password()
    user.save()
    journal.record("person.forgotten", user, by=None)
    return True


@transaction.atomic
def forget_role_grants(*, now: datetime) -> int:
    """Records of roles that ended more than ROLE_YEARS ago (개인정보의 안전성 확보조치 기준 제5조: three years at least).

    Absences of that time go with them. Idempotent (sweep). Writes: RoleGrant, Absence, Erasure, Event. Returns: how many were erased.
    """
    before = years_before(now, rules.ROLE_YEARS)
    ended = Q(revoked_at__lt=before) | Q(revoked_at__isnull=True, expires_at__lt=before)
    count = RoleGrant.objects.filter(ended).delete()[0]
    count += Absence.objects.filter(to_on__lt=clock.to_kst(before).date()).delete()[0]
    if count:
        journal.note_erasure(kind="accounts.forget_role_grants", before=before, count=count)
    return count
