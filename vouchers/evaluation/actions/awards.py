"""Awards: granted by a selection or from the reserve list, answered by the company, passed on when they fall free."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock, workdays
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.applications import actions as applications
from vouchers.applications.models import Application
from vouchers.evaluation import notices, queries, rules
from vouchers.evaluation.actions.locking import lock_queue
from vouchers.evaluation.models import Award, SelectionRun
from vouchers.ledger import actions as ledger
from vouchers.ledger import queries as money
from vouchers.rounds.models import Round, Track

LIFECYCLE = rules.AWARD_LIFECYCLE
LAPSED_KO, LAPSED_EN = "기한까지 답이 없어 선정이 실효되었습니다.", "The award lapsed without an answer by the due day."
ENDS = (("lapse", "award.lapsed"), ("decline_award", "award.declined"), ("cancel_award", "award.cancelled"))
WITHDRAWN_KO, WITHDRAWN_EN = "신청이 철회되었습니다.", "The application was withdrawn."


def grant(
    *,
    run: SelectionRun,
    application_id: int,
    grant_won: int,
    reason: str,
    by: Any,
    reason_en: str = "",
    promoted: bool = False,
) -> Award:
    """Selected: application, money and award together, inside the caller's transaction. grant_won: whole won.

    Writes: Application SELECTED, ledger reservation, Award NOTIFIED, Duty for the company, Event award.notified, Notice.
    """
    applications.select(application_id=application_id, grant_won=grant_won, reason=reason, reason_en=reason_en, by=by)
    application = Application.objects.select_related("round", "track", "company__organisation").get(pk=application_id)
    organisation = application.company.organisation
    ledger.reserve(
        round_id=application.round_id, owner_ref=application.ref, amount_won=grant_won, organisation=organisation,
        reason=reason, reason_en=reason_en, by=by,
    )  # fmt: skip
    award = Award(
        application=application, run=run, project_no=_project_no(application.round), grant_won=grant_won,
        due_at=workdays.due_at(clock.now(), application.round.policy().days("award_acceptance")),
    )  # fmt: skip
    award.save()
    _record("award.notified", award, by=by, to=award.status, grant_won=grant_won, promoted=promoted)
    journal.open_duty(
        award, "accept_award", title_ko=f"선정 결과에 답해 주십시오(수락 또는 포기): {application}",
        title_en=f"Accept or decline the award: {application}",
        url=f"/evaluation/awards/{award.ref}/", due_at=award.due_at, organisation=organisation, role="REPRESENTATIVE", by=by,
    )  # fmt: skip
    notices.award_notified(award, promoted=promoted)
    return award


@transaction.atomic
def accept_award(*, award_id: int, by: Any) -> Award:
    """The company takes the grant. Writes: Award ACCEPTED, Event, Duty and Notice for the operating agency.

    Raises: Refused after the due day.
    """
    award = _lock(award_id)
    require(by, "vouchers.accept_award", award)
    before = award.status
    after = LIFECYCLE.step(before, "accept_award")
    if clock.now() >= award.due_at:
        raise Refused(
            _("The time to answer has run out, so the award goes to the next on the reserve list. Ask the operating agency."),
            "award_late",
        )
    if award.application.status != "SELECTED":
        raise Refused(_("The application was withdrawn, so its award cannot be accepted."), "application_withdrawn")
    award.status, award.decided_by, award.decided_at = after, by, clock.now()
    award.save()
    _record("award.accepted", award, by=by, frm=before, to=after)
    journal.close_duty(award, "accept_award", by=by)
    company, title = award.application.company, award.application.title
    journal.open_duty(
        award, "draft_agreement", title_ko=f"협약서 작성: {award.project_no} · {company.name_ko} · {title}",
        title_en=f"Draft the agreement: {award.project_no} · {company.name_en or company.name_ko} · {title}",
        url=f"/agreements/draft/{award.ref}/", due_in=award.application.round.days("agreement_draft"),
        role="OPERATOR_CASE", by=by,
    )  # fmt: skip
    notices.award_accepted(award)
    return award


@transaction.atomic
def decline_award(*, award_id: int, reason: str, by: Any) -> Award:
    """포기: the company gives the award up before the agreement; the money goes back and the next one moves up.

    Writes: Award DECLINED, Application WITHDRAWN, ledger release, Event, Notices; perhaps the next award.
    """
    award = _lock(award_id)
    require(by, "vouchers.accept_award", award)
    after = LIFECYCLE.step(award.status, "decline_award")
    if not reason.strip():
        raise Refused(_("Say why in a few words; it helps the next call."), "reason_missing", "reason")
    _free(award, after, "award.declined", reason.strip(), by)
    return award


@transaction.atomic
def prepare_agreement(*, award_id: int, by: Any) -> Award:
    """Called by agreements.draft, which asked for the permission. Writes: Award AGREEMENT_READY, Event."""
    award = _lock(award_id)
    before = award.status
    award.status = LIFECYCLE.step(before, "prepare_agreement")
    award.save()
    _record("award.prepared", award, by=by, frm=before, to=award.status)
    journal.close_duty(award, "draft_agreement", by=by)
    return award


@transaction.atomic
def cancel_award(*, award_id: int, reason: str, by: Any) -> Award:
    """Called by agreements.terminate before the agreement took force: the money goes back, the next in line moves up.

    Writes: Award CANCELLED, Application WITHDRAWN, ledger release, Event, Notices; perhaps the next award.
    """
    award = _lock(award_id)
    require(by, "vouchers.draft_agreement")
    _free(award, LIFECYCLE.step(award.status, "cancel_award"), "award.cancelled", reason, by)
    return award


def lapse_awards(now: datetime) -> int:
    """The sweep: unanswered awards lapse, awards of withdrawn applications end; each frees its place. Returns how many.

    Each award in its own transaction, so that one that cannot be handled does not hold up the others.
    """
    late = list(Award.objects.filter(status="NOTIFIED", due_at__lte=now).values_list("pk", flat=True))
    gone = Award.objects.filter(status__in=["NOTIFIED", "ACCEPTED"], application__status="WITHDRAWN")
    due = dict.fromkeys([*late, *gone.values_list("pk", flat=True)])
    return journal.each("evaluation.lapse_awards", due, lambda pk: _lapse(pk, now) if pk in late else _end_withdrawn(pk))


@transaction.atomic
def _lapse(award_id: int, now: datetime) -> bool:
    award = _lock(award_id)
    if award.status != "NOTIFIED" or award.due_at > now:
        return False
    after = LIFECYCLE.step(award.status, "lapse")
    _free(award, after, "award.lapsed", LAPSED_KO, None, LAPSED_EN)
    notices.award_lapsed(award)
    return True


@transaction.atomic
def _end_withdrawn(award_id: int) -> bool:
    award = _lock(award_id)
    if award.application.status != "WITHDRAWN" or not LIFECYCLE.can(award.status, "decline_award"):
        return False
    after = LIFECYCLE.step(award.status, "decline_award")
    _free(award, after, "award.declined", WITHDRAWN_KO, None, WITHDRAWN_EN)
    return True


@transaction.atomic
def end_with_year(*, application_ref: str, reason: str, reason_en: str) -> bool:
    """The year of its money is closed and nothing of it is carried over: the award ends, as far as it has got. Called by the close.
    Writes: Award, Application, Event, Notices. Returns: whether it ended now."""
    found = Award.objects.filter(application__ref=application_ref, status__in=rules.LIVE_AWARDS).values_list("pk", flat=True)
    if (award_id := found.first()) is None:
        return False
    award = _lock(award_id)
    verb, event = next(one for one in ENDS if LIFECYCLE.can(award.status, one[0]))
    _free(award, LIFECYCLE.step(award.status, verb), event, reason, None, reason_en)
    return True


def _free(award: Award, after: str, event: str, reason: str, by: Any, reason_en: str = "") -> None:
    """The award ends, its money returns to the round, the next in line moves up. reason_en: of a reason that the portal gives."""
    before, application = award.status, award.application
    lock_queue(application.round_id, [application.track_id], leaving=application.pk)
    award.status, award.reason = after, reason
    if after != rules.AwardStatus.LAPSED:  # else nobody answered, and there is no day of an answer
        award.decided_by, award.decided_at = by, clock.now()
    award.save()
    _record(event, award, by=by, frm=before, to=after, reason=reason, **({"reason_en": reason_en} if reason_en else {}))
    journal.close_duties(award, by=by)
    if after == rules.AwardStatus.LAPSED:
        applications.lapse(application_id=application.pk, reason=reason, reason_en=reason_en, by=by)
    elif application.status != "WITHDRAWN":
        hand = by if after == rules.AwardStatus.DECLINED else None  # else nobody of the company takes it back
        applications.withdraw(application_id=application.pk, reason=reason, reason_en=reason_en, by=hand, award_declined=True)
        notices.award_given_up(award, reason_en or reason)
    programme = Round.objects.select_for_update(no_key=True).get(pk=application.round_id)  # before its pot, always
    ledger.release(
        round_id=programme.pk, owner_ref=application.ref, amount_won=award.grant_won, reason=reason, reason_en=reason_en, by=by
    )  # fmt: skip
    notices.award_ended(award, reason_en or reason)
    _promote(award, programme)


def _promote(freed: Award, programme: Round) -> Award | None:
    """A place fell free: see `_move_up`."""
    project = freed.project_no
    return _move_up(
        freed.run, programme, freed.application.track,
        lambda number: (
            f"{project} 과제가 끝나 예비 {number}순위에서 선정되었습니다.",
            f"Selected from place {number} of the reserve list, since project {project} ended.",
        ),
    )  # fmt: skip


def fill_places(run: SelectionRun, tracks: Mapping[int, Track]) -> None:
    """After a run that an objection asked for: places that stood free meanwhile go to the reserve list, in its order."""
    for track in tracks.values():
        while _move_up(run, run.round, track, _after_objection) is not None:
            pass


def _after_objection(number: int) -> tuple[str, str]:
    return (
        f"이의신청에 따른 재산정이 끝나고 자리가 있어 예비 {number}순위에서 선정되었습니다.",
        f"Selected from place {number} of the reserve list: a place is free after the run that an objection asked for.",
    )


def _move_up(run: SelectionRun, programme: Round, track: Track, words: Callable[[int], tuple[str, str]]) -> Award | None:
    """The first on the reserve list of the track moves up when a slot and the money are there; a place of a pool that lacks
    one stays in the pool. While an application of the track is evaluated again after an objection, places wait for its run.
    The portal itself acts. words: place on the list → reason in Korean and English."""
    if Application.objects.filter(round=programme, track=track, status="IN_EVALUATION").exists():
        return None
    if money.year_closed(programme.fiscal_year):  # nothing is given of it any more
        return None
    taken = Award.objects.filter(application__round=programme, application__track=track, status__in=rules.LIVE_AWARDS).count()
    chosen = rules.next_reserve(
        queries.reserves(programme, track.pk),
        track=track.key,
        free_slots=None if track.slots is None else track.slots - taken,
        available_won=queries.available_won(programme),
        owed=queries.pools_lacking(run),
    )
    if chosen is None:
        return None
    ko, en = words(chosen.reserve_no)
    return grant(
        run=run, application_id=chosen.application_id, grant_won=chosen.grant_won, by=None, promoted=True, reason=ko,
        reason_en=en,
    )  # fmt: skip


def _project_no(programme: Round) -> str:
    """`2027-00012` from a sequence: never a hot row, never twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('vouchers_project_no')")
        return f"{programme.fiscal_year}-{cursor.fetchone()[0]:05d}"


def _lock(award_id: int) -> Award:
    Award.objects.select_for_update().get(pk=award_id)
    return Award.objects.select_related(
        "application__round", "application__track", "application__company__organisation", "run"
    ).get(pk=award_id)


def _record(name: str, award: Award, *, by: Any, frm: str = "", to: str = "", reason: str = "", **data: Any) -> None:
    journal.record(
        name, award, by=by, frm=frm, to=to, reason=reason, organisations=award.organisation_ids(),
        data={"application": award.application.ref, **data},
    )  # fmt: skip
