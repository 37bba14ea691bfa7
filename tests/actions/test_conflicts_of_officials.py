"""From the agreement to the payment: officials decide nothing where a conflict of theirs with company, provider or payee stands."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from portal.accounts import second_factor
from portal.kit import clock
from portal.kit.errors import Refused
from tests.factories import halts
from tests.factories import projects as p
from vouchers.agreements import actions as agreements
from vouchers.companies import actions as companies
from vouchers.companies.models import ConflictOfInterest
from vouchers.milestones import actions as milestones
from vouchers.payments import actions as payments

pytestmark = pytest.mark.django_db


def refused(*calls: Callable[..., Any], by: Any, organisation: Any) -> None:
    """Each call while a conflict of `by` with the organisation stands; afterwards it stands no more."""
    companies.declare_conflict(user=by, organisation=organisation, ground="친족", by=by)
    for call in calls:
        with pytest.raises(Refused) as error:
            call(by=by)
        assert error.value.code == "conflict", call
    ConflictOfInterest.objects.filter(user=by).update(ended_on=clock.today())


def test_no_step_of_the_operating_agency_is_taken_with_a_conflict():
    at = p.project()
    desk, company, hospital = p.office(), at.firm.organisation, at.provider_organisation
    pk = at.agreement.pk
    refused(
        partial(milestones.plan, agreement_id=pk, items=[p.item(at)]),
        partial(agreements.complete, agreement_id=pk),
        partial(agreements.terminate, agreement_id=pk, reason="x"),
        partial(halts.asked, at.agreement),
        by=at.operator, organisation=company,
    )  # fmt: skip
    _at, (milestone,) = p.planned(at)
    p.hand_in(at, milestone)
    milestones.accept_milestone(milestone_id=milestone.pk, by=at.company)
    refused(
        partial(milestones.confirm_milestone, milestone_id=milestone.pk),
        partial(milestones.return_milestone, milestone_id=milestone.pk, reason="x"),
        partial(milestones.reject_milestone, milestone_id=milestone.pk, reason="x"),
        by=at.operator, organisation=hospital,
    )  # fmt: skip
    milestones.confirm_milestone(milestone_id=milestone.pk, by=at.operator)
    payee = {"institution_id": at.institution.pk, "bank_code": "088", "number": "110-123-456789", "holder": "가상병원"}
    refused(partial(payments.enter_payee, **payee), by=desk.registrar, organisation=hospital)
    account = payments.enter_payee(**payee, by=desk.registrar)
    refused(partial(payments.verify_payee, account_id=account.pk), by=desk.finance, organisation=hospital)
    payments.verify_payee(account_id=account.pk, by=desk.finance)
    row = p.request(at, milestone)
    p.confirm(at, row)
    steps = partial(payments.check_evidence, disbursement_id=row.pk)
    refused(
        steps, partial(payments.return_disbursement, disbursement_id=row.pk, reason="x"), by=at.operator, organisation=company
    )
    steps(by=at.operator)
    for verb, by, organisation in (("approve", desk.finance, hospital), ("register", desk.registrar, company)):
        action = partial(
            getattr(payments, f"{verb}_disbursement"), disbursement_id=row.pk, second_factor_code=second_factor.demo_code(by)
        )
        refused(action, by=by, organisation=organisation)
        action(by=by)
