"""A change brings a provider in: asked by a party, approved, signed by it too, bound from then on."""

import pytest
from django.db import IntegrityError, transaction

from tests.doors import as_
from tests.factories import applications as make
from tests.factories import authorities
from tests.factories.changes import agreed
from tests.factories.providers import provider
from tests.refusals import refused
from vouchers.agreements import actions, queries
from vouchers.agreements.models import AgreementLine, AgreementParty
from vouchers.milestones import queries as milestones

pytestmark = pytest.mark.django_db


def joining(at, amount_won=100_000_000):
    """A third hospital with a confirmed match of the same need."""
    third = provider()
    firm = make.Firm(at.row.company, at.row.company.organisation, at.company, at.company)
    return third, make.match(firm, at.row.award.application.need, hospital=third, amount_won=amount_won)


def broken(rows, **values):
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**values)


def test_a_provider_is_brought_in_signs_and_is_bound_once_it_is_in_force():
    at = agreed()
    third, match = joining(at)
    refused(at.ask, "not_addable", join=["mat-none"])
    change = at.ask(amounts={3: 60_000_000}, join=[match.ref])
    assert set(change.parts) == {"AMOUNT", "PROVIDER"} and change.kind == "MAJOR"
    assert change.asked.supply_won == 400_000_000 and as_(third.user).get(change.get_absolute_url()).status_code == 404
    change = at.approve(change)
    party = AgreementParty.objects.get(organisation=third.organisation)
    line = AgreementLine.objects.get(payee=third.institution)
    assert (party.joined_by, line.amount_won, line.match) == (change, 0, match) and list(queries.faults()) == []
    assert third.organisation.pk not in at.row.organisation_ids()
    assert as_(third.user).get(f"{change.get_absolute_url()}sign/").status_code == 200
    broken(AgreementParty.objects.filter(pk=party.pk), joined_by=None)
    broken(AgreementLine.objects.filter(pk=line.pk), amount_won=1)
    authorities.of_parties(at.row, third.user)
    at.sign(change, at.operator, at.company, at.first.user, at.second.user)
    assert AgreementLine.objects.get(pk=line.pk).amount_won == 0
    at.sign(change, third.user)
    assert AgreementLine.objects.get(pk=line.pk).amount_won == 100_000_000
    assert (
        third.organisation.pk in at.row.organisation_ids()
        and list(queries.faults()) == []
        and match not in queries.addable(at.row)
    )
    assert at.row.grant_won == 320_000_000


def test_what_is_given_up_binds_nobody():
    at = agreed()
    at.plan()
    third, match = joining(at)
    change = at.approve(at.ask(amounts={3: 60_000_000}, join=[match.ref]))
    actions.give_up_change(change_id=change.pk, version=change.version, reason="합의되지 않음", by=at.operator)
    assert as_(third.user).get(at.row.get_absolute_url()).status_code == 404 and list(queries.faults()) == []
    assert milestones.apart(at.row) == []
    at.sign(at.approve(at.ask(goal="다른 목표")))  # who never joined signs nothing
    assert at.row.goal == "다른 목표"


def test_the_form_offers_confirmed_matches_and_shows_what_would_join():
    at = agreed()
    third, match = joining(at)
    page = f"/agreements/{at.agreement.ref}/change/"
    client = as_(at.company)
    shown = client.get(page)
    assert match.ref in shown.content.decode()
    data = {name: field.value() for name, field in ((f.html_name, f) for f in shown.context["form"])}
    data = {name: value if value is not None else "" for name, value in data.items()}
    answer = client.post(page, data | {"join": [match.ref], "reason": "기관 추가", "preview": "1"})
    assert answer.status_code == 200 and third.institution.name_ko in answer.content.decode()


def test_the_database_lets_nobody_join_but_by_an_approved_change():
    at = agreed()
    third, match = joining(at)
    change = at.ask(amounts={3: 60_000_000}, join=[match.ref])
    given = {"agreement": at.row, "role": "PROVIDER", "organisation": third.organisation, "institution": third.institution}
    with pytest.raises(IntegrityError), transaction.atomic():
        AgreementParty(position=9, joined_by=change, **given).save()
    line = AgreementLine.objects.get(position=3)
    line.pk, line.position, line.amount_won, line.match, line.payee, line._state.adding = (
        None,
        4,
        0,
        match,
        third.institution,
        True,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        line.save()
