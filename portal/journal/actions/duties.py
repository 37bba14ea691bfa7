"""Who owes what by when."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from portal.journal import queries, rules
from portal.journal.actions.events import record
from portal.journal.actions.notices import tell
from portal.journal.models import Duty
from portal.journal.people import in_charge, standing_in_for
from portal.kit import clock, prepared, workdays
from portal.kit.models import Row


def open_duty(
    subject: Row,
    verb: str,
    *,
    title_ko: str,
    title_en: str,
    url: str,
    due_at: datetime | None = None,
    due_in: int | None = None,
    organisation: Any = None,
    role: str = "",
    user: Any = None,
    own_reminders: bool = False,
    by_mail: bool = False,
    anew: bool = False,
    by: Any,
) -> Duty:
    """Somebody owes `verb` from now on. due_in: working days from today (else due_at, else no due day).

    own_reminders: the room reminds by itself (its round says when), so the sweep over duties does not.
    by_mail: nothing else tells those who owe it, so a notice does, once. anew: all on this subject were closed just before.

    url: path without a language prefix. Opening what is already open only moves its due day. Writes: Duty, Notice.
    """
    if due_at is None and due_in is not None:
        due_at = workdays.due_at(clock.now(), due_in)
    duty = None if anew else _open(subject, verb, organisation, user, str(role))
    if duty is None:
        duty = prepared.made(
            Duty,
            subject_type=subject._meta.model_name or "",
            subject_ref=subject.ref,
            verb=verb,
            organisation_id=organisation and organisation.pk,
            user_id=user and user.pk,
            role=str(role),
            opened_at=clock.now(),
            rehearsed=import_string(settings.REHEARSAL_MARK)(subject),
        )
        prepared.joined(duty, organisation=organisation, user=user)
    duty.title_ko, duty.title_en, duty.url, duty.due_at = title_ko[:200], title_en[:200], url, due_at
    if own_reminders:
        duty.reminded = [rules.OWN_REMINDERS]
    new = duty.pk is None
    if new:
        prepared.insert([duty])
    else:
        duty.save()
    if new and by_mail:
        _tell("duty_opened", duty, subject, once=f"{duty.ref}:opened")
    return duty


def _open(subject: Row, verb: str, organisation: Any, user: Any, role: str) -> Duty | None:
    return Duty.objects.filter(
        subject_ref=subject.ref, verb=verb, organisation=organisation, user=user, role=role, closed_at__isnull=True
    ).first()


def _tell(template: str, duty: Duty, subject: Row, *, once: str, always: bool = False, **more: Any) -> int:
    """To those who owe it, or to whom it was handed: what, and by when. Returns the people told."""
    last = duty.due_at and clock.to_kst(duty.due_at - timedelta(microseconds=1)).date().isoformat()
    to, instead_of = in_charge(duty, barred(duty)) if duty.holder_id is not None else ([], "")
    return tell(
        template, app="journal", subject=subject, to=to or ([duty.user] if duty.user is not None else []),
        organisation=duty.organisation, role=duty.role, url=duty.url, once=once, always=always,
        context={"title_ko": duty.title_ko, "title_en": duty.title_en, "due_on": last, "instead_of": instead_of, **more},
    )  # fmt: skip


def barred(duty: Duty) -> frozenset[int]:
    """Ids of the people who may not do a duty since they did a step before it; the roof knows (settings.DUTY_BARRED)."""
    found: frozenset[int] = import_string(settings.DUTY_BARRED)(duty)
    return found


def hand(duty: Duty, *, to: Any, reason: str, by: Any) -> Duty:
    """The duty is looked after by `to` from now on; None: by all who owe it again. The caller holds its lock and asked the rules.

    Writes: Duty.holder, Event duty.handed or duty.given_back."""
    before, duty.holder = duty.holder, to
    duty.save()
    record(
        "duty.handed" if to is not None else "duty.given_back", duty, by=by, reason=reason,
        organisations=[] if duty.organisation_id is None else [duty.organisation_id],
        data={"subject": duty.subject_ref, "holder": to and to.ref, "holder_before": before and before.ref},
    )  # fmt: skip
    return duty


def _covered(subject: Row, verbs: Sequence[str] | None, by: Any) -> list[Duty]:
    """Open duties of somebody who is away and for whom `by` stands in. No query for whoever stands in for nobody."""
    if by is None or not (absent := standing_in_for(by)):
        return []
    found = Duty.objects.filter(subject_ref=subject.ref, closed_at__isnull=True, holder_id__in=absent)
    return list((found if verbs is None else found.filter(verb__in=verbs)).select_related("holder"))


def _note_for_whom(duties: Sequence[Duty], by: Any) -> None:
    """Who acted in whose place. Writes: Event duty.done_for."""
    for duty in duties:
        assert duty.holder is not None, "asked for above"
        record(
            "duty.done_for", duty, by=by, organisations=[] if duty.organisation_id is None else [duty.organisation_id],
            data={"subject": duty.subject_ref, "verb": duty.verb, "holder": duty.holder.ref},
        )  # fmt: skip


def close_duty(subject: Row, verb: str, *, by: Any, organisation: Any = None, user: Any = None) -> int:
    """What was owed is done (by anybody). Returns how many duties were closed.

    Writes: Duty.closed_at, Notice.read_at of what `by` was told about this subject before: close first, then tell; Event
    duty.done_for where `by` stands in for who looked after it.
    """
    given = {"subject": subject.ref, "verb": verb, "by": by and by.pk, "now": clock.now()}
    covered = _covered(subject, [verb], by)
    if organisation is None and user is None:
        found = prepared.first_row(_CLOSE_ONE, given)
    else:
        whose = {"organisation": organisation and organisation.pk, "user": user and user.pk}
        found = prepared.first_row(_CLOSE_THEIRS, {**given, **whose})
    _note_for_whom([one for one in covered if organisation is None or one.organisation_id == organisation.pk], by)
    return int(found[0]) if found else 0


def close_duties(subject: Row, *, by: Any, verbs: Sequence[str] | None = None) -> None:
    """Nothing is owed on this subject any more (withdrawn, ended); verbs: only these are done. Goes along within
    `prepared.together`. Writes: as close_duty."""
    given = {"subject": subject.ref, "by": by and by.pk, "now": clock.now(), "verbs": list(verbs) if verbs is not None else None}
    covered = _covered(subject, verbs, by)
    if by is not None:
        prepared.run(_READ_ABOUT, given)
    prepared.run(_CLOSE_ALL, given)
    _note_for_whom(covered, by)


_GIVEN = "FROM json_to_record(%s::json) AS given(subject text, by bigint, now timestamptz, verbs text[])"
_OPEN = "d.subject_ref = given.subject AND d.closed_at IS NULL AND (given.verbs IS NULL OR d.verb = ANY(given.verbs))"
_READ_ABOUT = f"""
UPDATE journal_notice n SET read_at = given.now {_GIVEN}
WHERE n.user_id = given.by AND n.subject_ref = given.subject AND n.read_at IS NULL
  AND EXISTS (SELECT 1 FROM journal_duty d WHERE {_OPEN})
"""
_CLOSE_ALL = f"UPDATE journal_duty d SET closed_at = given.now, updated_at = given.now {_GIVEN} WHERE {_OPEN}"
_CLOSE = """
WITH closed AS (
  UPDATE journal_duty SET closed_at = %(now)s, updated_at = %(now)s
  WHERE subject_ref = %(subject)s AND verb = %(verb)s AND closed_at IS NULL{} RETURNING 1),
seen AS (
  UPDATE journal_notice SET read_at = %(now)s
  WHERE user_id = %(by)s::bigint AND subject_ref = %(subject)s AND read_at IS NULL AND EXISTS (SELECT 1 FROM closed))
SELECT count(*) FROM closed
"""
_CLOSE_ONE = _CLOSE.format("")
_CLOSE_THEIRS = _CLOSE.format(
    " AND (%(organisation)s::bigint IS NULL OR organisation_id = %(organisation)s::bigint)"
    " AND (%(user)s::bigint IS NULL OR user_id = %(user)s::bigint)"
)


def pause_duty(subject: Row, verb: str, *, by: Any) -> None:
    """The clock stands still while somebody else has the ball. Writes: Duty.paused_at."""
    _pause(Duty.objects.filter(subject_ref=subject.ref, verb=verb))


def pause_duties(refs: Iterable[str], *, by: Any) -> int:
    """Every clock about these subjects stands still. refs: of the subjects. Writes: Duty.paused_at. Returns: how many stopped."""
    return _pause(Duty.objects.filter(subject_ref__in=list(refs)))


def _pause(duties: QuerySet[Duty]) -> int:
    return duties.filter(closed_at__isnull=True, paused_at__isnull=True).update(paused_at=clock.now())


def resume_duty(subject: Row, verb: str, *, by: Any) -> None:
    """The clock runs again; the due day moves by the working days that it stood. Writes: Duty."""
    _resume(Duty.objects.filter(subject_ref=subject.ref, verb=verb))


def resume_duties(refs: Iterable[str], *, since: datetime, by: Any) -> int:
    """The clocks that stopped together at `since`, or later, run again. refs: of the subjects. Writes: Duty. Returns: how many run on."""
    return _resume(Duty.objects.filter(subject_ref__in=list(refs), paused_at__gte=since))


def _resume(duties: QuerySet[Duty]) -> int:
    today, count = clock.today(), 0
    for duty in duties.select_for_update().filter(closed_at__isnull=True, paused_at__isnull=False):
        assert duty.paused_at is not None
        stood = workdays.working_days_between(clock.to_kst(duty.paused_at).date(), today)
        duty.paused_days += stood
        if duty.due_at is not None:
            duty.due_at = workdays.due_at(duty.due_at - (clock.end_of_day(today) - clock.start_of_day(today)), stood)
        duty.paused_at = None
        duty.save()
        count += 1
    return count


@transaction.atomic
def remind_of(duty_id: int) -> int:
    """Tells those who owe a duty that it is due soon, once for each of the days of its round. Writes: Duty.reminded, Notices.

    Returns the people told. A duty opened inside the window was told when it was opened and is only marked.
    """
    duty = Duty.objects.select_for_update(skip_locked=True).filter(pk=duty_id, closed_at__isnull=True).first()
    if duty is None or duty.due_at is None or duty.paused_at is not None or rules.OWN_REMINDERS in duty.reminded:
        return 0
    now = clock.now()
    reached = queries.due_reminder(duty, queries.reminder_days([duty])[duty.pk], now)
    if not reached.mark:
        return 0
    duty.reminded = sorted({*duty.reminded, *reached.mark}, reverse=True)
    duty.save()
    if reached.tell is None:
        return 0
    own = duty.organisation is not None and duty.organisation.kind in (
        "COMPANY",
        "PROVIDER",
    )  # a right of one's own may hang on it
    days = workdays.left(duty.due_at, now)
    return _tell("duty_reminder", duty, duty, once=f"{duty.ref}:{reached.tell}", always=own, days=days)


@transaction.atomic
def escalate(duty_id: int, *, role: str) -> int:
    """Tells who holds `role` that something is owed past its day, once a duty. When, and to whom, the room decides by its round.

    Writes: Duty.reminded, Notices. Returns the people told."""
    duty = Duty.objects.select_for_update(skip_locked=True).filter(pk=duty_id, closed_at__isnull=True).first()
    if duty is None or duty.due_at is None or duty.paused_at is not None or rules.ESCALATED in duty.reminded:
        return 0
    duty.reminded = sorted({*duty.reminded, rules.ESCALATED}, reverse=True)
    duty.save()
    owner, last = duty.organisation, clock.to_kst(duty.due_at - timedelta(microseconds=1)).date().isoformat()
    return tell(
        "duty_escalated", app="journal", subject=duty, role=str(role), url=duty.url, once=f"{duty.ref}:escalated",
        context={
            "title_ko": duty.title_ko, "title_en": duty.title_en, "due_on": last, "who_ko": owner.name_ko if owner else "",
            "who_en": (owner.name_en or owner.name_ko) if owner else "",
        },
    )  # fmt: skip
