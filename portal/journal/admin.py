"""The journal to read: what happened, who owes what, what was told, who saw whose data. Only parked mails can be decided."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.journal import actions, queries, rules
from portal.journal.models import AccessLog, DeadLetter, Duty, Event, Job, Notice, Seal
from portal.journal.rules import NoticeState
from portal.kit.admin import KeptReasonForm, Verb, VerbAdmin, bilingual
from portal.kit.words import pick

_PARKED = {NoticeState.UNCLEAR, NoticeState.FAILED}


class Apart(VerbAdmin):
    """Leaves out what tells who works on a case with which a conflict of the reader stands, and kinds of records that are not theirs."""

    def get_queryset(self, request: HttpRequest) -> Any:
        found = super().get_queryset(request)
        closed = import_string(settings.CLOSED_RECORDS)(request.user)
        found = found.exclude(subject_type__in=closed.kinds) if closed.kinds else found
        return found.exclude(self.of_closed(closed)) if closed.cases else found

    def of_closed(self, closed: Any) -> Q:
        """The rows that are left out. closed: as settings.CLOSED_RECORDS gives it."""
        return Q(subject_ref__in=closed.assignments)


@admin.register(Event)
class EventAdmin(Apart):
    keeps_history = False
    list_display = ("no", "at", "name", "subject_type", "subject_ref", "by", "frm", "to")
    list_filter = ("subject_type", "public")
    search_fields = ("subject_ref", "name", "by__email")
    list_select_related = ("by",)
    ordering = ("-at", "-id")
    fields = (
        "at", "name", "subject_type", "subject_ref", "seq", "by", "roles", "frm", "to", "reason", "policy_version",
        "public", "data", "before", "hash",
    )  # fmt: skip
    readonly_fields = fields

    def of_closed(self, closed: Any) -> Q:
        """What was changed by hand in a proposal, and who left a panel, name a case and evaluators too."""
        naming = ("assignment_run.changed", "presentation.seat_left")
        return super().of_closed(closed) | Q(name__in=naming, data__application__in=closed.cases)

    @admin.display(description=_("Number"), ordering="id")
    def no(self, event: Event) -> str:
        """By which auditors name an event; the whole journal counts through."""
        return str(event.pk)

    @admin.display(description=_("Hash before"))
    def before(self, event: Event) -> str:
        return gettext("none: the first event of the record") if event.previous_hash == rules.GENESIS else event.previous_hash


@admin.register(Seal)
class SealAdmin(VerbAdmin):
    keeps_history = False
    shows_persons = False
    list_display = ("day", "events", "head", "sealed_at")
    ordering = ("-day",)
    fields = ("day", "events", "last_event_id", "before", "head", "sealed_at")
    readonly_fields = fields

    @admin.display(description=_("Seal before"))
    def before(self, seal: Seal) -> str:
        return gettext("none: the first seal") if seal.previous_head == rules.GENESIS else seal.previous_head


@admin.register(Duty)
class DutyAdmin(Apart):
    keeps_history = False
    list_display = (bilingual("title", _("Duty")), "owed_by", "opened_at", "due_at", "closed_at")
    list_filter = ("role", ("closed_at", admin.EmptyFieldListFilter), "verb")
    search_fields = ("subject_ref", "title_ko", "title_en", "organisation__name_ko", "user__email")
    list_select_related = ("organisation", "user", "holder")
    list_only = (
        "ref", "title_ko", "title_en", "verb", "role", "opened_at", "due_at", "closed_at", "organisation__name_ko",
        "organisation__name_en", "user__name", "user__email", "holder__name", "holder__email",
    )  # fmt: skip
    ordering = ("due_at", "id")

    def headline(self, obj: Duty) -> str:
        return pick(obj, "title")

    @admin.display(description=_("Duty"))
    def what(self, obj: Duty) -> str:
        return pick(obj, "title")

    @admin.display(description=_("Owed by"))
    def owed_by(self, obj: Duty) -> str:
        """The person (who looks after it, of those who owe it), the organisation or the role; the list says the role in words."""
        return str(obj.user or obj.holder or obj.organisation or obj.role)

    fields = (
        "ref", "what", "verb", "subject_type", "subject_ref", "organisation", "role", "user", "holder", "opened_at",
        "due_at", "paused_at", "paused_days", "closed_at", "reminded",
    )  # fmt: skip
    readonly_fields = fields


@admin.register(Notice)
class NoticeAdmin(Apart):
    """The words of a mail are not shown here: they may hold a link that is somebody's alone."""

    lists_persons = True

    def of_closed(self, closed: Any) -> Q:
        """Reminders are about a duty."""
        duties = Duty.objects.filter(subject_ref__in=closed.assignments).values("ref")
        return super().of_closed(closed) | Q(subject_ref__in=duties)

    list_display = ("created_at", "title", "address", "template", "state", "attempts", "sent_at")
    list_filter = ("state", "app", "language")
    search_fields = ("subject_ref", "address", "title", "ref")
    ordering = ("-created_at", "-id")
    fields = (
        "ref", "title", "address", "user", "app", "template", "language", "subject_type", "subject_ref", "state", "attempts",
        "due_at", "claimed_at", "sent_at", "read_at", "last_error",
    )  # fmt: skip
    readonly_fields = fields
    verbs = (
        Verb(
            "resend", _("Send it again"), actions.resend, "journal.resolve_notice", lambda notice: notice.state in _PARKED,
            consequence=lambda notice: _("If the mail did arrive after all, the person receives it twice."),
        ),
        Verb(
            "mark_delivered", _("It did arrive"), actions.mark_delivered, "journal.resolve_notice",
            lambda notice: notice.state in _PARKED,
            consequence=lambda notice: _("Nothing more is sent. Choose this after asking the person or the mail server's log."),
        ),
    )  # fmt: skip


@admin.register(AccessLog)
class AccessLogAdmin(Apart):
    keeps_history = False
    list_display = ("at", "by", "task", "subject_type", "subject_ref", "source")
    list_filter = ("subject_type", "task")
    search_fields = ("subject_ref", "by__email", "task")
    search_help_text = _("The reference of a case or of a person (usr-…), or the e-mail address of who looked.")
    list_select_related = ("by",)
    ordering = ("-at", "-id")
    fields = ("at", "by", "source", "task", "subject_type", "subject_ref", "persons")
    readonly_fields = fields

    def of_closed(self, closed: Any) -> Q:
        """An evaluator who opened the case."""
        return Q(subject_ref__in=[*closed.cases, *closed.assignments], by_id__in=closed.evaluators)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        found, distinct = super().get_search_results(request, queryset, search_term)
        term = search_term.strip()
        if term.startswith("usr-"):
            found = queryset.filter(Q(persons__contains=[term]) | Q(subject_ref=term))
        return found, distinct


# ── Work in the background ───────────────────────────────────────────────────────────────────────────
@admin.register(Job)
class JobAdmin(VerbAdmin):
    """The queues above, each job with how it last went below."""

    keeps_history = False
    shows_persons = False
    list_display = ("name", "queue_word", "ended_at", "took_ms", "done", "failures")
    list_filter = ("queue",)
    search_fields = ("name", "error")
    ordering = ("queue", "name")
    list_per_page = 100
    change_list_template = "journal/admin_jobs.html"
    fields = readonly_fields = ("name", "queue_word", "every_seconds", "ended_at", "took_ms", "done", "failures", "error")

    @admin.display(description=_("Queue"), ordering="queue")
    def queue_word(self, job: Job) -> str:
        return str(rules.QUEUES[job.queue].word) if job.queue in rules.QUEUES else job.queue

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {**(extra_context or {}), "queues": queries.queues()})


@admin.register(DeadLetter)
class DeadLetterAdmin(VerbAdmin):
    shows_persons = False
    list_display = ("job", "key", "status", "tries", "failed_at", "error")
    list_filter = ("status", "job")
    search_fields = ("job", "key", "error", "ref")
    ordering = ("-failed_at", "-id")
    fields = readonly_fields = (
        "ref", "job", "key", "status", "tries", "failed_at", "next_at", "error", "place", "reason", "decided_by",
    )  # fmt: skip
    verbs = (
        Verb(
            "retry", _("Let the job try it again"), actions.retry_dead_letter, "journal.resolve_dead_letter",
            lambda row: rules.DEAD_LETTER_LIFECYCLE.can(row.status, "retry"),
            consequence=lambda row: _("The job takes it up at its next turn, with all its tries. What it did before it broke was taken back, so nothing happens twice."),
        ),
        Verb(
            "dismiss", _("Leave it to people"), actions.dismiss_dead_letter, "journal.resolve_dead_letter",
            lambda row: rules.DEAD_LETTER_LIFECYCLE.can(row.status, "dismiss"), form=KeptReasonForm, danger=True,
            consequence=lambda row: _("No job tries it again until somebody hands it back. Say who looks after it."),
        ),
    )  # fmt: skip

    def headline(self, obj: DeadLetter) -> str:
        return str(obj)
