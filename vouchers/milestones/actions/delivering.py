"""Planned from the agreement, submitted by the provider, accepted by the company, checked by the operator."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock, words, workdays
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from portal.kit.won import won
from providers.institutions.models import Institution
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement
from vouchers.milestones import notices, queries, rules
from vouchers.milestones.actions.promising import write_figures
from vouchers.milestones.models import Deliverable, Milestone

S = rules.MilestoneStatus
_PAST = {
    "submit_milestone": "submitted",
    "accept_milestone": "company_accepted",
    "return_milestone": "returned",
    "confirm_milestone": "accepted",
    "reject_milestone": "rejected",
    "drop_milestone": "dropped",
}


@transaction.atomic
def plan(*, agreement_id: int, items: Sequence[Mapping[str, Any]], by: Any) -> list[Milestone]:
    """Plans the deliveries of an agreement in force, once.

    items: {institution_id, title, description, due_on, uses_data, amount_won}; amounts (supply, whole won) add up to the
    agreement's supply amount and each provider's to its lines. grant and VAT are shared out in proportion to what has been
    planned so far, so that every share lies within 1 won of its part, never above it, and all add up. Writes: Milestone, Event, Duties. Raises: Refused.
    """
    agreement = Agreement.objects.select_for_update().select_related("company__organisation", "round").get(pk=agreement_id)
    require(by, "vouchers.plan_milestones")
    agreements.require_apart(agreement, by)
    if agreement.status != "ACTIVE":
        raise Refused(_("Milestones are planned for an agreement in force."), "agreement_not_active")
    if Milestone.objects.filter(agreement=agreement).exists():
        raise Refused(_("Milestones are planned already."), "already_planned")
    wanted: dict[int, int] = {}
    for line in agreement.lines.filter(amount_won__gt=0):
        wanted[line.payee_id] = wanted.get(line.payee_id, 0) + line.amount_won
    check_items(agreement, items, wanted)
    rows = plan_rows(agreement, items, grant_won=agreement.grant_won, vat_of=_vat_by_payee(agreement), by=by)
    journal.close_duty(agreement, "plan_milestones", by=by)
    return rows


def plan_rows(
    agreement: Agreement, items: Sequence[Mapping[str, Any]], *, grant_won: int, vat_of: Mapping[int, int], by: Any
) -> list[Milestone]:
    """The milestones of a plan, numbered on. grant_won: of all of them; vat_of: institution → of its own; whole won, shared out in
    proportion. Writes: Milestone, Event, Duty."""
    rows: list[Milestone] = []
    grants = rules.shares(grant_won, [item["amount_won"] for item in items])
    vats = _vats(vat_of, items)
    last = Milestone.objects.filter(agreement=agreement).aggregate(last=Max("number"))["last"] or 0
    for number, (item, grant, vat) in enumerate(zip(items, grants, vats, strict=True), last + 1):
        milestone = Milestone(
            agreement=agreement, institution_id=item["institution_id"], number=number, title=item["title"].strip()[:150],
            description=item.get("description", ""), due_on=item["due_on"], uses_data=bool(item.get("uses_data")),
            amount_won=item["amount_won"], grant_won=grant, vat_won=vat,
        )  # fmt: skip
        milestone.save()
        rows.append(milestone)
        journal.record(
            "milestone.planned", milestone, by=by, to=S.PLANNED, organisations=milestone.organisation_ids(),
            data={"amount_won": milestone.amount_won, "due_on": milestone.due_on.isoformat()},
        )  # fmt: skip
        owe_delivery(milestone, by)
    return rows


def check_items(agreement: Agreement, items: Sequence[Mapping[str, Any]], wanted: Mapping[int, int]) -> None:
    """wanted: institution → what its items add up to, whole won. Raises: Refused."""
    if not items and wanted:
        raise Refused(_("Plan at least one milestone."), "no_milestones")
    if any(item["amount_won"] <= 0 for item in items):
        raise Refused(_("Every milestone carries an amount of at least 1 won."), "milestone_amount", "amount_won")
    planned: dict[int, int] = {}
    for item in items:
        planned[item["institution_id"]] = planned.get(item["institution_id"], 0) + item["amount_won"]
    if planned != wanted:
        raise Refused(_sums_apart(wanted, planned), "milestone_sum")
    late = [str(item["title"]) for item in items if not agreement.starts_on <= item["due_on"] <= agreement.ends_on]
    if late:
        facts = {"titles": ", ".join(late), "first": words.day(agreement.starts_on), "last": words.day(agreement.ends_on)}
        raise Refused(
            _("The due day of %(titles)s lies outside the agreement's period, %(first)s to %(last)s.") % facts,
            "milestone_due",
            "due_on",
        )


def _sums_apart(wanted: Mapping[int, int], planned: Mapping[int, int]) -> str:
    """Institution id → whole won, as agreed and as entered: each one whose sums differ, and by how much."""
    said = [str(_("The milestones of each provider must add up to that provider's lines in the agreement."))]
    payees = {payee.pk: payee for payee in Institution.objects.filter(pk__in={*wanted, *planned})}
    for pk in sorted(payees, key=lambda pk: (pk not in wanted, pk)):
        entered, needed = planned.get(pk, 0), wanted.get(pk, 0)
        facts = {
            "name": words.pick(payees[pk], "name"), "entered": won(entered), "needed": won(needed), "apart": won(abs(needed - entered)),
        }  # fmt: skip
        if entered < needed:
            said.append(str(_("%(name)s: entered %(entered)s of %(needed)s, %(apart)s missing.")) % facts)
        elif entered > needed:
            said.append(str(_("%(name)s: entered %(entered)s of %(needed)s, %(apart)s too much.")) % facts)
    return " ".join(said)


def _vat_by_payee(agreement: Agreement) -> dict[int, int]:
    taxable: dict[int, int] = {}
    for line in agreement.lines.all():
        if line.tax_kind == "TAXABLE":
            taxable[line.payee_id] = taxable.get(line.payee_id, 0) + line.amount_won
    return {payee: won // 10 for payee, won in taxable.items()}


def _vats(vat_of: Mapping[int, int], items: Sequence[Mapping[str, Any]]) -> list[int]:
    """Each item's part of its payee's VAT, whole won, in the order of the items."""
    parts: dict[int, Iterator[int]] = {}
    for payee in {item["institution_id"] for item in items}:
        amounts = [item["amount_won"] for item in items if item["institution_id"] == payee]
        parts[payee] = iter(rules.shares(vat_of.get(payee, 0), amounts))
    return [next(parts[item["institution_id"]]) for item in items]


def named(milestone: Milestone) -> str:
    """The milestone and whose it is: plans of different projects hold milestones of the same title."""
    return f"{milestone.title} · {milestone.agreement.number}"


def owe_delivery(milestone: Milestone, by: Any) -> None:
    if milestone.institution.organisation_id:
        journal.open_duty(
            milestone, "submit_milestone", title_ko=f"마일스톤 {milestone.number}번을 제출해 주십시오: {named(milestone)}",
            title_en=f"Submit milestone {milestone.number}: {named(milestone)}", url=f"/milestones/{milestone.ref}/",
            due_at=clock.end_of_day(milestone.due_on), organisation=milestone.institution.organisation,
            role="PROVIDER_MANAGER", own_reminders=True, by=by,
        )  # fmt: skip


def lock(milestone_id: int) -> Milestone:
    """The agreement locked, then the milestone: a change of the agreement and a delivery wait for each other, in this order."""
    Agreement.objects.select_for_update().get(pk=Milestone.objects.only("agreement_id").get(pk=milestone_id).agreement_id)
    Milestone.objects.select_for_update().get(pk=milestone_id)
    return Milestone.objects.select_related(
        "agreement__company__organisation", "agreement__round", "agreement__award", "institution__organisation"
    ).get(pk=milestone_id)


def _provider(milestone: Milestone) -> Any:
    """The organisation that delivers; without one, nobody may act for it."""
    if milestone.institution.organisation is None:
        raise NotAllowed
    return milestone.institution.organisation


def move(milestone: Milestone, verb: str, *, by: Any, reason: str = "", **data: Any) -> None:
    before = milestone.status
    milestone.status = rules.LIFECYCLE.step(milestone.status, verb)
    milestone.save()
    journal.record(
        f"milestone.{_PAST[verb]}", milestone, by=by, frm=before, to=milestone.status, reason=reason,
        organisations=milestone.organisation_ids(), data=data,
    )  # fmt: skip


def require_in_force(milestone: Milestone) -> None:
    if milestone.agreement.status != "ACTIVE":
        raise Refused(_("The agreement is not in force, so nothing can be delivered or accepted now."), "agreement_not_active")


def _require_begun(milestone: Milestone) -> None:
    starts_on = milestone.agreement.starts_on
    if not rules.begun(starts_on, clock.today()):
        raise Refused(
            _("The agreement begins on %(day)s. A milestone can be handed in from that day on.") % {"day": words.day(starts_on)},
            "not_begun",
        )


def _require_fitting(milestone: Milestone) -> None:
    """After a change of the agreement nothing is handed in against a plan that no longer adds up. Raises: Refused."""
    if any(one.institution.pk == milestone.institution_id for one in queries.apart(milestone.agreement)):
        raise Refused(
            _(
                "The agreement was changed, and the milestones of %(name)s no longer add up to it. The operating agency plans them again first."
            )
            % {"name": milestone.institution},
            "plan_apart",
        )


def require_access(milestone: Milestone) -> None:
    """No milestone that uses data before both tracks of that provider allow it (domain.md §2.2, 6.9)."""
    if not queries.access_allowed(milestone):
        raise Refused(
            _("This milestone uses patient data. It can go on once both the IRB and the DRB of %(institution)s allow the use.")
            % {"institution": milestone.institution},
            "access_not_allowed",
        )


@transaction.atomic
def submit_milestone(
    *, milestone_id: int, documents: Sequence[Document], note: str = "", figures: Mapping[int, Decimal] | None = None, by: Any
) -> Milestone:
    """The provider hands in. At least one file, and a figure for every indicator that was promised.

    figures: indicator id → what was reached. Writes: Milestone, Deliverable, Figure, Event, Duty, Notice. Raises: Refused."""
    milestone = lock(milestone_id)
    require(by, "vouchers.submit_milestone", _provider(milestone))
    require_in_force(milestone)
    _require_begun(milestone)
    require_access(milestone)
    _require_fitting(milestone)
    if not documents:
        raise Refused(_("Attach at least one file that shows what was delivered."), "deliverable_missing", "file")
    count = milestone.deliverables.values("submission").distinct().count() + 1
    milestone.submitted_at, milestone.submitted_by = clock.now(), by
    move(milestone, "submit_milestone", by=by, submission=count)
    for document in documents:
        Deliverable(milestone=milestone, submission=count, document=document, note=note[:300]).save()
    write_figures(milestone, count, figures or {})
    journal.close_duty(milestone, "submit_milestone", by=by)
    journal.open_duty(
        milestone, "accept_milestone", title_ko=f"마일스톤 {milestone.number}번을 검수해 주십시오: {named(milestone)}",
        title_en=f"Check and accept milestone {milestone.number}: {named(milestone)}", url=f"/milestones/{milestone.ref}/",
        due_in=days(milestone, "milestone_acceptance"), organisation=milestone.agreement.company.organisation, by=by,
    )  # fmt: skip
    notices.submitted(milestone)
    return milestone


def days(milestone: Milestone, step: str) -> int:
    return milestone.agreement.round.policy().days(step)


@transaction.atomic
def remind(*, now: datetime) -> int:
    """Tells providers once for each of the round's reminder days (7 and 1 working days by default), also when the clock
    slept on the very day. Returns: people told."""
    today, told = clock.to_kst(now).date(), 0
    waiting = Milestone.objects.filter(
        status__in=[S.PLANNED, S.REVISION_REQUESTED], agreement__status="ACTIVE", due_on__gte=today
    ).select_related("agreement__round", "institution__organisation")
    for milestone in waiting.filter(due_on__lte=_horizon(today)):
        left = workdays.working_days_between(today, milestone.due_on)
        policy = milestone.agreement.round.policy()
        reached = [days for days in policy.reminding.of("milestone", policy.reminder_days) if left <= days]
        if reached:
            told += notices.due_soon(milestone, left, reminder=min(reached))
    return told


@transaction.atomic
def shift_due_days(*, agreement_id: int, days: int, by: Any) -> int:
    """An agreement goes on after it stood: due days of what is still to be handed in move by so many working days, at most to its
    last day. Called by the room that resumed it. Writes: Milestone.due_on, Event, Duty. Returns: how many moved."""
    agreement = Agreement.objects.select_for_update().get(pk=agreement_id)
    moved = 0
    waiting = Milestone.objects.select_for_update(of=("self",)).filter(agreement=agreement, status__in=rules.OPEN)
    for milestone in waiting.select_related("agreement__company", "institution__organisation").order_by("number"):
        before, due_on = milestone.due_on, min(agreement.ends_on, workdays.add_working_days(milestone.due_on, days))
        if due_on <= before:
            continue
        milestone.due_on = due_on
        milestone.save()
        journal.record(
            "milestone.shifted", milestone, by=by, organisations=milestone.organisation_ids(),
            data={"was": before.isoformat(), "due_on": due_on.isoformat()},
        )  # fmt: skip
        owe_delivery(milestone, by)
        moved += 1
    return moved


def _horizon(today: date) -> date:
    """Reminder days never reach further than this."""
    return workdays.add_working_days(today, 30)
