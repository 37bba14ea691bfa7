"""Who plays when no test brings people along: the demo's, with the agreement that waits for its last signatures."""

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError

from portal.accounts.models import User
from portal.kit import clock
from portal.management.demo import people, projects
from portal.management.faults.workers import Cast
from vouchers.agreements.models import Agreement
from vouchers.milestones import actions as milestones
from vouchers.milestones import queries as milestone_queries
from vouchers.payments import actions as payments
from vouchers.payments.models import PayeeAccount


def cast(count: int) -> Cast:
    """Signs the agreement and plans `count` milestones of it, all by the actions. Raises: CommandError without the demo."""
    agreement = Agreement.objects.filter(status="AWAITING_SIGNATURES", round__kind="DEMO").order_by("id").first()
    if agreement is None:
        raise CommandError("No agreement of the demo waits for signatures. Use a fresh demo.")
    demo = people.Cast(
        people={name: _person(name) for name in ("provider", "provider2", "operator", "finance", "registrar", "finance2")}
    )
    ((payee, supply_won),) = milestone_queries.payees(agreement)[1]
    company = User.objects.get(memberships__organisation=agreement.company.organisation, memberships__is_representative=True)
    manager = projects.manager_of(demo, payee)
    signed = set(agreement.parties.filter(signed_at__isnull=False).values_list("organisation_id", flat=True))
    signers = {agreement.company.organisation_id: company, payee.organisation_id: manager}
    waiting = [who for organisation, who in signers.items() if organisation not in signed]
    agreement = projects.sign(demo, agreement, *waiting, demo.people["operator"])
    _account(demo, payee)
    part = supply_won // count
    items = [
        {
            "institution_id": payee.pk, "title": f"분할 제공 {number}차", "description": "시연", "uses_data": False,
            "due_on": min(agreement.ends_on, max(agreement.starts_on, clock.today()) + timedelta(days=30)),
            "amount_won": part if number < count else supply_won - part * (count - 1),
        }
        for number in range(1, count + 1)
    ]  # fmt: skip
    milestones.plan(agreement_id=agreement.pk, items=items, by=demo.people["operator"])
    staff = (demo.people[name].pk for name in ("operator", "finance", "registrar", "finance2"))
    return Cast(agreement.pk, company.pk, manager.pk, *staff)


def _person(name: str) -> User:
    return User.objects.get(email=f"{name}@demo.example")


def _account(demo: people.Cast, payee: Any) -> None:
    if PayeeAccount.objects.filter(institution=payee, is_current=True, verified_by__isnull=False).exists():
        return
    row = payments.enter_payee(
        institution_id=payee.pk, bank_code="088", number="110-123-456789", holder="가상병원", by=demo.people["registrar"]
    )
    payments.verify_payee(account_id=row.pk, by=demo.people["finance"])
