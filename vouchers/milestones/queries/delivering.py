"""Lists and what is derived: overdue, progress."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from portal.documents.models import Document
from portal.journal import queries as journal
from portal.kit import clock
from providers.institutions.models import Institution
from vouchers.access import queries as access
from vouchers.agreements.models import Agreement
from vouchers.milestones import rules
from vouchers.milestones.models import Milestone


def milestones_for(user: Any) -> QuerySet[Milestone]:
    """What this person may see, by due day, everything a list shows in one query."""
    return (
        Milestone.objects.visible_to(user)
        .select_related("agreement__company__organisation", "agreement__award", "institution__organisation")
        .order_by("due_on", "id")
    )


def listed(user: Any) -> QuerySet[Milestone]:
    """The same milestones with what a list shows and no more."""
    return (
        Milestone.objects.visible_to(user)
        .select_related("agreement__company", "institution")
        .only(
            "ref",
            "number",
            "title",
            "uses_data",
            "due_on",
            "status",
            "amount_won",
            "agreement__number",
            "agreement__company__name_ko",
            "agreement__company__name_en",
            "institution__name_ko",
            "institution__name_en",
        )
        .order_by("due_on", "id")
    )


def all_settled(agreement_id: int) -> bool:
    """Whether an agreement has milestones, and none of them is to be delivered or decided any more."""
    found = Milestone.objects.filter(agreement_id=agreement_id)
    return found.exists() and not found.exclude(status__in=rules.SETTLED).exists()


def completable() -> QuerySet[Agreement, int]:
    """Ids of agreements in force whose milestones are all settled and whose completion nobody owes yet."""
    mine = Milestone.objects.filter(agreement=OuterRef("pk"))
    found = Agreement.objects.filter(Exists(mine), ~Exists(mine.exclude(status__in=rules.SETTLED)), status="ACTIVE")
    return found.exclude(ref__in=journal.owed("complete_agreement")).values_list("pk", flat=True)


def may(user: Any, row: Milestone) -> dict[str, bool]:
    """Which verbs this person may use now: for the page's buttons; each action asks again."""
    provider, company = row.institution.organisation, row.agreement.company.organisation
    force, at = row.agreement.status == "ACTIVE", row.status
    delivers = provider is not None and user.has_perm("vouchers.submit_milestone", provider)
    accepts = at == "SUBMITTED" and user.has_perm("vouchers.accept_milestone", company)
    checks = at == "COMPANY_ACCEPTED" and user.has_perm("vouchers.confirm_milestone")
    return {
        "submit": force and delivers and at in {"PLANNED", "REVISION_REQUESTED"} and has_begun(row),
        "accept": force and accepts,
        "confirm": force and checks,
        "return": accepts or checks,
        "reject": checks,
        "accept-part": force and accepts and row.amount_won > 1,
        "accept-in-place": force and at == "SUBMITTED" and user.has_perm("vouchers.confirm_milestone") and is_silent(row),
        "measure": at == "PLANNED" and user.has_perm("vouchers.plan_milestones") and row.submitted_at is None,
        "request": delivers and at == "ACCEPTED" and _waits_for_its_request(row),
    }


def is_silent(row: Milestone) -> bool:
    """The company let the policy's days pass since the delivery without a word."""
    if row.submitted_at is None:
        return False
    days = row.agreement.round.policy().days("company_silence")
    return rules.is_silent(clock.to_kst(row.submitted_at).date(), clock.today(), days)


def has_begun(row: Milestone) -> bool:
    return rules.begun(row.agreement.starts_on, clock.today())


def _waits_for_its_request(row: Milestone) -> bool:
    """The provider still owes the request for payment (a later room closes that duty)."""
    return journal.open_duties(row).filter(verb="request_disbursement").exists()


def is_overdue(milestone: Milestone) -> bool:
    return rules.overdue(milestone.status, milestone.due_on, clock.today())


def access_allowed(milestone: Milestone) -> bool:
    """Whether the reviews let this milestone go on: both tracks of every match that its provider is paid for."""
    if not milestone.uses_data:
        return True
    lines = milestone.agreement.lines.filter(payee_id=milestone.institution_id, amount_won__gt=0)
    return access.allows_use(match_ids=lines.values_list("match_id", flat=True))


def use_begins(milestone: Milestone) -> date | None:
    """The day from which the boards allow the use of the data of this milestone's provider, while it lies ahead."""
    if not milestone.uses_data or milestone.status in rules.SETTLED:
        return None
    lines = milestone.agreement.lines.filter(payee_id=milestone.institution_id, amount_won__gt=0)
    return access.use_begins_of(match_ids=lines.values_list("match_id", flat=True))


def handed_in(milestone: Milestone) -> list[Document]:
    """The files of the newest submission."""
    rows = list(milestone.deliverables.select_related("document").order_by("-submission", "id"))
    return [row.document for row in rows if row.submission == rows[0].submission]


def unplanned(user: Any) -> QuerySet[Agreement]:
    """Agreements in force without milestones: the operator's next work."""
    planned = Milestone.objects.values("agreement_id")
    found = Agreement.objects.visible_to(user).filter(status="ACTIVE").exclude(pk__in=planned)
    return found.select_related("company").only("ref", "number", "company__name_ko", "company__name_en").order_by("activated_at")


def payees(agreement: Agreement) -> tuple[list[Institution], list[tuple[Institution, int]]]:
    """Who is paid under an agreement, and each one's Σ of lines (supply amount, whole won)."""
    sums: dict[int, int] = {}
    found: dict[int, Institution] = {}
    for line in agreement.lines.filter(amount_won__gt=0).select_related("payee"):
        found[line.payee_id] = line.payee
        sums[line.payee_id] = sums.get(line.payee_id, 0) + line.amount_won
    return list(found.values()), [(found[pk], won) for pk, won in sums.items()]
