"""Late entry by exception: proposed by an officer, confirmed by an approver, entered by the representative, ended by the clock."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.accounts.queries import representatives_of
from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from vouchers.applications import notices, queries, rules
from vouchers.applications.actions.drafting import open_submit_duty
from vouchers.applications.models import Application, LateEntry
from vouchers.companies import queries as companies
from vouchers.companies.models import Company
from vouchers.rounds import actions as rounds
from vouchers.rounds.models import Round, Track
from vouchers.rounds.rules import UNDER_WAY

PROPOSE, DECIDE = "vouchers.propose_late_entry", "vouchers.confirm_late_entry"
S = rules.LateStatus
NOT_THIS_CODE = _("This code does not open anything for you in this call. Compare it with the e-mail, sign by sign.")


@transaction.atomic
def propose_late_entry(
    *, round_id: int, track_id: int, company_id: int, person_id: int, until: datetime, reason: str, by: User
) -> LateEntry:
    """An officer asks that one company may hand in after the close. Nobody outside the office hears of it yet.

    until: exclusive. Writes: LateEntry PROPOSED, Event, Duty of the approvers. Raises: Refused (the call, the end, the company,
    its person, one that is pending), NotAllowed (a conflict of interest).
    """
    round_ = Round.objects.select_for_update().get(pk=round_id)
    company = Company.objects.select_related("organisation").get(pk=company_id)
    require(by, PROPOSE)
    _refuse_conflicted(company, by)
    _refuse_fault(round_, until)
    if round_.is_rehearsal:
        raise Refused(_("In a rehearsal test companies apply by themselves. Nobody is let in late."), "rehearsal")
    if not Track.objects.filter(pk=track_id, round=round_).exists():
        raise Refused(_("Choose one of this call's tracks."), "bad_track", "track")
    if not representatives_of(company.organisation).filter(pk=person_id).exists():
        raise Refused(
            _("Only a representative of the company gets a code, for only a representative hands in."), "person", "person"
        )
    if not reason.strip():
        raise Refused(_("Say why this company is let in late."), "reason_missing", "reason")
    if LateEntry.objects.pending().filter(round=round_, company=company, track_id=track_id).exists():
        raise Refused(_("A late entry of this company to this track is open already."), "late_pending", "brn")
    _refuse_useless(company, round_, track_id)
    row = LateEntry(
        round=round_, track_id=track_id, company=company, person_id=person_id, until=until, reason=reason.strip(), proposed_by=by,
    )  # fmt: skip
    row.save()
    _record("late_entry.proposed", row, by, reason=row.reason, data={"until": until.isoformat()})
    journal.open_duty(
        row, "confirm_late_entry", title_ko=f"추가 접수 확인: {company.name_ko}", title_en=f"Confirm the late entry: {company}",
        url=admin_url(row), due_at=min(until, clock.now() + timedelta(days=1)), role=Role.MINISTRY_APPROVER, by=by,
    )  # fmt: skip
    return row


@transaction.atomic
def confirm_late_entry(*, late_entry_id: int, by: User) -> LateEntry:
    """An approver confirms: the code goes to the representative, and the company is told.

    The code is kept nowhere: a digest of it is stored, its mail is forgotten once it left. Writes: LateEntry CONFIRMED, Round,
    Events on both, Duty, mail, Notice. Raises: NotAllowed (four eyes, conflict), Refused (evaluation began, its end passed).
    """
    row, before = _decided(late_entry_id, "confirm_late_entry", by)
    _refuse_fault(row.round, row.until)
    _send_code(row)
    _record("late_entry.confirmed", row, by, frm=before, data={"until": row.until.isoformat()})
    journal.record("round.late_entry_confirmed", row.round, by=by, data={"late_entry": row.ref, "until": row.until.isoformat()})
    journal.close_duty(row, "confirm_late_entry", by=by)
    _tell_round(row.round)
    _owe_entry(row, by)
    notices.late_entry_confirmed(row)
    return row


@transaction.atomic
def reject_late_entry(*, late_entry_id: int, reason: str, by: User) -> LateEntry:
    """The company is not let in; it never heard of the proposal. Writes: LateEntry REJECTED, Event. Raises: as confirm_late_entry."""
    row, before = _decided(late_entry_id, "reject_late_entry", by)
    if not reason.strip():
        raise Refused(_("Write a reason: the people concerned read it."), "reason_missing", "reason")
    row.ended_reason = reason.strip()
    row.save()
    _record("late_entry.rejected", row, by, frm=before, reason=reason.strip())
    journal.close_duty(row, "confirm_late_entry", by=by)
    return row


@transaction.atomic
def send_late_code(*, late_entry_id: int, by: User) -> LateEntry:
    """A new code instead of one that was lost or tried wrongly too often. Writes: LateEntry, Event, mail. Raises: Refused."""
    row, before = _stepped(late_entry_id, "send_late_code", by)
    _refuse_fault(row.round, row.until)
    row.wrong_tries = 0
    _send_code(row)
    _record("late_entry.code_sent", row, by, frm=before)
    return row


@transaction.atomic
def revoke_late_entry(*, late_entry_id: int, reason: str, by: User) -> LateEntry:
    """From now on nothing more is handed in under it; a draft stays readable. Writes: LateEntry REVOKED, Round, Event, Notice."""
    row, before = _stepped(late_entry_id, "revoke_late_entry", by)
    if not reason.strip():
        raise Refused(_("Write a reason: the people concerned read it."), "reason_missing", "reason")
    row.ended_reason = reason.strip()
    row.save()
    _record("late_entry.revoked", row, by, frm=before, reason=row.ended_reason)
    _tell_round(row.round)
    journal.close_duty(row, "use_late_entry", by=by)
    _draft_duty(row, by)
    notices.late_entry_revoked(row)
    return row


def enter_late_code(*, round_id: int, code: str, by: User) -> LateEntry:
    """The representative to whom it was sent enters the code; the company may write and hand in until the entry's end.

    Writes: LateEntry ENTERED, Event, Duty; a wrong code is counted and written down as well. Raises: NotAllowed, Refused
    (another code or person, too many tries, over, evaluation began).
    """
    with transaction.atomic():
        company = companies.company_of(by)
        if company is None:
            raise Refused(_("Register your company first, then apply."), "no_company")
        require(by, "vouchers.submit_application", company)
        round_ = Round.objects.select_for_update().get(pk=round_id)
        refusal = _try_code(round_, company, rules.clean_code(code), by)
    if isinstance(refusal, Refused):  # after the commit: the wrong code stays counted
        raise refusal
    return refusal


def _try_code(round_: Round, company: Company, code: str, by: User) -> "LateEntry | Refused":
    rows = LateEntry.objects.select_for_update(of=("self",)).select_related("track", "company__organisation", "person")
    own = list(rows.filter(round=round_, company=company, person=by, status=S.CONFIRMED).order_by("pk"))
    tried = [row for row in own if row.wrong_tries < rules.TRIES]
    found = next((row for row in tried if row.code_digest == queries.code_digest(code)), None)
    if found is None:
        for row in tried:
            row.wrong_tries += 1
            row.save()
            _record("late_entry.code_refused", row, by, data={"tries": row.wrong_tries})
        if own and not [row for row in tried if row.wrong_tries < rules.TRIES]:
            words = _("Too many wrong codes. Ask the ministry to send a new one.")
            return Refused(words, "too_many_tries", "code")
        return Refused(NOT_THIS_CODE, "wrong_code", "code")
    found.round = round_
    fault = rules.late_fault(status=round_.status, closes_at=round_.closes_at, until=found.until, now=clock.now())
    if fault in {"evaluation_began", "expired", "not_announced"}:
        return Refused(rules.LATE_SENTENCES[fault], fault, "code")
    before, found.status = found.status, rules.LATE_LIFECYCLE.step(found.status, "enter_late_code")
    found.entered_at = clock.now()
    found.save()
    _record("late_entry.entered", found, by, frm=before)
    _draft_duty(found, by)
    return found


def use(application: Application, late: LateEntry, by: User) -> None:
    """Called by submit, under whose late entry it handed in; one that was revoked meanwhile is not used any more. Writes: LateEntry
    USED, Event, Round. Raises: IllegalStep."""
    late = locked_late(late.pk)  # after its round, as every other verb, so that a revocation of this moment waits or comes first
    before, late.status = late.status, rules.LATE_LIFECYCLE.step(late.status, "use_late_entry")
    late.save()
    _record("late_entry.used", late, by, frm=before, data={"application": application.ref})
    journal.close_duty(late, "use_late_entry", by=by)
    _tell_round(application.round)


def expire_late_entries(*, now: datetime) -> int:
    """Those whose end has passed. Idempotent (sweep). Each in its own transaction. Returns how many. Writes: LateEntry, Event."""
    over = LateEntry.objects.pending().filter(until__lte=now - UNDER_WAY).order_by("pk").values_list("pk", flat=True)
    return journal.each("applications.expire_late_entries", list(over), lambda pk: _expire(pk, now))


@transaction.atomic
def _expire(late_entry_id: int, now: datetime) -> bool:
    row = locked_late(late_entry_id)
    if row.status not in rules.LATE_PENDING or row.until > now:
        return False
    before, row.status = row.status, rules.LATE_LIFECYCLE.step(row.status, "expire_late_entry")
    row.save()
    _record("late_entry.expired", row, None, frm=before)
    journal.close_duty(row, "confirm_late_entry", by=None)
    journal.close_duty(row, "use_late_entry", by=None)
    _tell_round(row.round)
    return True


def _refuse_useless(company: Company, round_: Round, track_id: int) -> None:
    """A code must open something: a draft in this track, or room for one."""
    live = list(queries.live_of(company, round_).select_related("track"))
    own = [row for row in live if row.track_id == track_id]
    if any(row.status != rules.ApplicationStatus.DRAFT for row in own):
        raise Refused(_("The company has handed in to this track already."), "handed_in_already", "track")
    if not own and queries.blocking_live(company, round_):
        words = _("The company's application is in another track: %(track)s. Choose that one.")
        raise Refused(words % {"track": live[0].track}, "other_track", "track")


def admin_url(row: LateEntry) -> str:
    return f"/admin/vouchers/lateentry/{row.pk}/change/"


def locked_late(late_entry_id: int) -> LateEntry:
    """The row, locked after its round: every verb of late entries takes them in this order."""
    round_id = LateEntry.objects.values_list("round_id", flat=True).get(pk=late_entry_id)
    round_ = Round.objects.select_for_update().get(pk=round_id)
    row = (
        LateEntry.objects.select_for_update(of=("self",))
        .select_related("track", "company__organisation", "person")
        .get(pk=late_entry_id)
    )
    row.round = round_
    return row


def _stepped(late_entry_id: int, verb: str, by: User, permission: str = PROPOSE) -> tuple[LateEntry, str]:
    """The locked row in its next state, and the state before; not saved yet. Raises: NotAllowed, IllegalStep."""
    row = locked_late(late_entry_id)
    require(by, permission)
    _refuse_conflicted(row.company, by)
    before, row.status = row.status, rules.LATE_LIFECYCLE.step(row.status, verb)
    return row, before


def _decided(late_entry_id: int, verb: str, by: User) -> tuple[LateEntry, str]:
    """As _stepped, by somebody else than who proposed (the database keeps it too)."""
    row, before = _stepped(late_entry_id, verb, by, DECIDE)
    if row.proposed_by_id == by.pk:
        raise NotAllowed(_("You proposed this late entry. Somebody else must decide about it."), "four_eyes")
    row.decided_by, row.decided_at = by, clock.now()
    return row, before


def _refuse_conflicted(company: Company, by: User) -> None:
    if company.organisation_id in companies.conflicts_of(by):
        raise NotAllowed(_("A conflict of interest with this company is recorded for you. A colleague must decide."), "conflict")


def _refuse_fault(round_: Round, until: datetime) -> None:
    fault = rules.late_fault(status=round_.status, closes_at=round_.closes_at, until=until, now=clock.now())
    if fault:
        raise Refused(rules.LATE_SENTENCES[fault], fault, "until" if fault in {"not_later", "expired"} else "")


def _send_code(row: LateEntry) -> None:
    code = "".join(secrets.choice(rules.CODE_SIGNS) for _sign in range(rules.CODE_LENGTH))
    row.code_digest = queries.code_digest(code)
    row.save()
    notices.late_entry_code(row, rules.code_words(code))


def _tell_round(round_: Round) -> None:
    rounds.hold_evaluation(round_id=round_.pk, until=queries.last_late_until(round_))


def _owe_entry(row: LateEntry, by: User) -> None:
    """The company has it on its desk until its draft is what it owes, or it may not any more. Writes: Duty."""
    journal.open_duty(
        row, "use_late_entry", title_ko=f"추가 접수 기한까지 신청서 제출: {row.round.title_ko}",
        title_en=f"Apply by the end of your late entry: {row.round.title_en}", url=f"/applications/late/{row.round.key}/",
        due_at=row.until, organisation=row.company.organisation, by=by,
    )  # fmt: skip


def _draft_duty(row: LateEntry, by: User | None) -> None:
    """The company's draft, if it has one, is due at the end of the late entry; or no more."""
    draft = Application.objects.filter(
        company_id=row.company_id, round_id=row.round_id, track_id=row.track_id, status=rules.ApplicationStatus.DRAFT
    ).first()
    if draft is None:
        return
    if row.status != S.ENTERED:
        journal.close_duty(draft, "submit_application", by=by)
        return
    draft.round, draft.track, draft.company = row.round, row.track, row.company
    open_submit_duty(draft, row.until, by)
    journal.close_duty(row, "use_late_entry", by=by)  # from here on the draft itself is what is owed


def _record(
    event: str, row: LateEntry, by: User | None, *, frm: str = "", reason: str = "", data: dict[str, Any] | None = None
) -> None:
    journal.record(event, row, by=by, frm=frm, to=row.status, reason=reason, organisations=row.organisation_ids(), data=data)
