"""Inspections of a project and what this reader may do about them."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q, QuerySet

from portal.accounts import queries as accounts
from vouchers.agreements.models import Agreement, AgreementParty
from vouchers.milestones import rules
from vouchers.milestones.models import Finding, Inspection


def inspections_for(user: Any) -> QuerySet[Inspection]:
    found = Inspection.objects.visible_to(user).select_related(
        "agreement__company__organisation", "agreement__award__application"
    )
    return found.select_related("agreement__round", "document", "planned_by", "reported_by")


def inspections_of(agreement: Agreement, user: Any) -> QuerySet[Inspection]:
    """By day, each with how many findings are not settled yet."""
    waiting = Count("findings", filter=~Q(findings__status="CLOSED"))
    return Inspection.objects.visible_to(user).filter(agreement=agreement).annotate(waiting=waiting).order_by("planned_on", "id")


def findings_of(row: Inspection, user: Any) -> list[dict[str, Any]]:
    """A provider sees its own; company and agency all. may: which verbs this person may use now."""
    found = row.findings.select_related("party__organisation", "party__institution", "document", "answered_by")
    mine = accounts.organisation_ids_of(user)
    if not accounts.sees_all(user) and row.agreement.company.organisation_id not in mine:
        found = found.filter(party__organisation_id__in=mine)
    return [{"row": one, "may": _may(user, one)} for one in found]


def _may(user: Any, row: Finding) -> dict[str, bool]:
    checks = row.status == rules.FindingStatus.ANSWERED and user.has_perm("vouchers.plan_inspection")
    answers = row.status == rules.FindingStatus.OPEN and user.has_perm("vouchers.answer_finding", row.party.organisation)
    return {"answer": answers, "close": checks, "reopen": checks}


def may_inspect(user: Any, row: Inspection) -> bool:
    """Report, move or call it off."""
    return row.status == rules.InspectionStatus.PLANNED and user.has_perm("vouchers.plan_inspection")


def who_may_follow_up(agreement: Agreement) -> Iterable[AgreementParty]:
    """The company and the providers that take part."""
    return agreement.parties.filter(left_by__isnull=True).exclude(role="OPERATOR").select_related("organisation", "institution")
