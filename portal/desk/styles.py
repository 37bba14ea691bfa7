"""`/styles/`: every component in every state, for those who build pages. Debug and demo only."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.desk import duty_words
from portal.kit import clock
from portal.kit.access import public
from portal.kit.forms import CountedTextarea, DateInput, WonFormField
from portal.kit.htmx import page


class SampleForm(forms.Form):
    """One field of each kind."""

    groups = (
        (gettext_lazy("Company"), gettext_lazy("What you enter here is shown to the reviewers."),
         ["company_name", "email", "established", "region", "summary"]),
        (gettext_lazy("Budget and data"), "", ["amount", "kinds", "mode", "statement", "agree"]),
    )  # fmt: skip

    company_name = forms.CharField(label=gettext_lazy("Company name"), max_length=80)
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"), help_text=gettext_lazy("Results are sent to this address."), required=False
    )
    established = forms.DateField(
        label=gettext_lazy("Date of establishment"), widget=DateInput, help_text=gettext_lazy("For example 2024-03-02")
    )
    region = forms.ChoiceField(
        label=gettext_lazy("Region"),
        choices=[("", gettext_lazy("Choose one")), ("11", gettext_lazy("Seoul")), ("26", gettext_lazy("Busan"))],
    )
    summary = forms.CharField(
        label=gettext_lazy("Summary of the project"),
        widget=CountedTextarea,
        max_length=400,
        help_text=gettext_lazy("Two or three sentences: the problem, the data, the result."),
    )
    amount = WonFormField(label=gettext_lazy("Amount applied for"), max_value=320_000_000)
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of data"),
        widget=forms.CheckboxSelectMultiple,
        choices=[("i", gettext_lazy("Imaging")), ("s", gettext_lazy("Signals")), ("c", gettext_lazy("Claims"))],
        help_text=gettext_lazy("Choose all that you need."),
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("Access mode"),
        widget=forms.RadioSelect,
        choices=[("z", gettext_lazy("Safe room")), ("e", gettext_lazy("Export after review"))],
    )
    statement = forms.FileField(label=gettext_lazy("Attachment"), required=False, help_text=gettext_lazy("PDF, up to 50 MB."))
    agree = forms.BooleanField(label=gettext_lazy("I have read the notice and confirm that the entries are true."))


class SampleFilter(forms.Form):
    q = forms.CharField(label=gettext_lazy("Search words"), required=False, widget=forms.TextInput(attrs={"type": "search"}))
    region = forms.ChoiceField(
        label=gettext_lazy("Region"), required=False, choices=[("", gettext_lazy("All")), ("11", gettext_lazy("Seoul"))]
    )


@public
@require_http_methods(["GET", "POST"])
def styles(request: HttpRequest) -> HttpResponse:
    """The component page; the sample form can be sent, and nothing is stored."""
    if not (settings.DEMO or settings.DEBUG):
        raise Http404
    wrong = SampleForm({"company_name": "", "email": "not-an-address", "amount": "1,5", "summary": ""}, prefix="wrong")
    form = SampleForm(request.POST or None, request.FILES or None, initial={"amount": 320_000_000, "mode": "z", "kinds": ["i"]})
    status = 422 if request.method == "POST" and not form.is_valid() else 200
    pages = Paginator(range(990), 10)
    context = {
        "form": form,
        "wrong": wrong,
        "filters": SampleFilter(request.GET),
        "page": pages.get_page(request.GET.get("page", 4)),
    }
    return page(request, "portal/styles.html", {**context, **_samples()}, status=status)


def _samples() -> dict[str, Any]:
    now = clock.now()
    return {
        "soon": now + timedelta(days=1),
        "late": now - timedelta(days=5),
        "calm": now + timedelta(days=20),
        "moment": now,
        "amount": 320_000_000,
        "duty_kinds": sorted(duty_words.words(verb) for verb in duty_words.WORDS),
        **_lists(),
        **_journey(),
    }


def _lists() -> dict[str, Any]:
    return {
        "tones": [
            ("neutral", _("Not started")), ("progress", _("In review")), ("wait", _("Needs correction")),
            ("done", _("Completed")), ("danger", _("Overdue")), ("locked", _("Not available yet")),
        ],
        "tasks": [
            {"title": _("Company"), "state": "done", "url": "#"},
            {"title": _("Project"), "state": "draft", "url": "#", "hint": _("Saved five minutes ago")},
            {"title": _("Data need"), "state": "fix", "url": "#", "hint": _("The period of the data is missing.")},
            {"title": _("Budget"), "state": "todo", "url": "#"},
            {"title": _("Submission"), "state": "locked", "hint": _("Opens when every section is completed.")},
        ],
        "steps": [{"label": _("Draft"), "url": "#"}, {"label": _("Submitted"), "url": "#"}, {"label": _("In review")},
                  {"label": _("Agreement")}, {"label": _("Payment")}],
        "items": [
            {"title": _("Healthcare data voucher, sample round"), "url": "#", "badge": _("Open"), "tone": "done",
             "kicker": _("Sample"), "text": _("For start-ups that need hospital data to build or test a product."),
             "facts": [{"label": _("Closes"), "value": "2026. 12. 18."}, {"label": _("Places"), "value": "40"}],
             "tags": [_("Imaging"), _("Signals")], "action": _("Apply"), "action_url": "#"},
            {"title": _("A closed round"), "url": "#", "badge": _("Closed"), "tone": "neutral"},
        ],
        "rows": [
            [{"text": _("Chest CT with reports"), "url": "#"}, {"label": _("Institution"), "text": _("Sample Hospital")},
             {"label": _("State"), "text": _("Available"), "tone": "done"},
             {"label": _("Price (won)"), "text": "12,000,000", "number": True}],
            [{"text": _("12-lead ECG"), "url": "#"}, {"label": _("Institution"), "text": _("Example Clinic")},
             {"label": _("State"), "text": _("Planned"), "tone": "neutral"},
             {"label": _("Price (won)"), "text": "8,500,000", "number": True}],
        ],
        "columns": [{"label": _("Dataset")}, {"label": _("Institution")}, {"label": _("State")},
                    {"label": _("Price (won)"), "number": True}],
        "files": [
            {"name": "사업계획서.hwpx", "size": 284_000, "state": _("Checked"), "tone": "done",
             "download_url": "#", "delete_url": "#"},
            {"name": "quote.pdf", "size": 84_000, "state": _("Being checked"), "tone": "progress"},
            {"name": "scan.zip", "size": 91_000_000, "error": _("The file is larger than 50 MB. Split it and upload again.")},
        ],
        "tabs": [{"label": _("All"), "url": "#", "count": 12, "current": True}, {"label": _("Open"), "url": "#", "count": 3},
                 {"label": _("Closed"), "url": "#", "count": 9}],
    }  # fmt: skip


def _journey() -> dict[str, Any]:
    now = clock.now()
    return {
        "summary": [
            {"label": _("Company"), "value": _("Sample AI Inc."), "action": _("Change"), "action_url": "#"},
            {"label": _("Round"), "value": _("Sample round"), "url": "#"},
            {"label": _("Amount"), "value": "320,000,000", "note": _("Ceiling applied")},
        ],
        "timeline": [
            {"title": _("Application submitted"), "when": now - timedelta(days=9), "who": _("Sample AI Inc.")},
            {"title": _("Eligibility check"), "state": "present", "ball": _("Case officer"), "due": now + timedelta(days=3)},
            {"title": _("Evaluation"), "state": "future", "usual": _("usually 12 working days")},
        ],
        "facts": [
            {"label": _("Budget of the round"), "value": "6,400,000,000", "policy": _("Policy version 3, section 4")},
            {"label": _("Reserved after this decision"), "value": "6,120,000,000"},
        ],
        "money": [
            {"label": _("Purchase of data"), "amount": 300_000_000},
            {"label": _("Processing"), "amount": 100_000_000, "note": _("Cleaning and labelling")},
            {"label": _("Voucher"), "amount": 320_000_000, "total": True},
        ],
        "verbs": [
            {"label": _("Accept"), "url": "", "kind": "primary", "name": "accept"},
            {"label": _("Return for correction"), "url": "", "reason": True, "name": "return"},
            {"label": _("Withdraw"), "url": "", "danger": True, "reason": True, "name": "withdraw",
             "consequence": _("A withdrawn application cannot be opened again.")},
        ],
        "next_steps": [_("The case officer checks eligibility within 5 working days."), _("You are told by e-mail.")],
        "figures": [
            {"label": _("Waiting for you"), "value": 3, "url": "#", "tone": "wait", "note": _("2 of them due today")},
            {"label": _("Applications"), "value": "1,284", "unit": _("cases")},
            {"label": _("Paid this year"), "value": "4.2", "unit": _("billion won")},
        ],
        "counts": [
            {"label": _("Late"), "value": 2, "url": "#", "tone": "danger"},
            {"label": _("Due today"), "value": 1, "url": "#", "tone": "wait"},
            {"label": _("Due within five working days"), "value": 0}, {"label": _("All that waits for me"), "value": "1,284", "url": "#"},
        ],
        **_charts(),
        "help_items": [
            {"title": _("What is a DRB?"),
             "text": _("The data review board of an institution decides whether data may be used.")},
            {"title": _("When is a due date over?"), "text": _("At 24:00 Korean time of the day named.")},
        ],
    }  # fmt: skip


def _charts() -> dict[str, Any]:
    """The same cells drawn and as a table."""
    cells = [(_("Large project"), 12), (_("Medium project"), 48), (_("Small project"), 131)]
    drawn = {
        "labels": [words for words, _value in cells], "values": [value for _words, value in cells],
        "name": _("Applications"), "unit": _("number of applications"),
    }  # fmt: skip
    return {"cells": cells, "drawn": drawn}
