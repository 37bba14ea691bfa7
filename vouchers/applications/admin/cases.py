"""Applications to be checked, each rule's finding, and the verbs."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import ActionLocation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action

from portal.documents.links import link
from portal.journal.memory import remembered
from portal.kit.admin import ReadOnlyInline, ReasonForm, Verb, VerbAdmin, in_words
from portal.kit.showing import shortly
from portal.kit.won import won_long
from portal.templatetags.portal import kst_day, kst_text
from providers.catalogue import queries as catalogue
from vouchers.applications import actions, queries, rules
from vouchers.applications.admin.batches import begin
from vouchers.applications.admin.export import ExportPages
from vouchers.applications.forms import JudgeForm, SupplementForm
from vouchers.applications.models import Application, EligibilityCheck
from vouchers.companies.rules import CompanySize
from vouchers.rounds import queries as rounds
from vouchers.rounds.models import Track
from vouchers.rounds.rules import evaluates

L = rules.LIFECYCLE
FINDINGS = "eligibility_checks-group"  # where an application's page shows the rules

_ASSIGNABLE = (rules.ApplicationStatus.ELIGIBLE, rules.ApplicationStatus.IN_EVALUATION)


def _can(verb: str) -> Callable[[Application], bool]:
    return lambda application: L.can(application.status, verb)


def _on_application(run: Callable[..., Any]) -> Callable[..., Any]:
    """An action as the admin calls it."""
    return lambda pk, *, by, **given: run(application_id=pk, by=by, **given)


def _may_find_ineligible(application: Application) -> bool:
    """In the check, or once a supplement did not come by its due day."""
    open_check = application.status == rules.ApplicationStatus.ELIGIBILITY_CHECK
    return L.can(application.status, "find_ineligible") and (open_check or queries.supplement_missed(application))


def _may_begin_evaluation(application: Application) -> bool:
    """Once the round is in evaluation; before, the page leads to the round, where it begins."""
    return L.can(application.status, "begin_evaluation") and evaluates(application.round.status)


def _facts(application: Application) -> list[tuple[Any, Any]]:
    return [
        (_("Receipt number"), application.receipt_no),
        (_("Company"), application.company),
        (_("Track"), application.track),
        (_("Submitted at"), kst_text(application.submitted_at)),
        (_("Grant applied for"), won_long(application.grant_won)),
        *_supplement(application),
        *((why.title, why.check.get_verdict_display()) for why in queries.why(application) if why.remedy and why.check.pk),
    ]


def _supplement(application: Application) -> list[tuple[Any, Any]]:
    """What was asked for and until when, while it is open."""
    if application.status != rules.ApplicationStatus.SUPPLEMENT_REQUESTED:
        return []
    due_at = queries.supplement_due(application)
    return [
        (_("What must be supplied"), application.supplement_request),
        *((one.label, one.item.sentence) for one in queries.asked(application) if one.open),
        (_("Due day of the supplement"), kst_text(due_at) if due_at else "—"),
    ]


def _answer_words(one: queries.Asked) -> tuple[Any, ...]:
    missed = one.item.closed_at and not one.item.supplied_at
    return one.label, one.item.sentence, one.before or "—", _("not supplied") if missed else one.after or "—"


def _track_in_call(track: Track) -> str:
    """Its name and, below it, its call in short: the title on demand."""
    return format_html('{}<br><span class="small muted">{}</span>', track, shortly(str(track.round)))


def _tracks_in_calls() -> dict[int, str]:
    """What a row says of its track and call, of all tracks at once: they are few, and the rows of a list share them."""
    return {track.pk: _track_in_call(track) for track in Track.objects.select_related("round")}


def _may_reopen_check(application: Application) -> bool:
    """Once an objection against it was upheld."""
    held = L.can(application.status, "reopen_check")
    return held and queries.upheld_verdict(application, queries.INELIGIBLE) is not None


def _verdict(application: Application) -> list[tuple[Any, Any]]:
    """What the reviewer decided about the objection, and why."""
    verdict = queries.upheld_verdict(application, queries.INELIGIBLE)
    return [(_("Verdict on the objection"), verdict.reason), (_("Objection"), verdict.subject_ref)] if verdict else []


def _find_ticked_eligible(_admin: VerbAdmin, request: HttpRequest, rows: Any) -> HttpResponse | None:
    ticked = list(rows.values_list("pk", flat=True))
    return begin(request, kind=rules.BatchKind.FIND_ELIGIBLE, application_ids=ticked)


class FindingInline(ReadOnlyInline, TabularInline):
    model = EligibilityCheck
    fields = ("rule_title", "verdict", "reason_words", "looked_at", "decided_by")
    readonly_fields = fields
    verbose_name_plural = _("Eligibility, rule by rule")

    @admin.display(description=_("Rule"))
    def rule_title(self, check: EligibilityCheck) -> Any:
        url = reverse("admin:vouchers_eligibilitycheck_change", args=[check.pk])
        return format_html('<a class="text-primary-700 underline" href="{}">{}</a>', url, rules.Rule(check.rule).label)

    @admin.display(description=_("What the rule looked at"))
    def looked_at(self, check: EligibilityCheck) -> str:
        return format_html_join("", "{}: {}<br>", rules.fact_words(check.rule, check.fact)) or "—"

    @admin.display(description=_("Reason"))
    def reason_words(self, check: EligibilityCheck) -> str:
        from portal.kit.words import pick

        return pick(check, "reason")


@admin.register(Application)
class ApplicationAdmin(ExportPages, VerbAdmin):
    list_display = ("receipt_no", "title", "company", "round_track", "status", "grant_amount", "submitted_on")
    list_filter = (
        "status", "round", in_words("track__key", _("Track"), lambda: remembered("tracks", rounds.track_words).items()),
        in_words("region", _("Region"), partial(catalogue.choices, "region")), in_words("company_size", _("Company size"), CompanySize.choices),
    )  # fmt: skip
    list_select_related = ("company",)
    list_only = (
        "ref", "receipt_no", "title", "status", "grant_won", "submitted_at", "track_id", "company__name_ko", "company__name_en",
    )  # fmt: skip
    search_fields = ("receipt_no", "title", "company__name_ko", "company__name_en", "company__brn", "ref")
    ordering = ("-submitted_at", "-id")
    fieldsets = (
        (None, {"fields": ("receipt_no", "status", "title", "summary", "reading", "company", "round", "track")}),
        (_("Amounts (won)"), {"fields": ("supply", "grant", "own_cash", "own_in_kind", "vat", "formula")}),
        (_("Submission"), {"fields": ("submitted", "submitted_by", "closing", "region_name", "size_name", "files")}),
        (
            _("Supplement and decision"),
            {"fields": ("supplement_request", "sections_named", "questions_asked", "decision_reason")},
        ),
    )
    inlines = (FindingInline,)
    verbs = (
        Verb(
            "begin_check", _("Begin the eligibility check"), _on_application(actions.begin_check),
            "vouchers.check_application", _can("begin_check"), done=_("Every rule was asked."), in_list=True,
        ),
        Verb(
            "find_eligible", _("Find eligible"), _on_application(actions.find_eligible), "vouchers.check_application",
            _can("find_eligible"), facts=_facts, hindered=queries.not_yet_eligible, hindered_at=FINDINGS,
            consequence=lambda a: _("The company is told that it is eligible; the application then goes to evaluation."),
        ),
        Verb(
            "request_supplement", _("Request a supplement"), _on_application(actions.request_supplement),
            "vouchers.check_application", _can("request_supplement"), form=SupplementForm, facts=_facts,
            consequence=lambda a: _("The named sections and questions open again for the company, with a due day; your clock stands."),
        ),
        Verb(
            "resume_check", _("Take the check up again"), _on_application(actions.resume_check), "vouchers.check_application",
            queries.supplement_missed, facts=_facts,
            consequence=lambda a: _(
                "The supplement did not come in time. The company can no longer change anything, every rule is asked again, and "
                "you decide on what is there."
            ),
        ),
        Verb(
            "find_ineligible", _("Find not eligible"), _on_application(actions.find_ineligible),
            "vouchers.check_application", _may_find_ineligible, form=ReasonForm, facts=_facts, danger=True,
            hindered=queries.not_yet_ineligible, hindered_at=FINDINGS,
            consequence=lambda a: _("The application leaves the procedure. The company reads every rule and your reason."),
        ),
        Verb(
            "reopen_check", _("Take “not eligible” back"), _on_application(actions.reopen_check),
            "vouchers.check_application", _may_reopen_check, form=ReasonForm, facts=_verdict,
            consequence=lambda a: _(
                "The check goes on, also after the evaluation began or the results were released. Name the objection in the reason."
            ),
        ),
        Verb(
            "begin_evaluation", _("Begin the evaluation"), _on_application(actions.begin_evaluation),
            "vouchers.check_application", _may_begin_evaluation, done=_("It can be assigned to evaluators."), in_list=True,
        ),
    )  # fmt: skip
    readonly_fields = (
        "submitted", "closing", "region_name", "size_name", "sections_named", "questions_asked", "reading", "supply", "grant", "own_cash",
        "own_in_kind", "vat", "formula", "files",
    )  # fmt: skip

    def has_check_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("vouchers.check_application")

    @action(description=_("Eligibility of the whole round"), url_path="round", permissions=["check"])
    def to_round(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:vouchers_checkbatch_round_page"))

    def get_actions(self, request: HttpRequest, action_location: Any = ActionLocation.CHANGE_LIST) -> Any:
        """The ticked ones are also found eligible in one go; a page says which were not, and why."""
        found = super().get_actions(request, action_location=action_location)
        if action_location == ActionLocation.CHANGE_LIST and self.has_check_permission(request):
            label = _("Find eligible, where every rule is met")
            found["find_eligible"] = (_find_ticked_eligible, "find_eligible", str(label))
        return found

    def ball_at(self, obj: Application) -> Any:
        """Between the check and the outcome the call has the duties, for all its applications at once."""
        return obj.round if obj.status in _ASSIGNABLE else None

    def ways(self, request: HttpRequest, obj: Application) -> list[tuple[Any, str]]:
        """To the page that gives it to evaluators; before the round is in evaluation, to the round, where that begins."""
        if obj.status not in _ASSIGNABLE or not request.user.has_perm("vouchers.assign_evaluator"):
            return []
        if not self.ways_lead(obj):
            return [(_("To the round: its evaluation begins there"), reverse("admin:vouchers_round_change", args=[obj.round_id]))]
        url = reverse(f"{self.admin_site.name}:vouchers_assignment_assign_page")
        return [(_("Next: assign evaluators"), f"{url}?round={obj.round_id}")]

    def ways_lead(self, obj: Application) -> bool:
        return evaluates(obj.round.status)

    @admin.display(description=_("Content"))
    def reading(self, application: Application) -> str:
        url = reverse("applications:preview", args=[application.ref])
        return format_html('<a class="underline" href="{}">{}</a>', url, _("Read as evaluators do"))

    @admin.display(description=_("Supply amount (VAT excluded)"))
    def supply(self, application: Application) -> str:
        return won_long(application.supply_amount_won)

    @admin.display(description=_("Submitted at"), ordering="submitted_at")
    def submitted(self, application: Application) -> str:
        return kst_text(application.submitted_at)

    @admin.display(description=_("Track, call"), ordering="round")
    def round_track(self, application: Application) -> str:
        """The kind of project, and below it the call."""
        return remembered("tracks_in_calls", _tracks_in_calls).get(application.track_id) or _track_in_call(application.track)

    @admin.display(description=_("Submitted on"), ordering="submitted_at")
    def submitted_on(self, application: Application) -> str:
        return kst_day(application.submitted_at)

    @admin.display(description=_("Closing time"))
    def closing(self, application: Application) -> str:
        """The call's; of a late entry its end, and the way to it."""
        if application.late_entry_id is None:
            return kst_text(application.deadline_at)
        url = reverse("admin:vouchers_lateentry_change", args=[application.late_entry_id])
        words = _("late entry by exception")
        return format_html('{} (<a class="underline" href="{}">{}</a>)', kst_text(application.deadline_at), url, words)

    @admin.display(description=_("Region"))
    def region_name(self, application: Application) -> str:
        return queries.region_words(application.region)

    @admin.display(description=_("Company size"))
    def size_name(self, application: Application) -> Any:
        return CompanySize(application.company_size).label if application.company_size else "—"

    @admin.display(description=_("Sections that the company may change"))
    def sections_named(self, application: Application) -> str:
        return ", ".join(str(rules.SectionKey(key).label) for key in application.supplement_sections) or "—"

    @admin.display(description=_("Questions of the supplement"))
    def questions_asked(self, application: Application) -> str:
        """Each question with what was asked, the answer of then and the answer of now."""
        return format_html_join("", "<p><b>{}</b>: {}<br>{} → {}</p>", map(_answer_words, queries.asked(application))) or "—"

    @admin.display(description=_("Grant (won)"), ordering="grant_won")
    def grant_amount(self, application: Application) -> str:
        return f"{application.grant_won:,}"

    @admin.display(description=_("Grant"), ordering="grant_won")
    def grant(self, application: Application) -> str:
        return won_long(application.grant_won)

    @admin.display(description=_("Own cash"))
    def own_cash(self, application: Application) -> str:
        return won_long(application.own_cash_won)

    @admin.display(description=_("Own in kind"))
    def own_in_kind(self, application: Application) -> str:
        return won_long(application.own_in_kind_won)

    @admin.display(description=_("VAT, paid by the company"))
    def vat(self, application: Application) -> str:
        return won_long(application.vat_won)

    @admin.display(description=_("Calculation"))
    def formula(self, application: Application) -> str:
        sums = queries.stored_money(application)
        return rules.formula(sums) if sums and sums.supply_won else "—"

    @admin.display(description=_("Documents"))
    def files(self, application: Application) -> str:
        rows = [
            (link(row.document, reverse("applications:download", args=[application.ref, row.document.ref]), by=None),
             row.label)
            for row in queries.files_of(application)
        ]  # fmt: skip
        return format_html_join("", "{} ({})<br>", rows) if rows else "—"


@admin.register(EligibilityCheck)
class EligibilityCheckAdmin(VerbAdmin):
    keeps_history = False  # what is judged here is told in the application's own history

    def headline(self, obj: EligibilityCheck) -> str:
        return f"{obj} · {obj.application.receipt_no or obj.application}"

    def ways(self, request: HttpRequest, obj: EligibilityCheck) -> list[tuple[Any, str]]:
        """Back to the case that is decided, and to the projects which the rule compares it with."""
        place = f"{self.admin_site.name}:vouchers_application_change"
        others = queries.compared_with(obj)
        return [
            (_("All rules of this application"), f"{reverse(place, args=[obj.application_id])}#eligibility_checks-group"),
            *((_("Project %(no)s") % {"no": one.receipt_no}, reverse(place, args=[one.pk])) for one in others),
        ]

    def ways_lead(self, obj: EligibilityCheck) -> bool:
        return bool(obj.decided_by_id)

    list_display = ("application", "rule_title", "verdict", "decided_by", "updated_at")
    list_filter = ("verdict", in_words("rule", _("Rule"), rules.Rule.choices), "application__round")
    list_select_related = ("application", "decided_by")
    search_fields = ("application__receipt_no", "application__title")
    ordering = ("-updated_at", "-id")
    fields = (
        "application",
        "rule_title",
        "verdict",
        "reason_ko",
        "reason_en",
        "looked_at",
        "remedy",
        "decided_by",
        "rule_version",
    )
    readonly_fields = ("rule_title", "looked_at", "remedy")
    verbs = (
        Verb(
            "judge_rule", _("Judge this rule"), lambda pk, *, by, **given: actions.judge_rule(check_id=pk, by=by, **given),
            "vouchers.check_application", lambda check: check.application.status == rules.ApplicationStatus.ELIGIBILITY_CHECK,
            form=JudgeForm, facts=lambda check: rules.fact_words(check.rule, check.fact),
            consequence=lambda check: _("Your verdict replaces the computed one and carries your name."),
        ),
    )  # fmt: skip

    @admin.display(description=_("Rule"), ordering="rule")
    def rule_title(self, check: EligibilityCheck) -> Any:
        return rules.Rule(check.rule).label

    @admin.display(description=_("What the rule looked at"))
    def looked_at(self, check: EligibilityCheck) -> str:
        return format_html_join("", "{}: {}<br>", rules.fact_words(check.rule, check.fact)) or "—"

    @admin.display(description=_("What would change it"))
    def remedy(self, check: EligibilityCheck) -> Any:
        return rules.REMEDIES[rules.Rule(check.rule)] if check.verdict != rules.Verdict.MET else "—"
