"""The officer's doors to the pool: members, what binds them to organisations, conflicts that stand, challenges."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.kit.admin import KeptReasonForm, ReasonForm, Verb, VerbAdmin
from portal.kit.entering import EnteredAdmin
from portal.kit.words import dash
from portal.templatetags.portal import kst, kst_text
from providers.catalogue import queries as catalogue
from vouchers.evaluation import actions
from vouchers.evaluation.admin import parts
from vouchers.evaluation.forms import AffiliationForm
from vouchers.evaluation.models import Affiliation, CaseConflict, Challenge, PoolMember
from vouchers.evaluation.queries import conflicts as conflict_queries
from vouchers.evaluation.queries import pool as queries
from vouchers.evaluation.rules.stages import CHALLENGE_LIFECYCLE
from vouchers.rounds.models import Round

ASSIGN = "vouchers.assign_evaluator"
_LANGUAGES = [("ko", gettext_lazy("Korean")), ("en", gettext_lazy("English"))]


class _Knows(forms.Form):
    """What a member knows (codes of the lists `modality` and `kcd_9_chapter`) and reads."""

    expertise = forms.MultipleChoiceField(
        label=gettext_lazy("Expertise"), required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    fields_known = forms.MultipleChoiceField(
        label=gettext_lazy("Medical fields"), required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"), choices=_LANGUAGES, initial=["ko"], widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["expertise"].choices = catalogue.choices("modality")  # type: ignore[attr-defined]
        self.fields["fields_known"].choices = catalogue.choices("kcd_9_chapter")  # type: ignore[attr-defined]


class MemberForm(_Knows, forms.ModelForm):  # type: ignore[type-arg]
    round = forms.ModelChoiceField(
        label=gettext_lazy("Round"), queryset=Round.objects.none(), empty_label=None, widget=UnfoldAdminSelectWidget
    )
    user = forms.ModelChoiceField(
        label=gettext_lazy("Evaluator"), queryset=User.objects.none(), empty_label=None, widget=UnfoldAdminSelectWidget
    )
    field_order = ("round", "user", "expertise", "fields_known", "languages")

    class Meta:
        model = PoolMember
        fields = ("round", "user")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["round"].queryset = queries.growing()  # type: ignore[attr-defined]
        self.fields["user"].queryset = accounts.holders_of(Role.EVALUATOR).order_by("name", "pk")  # type: ignore[attr-defined]


class KnowsForm(_Knows):
    wants_subject = True

    def __init__(self, *args: Any, subject: PoolMember, **kwargs: Any) -> None:
        held = {"expertise": subject.expertise, "fields_known": subject.fields, "languages": subject.languages}
        super().__init__(*args, initial=held, **kwargs)


class AffiliationOfForm(AffiliationForm, forms.ModelForm):  # type: ignore[type-arg]
    """An officer enters it for an evaluator."""

    user = forms.ModelChoiceField(
        label=gettext_lazy("Evaluator"), queryset=User.objects.none(), empty_label=None, widget=UnfoldAdminSelectWidget
    )
    field_order = ("user",)

    class Meta:
        model = Affiliation
        fields = ("user",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = accounts.holders_of(Role.EVALUATOR).order_by("name", "pk")  # type: ignore[attr-defined]


class EndDayForm(forms.Form):
    ends_on = forms.DateField(
        label=gettext_lazy("Until"), widget=forms.DateInput(attrs={"type": "date", "class": "border rounded-default p-2"})
    )


@admin.register(PoolMember)
class PoolMemberAdmin(EnteredAdmin):
    enter_permission = ASSIGN
    entry_form = MemberForm
    lists_persons = True
    list_display = ("user", "round", "knows", "reads", "declared", "left")
    list_filter = ("round",)
    list_select_related = ("user", "round")
    search_fields = ("user__name", "user__email")
    ordering = ("-pk",)
    fields = readonly_fields = (
        "user", "round", "knows", "reads", "added_by", "declared", "left", "affiliations", "conflicts",
    )  # fmt: skip
    verbs = (
        Verb("change", gettext_lazy("Change expertise and languages"),
             lambda pk, by, fields_known, **data: actions.change_member(member_id=pk, fields=fields_known, by=by, **data), ASSIGN,
             lambda row: row.ended_at is None, form=KnowsForm),
        Verb("leave", gettext_lazy("Take out of the pool"), lambda pk, by, reason: actions.leave_pool(member_id=pk, reason=reason, by=by),
             ASSIGN, lambda row: row.ended_at is None, form=KeptReasonForm, danger=True),
    )  # fmt: skip

    def headline(self, obj: PoolMember) -> str:
        return f"{obj.user} · {obj.round}"

    def enter(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        return actions.add_to_pool(
            round_id=data["round"].pk, user_id=data["user"].pk, expertise=data["expertise"], languages=data["languages"],
            fields=data["fields_known"], by=request.user,
        )  # fmt: skip

    @admin.display(description=gettext_lazy("Expertise"))
    def knows(self, obj: PoolMember) -> str:
        words = catalogue.words("modality", "kcd_9_chapter")
        known = [*(words.get("modality", {}).get(code, code) for code in obj.expertise)]
        return ", ".join([*known, *(words.get("kcd_9_chapter", {}).get(code, code) for code in obj.fields)]) or "—"

    @admin.display(description=gettext_lazy("Languages"))
    def reads(self, obj: PoolMember) -> str:
        return ", ".join(str(dict(_LANGUAGES).get(code, code)) for code in obj.languages) or "—"

    @admin.display(description=gettext_lazy("Names checked"), ordering="declared_at")
    def declared(self, obj: PoolMember) -> str:
        return kst(obj.declared_at) or "—"

    @admin.display(description=gettext_lazy("Left the pool"), ordering="ended_at")
    def left(self, obj: PoolMember) -> str:
        return kst(obj.ended_at) or "—"

    @admin.display(description=gettext_lazy("affiliations"))
    def affiliations(self, obj: PoolMember) -> Any:
        rows = ((row.get_kind_display(), row.name, _period(row)) for row in queries.affiliations_of(obj.user))
        return format_html_join("", '<p class="sheet-line">{}: <strong>{}</strong> {}</p>', rows) or "—"

    @admin.display(description=gettext_lazy("conflicts with applications"))
    def conflicts(self, obj: PoolMember) -> Any:
        found = conflict_queries.concerned(obj.user).filter(application__round_id=obj.round_id)
        rows = ((row.application.receipt_no, "; ".join(conflict_queries.grounds_of(row))) for row in found)
        return format_html_join("", '<p class="sheet-line"><strong>{}</strong> {}</p>', rows) or "—"


def _period(row: Affiliation) -> str:
    return f"{kst_text(row.starts_on) if row.starts_on else ''} {dash()} {kst_text(row.ends_on) if row.ends_on else _('today')}"


@admin.register(Affiliation)
class AffiliationAdmin(EnteredAdmin):
    enter_permission = ASSIGN
    entry_form = AffiliationOfForm
    lists_persons = True
    list_display = ("user", "kind", "name", "starts_on", "ends_on", "entered_by")
    list_filter = ("kind",)
    list_select_related = ("user", "entered_by")
    search_fields = ("user__name", "user__email", "name")
    ordering = ("-pk",)
    fields = readonly_fields = ("user", "kind", "name", "other_names", "organisation", "starts_on", "ends_on", "entered_by")
    verbs = (
        Verb("end", gettext_lazy("Note the end"),
             lambda pk, by, ends_on: actions.end_affiliation(affiliation_id=pk, ends_on=ends_on, by=by), ASSIGN,
             lambda row: row.ends_on is None, form=EndDayForm),
    )  # fmt: skip

    def headline(self, obj: Affiliation) -> str:
        return f"{obj.user} · {obj.name}"

    def enter(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        return actions.add_affiliation(user_id=data["user"].pk, entered=AffiliationForm.read(data), by=request.user)

    @admin.display(description=gettext_lazy("Other names"))
    def other_names(self, obj: Affiliation) -> str:
        return ", ".join(obj.aliases) or "—"


@admin.register(CaseConflict)
class CaseConflictAdmin(VerbAdmin):
    list_display = ("user", "receipt", "application", "source", "why", "created_at", "ended")
    list_filter = ("source", "application__round")
    list_select_related = ("user", "application")
    search_fields = ("user__name", "user__email", "application__receipt_no")
    ordering = ("-pk",)
    fields = readonly_fields = ("user", "application", "source", "why", "created_at", "ended")

    def headline(self, obj: CaseConflict) -> str:
        return f"{obj.user} · {obj.application.receipt_no}"

    @admin.display(description=gettext_lazy("Receipt number"), ordering="application__receipt_no")
    def receipt(self, obj: CaseConflict) -> str:
        return obj.application.receipt_no or "—"

    @admin.display(description=gettext_lazy("Grounds"))
    def why(self, obj: CaseConflict) -> str:
        return "; ".join(conflict_queries.grounds_of(obj))

    @admin.display(description=gettext_lazy("Ended"), ordering="ended_at")
    def ended(self, obj: CaseConflict) -> str:
        return kst(obj.ended_at) or "—"


def _challenge_facts(row: Challenge) -> list[tuple[Any, Any]]:
    return [
        (_("Application"), row.application),
        (_("Company"), row.application.company),
        (_("Evaluator"), row.member),
        (_("Statement"), row.statement),
    ]


@admin.register(Challenge)
class ChallengeAdmin(VerbAdmin):
    list_display = ("receipt", "member", "status", "created_at", "decided_by")
    list_filter = ("status", "application__round")
    list_select_related = ("application", "member__user", "decided_by")
    search_fields = ("application__receipt_no", "member__user__name")
    ordering = ("-pk",)
    fields = readonly_fields = (
        "application", "member", "statement", "status", "filed_by", "created_at", "decided_by", "decided_at", "reason",
    )  # fmt: skip
    verbs = (
        Verb("uphold", gettext_lazy("Uphold the challenge"),
             lambda pk, by, reason: actions.uphold_challenge(challenge_id=pk, reason=reason, by=by), ASSIGN,
             parts.can(CHALLENGE_LIFECYCLE, "uphold"), form=ReasonForm, facts=_challenge_facts,
             consequence=lambda row: _("The person keeps away from this application; an assignment ends at once. They are not told who asked.")),
        Verb("reject", gettext_lazy("Reject the challenge"),
             lambda pk, by, reason: actions.reject_challenge(challenge_id=pk, reason=reason, by=by), ASSIGN,
             parts.can(CHALLENGE_LIFECYCLE, "reject"), form=ReasonForm, facts=_challenge_facts, danger=True),
    )  # fmt: skip

    def headline(self, obj: Challenge) -> str:
        return f"{obj.application.receipt_no} · {obj.member}"

    @admin.display(description=gettext_lazy("Receipt number"), ordering="application__receipt_no")
    def receipt(self, obj: Challenge) -> str:
        return obj.application.receipt_no or "—"
