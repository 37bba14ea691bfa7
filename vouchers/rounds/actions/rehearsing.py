"""A round is rehearsed on test companies, and its rules become those of a live round: asked by one person, done by another."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from vouchers.rounds import notices, rules
from vouchers.rounds.actions.prepare import copy_round
from vouchers.rounds.models import Round


@transaction.atomic
def rehearse(*, round_id: int, key: str, by: User | None) -> Round:
    """A rehearsal of a round: a draft with its facts, tracks, criteria, policy and questions; its window is entered anew.

    Writes: as copy_round. Raises: Refused (a rehearsal is not rehearsed).
    """
    require(by, "vouchers.manage_round")
    if Round.objects.get(pk=round_id).is_rehearsal:
        raise Refused(_("This is a rehearsal already. Copy it for another one."), "rehearsal_already")
    return copy_round(round_id=round_id, key=key, kind=rules.RoundKind.REHEARSAL, by=by)


@transaction.atomic
def ask_promotion(*, round_id: int, by: User | None) -> Round:
    """The officer asks that the rehearsed rules become those of a live round. Writes: Round, Event, Duty of the approvers.

    Raises: Refused before the selection was released, or once it was asked or done.
    """
    row = Round.objects.select_for_update().get(pk=round_id)
    require(by, "vouchers.manage_round")
    if not rules.may_be_promoted(row.kind, row.status):
        raise Refused(_("Only a rehearsal whose selection was released is promoted."), "not_rehearsed")
    if row.promotion_asked_by_id or row.promoted_by_id:
        raise Refused(_("The promotion was asked for already."), "promotion_asked")
    row.promotion_asked_by = by
    row.save()
    journal.record("round.promotion_asked", row, by=by)
    journal.open_duty(
        row, "promote_round", title_ko=f"실제 회차로 전환 검토: {row.title_ko}", title_en=f"Review the promotion to live: {row.title_en}",
        url=f"/admin/vouchers/round/{row.pk}/change/", due_in=5, role=Role.MINISTRY_APPROVER, by=by,
    )  # fmt: skip
    return row


@transaction.atomic
def decline_promotion(*, round_id: int, reason: str, by: User | None) -> Round:
    """The approver does not promote: the officer may ask again later, or rehearse once more. Writes: Round, Event, Notice to who
    asked; closes the duty. Raises: Refused (not asked for, promoted already, no reason), NotAllowed.
    """
    row = Round.objects.select_for_update().get(pk=round_id)
    require(by, "vouchers.announce_round")
    asked_by = row.promotion_asked_by
    if asked_by is None or row.promoted_by_id:
        raise Refused(_("No promotion waits for a decision."), "promotion_not_asked")
    if not reason.strip():
        raise Refused(_("Write a reason: the people concerned read it."), "reason_missing", "reason")
    row.promotion_asked_by = None
    row.save()
    journal.record("round.promotion_declined", row, by=by, reason=reason.strip())
    journal.close_duty(row, "promote_round", by=by)
    notices.promotion_declined(row, reason.strip(), asked_by)
    return row


@transaction.atomic
def promote(*, round_id: int, key: str, by: User | None) -> Round:
    """A live round with the rehearsal's policy, tracks, criteria and questions, by somebody else than who asked for it.

    The test applications stay behind in the rehearsal; window and announcement follow, with their own review. key: of the
    live round. Writes: Round LIVE in draft and its parts, Events round.promoted on both. Raises: NotAllowed (four eyes),
    Refused (not asked for, promoted already).
    """
    row = Round.objects.select_for_update().get(pk=round_id)
    require(by, "vouchers.announce_round")
    if row.promotion_asked_by is None or not rules.may_be_promoted(row.kind, row.status):
        raise Refused(_("An officer must ask for the promotion first."), "promotion_not_asked")
    if by is None or row.promotion_asked_by_id == by.pk:
        raise NotAllowed(_("You asked for this promotion. Somebody else must decide about it."), "four_eyes")
    if row.promoted_by_id:
        raise Refused(_("This rehearsal was promoted already."), "promoted_already")
    live = copy_round(round_id=row.pk, key=key, kind=rules.RoundKind.LIVE, by=row.promotion_asked_by)
    live.rehearsed_in = row
    live.save()
    row.promoted_by = by
    row.save()
    version, theirs = row.policy_version(), live.policy_version()
    data = {"rehearsal": row.ref, "live": live.ref, "same_policy": bool(version and theirs and version.body == theirs.body)}
    for one in (row, live):
        journal.record("round.promoted", one, by=by, data=data)
    journal.close_duty(row, "promote_round", by=by)
    return live
