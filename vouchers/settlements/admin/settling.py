"""Settlements in the admin: the operator judges and proposes, finance fixes the amount."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline

from portal.kit.admin import KeptReasonForm, ReadOnlyInline, ReasonForm, Verb, VerbAdmin
from portal.kit.won import won, won_long
from portal.templatetags.portal import here
from vouchers.settlements import actions, queries, rules
from vouchers.settlements.actions.reviewing import HINDRANCES
from vouchers.settlements.forms import DisallowForm
from vouchers.settlements.models import Settlement, SettlementLine


def _at(verb: str) -> Any:
    return lambda obj: rules.LIFECYCLE.can(obj.status, verb)


def _hindered(obj: Settlement) -> str:
    code = queries.hindered(obj)
    return str(HINDRANCES[code]) if code else queries.held_because(obj)


def _facts(obj: Settlement) -> list[tuple[Any, Any]]:
    found = queries.balance(obj)
    return [
        (_("Paid by the voucher"), won_long(found.given_won)),
        (_("Taken back by a clawback or a termination"), won_long(found.taken_won)), (_("Stated as used of the grant"), won_long(found.used_won)),
        (_("Paid and not used"), won_long(found.unused_won)), (_("Disallowed, the grant's share"), won_long(found.disallowed_won)),
        (_("Beyond the grant's agreed share"), won_long(found.excess_won)), (_("Interest earned"), won_long(found.interest_won)),
        (_("To be paid back"), won_long(found.refund_won)), (_("Left in the voucher"), won_long(queries.left_won(obj.agreement))),
    ]  # fmt: skip


class LineInline(ReadOnlyInline, TabularInline):
    model = SettlementLine
    fields = readonly_fields = ("position", "line", "grant", "own_cash", "in_kind", "vat", "verdict", "disallowed")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("payee", "settlement__agreement")

    @admin.display(description=gettext_lazy("What"))
    def line(self, obj: SettlementLine) -> Any:
        return format_html(
            '<a class="text-link" href="{}">{}</a>',
            reverse("admin:vouchers_settlementline_change", args=[obj.pk]),
            obj.what,
        )

    @admin.display(description=gettext_lazy("Used of the grant"))
    def grant(self, obj: SettlementLine) -> str:
        return won(obj.grant_won)

    @admin.display(description=gettext_lazy("Own cash used"))
    def own_cash(self, obj: SettlementLine) -> str:
        return won(obj.own_cash_won)

    @admin.display(description=gettext_lazy("In kind"))
    def in_kind(self, obj: SettlementLine) -> str:
        return won(obj.in_kind_won)

    @admin.display(description=gettext_lazy("VAT"))
    def vat(self, obj: SettlementLine) -> str:
        return won(obj.vat_won)

    @admin.display(description=gettext_lazy("Disallowed"))
    def disallowed(self, obj: SettlementLine) -> str:
        return won(obj.disallowed_won)


@admin.register(Settlement)
class SettlementAdmin(VerbAdmin):
    list_display = ("agreement", "company", "round", "status", "due_on", "refund")
    list_filter = ("status", "round")
    search_fields = ("ref", "agreement__number", "company__name_ko", "company__name_en")
    list_select_related = ("agreement", "company", "round")
    ordering = ("-created_at", "-id")
    inlines = (LineInline,)
    fields = readonly_fields = (
        "agreement", "company", "round", "status", "ended_on", "due_on", "needs_verification", "interest", "note", "submitted_by", "submitted_at",
        "reason", "paid", "released", "refund", "proposed_by", "proposed_at", "confirmed_by", "confirmed_at", "page",
    )  # fmt: skip
    verbs = (
        Verb("propose", gettext_lazy("Propose the amount"), lambda pk, by: actions.propose_amount(settlement_id=pk, by=by),
             "vouchers.review_settlement", _at("propose_amount"), facts=_facts, hindered=_hindered,
             consequence=lambda obj: _("Somebody else fixes it next. Until then nothing is owed and no money is booked.")),
        Verb("supplement", gettext_lazy("Ask for a supplement"),
             lambda pk, by, reason: actions.request_supplement(settlement_id=pk, reason=reason, by=by),
             "vouchers.review_settlement", _at("request_supplement"), form=ReasonForm),
        Verb("confirm", gettext_lazy("Fix the amount"), lambda pk, by: actions.confirm_amount(settlement_id=pk, by=by),
             "vouchers.confirm_settlement", _at("confirm_refund"), facts=_facts, hindered=_hindered, not_by="proposed_by",
             consequence=lambda obj: _("The amount is fixed: what is left in the voucher goes back to the round, and what is to be paid back is owed from now on. The company may object.")),
        Verb("send_back", gettext_lazy("Send back for review"),
             lambda pk, by, reason: actions.send_back(settlement_id=pk, reason=reason, by=by),
             "vouchers.confirm_settlement", _at("send_back"), form=KeptReasonForm, danger=True),
    )  # fmt: skip

    def headline(self, obj: Settlement) -> str:
        return f"{obj.agreement.number} · {obj.company}"

    @admin.display(description=gettext_lazy("Interest earned"))
    def interest(self, obj: Settlement) -> str:
        return won(obj.interest_won)

    @admin.display(description=gettext_lazy("Paid by the voucher"))
    def paid(self, obj: Settlement) -> str:
        return won(obj.paid_won) if obj.confirmed_at else "—"

    @admin.display(description=gettext_lazy("Left in the voucher, given back"))
    def released(self, obj: Settlement) -> str:
        return won(obj.released_won) if obj.confirmed_at else "—"

    @admin.display(description=gettext_lazy("To be paid back"), ordering="refund_won")
    def refund(self, obj: Settlement) -> str:
        return won(obj.refund_won) if obj.confirmed_at else "—"

    @admin.display(description=gettext_lazy("Page of the parties"))
    def page(self, obj: Settlement) -> Any:
        return format_html('<a class="text-link" href="{}">{}</a>', here(obj.get_absolute_url()), obj.agreement.number)


@admin.register(SettlementLine)
class SettlementLineAdmin(VerbAdmin):
    list_display = ("settlement", "position", "about", "cost", "verdict", "disallowed")
    list_filter = ("verdict", "ground")
    search_fields = ("ref", "description", "settlement__agreement__number")
    list_select_related = ("settlement__agreement",)
    keeps_history = False
    fields = readonly_fields = (
        "settlement", "position", "about", "payee", "agreed", "grant", "own_cash", "in_kind", "vat", "evidence", "verdict", "disallowed", "ground", "owed_by",
        "note", "judged_by",
    )  # fmt: skip
    verbs = (
        Verb("recognise", gettext_lazy("Recognise the line"),
             lambda pk, by: actions.judge_line(line_id=pk, verdict=rules.Verdict.RECOGNISED, by=by), "vouchers.review_settlement",
             lambda o: rules.LIFECYCLE.can(o.settlement.status, "judge_line") and o.verdict != rules.Verdict.RECOGNISED),
        Verb("disallow", gettext_lazy("Disallow the line in whole or in part"),
             lambda pk, by, **given: actions.judge_line(line_id=pk, verdict=rules.Verdict.DISALLOWED, by=by, **given),
             "vouchers.review_settlement", lambda o: rules.LIFECYCLE.can(o.settlement.status, "judge_line") and o.cost_won > 0,
             form=DisallowForm, danger=True, facts=lambda o: [(_("Used of the grant"), won_long(o.grant_won)), (_("Own cash used"), won_long(o.own_cash_won))]),
    )  # fmt: skip

    def headline(self, obj: SettlementLine) -> str:
        return f"{obj.settlement.agreement.number} · {obj}"

    def ways(self, request: HttpRequest, obj: SettlementLine) -> list[tuple[Any, str]]:
        return [(_("All lines of this settlement"), reverse("admin:vouchers_settlement_change", args=[obj.settlement_id]))]

    def ways_lead(self, obj: SettlementLine) -> bool:
        return False

    @admin.display(description=gettext_lazy("What"))
    def about(self, obj: SettlementLine) -> str:
        return obj.what

    @admin.display(description=gettext_lazy("Agreed (VAT excluded)"))
    def agreed(self, obj: SettlementLine) -> str:
        return won(obj.agreed_won)

    @admin.display(description=gettext_lazy("Stated (won)"))
    def cost(self, obj: SettlementLine) -> str:
        return won(obj.cost_won)

    @admin.display(description=gettext_lazy("Used of the grant"))
    def grant(self, obj: SettlementLine) -> str:
        return won(obj.grant_won)

    @admin.display(description=gettext_lazy("Own cash used"))
    def own_cash(self, obj: SettlementLine) -> str:
        return won(obj.own_cash_won)

    @admin.display(description=gettext_lazy("Own contribution in kind"))
    def in_kind(self, obj: SettlementLine) -> str:
        return won(obj.in_kind_won)

    @admin.display(description=gettext_lazy("VAT"))
    def vat(self, obj: SettlementLine) -> str:
        return won(obj.vat_won)

    @admin.display(description=gettext_lazy("Disallowed"))
    def disallowed(self, obj: SettlementLine) -> str:
        return won(obj.disallowed_won)

    @admin.display(description=gettext_lazy("Evidence"))
    def evidence(self, obj: SettlementLine) -> Any:
        if obj.proof is None:
            return "—"
        address = here(reverse("settlements:file", args=[obj.settlement.ref, f"line-{obj.position}"]))
        return format_html('<a class="text-link" href="{}">{}</a>', address, obj.proof.name)
