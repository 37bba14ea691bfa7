"""The close of a fiscal year in the admin: rehearsed by finance, closed by the ministry's approver."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from portal.kit import clock
from portal.kit.admin import ReadOnlyInline, Verb
from portal.kit.entering import EnteredAdmin
from portal.kit.won import won, won_long
from portal.kit.words import day
from vouchers.agreements.rules import last_day
from vouchers.ledger.rules import AccountKind
from vouchers.settlements import actions, queries, rules
from vouchers.settlements.models import ClosingLine, YearClosing


class YearForm(forms.ModelForm):  # type: ignore[type-arg]
    fiscal_year = forms.IntegerField(
        label=gettext_lazy("Fiscal year"), min_value=2020, max_value=2100, widget=UnfoldAdminIntegerFieldWidget
    )

    class Meta:
        model = YearClosing
        fields = ("fiscal_year",)


class ClosingLineInline(ReadOnlyInline, TabularInline):
    model = ClosingLine
    fields = readonly_fields = ("pot", "fate", "amount", "booked_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("account__round", "account__organisation")

    @admin.display(description=gettext_lazy("Pot"))
    def pot(self, obj: ClosingLine) -> str:
        return f"{obj.account.get_kind_display()} · {obj.account.organisation or obj.account.round}"

    @admin.display(description=gettext_lazy("Amount"))
    def amount(self, obj: ClosingLine) -> str:
        return won(obj.amount_won)


def _facts(obj: YearClosing) -> list[tuple[Any, Any]]:
    return [
        (_("Lapses with the year"), won_long(obj.expires_won)), (_("Is carried over"), won_long(obj.carries_won)),
        (_("Payments under way"), ", ".join(queries.moving(obj.fiscal_year)) or "—"),
    ]  # fmt: skip


def _hindered(obj: YearClosing) -> str:
    if not rules.over(obj.fiscal_year, clock.today()):
        return _("The year is closed once it is over, after %(day)s.") % {"day": day(last_day(obj.fiscal_year))}
    return ""


@admin.register(YearClosing)
class YearClosingAdmin(EnteredAdmin):
    shows_persons = False
    enter_permission = "vouchers.rehearse_year"
    entry_form = YearForm
    entry_note = gettext_lazy("A rehearsal books nothing: it is a table of what would expire or be carried over.")
    list_display = ("fiscal_year", "status", "expires", "carries", "rehearsed_by", "closed_by", "created_at")
    list_filter = ("status",)
    list_select_related = ("rehearsed_by", "closed_by")
    ordering = ("-created_at", "-id")
    inlines = (ClosingLineInline,)
    fields = readonly_fields = (
        "year", "status", "progress", "expires", "carries", "balance_before", "balance_after", "rehearsed_by", "closed_by", "closed_at", "digest",
    )  # fmt: skip
    verbs = (
        Verb("close", gettext_lazy("Close the year"), lambda pk, by: actions.close_year(closing_id=pk, by=by), "vouchers.close_year",
             lambda o: rules.CLOSING_LIFECYCLE.can(o.status, "close_year"), facts=_facts, hindered=_hindered, not_by="rehearsed_by", danger=True,
             consequence=lambda o: _("Each balance of the table expires or is carried over, once. What lapses serves no call any more; what is freed later of this year, by a change, a termination or a settlement, lapses at once too. What is paid back is booked as recovered. This cannot be taken back.")),
        Verb("discard", gettext_lazy("Discard the table"), lambda pk, by: actions.discard_rehearsal(closing_id=pk, by=by),
             "vouchers.rehearse_year", lambda o: rules.CLOSING_LIFECYCLE.can(o.status, "discard_rehearsal")),
    )  # fmt: skip

    def enter(self, request: HttpRequest, data: dict[str, Any]) -> YearClosing:
        """A rehearsal."""
        return actions.rehearse_year(fiscal_year=data["fiscal_year"], by=request.user)

    def headline(self, obj: YearClosing) -> str:
        return _("Close of the fiscal year %(year)s") % {"year": obj.fiscal_year}

    @admin.display(description=gettext_lazy("Fiscal year"))
    def year(self, obj: YearClosing) -> str:
        return str(obj.fiscal_year)

    @admin.display(description=gettext_lazy("Lines booked"))
    def progress(self, obj: YearClosing) -> str:
        return "{} / {}".format(*queries.booked(obj))

    @admin.display(description=gettext_lazy("Lapses with the year"), ordering="expires_won")
    def expires(self, obj: YearClosing) -> str:
        return won(obj.expires_won)

    @admin.display(description=gettext_lazy("Is carried over"), ordering="carries_won")
    def carries(self, obj: YearClosing) -> str:
        return won(obj.carries_won)

    @admin.display(description=gettext_lazy("Trial balance before"))
    def balance_before(self, obj: YearClosing) -> str:
        return _sums(obj.before)

    @admin.display(description=gettext_lazy("Trial balance after"))
    def balance_after(self, obj: YearClosing) -> str:
        return _sums(obj.after or {})


def _sums(found: dict[str, int]) -> str:
    """Each kind of pot, and that all of them add up to nothing."""
    lines = [(AccountKind.word(kind), won(amount)) for kind, amount in found.items()]
    return format_html_join(" · ", "{} {}", [*lines, (_("Sum"), won(sum(found.values())))]) if lines else "—"
