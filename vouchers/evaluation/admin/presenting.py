"""The officer's doors to presentations: plan, publish, move, cancel, record who attended."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from portal.kit.admin import ReadOnlyInline, ReasonForm, Verb, VerbAdmin
from portal.kit.clock import KST
from portal.kit.entering import EnteredAdmin
from portal.kit.workdays import is_working_day
from portal.templatetags.portal import kst_day, kst_text
from vouchers.evaluation import actions
from vouchers.evaluation.admin import parts
from vouchers.evaluation.forms import AttendanceForm, MoveForm, ScheduleForm
from vouchers.evaluation.models import PresentationSchedule, PresentationSeat, PresentationSlot
from vouchers.evaluation.queries import presenting as queries
from vouchers.evaluation.rules import presenting as rules

PLAN = "vouchers.plan_presentations"


class _Slots(ReadOnlyInline, TabularInline):
    """In time; without cases that are closed to the reader."""

    model = PresentationSlot
    fields = ("when", "place", "case", "company", "panel", "status")
    readonly_fields = fields
    ordering = ("starts_at", "place", "pk")
    verbose_name_plural = _("Presentations in time")

    def get_queryset(self, request: HttpRequest) -> Any:
        found = super().get_queryset(request).visible_to(request.user)
        return found.select_related("application", "company").prefetch_related("seats")

    @admin.display(description=_("Time"))
    def when(self, row: PresentationSlot) -> Any:
        url = reverse("admin:vouchers_presentationslot_change", args=[row.pk])
        return format_html('<a class="underline" href="{}">{}</a>', url, kst_text(row.starts_at))

    @admin.display(description=_("Application"))
    def case(self, row: PresentationSlot) -> str:
        return f"{row.application.receipt_no} · {row.application}"

    @admin.display(description=_("Members of the panel"))
    def panel(self, row: PresentationSlot) -> int:
        return sum(seat.released_at is None for seat in row.seats.all())


class _Seats(ReadOnlyInline, TabularInline):
    model = PresentationSeat
    fields = ("evaluator", "present", "left")
    readonly_fields = fields
    verbose_name_plural = _("Panel")

    @admin.display(description=_("Seat given up"))
    def left(self, row: PresentationSeat) -> str:
        return kst_text(row.released_at) if row.released_at else "—"


def _call(action: Any, name: str) -> Any:
    return lambda pk, by, **given: action(**{name: pk}, by=by, **given)


def _facts(row: PresentationSlot) -> list[tuple[Any, Any]]:
    panel = row.seats.taken().select_related("evaluator").order_by("pk")
    return [
        (_("Application"), f"{row.application.receipt_no} · {row.application}"),
        (_("Company"), row.company),
        (_("Time"), kst_text(row.starts_at)),
        (_("Room or online address"), row.place),
        (_("Panel"), ", ".join(seat.evaluator.get_full_name() for seat in panel) or "—"),
    ]


def _absence(row: PresentationSlot) -> str:
    """What the policy of the round does with a company that stays away, and what a correction does to sheets."""
    return " ".join(map(str, _absence_words(row)))


def _absence_words(row: PresentationSlot) -> Iterator[Any]:
    zero = queries.zero_if_absent(row.application.round)
    if zero:
        yield _("If the company was absent, the criteria of the presentation count 0 points from every evaluator.")
        if row.status in rules.HELD_SLOTS:
            yield _("A correction hands the sheets back to their evaluators, without points for the presentation.")
    points = row.application.round.policy().selection.penalty_points.get("ABSENT")
    if points:
        yield _("If the company was absent, %(points)s points are taken off as the policy says, and it is told.") % {
            "points": points
        }
    elif zero:
        yield _("Nothing else is taken off; the company is told.")
    else:
        yield _("The policy takes nothing off for an absence: the scores so far stand. The company is told.")


@admin.register(PresentationSchedule)
class PresentationScheduleAdmin(EnteredAdmin):
    enter_permission = PLAN
    entry_form = ScheduleForm
    entry_note = _("Every application in evaluation gets a time and a place. Nobody is told before the plan is published.")
    list_display = ("round", "status", "minutes", "created_by", "created_at", "published_at")
    list_filter = ("status", "round")
    list_select_related = ("round", "created_by")
    ordering = ("-created_at", "-id")
    fields = readonly_fields = ("round", "status", "minutes", "created_by", "published_by", "published_at", "waiting")
    inlines = (_Slots,)
    verbs = (
        Verb("publish", _("Publish and invite"), _call(actions.publish_schedule, "schedule_id"), PLAN,
             parts.can(rules.SCHEDULE_LIFECYCLE, "publish_schedule"), consequence=lambda row: _(
                 "Every company and every member of the panels gets the date with a file for the calendar. Later changes are told too.")),
        Verb("discard", _("Discard the plan"), _call(actions.discard_schedule, "schedule_id"), PLAN,
             parts.can(rules.SCHEDULE_LIFECYCLE, "discard_schedule"), danger=True, consequence=lambda row: _(
                 "Nobody has heard of it. The applications can be planned anew.")),
    )  # fmt: skip

    def headline(self, obj: PresentationSchedule) -> str:
        return str(_("Presentations: %(round)s") % {"round": obj.round})

    def persons_of(self, obj: Any) -> set[str]:
        """The companies that stand in it."""
        return set(obj.slots.values_list("company__ref", flat=True)) if obj.pk else set()

    def enter(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        given = {name: data[name] for name in ("days", "opens", "closes", "minutes", "gap", "pause", "places")}
        return actions.plan_presentations(round_id=data["round"].pk, by=request.user, **given)

    def response_add(self, request: HttpRequest, obj: PresentationSchedule, post_url_continue: Any = None) -> HttpResponse:
        """To the plan, which is looked at before it is published; days on which offices rest are named."""
        days = {timezone.localdate(at, KST) for at in obj.slots.values_list("starts_at", flat=True)}
        if resting := sorted(day for day in days if not is_working_day(day)):
            words = _("Not a working day: %(days)s. Plan anew if that was not meant.")
            messages.warning(request, words % {"days": ", ".join(map(kst_day, resting))})
        return HttpResponseRedirect(reverse("admin:vouchers_presentationschedule_change", args=[obj.pk]))

    @admin.display(description=_("Applications in evaluation without a presentation"))
    def waiting(self, row: PresentationSchedule) -> int:
        return queries.without_slot(row.round).count()


@admin.register(PresentationSlot)
class PresentationSlotAdmin(VerbAdmin):
    list_display = ("application", "receipt", "company", "when", "place", "status")
    list_filter = ("status", "schedule__round")
    list_select_related = ("application", "company")
    search_fields = ("application__receipt_no", "application__title", "company__name_ko", "company__name_en", "place")
    ordering = ("starts_at", "id")
    fields = readonly_fields = (
        "application", "receipt", "company", "when", "until", "place", "status", "reason", "recorded_by", "recorded_at",
    )  # fmt: skip
    inlines = (_Seats,)
    verbs = (
        Verb("attendance", _("Record who attended"), _call(actions.record_attendance, "slot_id"), PLAN,
             lambda row: row.status in {rules.SlotStatus.INVITED, *rules.HELD_SLOTS}, form=AttendanceForm, facts=_facts,
             consequence=_absence, hindered=lambda row: str(queries.not_to_record(row)[1])),
        Verb("move", _("Move the presentation"), _call(actions.move_presentation, "slot_id"), PLAN,
             parts.can(rules.SLOT_LIFECYCLE, "move_presentation"), form=MoveForm, facts=_facts, consequence=lambda row: _(
                 "The panel is taken anew from the assignments. Whoever was invited is told, and calendars follow.")),
        Verb("cancel", _("Cancel the presentation"), _call(actions.cancel_presentation, "slot_id"), PLAN,
             parts.can(rules.SLOT_LIFECYCLE, "cancel_presentation"), form=ReasonForm, facts=_facts, danger=True),
    )  # fmt: skip

    def headline(self, obj: PresentationSlot) -> str:
        return f"{kst_text(obj.starts_at)} · {obj.application}"

    def ways(self, request: HttpRequest, obj: PresentationSlot) -> list[tuple[Any, str]]:
        return [(_("To the schedule"), reverse("admin:vouchers_presentationschedule_change", args=[obj.schedule_id]))]

    @admin.display(description=_("Receipt number"), ordering="application__receipt_no")
    def receipt(self, row: PresentationSlot) -> str:
        return row.application.receipt_no or "—"

    @admin.display(description=_("Begins"), ordering="starts_at")
    def when(self, row: PresentationSlot) -> str:
        return kst_text(row.starts_at)

    @admin.display(description=_("Ends"))
    def until(self, row: PresentationSlot) -> str:
        return kst_text(row.ends_at)
