"""Before money leaves the tax service is asked again about the company."""

import pytest

from portal.journal.models import Duty, Notice
from portal.kit import clock
from tests.factories import projects as p
from tests.refusals import refused
from vouchers.companies import actions as companies
from vouchers.companies.models import Company
from vouchers.payments import actions, queries
from vouchers.payments.models import Disbursement

pytestmark = pytest.mark.django_db


def test_the_tax_service_is_asked_again_before_a_payment_and_a_business_that_ended_is_not_paid_for():
    at, (milestone,) = p.planned()
    desk = p.office()
    p.account(at, desk)
    p.accept(at, milestone)
    row = p.request(at, milestone)
    p.confirm(at, row)
    company = Company.objects.get(pk=at.agreement.company_id)
    Company.objects.filter(pk=company.pk).update(check_due_at=None)
    actions.check_evidence(disbursement_id=row.pk, by=at.operator)
    assert companies.claim_checks(now=clock.now())[0].company_id == company.pk
    for status, says in (("CLOSED", "폐업"), ("SUSPENDED", "휴업")):
        companies.record_tax_status(company_id=company.pk, status=status, tax_type="", checked_at=clock.now())
        assert says in refused(p.released, "not_in_business", verb="approve", row=row, by=desk.finance)
    companies.record_tax_status(company_id=company.pk, status="ACTIVE", tax_type="", checked_at=clock.now())
    p.released("approve", row, desk.finance)
    companies.record_tax_status(company_id=company.pk, status="CLOSED", tax_type="", checked_at=clock.now())
    refused(p.released, "not_in_business", verb="register", row=row, by=desk.registrar)


def test_a_payment_that_is_kept_back_is_taken_back_and_one_of_an_ended_business_is_closed_though_it_was_claimed():
    at, desk, (row,) = p.registered()
    attempt, given = actions.claim_next(), {"company_id": at.agreement.company_id, "tax_type": "", "checked_at": clock.now()}
    closes = {"disbursement_id": row.pk, "reason": "기업 폐업", "by": desk.finance}
    taken = {"disbursement_id": row.pk, "reason": "휴업 중", "by": desk.registrar}
    refused(actions.unregister_disbursement, "not_unregisterable", **taken)
    companies.record_tax_status(status="SUSPENDED", **given)
    assert actions.mark_sent(attempt_id=attempt.pk) is None
    assert "휴업" in queries.kept_back(Disbursement.objects.get(), [attempt])
    refused(actions.close_disbursement, "not_closable", **closes)
    actions.unregister_disbursement(**taken)
    attempt.refresh_from_db()
    assert attempt.state == "REFUSED"
    companies.record_tax_status(status="ACTIVE", **given)
    p.released("retry", row, desk.registrar)
    again = actions.claim_next(statement={})
    companies.record_tax_status(status="CLOSED", **given)
    assert actions.mark_sent(attempt_id=again.pk) is None
    assert actions.close_disbursement(**closes).status == "CLOSED"
    again.refresh_from_db()
    assert again.state == "REFUSED" and "폐업" in Notice.objects.filter(template="disbursement_closed")[0].body


def test_what_speaks_against_a_payment_is_asked_once_more_at_the_moment_it_leaves():
    at, (milestone,) = p.planned()
    desk = p.office()
    p.account(at, desk)
    p.accept(at, milestone)
    row = p.request(at, milestone)
    p.approve(at, row, desk)
    p.released("register", row, desk.registrar)
    attempt = actions.claim_next()
    given = {"company_id": at.agreement.company_id, "tax_type": "", "checked_at": clock.now()}
    companies.record_tax_status(status="CLOSED", **given)
    assert actions.mark_sent(attempt_id=attempt.pk) is None
    companies.record_tax_status(status="ACTIVE", **given)
    attempt.refresh_from_db()
    assert attempt.state == "CLAIMED"
    with clock.at(clock.kst(at.agreement.round.fiscal_year + 1, 1, 5, 10)):
        assert actions.mark_sent(attempt_id=attempt.pk) is None
        attempt.refresh_from_db()
        assert attempt.state == "REFUSED" and Duty.objects.filter(verb="close_disbursement", closed_at=None).exists()
