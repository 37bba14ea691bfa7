"""Agreements and vouchers in the admin. Drafting stands on the award's page at /agreements/draft/<award>/."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline

from portal.kit.admin import ReadOnlyInline, ReasonForm, Verb, VerbAdmin
from portal.kit.entering import EnteredAdmin
from portal.kit.forms import WonFormField
from portal.kit.won import won
from portal.kit.words import day
from portal.templatetags.portal import here, kst
from vouchers.agreements import actions, queries, rules
from vouchers.agreements.forms import PeriodForm
from vouchers.agreements.models import (
    Agreement,
    AgreementChange,
    AgreementHalt,
    AgreementLine,
    AgreementParty,
    AgreementVersion,
    CarryOver,
    SigningAuthority,
    Voucher,
)


def _at(verb: str) -> Callable[[Any], bool]:
    return lambda obj: rules.LIFECYCLE.can(obj.status, verb)


class PartyInline(ReadOnlyInline, TabularInline):
    model = AgreementParty
    fields = readonly_fields = ("role", "organisation", "signed_by", "signed_at", "signed_hash")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("organisation", "signed_by")


class VersionInline(ReadOnlyInline, TabularInline):
    model = AgreementVersion
    fields = readonly_fields = ("number", "written", "content_hash", "before")

    @admin.display(description=gettext_lazy("Written"))
    def written(self, obj: AgreementVersion) -> str:
        return kst(obj.created_at)

    @admin.display(description=gettext_lazy("Hash of the version before"))
    def before(self, obj: AgreementVersion) -> str:
        return _("none: the first version") if obj.previous_hash == rules.GENESIS else obj.previous_hash


class LineInline(ReadOnlyInline, TabularInline):
    model = AgreementLine
    fields = readonly_fields = ("position", "kind", "description", "amount", "tax_kind", "payee")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("payee")

    @admin.display(description=gettext_lazy("Amount"))
    def amount(self, obj: AgreementLine) -> str:
        return won(obj.amount_won)


def _verb(name: str, label: Any, **more: Any) -> Verb:
    run = getattr(actions, name)
    return Verb(
        name.replace("_", "-"), label, lambda pk, by, **data: run(agreement_id=pk, by=by, **data), "vouchers.draft_agreement",
        _at(name), **more,
    )  # fmt: skip


@admin.register(Agreement)
class AgreementAdmin(VerbAdmin):
    list_display = ("number", "company", "round", "status", "grant", "starts_on", "ends_on")
    list_filter = ("status", "round")
    search_fields = ("number", "award__project_no", "company__name_ko", "company__name_en")
    list_select_related = ("company", "round")
    list_only = (
        "ref", "number", "status", "grant_won", "starts_on", "ends_on", "company__name_ko", "company__name_en", "round__title_ko",
        "round__title_en",
    )  # fmt: skip
    ordering = ("-created_at", "-id")
    inlines = (PartyInline, LineInline, VersionInline)
    fields = readonly_fields = (
        "number", "company", "round", "status", "starts_on", "ends_on", "grant", "supply", "own_cash", "vat", "drafted_by",
        "activated_at", "reason", "page", "plan",
    )  # fmt: skip
    verbs = (
        _verb("negotiate", gettext_lazy("Show the parties the draft")),
        _verb("send_for_signature", gettext_lazy("Ask the parties to sign")),
        _verb("revise", gettext_lazy("Change the period"), form=PeriodForm),
        _verb(
            "return_to_draft", gettext_lazy("Take back and redraft"), form=ReasonForm,
            consequence=lambda obj: _("Signatures given so far no longer count."),
        ),
        _verb("complete", gettext_lazy("Complete the agreement"), hindered=queries.not_yet_complete),
        Verb(
            "terminate", gettext_lazy("Give the draft up"), lambda pk, by, **data: actions.terminate(agreement_id=pk, by=by, **data),
            "vouchers.draft_agreement", lambda obj: obj.status in rules.UNSIGNED, form=ReasonForm, danger=True,
            consequence=lambda obj: _("No agreement comes about: the award ends and its money goes back. This cannot be undone."),
        ),
    )  # fmt: skip

    def headline(self, obj: Agreement) -> str:
        return f"{obj.number} · {obj.company}"

    @admin.display(description=gettext_lazy("Grant"), ordering="grant_won")
    def grant(self, obj: Agreement) -> str:
        return won(obj.grant_won)

    @admin.display(description=gettext_lazy("Supply amount (VAT excluded)"))
    def supply(self, obj: Agreement) -> str:
        return won(obj.supply_amount_won)

    @admin.display(description=gettext_lazy("Own cash"))
    def own_cash(self, obj: Agreement) -> str:
        return won(obj.own_cash_won)

    @admin.display(description=gettext_lazy("VAT, paid by the company"))
    def vat(self, obj: Agreement) -> str:
        return won(obj.vat_won)

    @admin.display(description=gettext_lazy("Page of the parties"))
    def page(self, obj: Agreement) -> str:
        from django.urls import reverse

        return format_html('<a class="text-link" href="{}">{}</a>', reverse("agreements:detail", args=[obj.ref]), obj.number)

    @admin.display(description=gettext_lazy("Plan of the project"))
    def plan(self, obj: Agreement) -> str:
        """Of the later rooms: every step with the critical path."""
        if obj.activated_at is None:
            return "—"
        return format_html('<a class="text-link" href="{}">{}</a>', here(f"/payments/plan/{obj.ref}/"), _("To the plan"))


@admin.register(AgreementChange)
class AgreementChangeAdmin(VerbAdmin):
    """Read here; decided on its own page, where what it does to the deliveries stands beside it."""

    list_display = ("agreement", "number", "kind", "status", "asked_for", "created_at")
    list_filter = ("status", "kind", "agreement__round")
    search_fields = ("agreement__number", "reason")
    list_select_related = ("agreement__company", "asked_for__organisation")
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (
        "agreement", "number", "kind", "status", "differences", "reason", "asked_for", "asked_by", "decided_by", "decided_at",
        "answer", "effective_at", "page",
    )  # fmt: skip

    def headline(self, obj: AgreementChange) -> str:
        return f"{obj.agreement.number} · {obj.get_kind_display()} {obj.number}"

    @admin.display(description=gettext_lazy("What it changes"))
    def differences(self, obj: AgreementChange) -> str:
        rows = [(one.name, one.was, one.would_be) for one in queries.said(obj)]
        return format_html_join(mark_safe("<br>"), "{}: {} → {}", rows)

    @admin.display(description=gettext_lazy("Page of the parties"))
    def page(self, obj: AgreementChange) -> str:
        return format_html('<a class="text-link" href="{}">{}</a>', here(obj.get_absolute_url()), obj)


@admin.register(AgreementHalt)
class AgreementHaltAdmin(VerbAdmin):
    """Read here; agreed to and decided on its own page, where its figures stand."""

    list_display = ("agreement", "kind", "way", "ground", "status", "created_at")
    list_filter = ("status", "kind", "way", "agreement__round")
    search_fields = ("agreement__number", "statement")
    list_select_related = ("agreement__company",)
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (
        "agreement", "number", "kind", "way", "ground", "at_fault", "statement", "status", "to_release", "content_hash", "asked_for",
        "asked_by", "opinion_until", "decided_by", "decided_at", "answer", "executed_at", "resumed_at", "page",
    )  # fmt: skip

    def headline(self, obj: AgreementHalt) -> str:
        return f"{obj.agreement.number} · {obj.get_kind_display()} {obj.number}"

    @admin.display(description=gettext_lazy("To be released"))
    def to_release(self, obj: AgreementHalt) -> str:
        return won(obj.released_won)

    @admin.display(description=gettext_lazy("Page of the parties"))
    def page(self, obj: AgreementHalt) -> str:
        return format_html('<a class="text-link" href="{}">{}</a>', here(obj.get_absolute_url()), obj)


@admin.register(SigningAuthority)
class SigningAuthorityAdmin(VerbAdmin):
    """Read here; checked on its own page, where the paper itself is opened."""

    list_display = ("person", "organisation", "kind", "status", "valid_from", "valid_until")
    list_filter = ("status", "kind")
    search_fields = ("organisation__name_ko", "organisation__name_en")
    list_select_related = ("organisation", "person")
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (
        "organisation", "person", "kind", "status", "valid_from", "valid_until", "filed_by", "checked_by", "checked_at", "reason", "page",
    )  # fmt: skip

    def headline(self, obj: SigningAuthority) -> str:
        return str(obj)

    @admin.display(description=gettext_lazy("Page of the parties"))
    def page(self, obj: SigningAuthority) -> str:
        return format_html('<a class="text-link" href="{}">{}</a>', here(obj.get_absolute_url()), obj)


@admin.register(Voucher)
class VoucherAdmin(VerbAdmin):
    list_display = ("number", "agreement", "grant", "status", "issued_at", "expires_on")
    list_filter = ("status", "agreement__round")
    search_fields = ("number", "agreement__number")
    list_select_related = ("agreement__company",)
    ordering = ("-issued_at", "-id")
    fields = readonly_fields = ("number", "agreement", "grant", "status", "issued_at", "expires_on")

    def headline(self, obj: Voucher) -> str:
        return f"{obj.number} · {obj.agreement.company}"

    @admin.display(description=gettext_lazy("Grant"), ordering="grant_won")
    def grant(self, obj: Voucher) -> str:
        return won(obj.grant_won)


class CarryOverForm(forms.ModelForm):  # type: ignore[type-arg]
    """What of a grant is to be paid after its fiscal year."""

    amount_won = WonFormField(label=gettext_lazy("Amount to be carried over"), min_value=1)

    class Meta:
        model = CarryOver
        fields = ("agreement", "amount_won", "reason")
        help_texts = {"reason": gettext_lazy("Why it cannot be paid within the year: the ministry decides by it.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        live = Agreement.objects.exclude(status="TERMINATED")  # a completed one still pays what was accepted
        self.fields["agreement"].queryset = live.order_by("-number")  # type: ignore[attr-defined]


def _carry_facts(obj: CarryOver) -> list[tuple[Any, Any]]:
    return [
        (_("Company"), obj.agreement.company), (_("The agreement ends on"), day(obj.agreement.ends_on)),
        (_("Of the grant not paid yet"), won(queries.unpaid_won(obj.agreement))), (_("Amount to be carried over"), won(obj.amount_won)),
        (_("Reason"), obj.reason),
    ]  # fmt: skip


def _asked(obj: CarryOver) -> bool:
    return rules.CARRY_LIFECYCLE.can(obj.status, "approve_carry_over")


@admin.register(CarryOver)
class CarryOverAdmin(EnteredAdmin):
    """Asked by the operator, decided by the ministry."""

    enter_permission = "vouchers.request_carry_over"
    entry_form = CarryOverForm
    list_display = ("agreement", "fiscal_year", "amount", "status", "requested_by", "decided_by")
    list_filter = ("status", "fiscal_year")
    search_fields = ("ref", "agreement__number")
    list_select_related = ("agreement", "requested_by", "decided_by")
    ordering = ("-created_at", "-id")
    fields = readonly_fields = (
        "agreement",
        "year",
        "amount",
        "reason",
        "status",
        "requested_by",
        "decided_by",
        "decided_at",
        "answer",
    )
    verbs = (
        Verb("approve", gettext_lazy("Approve the carry-over"), lambda pk, by: actions.decide_carry_over(carry_over_id=pk, approve=True, by=by),
             "vouchers.decide_carry_over", _asked, not_by="requested_by", facts=_carry_facts,
             consequence=lambda o: _("%(won)s may be paid after the fiscal year %(year)s.") % {"won": won(o.amount_won), "year": o.fiscal_year}),
        Verb("reject", gettext_lazy("Do not approve it"),
             lambda pk, by, reason: actions.decide_carry_over(carry_over_id=pk, approve=False, reason=reason, by=by), "vouchers.decide_carry_over", _asked,
             form=ReasonForm, danger=True, not_by="requested_by"),
    )  # fmt: skip

    def enter(self, request: HttpRequest, data: dict[str, Any]) -> CarryOver:
        """The ministry decides next."""
        return actions.request_carry_over(
            agreement_id=data["agreement"].pk, amount_won=data["amount_won"], reason=data["reason"], by=request.user
        )

    def headline(self, obj: CarryOver) -> str:
        return f"{obj.agreement.number} · {obj.fiscal_year}"

    @admin.display(description=gettext_lazy("Fiscal year"))
    def year(self, obj: CarryOver) -> str:
        return str(obj.fiscal_year)

    @admin.display(description=gettext_lazy("Amount to be carried over"), ordering="amount_won")
    def amount(self, obj: CarryOver) -> str:
        return won(obj.amount_won)
