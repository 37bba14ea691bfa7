"""What happened (Event), who owes what by when (Duty), what was told (Notice), who saw whose data (AccessLog)."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.journal import rules
from portal.kit import clock
from portal.kit.models import Row


class Event(models.Model):
    """Append-only (trigger), chained per subject. organisations: ids of who may see it; public: anybody."""

    at = models.DateTimeField(default=clock.now)
    name = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_ref = models.CharField(max_length=24)
    seq = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    roles = ArrayField(models.CharField(max_length=24), default=list)
    frm = models.CharField(max_length=30, blank=True)
    to = models.CharField(max_length=30, blank=True)
    reason = models.TextField(blank=True)
    policy_version = models.PositiveIntegerField(null=True)
    organisations = ArrayField(models.BigIntegerField(), default=list)
    public = models.BooleanField(default=False)
    data = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [models.UniqueConstraint(fields=["subject_ref", "seq"], name="event_chain")]
        indexes = [
            models.Index(fields=["name", "at"], name="event_name_at"),
            models.Index(fields=["at"], name="event_at"),
            GinIndex(fields=["organisations"], name="event_organisations"),
        ]

    def content(self) -> dict[str, Any]:
        """What the hash covers."""
        return {
            "at": rules.stamp(self.at),
            "name": self.name,
            "subject_type": self.subject_type,
            "subject_ref": self.subject_ref,
            "seq": self.seq,
            "by": self.by_id,
            "roles": list(self.roles),
            "frm": self.frm,
            "to": self.to,
            "reason": self.reason,
            "policy_version": self.policy_version,
            "organisations": list(self.organisations),
            "public": self.public,
            "data": self.data,
        }

    def __str__(self) -> str:
        return f"{self.name} {self.subject_ref}"


class Seal(models.Model):
    """One head a day over all chains: a later rewrite of any event changes a head that was already published."""

    day = models.DateField(unique=True)
    last_event_id = models.BigIntegerField()
    events = models.PositiveIntegerField()
    previous_head = models.CharField(max_length=64)
    head = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("daily seal")
        verbose_name_plural = _("daily seals")


class Erasure(Row):
    """One run of a retention sweep that erased something. kind: the sweep's name; before: what is older is gone."""

    REF_PREFIX = "ers"

    kind = models.CharField(max_length=60)
    before = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")


class Duty(Row):
    """Who owes what by when. Owed by a person, by an organisation (perhaps one role there), or by a role anywhere.

    paused_at: the clock stands since then; paused_days: working days that it stood before. holder: who looks after it, of those who
    owe it: it was handed to them, and they (away: their deputy) hear of it instead of all.
    """

    REF_PREFIX = "dty"

    subject_type = models.CharField(max_length=40)
    subject_ref = models.CharField(max_length=24)
    verb = models.CharField(max_length=40)
    title_ko = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    url = models.CharField(max_length=200)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=24, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_days = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    reminded = ArrayField(models.SmallIntegerField(), default=list)  # working days before the due day already told
    rehearsed = models.BooleanField(default=False, db_default=False)  # part of a rehearsal: owed like any other, and in no median

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_ref", "verb", "organisation", "user", "role"],
                condition=Q(closed_at__isnull=True),
                nulls_distinct=False,
                name="duty_one_open",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | Q(user__isnull=False) | ~Q(role=""), name="duty_owed_by_somebody"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")), name="duty_closed_after_opened"
            ),
            models.CheckConstraint(condition=Q(user__isnull=True) | Q(holder__isnull=True), name="duty_in_person_is_not_handed"),
        ]
        indexes = [
            models.Index(fields=["organisation", "due_at"], condition=Q(closed_at__isnull=True), name="duty_open_org"),
            models.Index(fields=["role", "due_at"], condition=Q(closed_at__isnull=True), name="duty_open_role"),
            models.Index(fields=["user", "due_at"], condition=Q(closed_at__isnull=True), name="duty_open_user"),
            models.Index(
                fields=["holder", "due_at"], condition=Q(closed_at__isnull=True, holder__isnull=False), name="duty_open_holder"
            ),
            models.Index(fields=["verb", "closed_at"], name="duty_verb"),
            models.Index(fields=["due_at", "id"], name="duty_due"),
        ]


class Notice(Row):
    """An outbox row for one person: shown in the feed at once, mailed by a worker. `key` makes it unique.

    retracted_at: taken back since its person must know nothing of the subject any more; shown to nobody but officers.
    """

    REF_PREFIX = "ntc"

    key = models.CharField(max_length=160, unique=True)
    app = models.CharField(max_length=40)
    template = models.CharField(max_length=60)
    language = models.CharField(max_length=2)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    address = models.EmailField()
    url = models.CharField(max_length=200, blank=True)
    context = models.JSONField(default=dict)
    subject_type = models.CharField(max_length=40)
    subject_ref = models.CharField(max_length=24)
    title = models.CharField(max_length=200)
    body = models.TextField()
    calendar = models.TextField(blank=True)  # an iCalendar file that goes with its mail
    state = models.CharField(max_length=10, choices=rules.NoticeState.choices(), default=rules.NoticeState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=clock.now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    retracted_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="WAITING"), name="notice_waiting"),
            models.Index(fields=["claimed_at"], condition=Q(state="SENDING"), name="notice_sending"),
            models.Index(fields=["user", "-created_at"], name="notice_feed"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]
        permissions = [("resolve_notice", "Decide about mails whose delivery failed or is unclear")]

    def __str__(self) -> str:
        return self.title


class NoticeChoice(models.Model):
    """A person's wish about one notice: by mail or in the feed only. Without a row: both."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    template = models.CharField(max_length=60)
    by_mail = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("notice choice")
        verbose_name_plural = _("notice choices")
        constraints = [models.UniqueConstraint(fields=["user", "template"], name="notice_choice_once")]


class AccessLog(models.Model):
    """Who saw whose personal data (개인정보의 안전성 확보조치 기준 제8조): account, time, source, person, task."""

    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=45, blank=True)
    subject_type = models.CharField(max_length=40)
    subject_ref = models.CharField(max_length=24)
    persons = ArrayField(models.CharField(max_length=24), default=list)
    task = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("access log entry")
        verbose_name_plural = _("access log")
        indexes = [
            models.Index(fields=["by", "at"], name="access_log_by"),
            models.Index(fields=["at"], name="access_log_at"),
            models.Index(fields=["subject_ref"], name="access_log_subject"),
            GinIndex(fields=["persons"], name="access_log_persons"),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.subject_ref}"


class MailboxMessage(models.Model):
    """What the demo's own mailbox received, shown at /demo/mail/. Empty wherever EMAIL_URL is set."""

    at = models.DateTimeField(default=clock.now)
    message_id = models.CharField(max_length=200, unique=True)
    to = models.EmailField()
    subject = models.CharField(max_length=300)
    body = models.TextField()
    attachments = models.JSONField(default=list)

    class Meta:
        verbose_name = _("mailbox message")
        verbose_name_plural = _("mailbox messages")


class Job(Row):
    """How a job of the schedule went the last time. machine time, also where the demo's clock stands ahead.

    done: how many it did; failures: how often in a row it ended with an error.
    """

    REF_PREFIX = "job"

    name = models.CharField(_("Job"), max_length=60, unique=True)
    queue = models.CharField(_("Queue"), max_length=20)
    every_seconds = models.PositiveIntegerField(_("Every so many seconds"))
    ended_at = models.DateTimeField(_("Last ended"))
    took_ms = models.PositiveIntegerField(_("Took (ms)"))
    done = models.PositiveIntegerField(_("Things done"), default=0)
    failures = models.PositiveIntegerField(_("Failures in a row"), default=0)
    error = models.CharField(_("Last error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs in the background")

    def __str__(self) -> str:
        return self.name


class DeadLetter(Row):
    """Something that a job could not do: tried again with back-off, then a person's. key: of the row that the job took up.

    tries: since it was last handed to the job; next_at: not before.
    """

    REF_PREFIX = "dlt"

    job = models.CharField(_("Job"), max_length=60)
    key = models.CharField(_("Row"), max_length=60)
    error = models.CharField(_("Last error"), max_length=300)
    place = models.CharField(_("Where"), max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField(_("Tries"), default=1)
    failed_at = models.DateTimeField(_("Last failed"))
    next_at = models.DateTimeField(_("Tried again from"))
    status = models.CharField(max_length=10, choices=rules.DeadLetterState.choices(), default="WAITING")
    reason = models.CharField(_("Reason"), max_length=500, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("work that failed")
        verbose_name_plural = _("work that failed")
        permissions = [("resolve_dead_letter", "Decide about work that a job could not do")]
        constraints = [
            models.UniqueConstraint(fields=["job", "key"], condition=~Q(status="SETTLED"), name="dead_letter_once"),
            models.CheckConstraint(
                condition=~Q(status="DISMISSED") | (Q(decided_by__isnull=False) & ~Q(reason="")), name="dead_letter_dismissed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.key}"
