"""What stands in relation to a page's subject, from the stages before and after it: only what its reader may see."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.desk.event_words import reason, words
from portal.journal import queries as journal
from portal.kit.words import pick
from portal.templatetags.portal import kst_text
from vouchers.access.models import AccessCase, AccessRequest
from vouchers.agreements.models import Agreement
from vouchers.agreements.rules import AgreementStatus
from vouchers.applications.models import Application
from vouchers.applications.rules import ApplicationStatus
from vouchers.evaluation.models import Award
from vouchers.evaluation.queries.presenting import slot_for_company
from vouchers.evaluation.rules.presenting import SlotStatus
from vouchers.milestones.models import Milestone
from vouchers.payments.models import Disbursement
from vouchers.settlements.models import Clawback, Debt, Settlement

type Text = str | Promise


@dataclass(frozen=True)
class Link:
    """One related thing. state, word: its code and what the code says."""

    title: str
    url: str
    state: str
    word: str


def related(user: Any, subject: Any) -> list[tuple[Text, list[Link]]]:
    """(heading, links) in the order of the journey, without the subject itself and without empty headings. At most six queries."""
    agreements = _agreements(user, subject)
    refs = [agreement.pk for agreement in agreements]
    groups: tuple[tuple[Text, Iterable[Any], Callable[[Any], Link]], ...] = (
        (_("Awards"), _awards(user, subject), _award),
        (_("Agreements"), [] if isinstance(subject, Agreement) else agreements, _agreement),
        (_("Data access"), _requests(user, subject, refs), _request),
        (_("Milestones"), _milestones(user, subject, refs), _milestone),
        (_("Disbursements"), _disbursements(user, subject, refs), _disbursement),
        (_("Settlements"), _settlements(user, subject, refs), _settlement),
    )
    found = [(heading, [link(row) for row in rows]) for heading, rows, link in groups]
    return [(heading, links) for heading, links in found if links]


def moved_on(entries: list[dict[str, Any]], application: Application, user: Any) -> list[dict[str, Any]]:
    """An application's story with what its agreement says in place of the step that leads to it. One query once it is selected."""
    if application.status != ApplicationStatus.SELECTED:
        return entries
    row = Agreement.objects.visible_to(user).filter(award__application=application, activated_at__isnull=False).first()
    if row is None:
        return entries
    url = reverse("agreements:detail", args=[row.ref])
    begun = {"title": _("Agreement in force, voucher issued"), "state": "past", "when": row.activated_at, "url": url}
    over = row.status in {AgreementStatus.COMPLETED, AgreementStatus.TERMINATED}
    title = _("The project is under way") if row.status == AgreementStatus.ACTIVE else row.get_status_display()
    now = {"title": title, "state": "past" if over else "present", "url": url}
    return [*(one for one in entries if one["state"] == "past"), begun, now]


def presented(entries: list[dict[str, Any]], application: Application, user: Any) -> list[dict[str, Any]]:
    """An application's story with its presentation, as far as the company knows of it: what happened in its place in time, a date
    that is still ahead after the present. One query, two once it was invited."""
    slot = slot_for_company(application, user)
    if slot is None:
        return entries
    events = [event for event in journal.history(slot) if event.organisations]
    told = [{"title": words(event.name), "state": "past", "when": event.at, "text": reason(event)} for event in events]
    past = [*(one for one in entries if one["state"] == "past"), *told]
    past.sort(key=lambda one: one["when"])
    rest = [one for one in entries if one["state"] != "past"]
    if slot.status == SlotStatus.INVITED and rest:
        when = f"{kst_text(slot.starts_at)}, {slot.place}"
        rest.insert(1, {"title": _("Presentation"), "state": "future", "text": when})
    return [*past, *rest]


def _awards(user: Any, subject: Any) -> Iterable[Award]:
    return Award.objects.visible_to(user).filter(application=subject) if isinstance(subject, Application) else []


def _agreements(user: Any, subject: Any) -> list[Agreement]:
    if isinstance(subject, Agreement):
        return [subject]
    rows = Agreement.objects.visible_to(user).select_related("award__application")
    if isinstance(subject, Application):
        return list(rows.filter(award__application=subject))
    if isinstance(subject, Milestone):
        return list(rows.filter(pk=subject.agreement_id))
    if isinstance(subject, Disbursement):
        return list(rows.filter(pk=subject.milestone.agreement_id))
    if isinstance(subject, Settlement | Debt | Clawback):
        return list(rows.filter(pk=subject.agreement_id))
    case = subject if isinstance(subject, AccessCase) else subject.case
    return list(rows.filter(lines__match_id__in=case.requests.values("match_id")).distinct().order_by("pk"))


def _requests(user: Any, subject: Any, agreements: list[int]) -> Iterable[AccessRequest]:
    """The access requests of the agreements' matches; beside a milestone or payment those of its provider."""
    if isinstance(subject, AccessCase | AccessRequest):
        return []
    matches = Agreement.objects.filter(pk__in=agreements).values("lines__match_id")
    rows = AccessRequest.objects.visible_to(user).filter(match_id__in=matches).select_related("case", "institution")
    if isinstance(subject, Agreement | Application | Settlement | Debt | Clawback):
        return rows.order_by("pk")
    provider = subject.institution_id if isinstance(subject, Milestone) else subject.payee_id
    return rows.filter(institution_id=provider).order_by("pk")


def _milestones(user: Any, subject: Any, agreements: list[int]) -> QuerySet[Milestone] | list[Milestone]:
    if isinstance(subject, Milestone):
        return []
    rows = Milestone.objects.visible_to(user).select_related("institution").order_by("agreement_id", "number")
    if isinstance(subject, Disbursement):
        return rows.filter(pk=subject.milestone_id)
    found = rows.filter(agreement_id__in=agreements)
    return found.filter(institution_id=subject.institution_id) if isinstance(subject, AccessRequest) else found


def _disbursements(user: Any, subject: Any, agreements: list[int]) -> QuerySet[Disbursement] | list[Disbursement]:
    rows = Disbursement.objects.visible_to(user).select_related("milestone", "payee").order_by("milestone__number", "pk")
    if isinstance(subject, Milestone):
        return rows.filter(milestone=subject)
    return (
        rows.filter(milestone__agreement_id__in=agreements)
        if isinstance(subject, Agreement | Application | Settlement | Debt | Clawback)
        else []
    )


def _settlements(user: Any, subject: Any, agreements: list[int]) -> QuerySet[Settlement] | list[Settlement]:
    if not isinstance(subject, Agreement | Application | Debt | Clawback):
        return []
    return Settlement.objects.visible_to(user).filter(agreement_id__in=agreements).select_related("agreement")


def _award(row: Award) -> Link:
    return Link(row.project_no, reverse("evaluation:award", args=[row.ref]), row.status, row.get_status_display())


def _agreement(row: Agreement) -> Link:
    title = f"{row.number} · {row.award.application.title}"
    return Link(title, reverse("agreements:detail", args=[row.ref]), row.status, row.get_status_display())


def _request(row: AccessRequest) -> Link:
    title = f"{row.case.title} · {pick(row.institution, 'name')}"
    return Link(title, reverse("access:request", args=[row.ref]), row.status, row.get_status_display())


def _milestone(row: Milestone) -> Link:
    title = f"{row.number}. {row.title} · {pick(row.institution, 'name')}"
    return Link(title, reverse("milestones:detail", args=[row.ref]), row.status, row.get_status_display())


def _disbursement(row: Disbursement) -> Link:
    title = (
        f"{row.named()} · {pick(row.payee, 'name')}"
        if row.kind == "ADVANCE"
        else f"{row.milestone.number}. {row.milestone.title} · {pick(row.payee, 'name')}"
    )
    return Link(title, reverse("payments:detail", args=[row.ref]), row.status, row.get_status_display())


def _settlement(row: Settlement) -> Link:
    return Link(row.agreement.number, reverse("settlements:detail", args=[row.ref]), row.status, row.get_status_display())
