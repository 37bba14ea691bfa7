"""Clawbacks in the admin: entered and noticed by the operator, ordered by finance, restricted by an officer."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.kit import clock
from portal.kit.admin import ReasonForm, Verb
from portal.kit.entering import EnteredAdmin
from portal.kit.won import won, won_long
from portal.kit.words import day
from portal.templatetags.portal import here
from vouchers.settlements import actions, queries, rules
from vouchers.settlements.forms import ClawbackForm, OrderForm, ReportForm
from vouchers.settlements.models import Clawback


def _at(verb: str) -> Any:
    return lambda obj: rules.CLAWBACK_LIFECYCLE.can(obj.status, verb)


def _facts(obj: Clawback) -> list[tuple[Any, Any]]:
    policy = obj.round.policy().settling
    left = queries.recoverable(obj.agreement, obj.organisation_id)
    return [
        (_("Ground of the law"), obj.get_ground_display()), (_("Facts of the case"), obj.facts), (_("Amount of the notice"), won_long(obj.noticed_won)),
        (_("Taken back by the termination"), won_long(obj.base_won)), (_("Can still be taken back"), won_long(left or 0)), (_("Opinion"), obj.opinion or "—"),
        (_("Surcharge at most, times the amount"), policy.surcharge[obj.ground]), (_("Earlier orders for this ground"), queries.earlier_orders(obj)),
        (_("Kept out from which order on"), policy.excluded_from[obj.ground]), (_("By which text"), policy.source),
    ]  # fmt: skip


def _hindered(obj: Clawback) -> str:
    if obj.opinion_until is None or rules.heard(obj.opinion_until, clock.today(), given=obj.opinion_at is not None):
        return ""
    return _("An opinion is possible until %(day)s. Order it when one was given, or afterwards.") % {
        "day": day(obj.opinion_until)
    }


def _to_restrict(obj: Clawback) -> bool:
    return obj.status in rules.ORDERED and obj.is_companys and obj.restriction_id is None


@admin.register(Clawback)
class ClawbackAdmin(EnteredAdmin):
    enter_permission = "vouchers.prepare_clawback"
    entry_form = ClawbackForm
    entry_note = gettext_lazy("Nobody outside is told yet: the prior notice follows.")
    list_display = ("agreement", "organisation", "ground", "status", "noticed", "ordered", "opinion_until")
    list_filter = ("status", "ground", "round")
    search_fields = ("ref", "agreement__number", "organisation__name_ko", "organisation__name_en")
    list_select_related = ("agreement", "organisation", "round")
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (
        "agreement", "company", "round", "organisation", "ground", "facts", "status", "noticed", "base", "detected_by", "noticed_on", "opinion_until",
        "opinion", "opinion_by", "opinion_at", "ordered", "surcharge_times", "surcharge", "source", "reason", "ordered_by", "ordered_on",
        "must_exclude", "restriction", "reported_no", "reported_on", "page",
    )  # fmt: skip
    verbs = (
        Verb("notice", gettext_lazy("Give prior notice"), lambda pk, by: actions.give_prior_notice(clawback_id=pk, by=by),
             "vouchers.prepare_clawback", _at("give_prior_notice"), facts=_facts,
             consequence=lambda o: _("Whom it concerns is told ground, facts and amount, and may give an opinion.")),
        Verb("order", gettext_lazy("Order it back"),
             lambda pk, by, **given: actions.order_clawback(clawback_id=pk, by=by, **given), "vouchers.order_clawback",
             _at("order_clawback"), form=OrderForm, facts=_facts, hindered=_hindered, not_by="detected_by", danger=True,
             consequence=lambda o: _("It is owed from now on. The report to the ministry is due within %(days)s days.") % {"days": o.round.policy().settling.report_days}),
        Verb("report", gettext_lazy("Record the report to the ministry"),
             lambda pk, by, **given: actions.report_order(clawback_id=pk, by=by, **given), "vouchers.prepare_clawback",
             lambda o: rules.CLAWBACK_LIFECYCLE.can(o.status, "report_order") and o.reported_on is None, form=ReportForm),
        Verb("restrict", gettext_lazy("Enter the restriction"), lambda pk, by: actions.enter_restriction(clawback_id=pk, by=by),
             "vouchers.verify_company", _to_restrict, facts=_facts,
             consequence=lambda o: _("The company is entered by its numbers for %(months)s months; it counts once another officer puts it in force.") % {"months": o.round.policy().settling.excluded_months[o.ground]}),
        Verb("drop", gettext_lazy("Do not pursue it"), lambda pk, by, reason: actions.drop_clawback(clawback_id=pk, reason=reason, by=by),
             "vouchers.order_clawback", _at("drop_clawback"), form=ReasonForm),
    )  # fmt: skip

    def enter(self, request: HttpRequest, data: dict[str, Any]) -> Clawback:
        """Detected; the prior notice is owed next."""
        return actions.detect_clawback(
            agreement_id=data["agreement"].pk, organisation_id=data["organisation"].pk, ground=data["ground"], facts=data["facts"],
            amount_won=data["noticed_won"], by=request.user,
        )  # fmt: skip

    def headline(self, obj: Clawback) -> str:
        return f"{obj.agreement.number} · {obj.organisation}"

    @admin.display(description=gettext_lazy("Amount of the notice"), ordering="noticed_won")
    def noticed(self, obj: Clawback) -> str:
        return won(obj.noticed_won)

    @admin.display(description=gettext_lazy("Taken back by the termination"))
    def base(self, obj: Clawback) -> str:
        return won(obj.base_won)

    @admin.display(description=gettext_lazy("Ordered back"), ordering="ordered_won")
    def ordered(self, obj: Clawback) -> str:
        return won(obj.ordered_won)

    @admin.display(description=gettext_lazy("Surcharge"))
    def surcharge(self, obj: Clawback) -> str:
        return won(obj.surcharge_won)

    @admin.display(description=gettext_lazy("Page of whom it concerns"))
    def page(self, obj: Clawback) -> Any:
        return format_html('<a class="text-link" href="{}">{}</a>', here(obj.get_absolute_url()), obj.ref)
