"""What a step of a payment reads by one statement is what the ORM reads, column by column; the same for a transfer and a request."""

import pytest

from tests.factories import projects as p
from vouchers.milestones.models import Milestone
from vouchers.payments import actions, queries
from vouchers.payments.models import Disbursement, PayeeAccount, PaymentAttempt

pytestmark = pytest.mark.django_db


def same(one, other):
    """Every column that was brought along."""
    assert type(one) is type(other) and one.pk == other.pk
    names = {field.attname for field in type(one)._meta.concrete_fields} & one.__dict__.keys()
    assert {"id", "ref"} <= names
    assert {name: getattr(one, name) for name in names} == {name: getattr(other, name) for name in names}


def test_what_a_step_looks_at_is_what_the_long_way_reads():
    at, _desk, (row, *_rest) = p.registered(2)
    attempt = actions.claim_next()
    found, tried = queries.locked_with(attempt.pk)
    plain = Disbursement.objects.get(pk=row.pk)
    assert {f.attname for f in Disbursement._meta.concrete_fields} <= found.__dict__.keys()
    for name in ("milestone", "voucher", "payee", "payee_account", "invoice_document", "own_share_document"):
        same(getattr(found, name), getattr(plain, name))
    agreement = found.milestone.agreement
    for one, other in (
        (found, plain), (tried, PaymentAttempt.objects.get(pk=attempt.pk)), (agreement, plain.milestone.agreement),
        (agreement.company, at.agreement.company), (agreement.company.organisation, at.firm.organisation),
        (agreement.round, at.agreement.round), (found.payee.organisation, at.provider_organisation),
        (agreement.round.policy_version(), at.agreement.round.policy_version()),
    ):  # fmt: skip
        same(one, other)
    assert agreement.round.policy() == at.agreement.round.policy() and tried.disbursement is found
    assert [one.pk for one in queries.tries_of(found)] == [attempt.pk] and queries.tries_of(found, but=attempt.pk) == []
    assert found.last_event.hash and found.owed == set()
    with pytest.raises(Disbursement.DoesNotExist):
        queries.locked(0)
    with pytest.raises(PaymentAttempt.DoesNotExist):
        queries.locked_with(0)


def test_what_a_request_looks_at_is_what_the_long_way_reads():
    at, (first, second) = p.planned(parts=2)
    p.accept(at, first)
    row = p.request(at, first, invoice_no="N-1")
    milestone = queries.milestone_of(second.pk)
    same(milestone, Milestone.objects.get(pk=second.pk))
    facts = queries.facts_of_request(milestone, "N-1")
    assert (facts.asked, facts.number_used, facts.account) == (False, True, None)
    assert (facts.asked_won, facts.held_won) == (row.amount_won, at.agreement.grant_won)
    assert queries.facts_of_request(queries.milestone_of(first.pk), "N-2").asked
    p.account(at, p.office())
    same(queries.facts_of_request(milestone, "").account, PayeeAccount.objects.get())
    assert queries.standing_of(row) == ("ACTIVE", "ISSUED")
