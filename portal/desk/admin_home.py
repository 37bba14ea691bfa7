"""What waits for this officer and since when; the admin's navigation."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from portal.desk import queries


def environment(request: HttpRequest) -> list[Any] | None:
    return [_("Demonstration"), "warning"] if settings.DEMO else None


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """unfold asks this for the index page's context."""
    return context | {
        "desk": queries.desk(request.user),
        "queues": queries.queues(),
        "figures": queries.ministry_figures(),
    }


# (section, [(label, icon, model)]) in the order of the journey
_SECTIONS: tuple[tuple[Any, tuple[tuple[Any, str, str], ...]], ...] = (
    (
        _("Calls"),
        (
            (_("Rounds"), "campaign", "vouchers_round"),
            (_("Companies"), "apartment", "vouchers_company"),
            (_("Changes of representative"), "switch_account", "vouchers_representativechange"),
            (_("Disputed claims"), "gavel", "vouchers_ownershipdispute"),
            (_("Restrictions"), "block", "vouchers_restriction"),
        ),
    ),
    (
        _("Cases"),
        (
            (_("Applications"), "description", "vouchers_application"),
            (_("Evaluation assignments"), "how_to_reg", "vouchers_assignment"),
            (_("Selection runs"), "rule", "vouchers_selectionrun"),
            (_("Awards"), "workspace_premium", "vouchers_award"),
            (_("Agreements"), "handshake", "vouchers_agreement"),
            (_("Data access cases"), "lock_open", "vouchers_accesscase"),
            (_("Milestones"), "flag", "vouchers_milestone"),
        ),
    ),
    (
        _("Money"),
        (
            (_("Disbursements"), "payments", "vouchers_disbursement"),
            (_("Payment attempts"), "account_balance", "vouchers_paymentattempt"),
            (_("Payee accounts"), "credit_card", "vouchers_payeeaccount"),
            (_("Ledger accounts"), "book", "vouchers_account"),
            (_("Ledger events"), "list_alt", "vouchers_ledgerevent"),
        ),
    ),
    (
        _("Data and offers"),
        (
            (_("Institutions"), "local_hospital", "providers_institution"),
            (_("Datasets"), "database", "providers_dataset"),
            (_("Offers"), "sell", "providers_offer"),
            (_("Data needs"), "search", "vouchers_need"),
            (_("Quote requests"), "request_quote", "vouchers_quoterequest"),
            (_("Matches"), "join_inner", "vouchers_match"),
        ),
    ),
    (
        _("House"),
        (
            (_("People"), "person", "accounts_user"),
            (_("Organisations"), "domain", "accounts_organisation"),
            (_("Role grants"), "badge", "accounts_rolegrant"),
            (_("Events"), "history", "journal_event"),
            (_("Duties"), "task_alt", "journal_duty"),
            (_("Notices"), "mail", "journal_notice"),
            (_("Access log"), "visibility", "journal_accesslog"),
            (_("Documents"), "folder", "documents_document"),
        ),
    ),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar, only with what is registered."""
    sections: list[dict[str, Any]] = [
        {
            "title": "",
            "items": [
                {"title": _("What waits for me"), "icon": "inbox", "link": reverse("admin:index")},
                {"title": _("Dashboard"), "icon": "monitoring", "link": reverse("admin:dashboard")},
            ],
        }
    ]
    for title, entries in _SECTIONS:
        items = []
        for label, icon, model in entries:
            try:
                items.append({"title": label, "icon": icon, "link": reverse(f"admin:{model}_changelist")})
            except NoReverseMatch:
                continue
        if items:
            sections.append({"title": title, "items": items, "separator": True, "collapsible": False})
    return sections
