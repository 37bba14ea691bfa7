"""Milestones in the admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.kit.admin import ReasonForm, Verb, VerbAdmin
from portal.kit.won import won
from vouchers.milestones import actions, rules
from vouchers.milestones.models import Milestone


def _at(verb: str):  # type: ignore[no-untyped-def]
    return lambda obj: rules.LIFECYCLE.can(obj.status, verb)


@admin.register(Milestone)
class MilestoneAdmin(VerbAdmin):
    list_display = ("title", "agreement", "number", "institution", "due_on", "status", "amount")
    list_filter = ("status", "uses_data", "due_on")
    search_fields = ("ref", "title", "agreement__number")
    list_select_related = ("agreement", "institution")
    list_only = (
        "ref", "number", "title", "due_on", "status", "amount_won", "agreement__number", "agreement__ref", "institution__name_ko",
        "institution__name_en",
    )  # fmt: skip
    fields = (
        "agreement", "institution", "number", "title", "description", "due_on", "uses_data", "amount", "grant", "vat", "status",
        "submitted_at", "submitted_by", "company_accepted_at", "company_accepted_by", "accepted_at", "accepted_by", "reason",
    )  # fmt: skip
    verbs = (
        Verb("confirm", _("Confirm the acceptance"), lambda pk, by: actions.confirm_milestone(milestone_id=pk, by=by),
             "vouchers.confirm_milestone", _at("confirm_milestone"), in_list=True),
        Verb("return", _("Return for revision"),
             lambda pk, by, reason: actions.return_milestone(milestone_id=pk, reason=reason, by=by),
             "vouchers.confirm_milestone", lambda o: o.status == "COMPANY_ACCEPTED", form=ReasonForm),
        Verb("reject", _("Reject"), lambda pk, by, reason: actions.reject_milestone(milestone_id=pk, reason=reason, by=by),
             "vouchers.confirm_milestone", _at("reject_milestone"), form=ReasonForm, danger=True),
    )  # fmt: skip

    @admin.display(description=_("Paid by the voucher"))
    def grant(self, obj: Milestone) -> str:
        return won(obj.grant_won)

    @admin.display(description=_("VAT, paid by the company"))
    def vat(self, obj: Milestone) -> str:
        return won(obj.vat_won)

    @admin.display(description=_("Amount"), ordering="amount_won")
    def amount(self, obj: Milestone) -> str:
        return won(obj.amount_won)
