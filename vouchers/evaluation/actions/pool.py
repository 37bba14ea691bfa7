"""The pool of a round: its members, what binds them to organisations, and what they declare before any assignment."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from vouchers.companies import actions as companies
from vouchers.evaluation.actions.conflicts import sync_conflicts
from vouchers.evaluation.models import Affiliation, PoolMember
from vouchers.evaluation.queries import pool as queries
from vouchers.evaluation.rules.conflicts import AffiliationKind, Entered
from vouchers.rounds.models import Round

ASSIGN, SCORE = "vouchers.assign_evaluator", "vouchers.score_application"
LANGUAGES = ("ko", "en")


@transaction.atomic
def add_to_pool(
    *, round_id: int, user_id: int, expertise: Sequence[str] = (), languages: Sequence[str] = ("ko",),
    fields: Sequence[str] = (), by: Any,
) -> PoolMember:  # fmt: skip
    """An officer takes an evaluator into a round's pool. expertise: codes of the list `modality`, fields: of `kcd_9_chapter`;
    languages: ko, en.

    Writes: PoolMember, Event pool_member.added, Duty of the evaluator to go through the names. Raises: Refused, NotAllowed.
    """
    programme = Round.objects.select_for_update(no_key=True).get(pk=round_id)
    require(by, ASSIGN)
    if not queries.growing().filter(pk=programme.pk).exists():
        raise Refused(
            _("The pool of this round takes nobody: its results are out, and no application is evaluated again after an objection."),
            "pool_closed", "round",
        )  # fmt: skip
    user = User.objects.get(pk=user_id)
    if Role.EVALUATOR not in accounts.roles_of(user):
        raise Refused(
            _("%(name)s does not hold the evaluator's role. An administrator gives it first.") % {"name": user.get_full_name()},
            "no_evaluator", "user",
        )  # fmt: skip
    if PoolMember.objects.filter(round=programme, user=user, ended_at__isnull=True).exists():
        raise Refused(_("%(name)s is in this pool already.") % {"name": user.get_full_name()}, "in_pool", "user")
    member = PoolMember(
        round=programme, user=user, added_by=by, expertise=list(expertise), fields=list(fields), languages=list(languages)
    )
    member.save()
    journal.record("pool_member.added", member, by=by, data={"user": user.ref, "round": programme.ref})
    journal.open_duty(
        member, "declare_names", title_ko=f"이해충돌 명단 확인: {programme.title_ko}",
        title_en=f"Go through the list of names: {programme.title_en}", url=f"/evaluation/names/{member.ref}/",
        due_in=programme.days("name_list"), user=user, by=by,
    )  # fmt: skip
    return member


@transaction.atomic
def change_member(
    *, member_id: int, expertise: Sequence[str], languages: Sequence[str], fields: Sequence[str] = (), by: Any
) -> PoolMember:
    """What a member knows and reads. Writes: PoolMember, Event pool_member.changed."""
    member = _lock_member(member_id)
    require(by, ASSIGN)
    member.expertise, member.fields, member.languages = list(expertise), list(fields), list(languages)
    member.save()
    journal.record("pool_member.changed", member, by=by, data={"user": member.user.ref})
    return member


@transaction.atomic
def leave_pool(*, member_id: int, reason: str, by: Any) -> PoolMember:
    """A member leaves the pool; assignments stay. Writes: PoolMember.ended_at, Event pool_member.ended, Duty."""
    member = _lock_member(member_id)
    require(by, ASSIGN)
    if not reason.strip():
        raise Refused(_("Give a reason."), "reason_missing", "reason")
    if member.ended_at is not None:
        raise Refused(_("This evaluator left the pool already."), "left_already")
    member.ended_at = clock.now()
    member.save()
    journal.record("pool_member.ended", member, by=by, reason=reason.strip(), data={"user": member.user.ref})
    journal.close_duties(member, by=by)
    return member


def add_affiliation(*, user_id: int, entered: Entered, by: Any) -> Affiliation:
    """What binds an evaluator to an organisation: entered by themselves or by an officer.

    Where the name is that of an organisation of the portal, the row is linked to it. Writes: Affiliation, Event
    affiliation.entered; then CaseConflict and what follows. Raises: Refused, NotAllowed.
    """
    row = _add(user_id, entered, by)
    sync_conflicts()
    return row


@transaction.atomic
def _add(user_id: int, entered: Entered, by: Any) -> Affiliation:
    user = User.objects.select_for_update().get(pk=user_id)
    _own_or_officer(user, by)
    name = entered.name.strip()
    if not name:
        raise Refused(_("Enter the name of the organisation."), "name_missing", "name")
    if entered.starts_on and entered.ends_on and entered.starts_on > entered.ends_on:
        raise Refused(_("The affiliation ends before it begins. Compare the days."), "dates", "ends_on")
    if Affiliation.objects.filter(user=user, kind=entered.kind, name__iexact=name[:160], ends_on__isnull=True).exists():
        raise Refused(_("This affiliation stands here already. End it first, if something changed."), "entered_already", "name")
    aliases = [one.strip() for one in entered.aliases if one.strip()]
    row = Affiliation(
        user=user, kind=entered.kind, name=name[:160], aliases=[one[:160] for one in aliases], starts_on=entered.starts_on,
        ends_on=entered.ends_on, organisation=queries.organisation_named([name, *aliases]), entered_by=by,
    )  # fmt: skip
    row.save()
    journal.record("affiliation.entered", row, by=by, data={"user": user.ref, "kind": row.kind})
    return row


def end_affiliation(*, affiliation_id: int, ends_on: date, by: Any) -> Affiliation:
    """It ended on that day; an ended one still counts for the years of the policy. Writes: Affiliation, Event, conflicts."""
    row = _end(affiliation_id, ends_on, by)
    sync_conflicts()
    return row


@transaction.atomic
def _end(affiliation_id: int, ends_on: date, by: Any) -> Affiliation:
    row = Affiliation.objects.select_for_update(of=("self",)).select_related("user").get(pk=affiliation_id)
    _own_or_officer(row.user, by)
    if row.ends_on is not None:
        raise Refused(_("This affiliation ended already."), "already_ended", "ends_on")
    if row.kind == AffiliationKind.DECLARED and by.pk == row.user_id:
        raise Refused(_("A declared conflict is ended by an officer."), "declared", "ends_on")
    if row.starts_on and ends_on < row.starts_on:
        raise Refused(_("The affiliation ends before it begins. Compare the days."), "dates", "ends_on")
    row.ends_on = ends_on
    row.save()
    journal.record("affiliation.ended", row, by=by, data={"user": row.user.ref})
    return row


def declare_names(*, member_id: int, keys: Iterable[str], ground: str, by: Any) -> PoolMember:
    """A member went through the names of the round and says which of them they must avoid; none is an answer too.

    keys: of queries.pool.names_for, ground: what the conflict is. Writes: PoolMember.declared_at, ConflictOfInterest or
    Affiliation for each name, Event pool_member.declared, Duty; then CaseConflict and what follows. Raises: Refused.
    """
    member = _declare(member_id, set(keys), ground.strip(), by)
    sync_conflicts()
    return member


@transaction.atomic
def _declare(member_id: int, keys: set[str], ground: str, by: Any) -> PoolMember:
    member = _lock_member(member_id)
    require(by, SCORE)
    if by.pk != member.user_id:
        raise NotAllowed()
    if member.ended_at is not None:
        raise Refused(_("You left this pool."), "left_already")
    if not queries.names_ready(member.round):
        raise Refused(_("The list is ready once the call has closed."), "names_not_ready")
    if keys and not ground:
        raise Refused(_("Say what the conflict is."), "ground_missing", "ground")
    chosen = [one for one in queries.names_for(member) if one.key in keys]
    for one in chosen:
        if one.organisation is not None:
            companies.declare_conflict(user=member.user, organisation=one.organisation, ground=ground[:200], by=by)
        else:
            Affiliation(user=member.user, kind=AffiliationKind.DECLARED, name=one.name_ko[:160], entered_by=by).save()
    member.declared_at = clock.now()
    member.save()
    journal.record("pool_member.declared", member, by=by, data={"count": len(chosen)})
    journal.close_duty(member, "declare_names", by=by)
    return member


def _lock_member(member_id: int) -> PoolMember:
    return PoolMember.objects.select_for_update(of=("self",)).select_related("user", "round").get(pk=member_id)


def _own_or_officer(user: User, by: Any) -> None:
    """Evaluators keep their own affiliations; officers anybody's."""
    require(by, SCORE if by is not None and by.pk == user.pk else ASSIGN)
