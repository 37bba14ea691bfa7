"""Timelines, desks and feeds read here."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.utils.module_loading import import_string

from portal.journal import gateways, rules
from portal.journal.models import DeadLetter, Duty, Event, Job, MailboxMessage, Notice, NoticeChoice, Seal
from portal.journal.wording import absolute, render
from portal.kit import clock, workdays
from portal.kit.models import Row


def history(subject: Row) -> QuerySet[Event]:
    """A subject's events in order; the caller was allowed to fetch the subject."""
    return Event.objects.filter(subject_ref=subject.ref).select_related("by").order_by("seq")


def histories(refs: Iterable[str]) -> QuerySet[Event]:
    """Events of several subjects (a case and its parts) in time order."""
    return Event.objects.filter(subject_ref__in=list(refs)).select_related("by").order_by("at", "id")


def duties_of(grants: Iterable[tuple[str, int | None]], user_id: int, without: Collection[str] = ()) -> QuerySet[Duty]:
    """What a person owes now: personally, for an organisation, or by a role. grants: (role, organisation id).

    without: roles whose common duties (owed by whoever holds the role) are left out.
    """
    owed = Q(user_id=user_id)
    for role, organisation_id in grants:
        if role not in without:
            owed |= Q(role=role, user__isnull=True, organisation__isnull=True)
        if organisation_id is not None:
            owed |= Q(organisation_id=organisation_id, user__isnull=True, role__in=["", role])
    return Duty.objects.filter(owed, closed_at__isnull=True).order_by("due_at", "id")


def open_duties(subject: Row) -> QuerySet[Duty]:
    """Who has the ball on a subject."""
    return Duty.objects.filter(subject_ref=subject.ref, closed_at__isnull=True).select_related("organisation", "user")


def owing(verb: str, refs: Iterable[str]) -> set[str]:
    """Which of these subjects wait for somebody to do `verb`."""
    return set(
        Duty.objects.filter(verb=verb, subject_ref__in=list(refs), closed_at__isnull=True).values_list("subject_ref", flat=True)
    )


def owed(verb: str) -> QuerySet[Duty, str]:
    """Refs of all subjects that wait for somebody to do `verb`."""
    return Duty.objects.filter(verb=verb, closed_at__isnull=True).values_list("subject_ref", flat=True)


def sent_at(template: str, refs: Iterable[str]) -> dict[str, datetime]:
    """Subject → when the first mail of this template about it left; without those that did not leave. One query."""
    rows = Notice.objects.filter(template=template, subject_ref__in=list(refs), sent_at__isnull=False).order_by("-sent_at")
    return {ref: moment for ref, moment in rows.values_list("subject_ref", "sent_at") if moment is not None}


def feed(user: Any) -> QuerySet[Notice]:
    return Notice.objects.filter(user=user, retracted_at__isnull=True).select_related("user").order_by("-created_at", "-id")


def newest(user: Any, n: int) -> list[Notice]:
    """The first n of a person's feed."""
    rows = Notice.objects.filter(user_id=user.pk, retracted_at__isnull=True).order_by("-created_at", "-id")
    found = list(
        rows.only("created_at", "ref", "read_at", "app", "template", "language", "context", "title", "body", "url", "user")[:n]
    )
    for notice in found:
        notice.user = user
    return found


def worded(notices: Iterable[Notice], language: str) -> list[Notice]:
    """The notices in the reader's language: told anew from their facts where they were told in the other one.

    A notice whose facts no longer fit its template keeps the words in which it was sent. Each without the mail's line
    of its address. Nothing is stored.
    """
    shown = []
    for notice in notices:
        if notice.language != language and notice.user is not None:
            words = {**notice.context, "url": absolute(notice.url, language), "recipient": notice.user.get_full_name()}
            try:
                notice.title, notice.body = render(notice.app, notice.template, language, words)
                notice.language = language
            except (TemplateDoesNotExist, TemplateSyntaxError, KeyError, TypeError, ValueError):
                pass
        notice.body = _without_address(notice.body, notice.url)
        shown.append(notice)
    return shown


def _without_address(body: str, url: str) -> str:
    """On the page a button leads there; the line with the address is the mail's."""
    lines = [line for line in body.splitlines() if not (url and line.endswith(url))]
    return "\n".join(lines).strip()


def unread(user: Any) -> int:
    return Notice.objects.filter(user=user, read_at__isnull=True).count()


def mail_choices(user: Any) -> dict[str, bool]:
    """Notice → by mail, for the notices about which the person said something."""
    return dict(NoticeChoice.objects.filter(user=user).values_list("template", "by_mail"))


def templates_received(user: Any) -> set[str]:
    """Which notices a person has ever had."""
    return set(Notice.objects.filter(user=user).values_list("template", flat=True).distinct())


def mailbox() -> QuerySet[MailboxMessage]:
    return MailboxMessage.objects.order_by("-at", "-id")


def to_remind() -> list[int]:
    """Ids of open duties that reached a reminder of theirs and were not told of it. Few queries, however many duties."""
    now = clock.now()
    horizon = now + timedelta(days=rules.MOST_REMIND_DAYS * 2)
    rows = Duty.objects.filter(closed_at__isnull=True, paused_at__isnull=True, due_at__lte=horizon)
    found = list(
        rows.exclude(reminded__contains=[rules.OWN_REMINDERS]).order_by("due_at")
        .only("subject_type", "subject_ref", "opened_at", "due_at", "reminded")
    )  # fmt: skip
    days = reminder_days(found)
    return [one.pk for one in found if due_reminder(one, days[one.pk], now).mark]


def reminder_days(duties: Iterable[Duty]) -> dict[int, tuple[int, ...]]:
    """Duty id → working days before its due day on which it is reminded of; the roof knows the rounds (settings.REMINDER_DAYS)."""
    found: dict[int, tuple[int, ...]] = import_string(settings.REMINDER_DAYS)(duties)
    return found


def due_reminder(duty: Duty, days: Sequence[int], now: datetime) -> rules.Reminder:
    """Which of its reminders a duty has reached now."""
    assert duty.due_at is not None, "asked for by its due day"
    left, first = workdays.left(duty.due_at, now), workdays.left(duty.due_at, duty.opened_at)
    return rules.reminders_due(left=left, left_at_opening=first, done=duty.reminded, late=duty.due_at <= now, days=days)


def chain_faults() -> Iterator[str]:
    """Events whose hash, predecessor or number lies: a sentence each, in the order of subjects. Streams all events."""
    subject, seq, previous = "", 0, rules.GENESIS
    for event in Event.objects.order_by("subject_ref", "seq").iterator(chunk_size=5000):
        if event.subject_ref != subject:
            subject, seq, previous = event.subject_ref, 0, rules.GENESIS
        seq += 1
        name = f"event {event.pk} ({event.name} of {event.subject_ref}, number {event.seq})"
        if event.seq != seq:
            yield f"{name}: number {seq} is missing"
            seq = event.seq
        if event.previous_hash != previous:
            yield f"{name}: does not follow the event before it"
        if rules.chain(event.previous_hash, event.content()) != event.hash:
            yield f"{name}: its content does not match its hash"
        previous = event.hash


def seal_faults() -> Iterator[str]:
    """Daily seals that do not cover what they say: a sentence each."""
    previous, after = rules.GENESIS, 0
    for seal in Seal.objects.order_by("day"):
        hashes: Any = Event.objects.filter(id__gt=after, id__lte=seal.last_event_id).order_by("id")
        head, count = rules.head(seal.previous_head, hashes.values_list("hash", flat=True).iterator(chunk_size=5000))
        if seal.previous_head != previous:
            yield f"seal of {seal.day}: does not follow the seal before it"
        if count != seal.events:
            yield f"seal of {seal.day}: {seal.events} events were sealed, {count} are there"
        elif head != seal.head:
            yield f"seal of {seal.day}: its head is not the head of its events"
        previous, after = seal.head, seal.last_event_id


def search_mailbox(words: str) -> QuerySet[MailboxMessage]:
    return mailbox().filter(Q(to__icontains=words) | Q(subject__icontains=words))


# ── Work in the background ───────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class QueueShown:
    """depth and oldest_seconds: of what waits at the broker, None where it does not answer; slow: jobs that are overdue;
    parked: what waits for a person."""

    key: str
    word: Any
    depth: int | None
    oldest_seconds: int | None
    jobs: int
    slow: tuple[str, ...]
    failing: int
    parked: int
    late: bool


def queues() -> list[QueueShown]:
    """Every queue with how it stands. Two queries, and one question to the broker."""
    now, waiting = clock.now() - clock.offset(), gateways.waiting(rules.QUEUES)
    jobs = list(Job.objects.order_by("name"))
    of = {job.name: job.queue for job in jobs}
    parked = Counter(of.get(name, "") for name in DeadLetter.objects.filter(status="PARKED").values_list("job", flat=True))
    return [
        _queue(key, one, [job for job in jobs if job.queue == key], waiting.get(key), parked[key], now)
        for key, one in rules.QUEUES.items()
    ]


def _queue(
    key: str, one: rules.Queue, jobs: list[Job], waits: tuple[int, float] | None, parked: int, now: datetime
) -> QueueShown:
    slow = tuple(job.name for job in jobs if rules.late_since(job.every_seconds, job.ended_at, now, one.late_after))
    depth, oldest = (waits[0], int(waits[1])) if waits else (None, None)
    failing = sum(job.failures > 0 for job in jobs)
    return QueueShown(
        key, one.word, depth, oldest, len(jobs), slow, failing, parked, bool(slow) or (oldest or 0) > one.late_after
    )


def dead_letters(job: str) -> dict[str, DeadLetter]:
    """Key → what a job could not do and is not done yet. One query."""
    return {row.key: row for row in DeadLetter.objects.filter(job=job).exclude(status="SETTLED")}
