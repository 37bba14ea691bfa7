"""What waits for this officer and since when; the admin's navigation."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.desk import figures, queries


def environment(request: HttpRequest) -> list[Any] | None:
    """Says in every page's head that this is a demonstration."""
    return [_("Demonstration"), "warning"] if settings.DEMO else None


def home(request: HttpRequest) -> dict[str, Any]:
    """The index page: this officer's own duties first, then where work waits in the whole house."""
    return {
        "desk": queries.desk(request.user, due=request.GET.get("due", ""), kind=request.GET.get("kind", "")),
        "queues": figures.queues(),
        "figures": figures.ministry_figures(),
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


def navigation(active: str) -> list[dict[str, Any]]:
    """The sidebar, only with what is registered; `active` is the address whose line is marked."""
    return [
        {
            "title": title,
            "items": [{"title": label, "icon": icon, "link": link, "active": link == active} for label, icon, link in lines],
        }
        for title, lines in _lines(get_language() or settings.LANGUAGE_CODE)
        if lines
    ]


def active_link(path: str) -> str:
    """The line of the sidebar under which an address lies; none when it lies under no line."""
    index = reverse("admin:index")
    links = [link for _title, lines in _lines(get_language() or settings.LANGUAGE_CODE) for _label, _icon, link in lines]
    return next((link for link in links if link != index and path.startswith(link)), index if path == index else "")


@lru_cache(maxsize=4)
def _lines(language: str) -> tuple[tuple[Any, tuple[tuple[Any, str, str], ...]], ...]:
    """(title, (label, icon, address) …) per section, addresses in `language`."""
    own = ((_("What waits for me"), "inbox", reverse("admin:index")), (_("Dashboard"), "monitoring", reverse("admin:dashboard")))
    sections: list[Any] = [("", own)]
    for title, entries in _SECTIONS:
        lines = []
        for label, icon, model in entries:
            try:
                lines.append((label, icon, reverse(f"admin:{model}_changelist")))
            except NoReverseMatch:
                continue
        sections.append((title, tuple(lines)))
    return tuple(sections)
