"""Who must not decide about whom."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation, User
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.companies.models import ConflictOfInterest


@transaction.atomic
def declare_conflict(*, user: User, organisation: Organisation, ground: str, by: User | None) -> ConflictOfInterest:
    """A person and an organisation that must not meet in a decision; declaring it twice keeps the first ground.

    Anybody declares their own; an officer declares others'. Writes: ConflictOfInterest, Event conflict.declared.
    """
    if by is not None and by.pk != user.pk:
        require(by, "vouchers.verify_company")
    if not ground.strip():
        raise Refused(_("Say what the conflict is."), "ground_missing", "ground")
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    found = ConflictOfInterest.objects.filter(user=user, organisation=organisation, ended_on__isnull=True).first()
    if found is not None:
        return found
    conflict = ConflictOfInterest(user=user, organisation=organisation, ground=ground.strip()[:200], declared_by=by or user)
    conflict.save()
    journal.record("conflict.declared", conflict, by=by, reason=ground, data={"user": user.ref, "organisation": organisation.ref})
    return conflict


@transaction.atomic
def end_conflict(*, conflict_id: int, reason: str, by: User) -> ConflictOfInterest:
    """The ground fell away (three years passed). Writes: ConflictOfInterest.ended_on, Event conflict.ended."""
    conflict = ConflictOfInterest.objects.select_for_update().get(pk=conflict_id)
    require(by, "vouchers.verify_company")
    if conflict.ended_on is not None:
        raise Refused(_("This conflict already ended."), "already_ended")
    conflict.ended_on = clock.today()
    conflict.save()
    journal.record("conflict.ended", conflict, by=by, reason=reason)
    return conflict
