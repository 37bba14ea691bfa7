"""The outbox: what is told to whom, and how it leaves the house: claim, send, settle (docs/adr/0002-mail-outcome.md)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from portal.journal import rules
from portal.journal.actions.events import record
from portal.journal.models import Duty, MailboxMessage, Notice, NoticeChoice
from portal.journal.people import Person, audience, audiences
from portal.journal.wording import absolute, always_by_mail, render
from portal.kit import clock, prepared
from portal.kit.access import require
from portal.kit.errors import IllegalStep, Refused
from portal.kit.models import Row, make_ref


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
    always: bool = False,
    language: str = "ko",
    calendar: Callable[[str, str], bytes] | None = None,
    wishes: Mapping[int, bool] | None = None,
) -> int:
    """Puts one outbox row a person: in the feed at once, mailed later, never twice.

    Whom: people, else everybody with `role` (at `organisation` when given; without a role those who do its business), else
    all members of `organisation`, else bare addresses. Templates: templates/emails/<app>/<template>.<ko|en>.txt, first line = subject line. once: makes
    the same telling unique (default: one a subject, template and moment). always: by mail whatever the person chose, as the
    notices that nobody can switch off. language: of bare addresses; people have their
    own. calendar: (language, address) → the iCalendar file that goes with the mail. wishes: what people chose about this notice
    (user → by mail too), where the caller has it at hand. A missing template raises TemplateDoesNotExist. Writes: Notice.
    Returns: rows written.
    """
    people = audience(to=to, organisation=organisation, role=str(role), addresses=addresses, language=language, template=template)
    if always or always_by_mail(template):
        wishes = {}
    elif wishes is None and to:
        wishes = _wishes(template, [p.user_id for p in people if p.user_id])
    elif wishes is None:
        wishes = {p.user_id: p.by_mail for p in people if p.user_id and p.by_mail is not None}
    moment = once or rules.stamp(clock.now())
    words = {**(context or {}), **({"rehearsal": True} if import_string(settings.REHEARSAL_MARK)(subject) else {})}
    rows = [_notice(template, app, subject, person, url, words, moment, wishes, calendar) for person in people]
    return prepared.insert(rows, ignore_conflicts=True)


@dataclass(frozen=True)
class Telling:
    """One of many alike: arguments of `tell`."""

    subject: Row
    organisation: Any
    url: str
    context: Mapping[str, Any]


def tell_each(template: str, *, app: str, tellings: Sequence[Telling], role: str = "") -> int:
    """As `tell`, for many organisations at once: six statements, however many. Writes: Notice. Returns: rows written."""
    heard = audiences({one.organisation.pk: one.organisation for one in tellings}.values(), role)
    everybody = {person.user_id for people in heard.values() for person in people if person.user_id}
    wishes = {} if always_by_mail(template) else _wishes(template, sorted(everybody))
    moment, marked = rules.stamp(clock.now()), import_string(settings.REHEARSAL_MARK)
    rows = [
        _notice(
            template, app, one.subject, person, one.url, {**one.context, **({"rehearsal": True} if marked(one.subject) else {})},
            moment, wishes, None,
        )
        for one in tellings
        for person in heard.get(one.organisation.pk, ())
    ]  # fmt: skip
    return prepared.insert(rows, ignore_conflicts=True)


def _wishes(template: str, users: list[int]) -> dict[int, bool]:
    """User → whether they want it by mail, of those who ever chose."""
    sql = "SELECT user_id, by_mail FROM journal_noticechoice WHERE template = %s AND user_id = ANY(%s::bigint[])"
    return dict(prepared.rows(sql, [template, users]))  # type: ignore[arg-type]


def _notice(
    template: str,
    app: str,
    subject: Row,
    person: Person,
    url: str,
    context: dict[str, Any],
    moment: str,
    wishes: Mapping[int, bool],
    calendar: Callable[[str, str], bytes] | None,
) -> Notice:
    words = {**context, "url": absolute(url, person.language), "recipient": person.name}
    title, body = render(app, template, person.language, words)
    by_mail = wishes.get(person.user_id or 0, True) and rules.reachable(person.address, demo=settings.DEMO)
    return prepared.made(
        Notice,
        ref=make_ref(Notice.REF_PREFIX),
        key=rules.notice_key(template, subject.ref, str(person.user_id or person.address), moment),
        app=app,
        template=template,
        language=person.language,
        user_id=person.user_id,
        address=person.address,
        url=url,
        context=context,
        subject_type=subject._meta.model_name or "",
        subject_ref=subject.ref,
        title=title,
        body=body,
        calendar=calendar(person.language, person.address).decode() if calendar else "",
        state=rules.NoticeState.WAITING if by_mail else rules.NoticeState.SKIPPED,
        due_at=clock.now(),
        created_at=clock.now(),
    )


@transaction.atomic
def read_notices(*, by: Any, before: datetime) -> int:
    """The feed was looked at. Writes: Notice.read_at."""
    return Notice.objects.filter(user=by, read_at__isnull=True, created_at__lte=before).update(read_at=clock.now())


@transaction.atomic
def read_notice(*, ref: str, by: Any) -> Notice | None:
    """One notice of one's own was opened. Writes: Notice.read_at, once. Returns None for somebody else's or none."""
    notice = Notice.objects.filter(user=by, ref=ref, retracted_at__isnull=True).first()
    if notice is not None and notice.read_at is None:
        Notice.objects.filter(pk=notice.pk).update(read_at=clock.now())
    return notice


def retract_notices(subject: Row, *, user: Any) -> int:
    """A person must know nothing of a subject any more: what was told about it, and reminders of its duties, leave the feed.

    A mail that has not left the house is not sent. Writes: Notice.retracted_at, read_at, state. Returns: notices taken back.
    """
    duties = Duty.objects.filter(subject_ref=subject.ref).values_list("ref", flat=True)
    told = Notice.objects.filter(user=user, subject_ref__in=[subject.ref, *duties], retracted_at__isnull=True)
    told.filter(state=rules.NoticeState.WAITING).update(state=rules.NoticeState.SKIPPED)
    told.filter(read_at__isnull=True).update(read_at=clock.now())
    return told.update(retracted_at=clock.now())


@transaction.atomic
def choose_mail(*, template: str, by_mail: bool, by: Any) -> None:
    """A person's wish about one notice. Writes: NoticeChoice. Raises: Refused for one that cannot be switched off."""
    if not by_mail and always_by_mail(template):
        raise Refused(_("This notice always comes by e-mail too."), "mandatory_notice", "by_mail")
    NoticeChoice.objects.update_or_create(user=by, template=template, defaults={"by_mail": by_mail})


@transaction.atomic
def post(*, app: str, template: str, address: str, language: str, title: str, body: str) -> Notice:
    """A mail whose words are already written (sign-in, password): to a bare address, in no feed. Writes: Notice."""
    notice = Notice(
        app=app,
        template=template[:60],
        language=language,
        address=address,
        subject_type="address",
        title=title[:200],
        body=body,
        due_at=clock.now(),
    )
    notice.ref = make_ref(Notice.REF_PREFIX)
    notice.key = notice.subject_ref = notice.ref
    notice.save()
    return notice


# ── Leaving the house ────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def claim_notice() -> Notice | None:
    """Takes the next due mail for this worker alone, or None. One at a time: a kill leaves at most one unclear.

    Writes: Notice SENDING, attempts + 1. Two workers never get the same row (SKIP LOCKED).
    """
    now = clock.now()
    notice = (
        Notice.objects.select_for_update(skip_locked=True)
        .filter(state=rules.NoticeState.WAITING, retracted_at__isnull=True, due_at__lte=now)
        .order_by("due_at", "id")
        .first()
    )
    if notice is None:
        return None
    notice.state, notice.claimed_at, notice.attempts = rules.NoticeState.SENDING, now, notice.attempts + 1
    notice.save()
    return notice


@transaction.atomic
def settle_notice(*, notice_id: int, outcome: str, error: str = "") -> Notice:
    """What came of a claimed mail. Writes: Notice.

    SENT ends it; NOT_SENT waits for the next attempt until MAX_ATTEMPTS; REFUSED ends it as FAILED; UNKNOWN is parked as
    UNCLEAR and never sent again by itself. Words to a bare address may hold a secret link, so they are forgotten once sent.
    """
    notice = Notice.objects.select_for_update().get(pk=notice_id)
    if notice.state not in {rules.NoticeState.SENDING, rules.NoticeState.UNCLEAR}:
        return notice
    now = clock.now()
    notice.state = rules.after_sending(outcome, notice.attempts)
    notice.last_error = error[:300]
    if notice.state == rules.NoticeState.SENT:
        notice.sent_at = now
        if notice.user_id is None:
            notice.body = notice.url = ""
    elif notice.state == rules.NoticeState.WAITING:
        notice.due_at = now + timedelta(seconds=rules.retry_after_seconds(notice.attempts))
    notice.save()
    return notice


@transaction.atomic
def claim_lost() -> Notice | None:
    """The next mail whose worker did not come back within CLAIM_MINUTES: what came of it is not known. Writes: UNCLEAR."""
    before = clock.now() - timedelta(minutes=rules.CLAIM_MINUTES)
    notice = (
        Notice.objects.select_for_update(skip_locked=True).filter(state=rules.NoticeState.SENDING, claimed_at__lte=before).first()
    )
    if notice is None:
        return None
    notice.state = rules.NoticeState.UNCLEAR
    notice.last_error = "the worker did not come back"
    notice.save()
    return notice


@transaction.atomic
def resend(notice_id: int, *, by: Any) -> Notice:
    """A person decides that an unclear or failed mail goes out (again). Writes: Notice WAITING, Event notice.resent."""
    return _resolve(notice_id, rules.NoticeState.WAITING, "notice.resent", by)


@transaction.atomic
def mark_delivered(notice_id: int, *, by: Any) -> Notice:
    """A person found out that an unclear mail did arrive. Writes: Notice SENT, Event notice.found_delivered."""
    return _resolve(notice_id, rules.NoticeState.SENT, "notice.found_delivered", by)


def _resolve(notice_id: int, state: str, event: str, by: Any) -> Notice:
    notice = Notice.objects.select_for_update().get(pk=notice_id)
    require(by, "journal.resolve_notice")
    if notice.state not in {rules.NoticeState.UNCLEAR, rules.NoticeState.FAILED}:
        raise IllegalStep("notice", notice.state, event)
    before, now = notice.state, clock.now()
    notice.state = state
    if state == rules.NoticeState.SENT:
        notice.sent_at = now
    else:
        notice.attempts, notice.due_at = 0, now
    notice.save()
    record(event, notice, by=by, frm=before, to=state)
    return notice


def put_in_mailbox(*, message_id: str, to: str, subject: str, body: str, attachments: Sequence[dict[str, str]] = ()) -> bool:
    """The demo's own mailbox receives a mail once, however often it is sent. attachments: name, kind and text of each.
    Writes: MailboxMessage."""
    _message, new = MailboxMessage.objects.get_or_create(
        message_id=message_id,
        defaults={"to": to, "subject": subject[:300], "body": body, "at": clock.now(), "attachments": list(attachments)},
    )
    return new
