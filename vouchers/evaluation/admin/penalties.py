"""Penalties of applications: entered with their evidence, taken back with a reason."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from portal.kit.admin import ReasonForm, Verb
from portal.kit.entering import EnteredAdmin
from vouchers.evaluation import actions
from vouchers.evaluation.forms import PenaltyForm
from vouchers.evaluation.models import PenaltyRecord


@admin.register(PenaltyRecord)
class PenaltyRecordAdmin(EnteredAdmin):
    enter_permission = "vouchers.record_penalty"
    entry_form = PenaltyForm
    list_display = ("application", "receipt", "company", "code", "recorded_by", "created_at", "taken_back_at")
    list_filter = ("code", "application__round")
    list_select_related = ("application__company", "recorded_by")
    search_fields = ("application__receipt_no", "application__title")
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (
        "application", "company", "code", "evidence", "recorded_by", "taken_back_at", "taken_back_by", "reason",
    )  # fmt: skip
    verbs = (
        Verb(
            "take_back", gettext_lazy("Take the penalty back"),
            lambda pk, by, reason: actions.take_back_penalty(penalty_id=pk, reason=reason, by=by), "vouchers.record_penalty",
            lambda obj: obj.taken_back_at is None, form=ReasonForm, danger=True,
        ),
    )  # fmt: skip

    def enter(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        application = data["receipt_no"]
        return actions.record_penalty(
            application_id=application.pk, code=data["code"], evidence=data["evidence"], by=request.user
        )

    def persons_of(self, obj: Any) -> set[str]:
        return {obj.application.company.ref}

    @admin.display(description=gettext_lazy("Receipt number"), ordering="application__receipt_no")
    def receipt(self, obj: PenaltyRecord) -> str:
        return obj.application.receipt_no or "—"

    @admin.display(description=gettext_lazy("Company"))
    def company(self, obj: PenaltyRecord) -> str:
        return str(obj.application.company)
