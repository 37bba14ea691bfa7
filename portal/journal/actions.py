"""The journal is written here, always inside the action's own transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils.translation import override

from portal.journal import rules
from portal.journal.models import AccessLog, Duty, Event, Notice, NoticeChoice
from portal.journal.people import Person, audience, roles_of
from portal.kit import clock, workdays
from portal.kit.models import Row


def record(
    name: str,
    subject: Row,
    *,
    by: Any,
    frm: str = "",
    to: str = "",
    reason: str = "",
    policy_version: int | None = None,
    organisations: Iterable[int] = (),
    public: bool = False,
    data: dict[str, Any] | None = None,
) -> Event:
    """Appends one event to the subject's chain. name: `<noun>.<past participle>`; by None: the portal itself.

    The caller holds the subject's row lock; the unique (subject, seq) stops anybody who does not. Writes: Event.
    """
    assert connection.in_atomic_block, "an event is written in the transaction of its change"
    last = Event.objects.filter(subject_ref=subject.ref).order_by("-seq").values("seq", "hash").first()
    event = Event(
        at=clock.now(),
        name=name,
        subject_type=subject._meta.model_name or "",
        subject_ref=subject.ref,
        seq=(last["seq"] if last else 0) + 1,
        by=by,
        roles=sorted(roles_of(by)),
        frm=str(frm),
        to=str(to),
        reason=reason,
        policy_version=policy_version,
        organisations=sorted(set(organisations)),
        public=public,
        data=data or {},
        previous_hash=last["hash"] if last else rules.GENESIS,
    )
    event.hash = rules.chain(event.previous_hash, event.content())
    event.save(force_insert=True)
    return event


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
    by: Any,
) -> Duty:
    """Somebody owes `verb` from now on. due_in: working days from today (else due_at, else no due day).

    url: path without a language prefix. Opening what is already open only moves its due day. Writes: Duty.
    """
    if due_at is None and due_in is not None:
        due_at = workdays.due_at(clock.now(), due_in)
    duty = Duty.objects.filter(
        subject_ref=subject.ref, verb=verb, organisation=organisation, user=user, role=str(role), closed_at__isnull=True
    ).first()
    if duty is None:
        duty = Duty(
            subject_type=subject._meta.model_name or "",
            subject_ref=subject.ref,
            verb=verb,
            organisation=organisation,
            user=user,
            role=str(role),
            opened_at=clock.now(),
        )
    duty.title_ko, duty.title_en, duty.url, duty.due_at = title_ko[:200], title_en[:200], url, due_at
    duty.save()
    return duty


def close_duty(subject: Row, verb: str, *, by: Any, organisation: Any = None, user: Any = None) -> int:
    """What was owed is done (by anybody). Returns how many duties were closed. Writes: Duty.closed_at."""
    open_ones = Duty.objects.filter(subject_ref=subject.ref, verb=verb, closed_at__isnull=True)
    if organisation is not None:
        open_ones = open_ones.filter(organisation=organisation)
    if user is not None:
        open_ones = open_ones.filter(user=user)
    return open_ones.update(closed_at=clock.now(), updated_at=clock.now())


def close_duties(subject: Row, *, by: Any) -> int:
    """Nothing is owed on this subject any more (withdrawn, ended). Writes: Duty.closed_at."""
    return Duty.objects.filter(subject_ref=subject.ref, closed_at__isnull=True).update(
        closed_at=clock.now(), updated_at=clock.now()
    )


def pause_duty(subject: Row, verb: str, *, by: Any) -> None:
    """The clock stands still while somebody else has the ball. Writes: Duty.paused_at."""
    Duty.objects.filter(subject_ref=subject.ref, verb=verb, closed_at__isnull=True, paused_at__isnull=True).update(
        paused_at=clock.now()
    )


def resume_duty(subject: Row, verb: str, *, by: Any) -> None:
    """The clock runs again; the due day moves by the working days that it stood. Writes: Duty."""
    today = clock.today()
    for duty in Duty.objects.select_for_update().filter(
        subject_ref=subject.ref, verb=verb, closed_at__isnull=True, paused_at__isnull=False
    ):
        assert duty.paused_at is not None
        stood = workdays.working_days_between(clock.to_kst(duty.paused_at).date(), today)
        duty.paused_days += stood
        if duty.due_at is not None:
            duty.due_at = workdays.due_at(duty.due_at - (clock.end_of_day(today) - clock.start_of_day(today)), stood)
        duty.paused_at = None
        duty.save()


def tell(
    template: str,
    *,
    app: str,
    subject: Row,
    to: Sequence[Any] = (),
    organisation: Any = None,
    role: str = "",
    addresses: Sequence[str] = (),
    url: str = "",
    context: dict[str, Any] | None = None,
    once: str = "",
) -> int:
    """Puts one outbox row a person: in the feed at once, mailed later, never twice.

    Whom: people, else everybody with `role` (at `organisation` when given), else all members of `organisation`,
    else bare addresses. Templates: templates/emails/<app>/<template>.<ko|en>.txt, first line = subject line. once: makes
    the same telling unique (default: one a subject, template and moment). Writes: Notice. Returns: rows written.
    """
    people = audience(to=to, organisation=organisation, role=str(role), addresses=addresses)
    choices = dict(
        NoticeChoice.objects.filter(user_id__in=[p.user_id for p in people if p.user_id], template=template).values_list(
            "user_id", "by_mail"
        )
    )
    moment = once or rules.stamp(clock.now())
    rows = [_notice(template, app, subject, person, url, context or {}, moment, choices) for person in people]
    return len(Notice.objects.bulk_create(rows, ignore_conflicts=True))


def _notice(
    template: str,
    app: str,
    subject: Row,
    person: Person,
    url: str,
    context: dict[str, Any],
    moment: str,
    choices: dict[int, bool],
) -> Notice:
    from portal.kit.models import make_ref

    with override(person.language):
        text = render_to_string(
            f"emails/{app}/{template}.{person.language}.txt",
            {**context, "url": absolute(url, person.language), "recipient": person.name},
        )
    title, _, body = text.strip().partition("\n")
    by_mail = choices.get(person.user_id or 0, True)
    return Notice(
        ref=make_ref(Notice.REF_PREFIX),
        key=f"{template}:{subject.ref}:{person.user_id or person.address}:{moment}"[:160],
        app=app,
        template=template,
        language=person.language,
        user_id=person.user_id,
        address=person.address,
        url=url,
        context=context,
        subject_type=subject._meta.model_name or "",
        subject_ref=subject.ref,
        title=title.strip()[:200],
        body=body.strip(),
        state=rules.NoticeState.WAITING if by_mail else rules.NoticeState.SKIPPED,
        due_at=clock.now(),
        created_at=clock.now(),
    )


def absolute(url: str, language: str) -> str:
    """The full address of a page in the reader's language."""
    from django.conf import settings

    if not url or url.startswith("http"):
        return url
    return f"{settings.BASE_URL}{'/en' if language == 'en' else ''}{url}"


@transaction.atomic
def saw(by: Any, subject: Row, *, persons: Iterable[str] = (), what: str, source: str = "") -> None:
    """The one write that a GET may make. persons: refs of the people whose data were shown. Writes: AccessLog."""
    AccessLog.objects.create(
        by=by,
        source=source,
        subject_type=subject._meta.model_name or "",
        subject_ref=subject.ref,
        persons=sorted(persons),
        task=what[:80],
    )


@transaction.atomic
def read_notices(*, by: Any, before: datetime) -> int:
    """The feed was looked at. Writes: Notice.read_at."""
    return Notice.objects.filter(user=by, read_at__isnull=True, created_at__lte=before).update(read_at=clock.now())


@transaction.atomic
def choose_mail(*, template: str, by_mail: bool, by: Any) -> None:
    """A person's wish about one notice. Writes: NoticeChoice."""
    NoticeChoice.objects.update_or_create(user=by, template=template, defaults={"by_mail": by_mail})
