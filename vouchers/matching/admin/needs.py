"""Matching in the admin: read only; needs, requests, quotes and matches with their history."""

from typing import Any, NamedTuple

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from portal.kit.admin import ReadOnlyInline, VerbAdmin, sheet
from portal.kit.won import won
from vouchers.matching import queries
from vouchers.matching.models import (
    FeasibilityQuery,
    Match,
    Need,
    Quote,
    QuoteRequest,
    SourcingCase,
    SourcingNote,
    SourcingProposal,
)
from vouchers.matching.rules import sourcing as rules


class Said(NamedTuple):
    """One row of a need in words, as `sheet` reads it."""

    label: str
    value: str
    note: str = ""


class RequestInline(ReadOnlyInline, TabularInline):
    model = QuoteRequest
    fields = ("ref", "institution", "status", "due_at")
    readonly_fields = fields


class QuoteInline(ReadOnlyInline, TabularInline):
    model = Quote
    fields = ("number", "supply", "vat", "valid_until", "lead_time_days", "assumptions")
    readonly_fields = fields

    @admin.display(description=_("Supply amount"))
    def supply(self, obj: Quote) -> str:
        return won(obj.supply_amount_won)

    @admin.display(description=_("VAT"))
    def vat(self, obj: Quote) -> str:
        return won(obj.vat_won)


@admin.register(Need)
class NeedAdmin(VerbAdmin):
    list_display = ("title", "company", "round", "status", "posted_at", "ref")
    list_filter = ("status", "round")
    search_fields = ("ref", "title", "company__name_ko", "company__name_en")
    list_select_related = ("company", "round")
    ordering = ("-id",)
    inlines = (RequestInline,)
    fields = ("ref", "title", "company", "round", "status", "posted_at", "created_by", "description")
    readonly_fields = fields

    @admin.display(description=_("What the company said"))
    def description(self, obj: Need) -> str:
        """The need document in words, section by section."""
        return sheet(Said(label, value) for _title, rows, _unsaid in queries.need_facts(obj) for label, value in rows)


@admin.register(QuoteRequest)
class QuoteRequestAdmin(VerbAdmin):
    list_display = ("need", "company", "institution", "status", "due_at", "ref")
    list_filter = ("status", "need__round")
    search_fields = ("ref", "need__title", "institution__name_ko", "institution__name_en", "need__company__name_ko")
    list_select_related = ("need__company", "institution")
    ordering = ("-id",)
    inlines = (QuoteInline,)

    def headline(self, obj: QuoteRequest) -> str:
        return f"{obj.need} · {obj.institution}"

    @admin.display(description=_("Company"))
    def company(self, obj: QuoteRequest) -> Any:
        return obj.need.company


@admin.register(Match)
class MatchAdmin(VerbAdmin):
    list_display = ("need", "company", "institution", "supply", "status", "company_confirmed_at", "provider_confirmed_at")
    list_filter = ("status", "need__round")
    search_fields = ("ref", "need__title", "institution__name_ko", "need__company__name_ko")
    list_select_related = ("need__company", "institution", "quote")
    ordering = ("-id",)

    def headline(self, obj: Match) -> str:
        return f"{obj.need} · {obj.institution}"

    @admin.display(description=_("Company"))
    def company(self, obj: Match) -> Any:
        return obj.need.company

    @admin.display(description=_("Supply amount"))
    def supply(self, obj: Match) -> str:
        return won(obj.quote.supply_amount_won)


@admin.register(FeasibilityQuery)
class FeasibilityQueryAdmin(VerbAdmin):
    list_display = ("dataset", "company", "institution", "status", "answer", "due_at", "ref")
    list_filter = ("status", "need__round")
    search_fields = ("ref", "need__title", "institution__name_ko", "institution__name_en", "need__company__name_ko")
    list_select_related = ("need__company", "institution", "dataset")
    ordering = ("-id",)
    fields = ("ref", "need", "company", "institution", "dataset", "status", "due_at", "conditions", "message", "answer", "basis",
              "answered_at", "answered_by", "reason_code", "reason")  # fmt: skip
    readonly_fields = fields

    def headline(self, obj: FeasibilityQuery) -> str:
        return f"{obj.need} · {obj.institution}"

    @admin.display(description=_("Company"))
    def company(self, obj: FeasibilityQuery) -> Any:
        return obj.need.company

    @admin.display(description=_("Answer"))
    def answer(self, obj: FeasibilityQuery) -> str:
        return queries.answer_words(obj)

    @admin.display(description=_("Conditions"))
    def conditions(self, obj: FeasibilityQuery) -> str:
        return sheet(Said(label, value) for _title, rows, _unsaid in queries.count_facts(obj) for label, value in rows)


class ProposalInline(ReadOnlyInline, TabularInline):
    model = SourcingProposal
    fields = ("institution", "dataset", "reason", "status", "answer", "answered_at")
    readonly_fields = fields


class NoteInline(ReadOnlyInline, TabularInline):
    model = SourcingNote
    fields = ("text", "written_by", "written_at")
    readonly_fields = fields


@admin.register(SourcingCase)
class SourcingCaseAdmin(VerbAdmin):
    list_display = ("need", "company", "status", "handler", "due_at", "ref")
    list_filter = ("status", "need__round")
    search_fields = ("ref", "need__title", "need__company__name_ko", "need__company__name_en")
    list_select_related = ("need__company", "handler")
    ordering = ("-id",)
    inlines = (ProposalInline, NoteInline)

    def headline(self, obj: SourcingCase) -> str:
        return str(obj.need)

    def ways(self, request: HttpRequest, obj: SourcingCase) -> list[tuple[Any, str]]:
        """A case is worked on beside the need that it is about, on its own page; its verbs are those of that page."""
        page = reverse("matching:case", args=[obj.ref])
        if not request.user.has_perm("vouchers.handle_sourcing") or obj.status not in rules.OPEN:
            return [(_("Open the page of the case"), page)]
        verbs = [(_("Take up the case"), f"{page}#verbs")] if obj.handler_id != request.user.pk else []
        close = [(_("Say what came of it"), f"{page}#verbs")] if obj.handler_id else []
        return [(_("Work on the case"), page), *verbs, (_("Look for data to propose"), f"{page}#h-look"), *close]

    @admin.display(description=_("Company"))
    def company(self, obj: SourcingCase) -> Any:
        return obj.need.company
