"""What waits for this officer and since when; the admin's navigation."""

from functools import lru_cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.accounts.queries import standing_in
from portal.desk import figures, queries
from portal.journal import queries as journal

RESOLVE = "journal.resolve_dead_letter"


def environment(request: HttpRequest) -> list[Any] | None:
    """Says in every page's head that this is a demonstration."""
    return [_("Demonstration"), "warning"] if settings.DEMO else None


def home(request: HttpRequest) -> dict[str, Any]:
    """The index page: this officer's own duties first, then where work waits in the whole house."""
    return {
        "desk": queries.desk(request.user, due=request.GET.get("due", ""), kind=request.GET.get("kind", "")),
        "in_my_hands": standing_in.in_my_hands(request.user),
        "late_plans": queries.late_plans(request.user),
        "queues": figures.queues(),
        "background": [one for one in journal.queues() if one.late or one.parked] if request.user.has_perm(RESOLVE) else [],
        "figures": figures.ministry_figures(),
    }


# (section, [(icon, model)]) in the order of the journey; a line is called as its list is
_SECTIONS: tuple[tuple[Any, tuple[tuple[str, str], ...]], ...] = (
    (
        _("Calls"),
        (
            ("campaign", "vouchers_round"),
            ("apartment", "vouchers_company"),
            ("switch_account", "vouchers_representativechange"),
            ("gavel", "vouchers_ownershipdispute"),
            ("block", "vouchers_restriction"),
        ),
    ),
    (
        _("Cases"),
        (
            ("description", "vouchers_application"),
            ("more_time", "vouchers_lateentry"),
            ("checklist", "vouchers_checkbatch"),
            ("groups", "vouchers_poolmember"),
            ("badge", "vouchers_affiliation"),
            ("do_not_disturb_on", "vouchers_caseconflict"),
            ("pan_tool", "vouchers_challenge"),
            ("how_to_reg", "vouchers_assignment"),
            ("share", "vouchers_assignmentrun"),
            ("forum", "vouchers_panelphase"),
            ("co_present", "vouchers_presentationschedule"),
            ("event", "vouchers_presentationslot"),
            ("trending_down", "vouchers_penaltyrecord"),
            ("rule", "vouchers_selectionrun"),
            ("outgoing_mail", "vouchers_selectionletter"),
            ("balance", "vouchers_objection"),
            ("workspace_premium", "vouchers_award"),
            ("handshake", "vouchers_agreement"),
            ("lock_open", "vouchers_accesscase"),
            ("flag", "vouchers_milestone"),
            ("timer", "vouchers_planwarning"),
            ("fact_check", "vouchers_inspection"),
            ("grade", "vouchers_finalevaluation"),
        ),
    ),
    (
        _("Money"),
        (
            ("payments", "vouchers_disbursement"),
            ("account_balance", "vouchers_paymentattempt"),
            ("fact_check", "vouchers_settlement"),
            ("assignment_return", "vouchers_debt"),
            ("undo", "vouchers_clawback"),
            ("flag_circle", "vouchers_signal"),
            ("insights", "vouchers_outcomesurvey"),
            ("folder_zip", "vouchers_auditfile"),
            ("casino", "vouchers_auditsample"),
            ("report", "vouchers_auditfinding"),
            ("event_repeat", "vouchers_carryover"),
            ("event_available", "vouchers_yearclosing"),
            ("credit_card", "vouchers_payeeaccount"),
            ("book", "vouchers_account"),
            ("list_alt", "vouchers_ledgerevent"),
        ),
    ),
    (
        _("Data and offers"),
        (
            ("local_hospital", "providers_institution"),
            ("database", "providers_dataset"),
            ("sync", "providers_harvestsource"),
            ("input", "providers_importrun"),
            ("sell", "providers_offer"),
            ("search", "vouchers_need"),
            ("request_quote", "vouchers_quoterequest"),
            ("tag", "vouchers_feasibilityquery"),
            ("travel_explore", "vouchers_sourcingcase"),
            ("join_inner", "vouchers_match"),
            ("hub", "vouchers_allocation"),
        ),
    ),
    (
        _("Running the portal"),
        (
            ("person", "accounts_user"),
            ("domain", "accounts_organisation"),
            ("badge", "accounts_rolegrant"),
            ("event_busy", "accounts_absence"),
            ("history", "journal_event"),
            ("task_alt", "journal_duty"),
            ("mail", "journal_notice"),
            ("schedule", "journal_job"),
            ("report", "journal_deadletter"),
            ("visibility", "journal_accesslog"),
            ("folder", "documents_document"),
        ),
    ),
)


_OPEN_TO = {"vouchers_signal": "vouchers.see_signal"}  # lines of which not everybody in the admin may know


def opened(user: Any) -> str:
    """Which of the lines that are not for everybody this person has: the sidebar is written once for all who have the same."""
    return " ".join(model for model, permission in sorted(_OPEN_TO.items()) if user.has_perm(permission))


def navigation(active: str, user: Any) -> list[dict[str, Any]]:
    """The sidebar, only with what is registered and open to this person; `active` is the address whose line is marked."""
    return [
        {
            "title": title,
            "items": [
                {"title": label, "icon": icon, "link": link, "active": link == active}
                for label, icon, link, permission in lines
                if not permission or user.has_perm(permission)
            ],
        }
        for title, lines in _lines(get_language() or settings.LANGUAGE_CODE)
        if lines
    ]


def active_link(path: str) -> str:
    """The line of the sidebar under which an address lies; none when it lies under no line."""
    index = reverse("admin:index")
    links = [link for _title, lines in _lines(get_language() or settings.LANGUAGE_CODE) for _label, _icon, link, _open in lines]
    return next((link for link in links if link != index and path.startswith(link)), index if path == index else "")


@lru_cache(maxsize=4)
def _lines(language: str) -> tuple[tuple[Any, tuple[tuple[Any, str, str, str], ...]], ...]:
    """(title, (label, icon, address, permission that it needs or "") …) per section, addresses in `language`."""
    own = (
        (_("What waits for me"), "inbox", reverse("admin:index"), ""),
        (_("Dashboard"), "monitoring", reverse("admin:dashboard"), ""),
    )
    sections: list[Any] = [("", own)]
    for title, entries in _SECTIONS:
        lines = []
        for icon, model in entries:
            label = capfirst(str(apps.get_model(model.replace("_", "."))._meta.verbose_name_plural))
            try:
                lines.append((label, icon, reverse(f"admin:{model}_changelist"), _OPEN_TO.get(model, "")))
            except NoReverseMatch:
                continue
        sections.append((title, tuple(lines)))
    return tuple(sections)
