"""Officers prepare rounds, approvers announce them. A draft's facts, tracks and criteria are forms; the rest are verbs."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from portal.kit.admin import NONE_YET, KeptReasonForm, PublicReasonForm, ReadOnlyInline, ReasonForm, Verb
from portal.kit.clock import now, to_kst
from portal.kit.entering import FormAdmin
from portal.kit.won import won
from portal.templatetags.portal import digits, kst_from_text, kst_text
from vouchers.rounds import actions, queries, rules
from vouchers.rounds.actions import FACTS
from vouchers.rounds.admin.questions import QuestionPages
from vouchers.rounds.admin.questions import may_edit as _may_edit
from vouchers.rounds.forms import AmendForm, CopyForm, PolicyForm, RehearseForm, RoundForm
from vouchers.rounds.models import Amendment, Criterion, PolicyVersion, Round, Track


class _DraftInline(TabularInline):
    """Editable while the round is a draft, read-only ever after."""

    extra = 0
    show_title = False
    ordering_field: str | None = "position"
    template_before = NONE_YET

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        self.ordering_field = "position" if _may_edit(request, obj) else None
        return super().get_formset(request, obj, **kwargs)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_edit(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_edit(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_edit(request, obj)


class TrackInline(_DraftInline):
    model = Track
    fields: ClassVar[list[str]] = ["position", "key", "name_ko", "name_en", "cap_won", "slots", "task_price_won"]
    readonly_fields = ("cap", "task_price")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if _may_edit(request, obj) else ["key", "name_ko", "name_en", "cap", "slots", "task_price"]

    @admin.display(description=_("Ceiling (won)"))
    def cap(self, row: Track) -> str:
        return digits(row.cap_won)

    @admin.display(description=_("Task price (won)"))
    def task_price(self, row: Track) -> str:
        return digits(row.task_price_won)


class CriterionInline(_DraftInline):
    model = Criterion
    fields: ClassVar[list[str]] = ["position", "key", "name_ko", "name_en", "stage", "weight", "guidance_ko", "guidance_en"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if _may_edit(request, obj) else self.fields[1:]


class AmendmentInline(ReadOnlyInline, TabularInline):
    """What changed after the announcement."""

    model = Amendment
    fields: ClassVar[list[str]] = ["number", "made_at", "what", "reason_ko", "reason_en", "policy_number"]
    readonly_fields: ClassVar[list[str]] = fields

    @admin.display(description=_("What changes"))
    def what(self, row: Amendment) -> Any:
        return format_html_join("\n", "<p>{}: {} → {}</p>", queries.change_words(row))


class PolicyInline(ReadOnlyInline, TabularInline):
    """Every version that was saved; the newest counts, frozen at the announcement."""

    model = PolicyVersion
    fields: ClassVar[list[str]] = ["number", "reason", "created_at", "frozen_at"]
    readonly_fields: ClassVar[list[str]] = fields
    ordering = ("-number",)


def _can(verb: str) -> Any:
    return lambda row: rules.LIFECYCLE.can(row.status, verb) and not row.is_reference


def _call(action: Any) -> Any:
    return lambda pk, by, **data: action(round_id=pk, by=by, **data)


def _faults(row: Round) -> Any:
    """All faults, before the button, each with the way to where it is mended; else what will happen."""
    faults = queries.faults_of(row)
    if faults:
        return format_html("{} {}", _("Not possible yet:"), _fault_list(row, faults))
    words = str(_("After the announcement the call is public, and policy, tracks and criteria cannot change any more."))
    short = queries.budget_short_won(row)
    warning = str(_("Mind: ceilings and slots together exceed the budget by %(amount)s.")) % {"amount": won(short)}
    return f"{words} {warning}" if short else words


def _fault_list(row: Round, faults: list[str]) -> Any:
    """Sentences, each a link; an approver or a reader of a round in review sees them without a way."""
    ways = [(_fault_way(row, fault), words) for fault, words in zip(faults, queries.fault_sentences(row, faults), strict=True)]
    return format_html_join(" ", '<a class="fault-way underline" href="{}">{}</a>', ways)


def _fault_way(row: Round, fault: str) -> str:
    """The address of the field, or of the part, where a fault is mended."""
    part, field = rules.fault_place(fault)
    if part == "questions":
        return reverse("admin:vouchers_round_question", args=[row.pk, field])
    if part == "policy":
        page = reverse("admin:vouchers_round_verb", args=[row.pk, "save_policy"])
        return f"{page}#id_{field}" if field else page
    inner = f"id_{field}" if field and not field.endswith("_at") else f"id_{field}_0" if field else f"{part}-group"
    return f"{reverse('admin:vouchers_round_change', args=[row.pk])}#{inner}"


def _faults_before_review(row: Round) -> Any:
    if queries.faults_of(row):
        return _faults(row)
    return str(_("An approver then decides about the announcement. Meanwhile nothing can be changed."))


def _facts(row: Round) -> list[tuple[Any, Any]]:
    return [
        (_("State"), row.phase.label),
        (_("Budget of the call"), won(row.budget_won)),
        (_("Ceilings × slots"), won(sum((t.cap_won or 0) * (t.slots or 0) for t in row.tracks.all()))),
        (_("Sum of the weights"), sum(c.weight for c in row.criteria.all())),
        (_("Opens"), kst_from_text(row.opens_at)),
        (_("Closes"), kst_text(row.closes_at)),
    ]


MANAGE, ANNOUNCE = "vouchers.manage_round", "vouchers.announce_round"


_READING = (
    "phase_word", "key", "title_ko", "title_en", "summary_ko", "summary_en", "fiscal_year", "match_timing", "opens", "closes",
    "late_entries", "budget", "project_start_on", "project_end_on", "faults",
)  # fmt: skip


@admin.register(Round)
class RoundAdmin(QuestionPages, FormAdmin):
    shows_persons = False
    form = RoundForm
    list_display = ("title", "fiscal_year", "kind", "phase_word", "opens", "closes", "budget")
    list_filter = ("fiscal_year", "status", "kind")
    search_fields = ("title_ko", "title_en", "key")
    ordering = ("-fiscal_year", "-closes_at")
    inlines = (TrackInline, CriterionInline, PolicyInline, AmendmentInline)
    verbs = (
        Verb("announce", _("Announce"), _call(actions.announce), ANNOUNCE, _can("announce"), consequence=_faults, facts=_facts),
        Verb("submit_for_review", _("Submit for review"), _call(actions.submit_for_review), MANAGE, _can("submit_for_review"),
             consequence=_faults_before_review, facts=_facts),
        Verb("save_policy", _("Edit the policy"), _call(actions.save_policy), MANAGE,
             lambda row: row.status == rules.RoundStatus.DRAFT and not row.is_reference, form=PolicyForm, facts=_facts),
        Verb("send_back", _("Send back"), _call(actions.send_back), ANNOUNCE, _can("send_back"), form=ReasonForm, facts=_facts),
        Verb("begin_evaluation", _("Move the call on to evaluation"), _call(actions.begin_evaluation), MANAGE,
             lambda row: _can("begin_evaluation")(row) and row.phase == rules.Phase.CLOSED,
             consequence=lambda row: _("The call stays closed; applications can be given to evaluators."), facts=_facts,
             hindered=lambda row: str(rules.HELD) if rules.is_held(row.late_until, now()) else ""),
        Verb("start_projects", _("Start the projects"), _call(actions.start_projects), MANAGE,
             lambda row: _can("start_projects")(row) and not row.is_rehearsal),
        Verb("begin_settlement", _("Begin the settlement"), _call(actions.begin_settlement), MANAGE, _can("begin_settlement"),
             consequence=lambda row: _("Projects of this round have ended; accounts are settled.")),
        Verb("archive", _("Archive"), _call(actions.archive), MANAGE, _can("archive"),
             consequence=lambda row: _("Nothing more happens in this round.")),
        Verb("copy_round", _("Copy as a new draft"), _call(actions.copy_round), MANAGE, lambda row: not row.is_reference,
             form=CopyForm, makes=True),
        Verb("rehearse", _("Rehearse this round"), _call(actions.rehearse), MANAGE,
             lambda row: not row.is_reference and not row.is_rehearsal, form=RehearseForm, makes=True,
             consequence=lambda row: _("A copy is made that only test companies apply to. Nothing of it is public or counted, and it "
                                       "never has money.")),
        Verb("ask_promotion", _("Ask for the promotion to live"), _call(actions.ask_promotion), MANAGE,
             lambda row: rules.may_be_promoted(row.kind, row.status) and not row.promotion_asked_by_id,
             consequence=lambda row: _("An approver decides. Test applications stay behind in the rehearsal.")),
        Verb("promote", _("Promote to a live round"), _call(actions.promote), ANNOUNCE,
             lambda row: bool(row.promotion_asked_by_id) and not row.promoted_by_id, form=RehearseForm, facts=_facts,
             not_by="promotion_asked_by", makes=True,
             consequence=lambda row: _("A live draft gets policy, tracks, criteria and questions of this rehearsal. Its window and its "
                                       "announcement follow with their own review.")),
        Verb("decline_promotion", _("Decline the promotion"), _call(actions.decline_promotion), ANNOUNCE,
             lambda row: bool(row.promotion_asked_by_id) and not row.promoted_by_id, form=ReasonForm, danger=True,
             consequence=lambda row: _("The officer reads the reason and may ask again.")),
        Verb("amend", _("Amend the call"), _call(actions.amend), ANNOUNCE, _can("amend"), form=AmendForm, facts=_facts,
             consequence=lambda row: _("Numbered and public at once, with its reason; everybody with a draft or an application is told.")),
        Verb("cancel", _("Cancel the round"), _call(actions.cancel), MANAGE,
             lambda row: _can("cancel")(row) and row.status in {"DRAFT", "REVIEW"}, form=KeptReasonForm, danger=True),
        Verb("cancel_announced", _("Cancel the round"), _call(actions.cancel), ANNOUNCE,
             lambda row: _can("cancel")(row) and row.status not in {"DRAFT", "REVIEW"}, form=PublicReasonForm, danger=True,
             consequence=lambda row: _("The call ends for everybody, and the reason is public.")),
    )  # fmt: skip

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """A draft has no amendments."""
        found = super().get_inlines(request, obj)
        draft = obj is None or obj.status in {rules.RoundStatus.DRAFT, rules.RoundStatus.REVIEW}
        return [one for one in found if one is not AmendmentInline] if draft else found

    def standing(self, obj: Round) -> tuple[str, Any]:
        return obj.phase, obj.phase.label

    def ways(self, request: HttpRequest, obj: Round) -> list[tuple[Any, str]]:
        """To its questions and, while it is evaluated, to the evaluation's pages on it."""
        if obj.is_reference:
            return []
        questions = [
            (_("Questions of the call"), reverse(f"{self.admin_site.name}:vouchers_round_questions", args=[obj.pk])),
            *self._exports(request, obj),
        ]
        if obj.is_rehearsal and obj.phase == rules.Phase.OPEN and request.user.has_perm(MANAGE):
            page = reverse(f"{self.admin_site.name}:vouchers_checkbatch_rehearsal", args=[obj.pk])
            return [(_("Let test companies apply"), page), *questions]
        if obj.status != rules.RoundStatus.EVALUATING:
            return questions
        presents = rules.EvaluationStage.PRESENTATION in obj.policy().evaluation_stages
        plan = (_("Plan presentations"), "vouchers_presentationschedule_add", "vouchers.plan_presentations")
        pages = (
            (_("Assign evaluators and see progress"), "vouchers_assignment_assign_page", "vouchers.assign_evaluator"),
            *([plan] if presents else []),
            (_("Propose a selection"), "vouchers_selectionrun_propose_page", "vouchers.propose_selection"),
        )
        return [
            *(
                (label, f"{reverse(f'{self.admin_site.name}:{name}')}?round={obj.pk}")
                for label, name, permission in pages
                if request.user.has_perm(permission)
            ),
            *questions,
        ]

    def ways_lead(self, obj: Round) -> bool:
        """A draft goes on with its verbs, and so do a closed call, which moves on to its evaluation, and a rehearsal that waits for
        its promotion; an announced call with its pages."""
        waits = bool(obj.promotion_asked_by_id) and not obj.promoted_by_id
        return obj.phase not in {rules.Phase.DRAFT, rules.Phase.REVIEW, rules.Phase.CLOSED} and not waits

    def _exports(self, request: HttpRequest, obj: Round) -> list[tuple[Any, str]]:
        """What was handed in, as a table with every question a column, for those who check applications."""
        before = obj.status in {rules.RoundStatus.DRAFT, rules.RoundStatus.REVIEW}
        if before or not request.user.has_perm("vouchers.check_application"):
            return []
        languages = ((_("Applications as CSV (Korean)"), "ko"), (_("Applications as CSV (English)"), "en"))
        name = f"{self.admin_site.name}:vouchers_application_export"
        return [(label, reverse(name, args=[obj.pk, language])) for label, language in languages]

    def stands_since(self, obj: Round) -> datetime | None:
        """Opened and closed by the clock alone; of a reference round the hour is not known."""
        if obj.is_reference:
            return None
        return {rules.Phase.OPEN: obj.opens_at, rules.Phase.CLOSED: obj.closes_at}.get(obj.phase)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None or _may_edit(request, obj):
            return ("key", *FACTS) if obj is None else ("phase_word", "key", *FACTS, "faults", "seen_version")
        if obj.status not in {"DRAFT", "REVIEW"}:
            return tuple(name for name in _READING if name != "faults")
        return tuple(name for name in _READING if name != "late_entries")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ()
        return ("phase_word", "key", "faults") if _may_edit(request, obj) else _READING

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(MANAGE)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and _may_edit(request, obj)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Adding and drafts have a save button; a refusal of the actions comes back in the form, nothing is half saved."""
        obj, extra = self.get_object(request, object_id) if object_id else None, dict(extra_context or {})
        if obj is not None:
            extra |= {**self.case(request, obj), "show_save": _may_edit(request, obj)}
        return self.form_view(request, object_id, form_url, extra)

    def save_model(self, request: HttpRequest, obj: Round, form: Any, change: bool) -> None:
        facts = {name: form.cleaned_data[name] for name in FACTS if name in form.cleaned_data}
        if change:
            actions.edit_round(round_id=obj.pk, version=form.cleaned_data["seen_version"], by=request.user, **facts)
        else:
            made = actions.create_round(key=form.cleaned_data["key"], by=request.user, **facts)
            obj.__dict__.update({k: v for k, v in made.__dict__.items() if k != "_state"})
            obj._state.adding = False

    def response_add(self, request: HttpRequest, obj: Round, post_url_continue: Any = None) -> Any:
        """To the draft's own page: its policy comes next."""
        messages.success(request, str(_("The draft stands. Enter its policy next: the list below says what is still missing.")))
        return HttpResponseRedirect(reverse("admin:vouchers_round_change", args=[obj.pk]))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        for formset in formsets:
            if formset.model in (Track, Criterion) and formset.has_changed():
                rows = _rows(formset)
                if formset.model is Track:
                    actions.set_tracks(round_id=form.instance.pk, tracks=rows, by=request.user)
                else:
                    actions.set_criteria(round_id=form.instance.pk, criteria=rows, by=request.user)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> list[Any]:
        return []

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The journal keeps the history, not Django's admin log."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The journal keeps the history, not Django's admin log."""

    @admin.display(description=_("Title"))
    def title(self, row: Round) -> str:
        return str(row)

    @admin.display(description=_("State"))
    def phase_word(self, row: Round) -> Any:
        return row.phase.label

    @admin.display(description=_("Opens"), ordering="opens_at")
    def opens(self, row: Round) -> str:
        if row.is_reference:
            return kst_text(row.first_day) if row.first_day else _moment(row, row.opens_at)
        return kst_from_text(row.opens_at)

    @admin.display(description=_("Closes"), ordering="closes_at")
    def closes(self, row: Round) -> str:
        return _moment(row, row.closes_at)

    @admin.display(description=_("Late entries by exception"))
    def late_entries(self, row: Round) -> Any:
        """How many were confirmed, until when the last one that is open runs, and the way to them."""
        number = queries.late_entries(row)
        if not number:
            return _("None")
        words = str(number) if not rules.is_held(row.late_until, now()) else _("%(n)s, open until %(time)s") % {
            "n": number, "time": kst_text(row.late_until),
        }  # fmt: skip
        url = f"{reverse('admin:vouchers_lateentry_changelist')}?round__id__exact={row.pk}"
        return format_html('<a class="underline" href="{}">{}</a>', url, words)

    @admin.display(description=_("Budget of the call"))
    def budget(self, row: Round) -> str:
        return str(_("Not published")) if row.budget_won is None and row.is_reference else won(row.budget_won)

    @admin.display(description=_("What stops the announcement"))
    def faults(self, row: Round) -> Any:
        if row.is_reference or row.status not in {"DRAFT", "REVIEW"}:
            return "—"
        faults, short = queries.faults_of(row), queries.budget_short_won(row)
        if not faults and not short:
            return _("Nothing.")
        sentences = queries.fault_sentences(row, faults)
        rows = [(_fault_way(row, fault), words) for fault, words in zip(faults, sentences, strict=True)]
        if short:
            words = str(_("Mind: ceilings and slots together exceed the budget by %(amount)s.")) % {"amount": won(short)}
            rows.append((_fault_way(row, "budget_missing"), words))
        return format_html(
            '<ul class="fault-list">{}</ul>', format_html_join("\n", '<li><a class="underline" href="{}">{}</a></li>', rows)
        )


def _moment(row: Round, moment: Any) -> str:
    """Of a reference round the day is known, not the hour; its last day ends at 24:00."""
    if not row.is_reference:
        return kst_text(moment)
    return str(_("Not published")) if moment is None else kst_text(to_kst(moment - timedelta(microseconds=1)).date())


def _rows(formset: "Any") -> list[dict[str, Any]]:
    """What stands in an inline now, without what was ticked for deletion."""
    gone = set(formset.deleted_forms)
    kept = [form for form in formset.forms if form not in gone and form.cleaned_data]
    skip = {"id", "DELETE", "round"}
    return [{name: value for name, value in form.cleaned_data.items() if name not in skip} for form in kept]
