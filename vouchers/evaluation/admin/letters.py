"""Letters of results: what is to be posted, when each was served, until when its remedy is open."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.kit.admin import ReasonForm, Verb, VerbAdmin
from portal.kit.words import day
from vouchers.evaluation import actions
from vouchers.evaluation.forms import PostForm, ServedForm
from vouchers.evaluation.models import SelectionLetter


@admin.register(SelectionLetter)
class SelectionLetterAdmin(VerbAdmin):
    list_display = ("application", "company", "how", "posted", "served", "until")
    list_filter = ("how", ("served_on", admin.EmptyFieldListFilter), "line__run__round")
    search_fields = ("line__application__receipt_no", "line__application__title", "tracking_no")
    list_select_related = ("line__application__company",)
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (
        "application", "company", "outcome", "how", "address", "posted", "tracking_no", "served", "until", "recorded_by",
    )  # fmt: skip
    verbs = (
        Verb(
            "turn_to_post", gettext_lazy("Send it by post instead"),
            lambda pk, by, reason: actions.turn_to_post(letter_id=pk, reason=reason, by=by), "vouchers.serve_letter",
            lambda obj: obj.how == "ELECTRONIC" and obj.served_on is None, form=ReasonForm,
            consequence=lambda obj: _("For an e-mail that cannot be delivered: the letter goes to the postal address by registered mail, and the days for an objection run from its delivery."),
        ),
        Verb(
            "post", gettext_lazy("Enter the posting"), lambda pk, by, **data: actions.post_letter(letter_id=pk, by=by, **data),
            "vouchers.serve_letter", lambda obj: obj.how == "POST" and obj.served_on is None, form=PostForm,
        ),
        Verb(
            "serve", gettext_lazy("Enter the delivery"),
            lambda pk, by, **data: actions.record_service(letter_id=pk, by=by, **data), "vouchers.serve_letter",
            lambda obj: obj.how == "POST" and obj.posted_on is not None and obj.served_on is None, form=ServedForm,
            consequence=lambda obj: _("The days for an objection run from the day after. The delivery cannot be changed later."),
        ),
    )  # fmt: skip

    def headline(self, obj: SelectionLetter) -> str:
        return f"{obj.line.application.receipt_no} · {obj.line.application.company}"

    def ways(self, request: HttpRequest, obj: SelectionLetter) -> list[tuple[Any, str]]:
        ref = obj.line.application.ref
        return [
            (_("Letter in Korean (PDF)"), reverse("evaluation:letter", args=[ref, "ko"])),
            (_("Letter in English (PDF)"), reverse("evaluation:letter", args=[ref, "en"])),
        ]

    def ways_lead(self, obj: SelectionLetter) -> bool:
        return False

    def persons_of(self, obj: Any) -> set[str]:
        return {obj.line.application.company.ref}

    @admin.display(description=gettext_lazy("Application"), ordering="line__application__receipt_no")
    def application(self, obj: SelectionLetter) -> str:
        return f"{obj.line.application.receipt_no} · {obj.line.application}"

    @admin.display(description=gettext_lazy("Company"))
    def company(self, obj: SelectionLetter) -> str:
        return str(obj.line.application.company)

    @admin.display(description=gettext_lazy("Outcome"))
    def outcome(self, obj: SelectionLetter) -> str:
        return str(obj.line.get_outcome_display())

    @admin.display(description=gettext_lazy("Posted on"), ordering="posted_on")
    def posted(self, obj: SelectionLetter) -> str:
        return day(obj.posted_on) if obj.posted_on else "—"

    @admin.display(description=gettext_lazy("Served on"), ordering="served_on")
    def served(self, obj: SelectionLetter) -> str:
        return day(obj.served_on) if obj.served_on else "—"

    @admin.display(description=gettext_lazy("Objection possible until"), ordering="open_until")
    def until(self, obj: SelectionLetter) -> str:
        return day(obj.open_until) if obj.open_until else "—"
