"""Claims to a number that another company already has: granted, rejected, one at a time, and what becomes of the company."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction

from portal.accounts import actions as accounts
from portal.accounts.actions import grant_role
from portal.accounts.models import RoleGrant, User
from portal.accounts.queries import representatives_of, roles_of, users_of
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from tests.factories.companies import colleague, make_company, make_person, representative
from vouchers.companies import actions
from vouchers.companies.models import OwnershipDispute

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> User:
    user = make_person("officer@test.example")
    grant_role(user=user, role="MINISTRY_OFFICER", by=None)
    return user


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def forget_roles(user):
    user.__dict__.pop("_grants", None)
    return user


def test_dispute_granted_changes_who_represents(officer):
    company = make_company()
    former, owner, other = representative(company), make_person(), make_person()
    dispute = actions.file_dispute(company_id=company.pk, statement="제 번호입니다", by=owner)
    second = actions.file_dispute(company_id=company.pk, statement="저도요", by=other)
    assert fresh(company).verification == "VERIFIED"  # a claim that nobody looked at changes nothing …
    assert not Notice.objects.filter(template="company_disputed").exists()  # … and frightens nobody
    assert Duty.objects.filter(verb="settle_dispute", closed_at=None, role="MINISTRY_OFFICER").count() == 2
    with pytest.raises(NotAllowed):
        actions.take_up_dispute(dispute_id=dispute.pk, reason="x", by=owner)
    with pytest.raises(Refused):
        actions.take_up_dispute(dispute_id=dispute.pk, reason=" ", by=officer)
    actions.take_up_dispute(dispute_id=dispute.pk, reason="등록증 대조 필요", by=officer)
    assert fresh(company).verification == "DISPUTED"
    assert "등록증 대조 필요" in Notice.objects.get(template="company_disputed", user=former).body
    with pytest.raises(IllegalStep):
        actions.take_up_dispute(dispute_id=dispute.pk, reason="다시", by=officer)
    with pytest.raises(Refused):
        actions.file_dispute(company_id=company.pk, statement="다시", by=owner)
    with pytest.raises(Refused):
        actions.file_dispute(company_id=company.pk, statement="제 것", by=former)
    with pytest.raises(NotAllowed):
        actions.settle_dispute(dispute_id=dispute.pk, granted=True, reason="x", by=owner)
    actions.settle_dispute(dispute_id=dispute.pk, granted=True, reason="등록증 확인", by=officer)
    company = fresh(company)
    assert company.verification == "VERIFIED" and fresh(second).status == "REJECTED"
    assert list(representatives_of(company.organisation)) == [owner]
    assert roles_of(forget_roles(owner)) == {"REPRESENTATIVE"} and roles_of(forget_roles(former)) == frozenset()
    assert not RoleGrant.objects.filter(user=former, revoked_at=None).exists()
    assert not Duty.objects.filter(verb="settle_dispute", closed_at=None).exists()
    with pytest.raises(IllegalStep):
        actions.settle_dispute(dispute_id=dispute.pk, granted=False, reason="x", by=officer)


def test_whoever_the_wrong_representative_let_in_leaves_too_and_everybody_is_told(officer):
    company, owner = make_company(), make_person()
    former, friend = representative(company), colleague(company)
    _membership, token = accounts.invite(organisation=company.organisation, email="next@test.example", by=former)
    dispute = actions.file_dispute(company_id=company.pk, statement="제 번호입니다", by=owner)
    actions.settle_dispute(dispute_id=dispute.pk, granted=True, reason="등록증 확인", by=officer)
    assert list(users_of(company.organisation)) == [owner]
    assert roles_of(forget_roles(friend)) == frozenset()
    assert accounts.find_invitation(token=token) is None
    told = set(Notice.objects.filter(template="membership_ended").values_list("user", flat=True))
    assert told == {former.pk, friend.pk}


@pytest.mark.parametrize("verified", [True, False])
def test_a_claim_is_granted_without_having_been_taken_up(officer, verified):
    company, owner = make_company(verified=verified), make_person()
    dispute = actions.file_dispute(company_id=company.pk, statement="제 번호입니다", by=owner)
    actions.settle_dispute(dispute_id=dispute.pk, granted=True, reason="등록증 확인", by=officer)
    company = fresh(company)
    assert (company.verification, company.verified_by, company.sealed_representative) == ("VERIFIED", officer, "")
    assert list(representatives_of(company.organisation)) == [owner]


@pytest.mark.parametrize("verified", [True, False])
def test_a_claim_rejected_at_first_sight_leaves_the_company_untouched(officer, verified):
    company, claimant = make_company(verified=verified), make_person()
    dispute = actions.file_dispute(company_id=company.pk, statement="제 번호입니다", by=claimant)
    actions.settle_dispute(dispute_id=dispute.pk, granted=False, reason="근거 없음", by=officer)
    after = fresh(company)
    assert (after.verification, after.version) == (company.verification, company.version)
    assert not Event.objects.filter(name__in=["company.disputed", "company.dispute_settled"]).exists()
    told = Notice.objects.filter(template="company_dispute_settled")
    assert list(told.values_list("user", flat=True)) == [claimant.pk]
    with pytest.raises(IllegalStep):
        actions.take_up_dispute(dispute_id=dispute.pk, reason="x", by=officer)


def test_one_person_claims_one_number_at_a_time_and_few_in_a_month(officer):
    claimant, targets = make_person(), [make_company() for _ in range(4)]
    claim = lambda company: actions.file_dispute(company_id=company.pk, statement="제 번호입니다", by=claimant)
    for company in targets[:3]:
        dispute = claim(company)
        with pytest.raises(Refused) as refusal:
            claim(targets[3])
        assert refusal.value.code == "claimed_already"
        with pytest.raises(IntegrityError), transaction.atomic():
            OwnershipDispute(company=targets[3], claimant=claimant, statement="x").save()
        actions.settle_dispute(dispute_id=dispute.pk, granted=False, reason="근거 없음", by=officer)
    with pytest.raises(Refused) as refusal:
        claim(targets[3])
    assert refusal.value.code == "too_many_claims"
    with clock.at(clock.now() + timedelta(days=31)):
        assert claim(targets[3]).status == "FILED"


def test_dispute_rejected_leaves_everything(officer):
    company, claimant = make_company(), make_person()
    before = representative(company)
    dispute = actions.file_dispute(company_id=company.pk, statement="제 번호입니다", by=claimant)
    actions.take_up_dispute(dispute_id=dispute.pk, reason="대조 필요", by=officer)
    actions.settle_dispute(dispute_id=dispute.pk, granted=False, reason="근거 없음", by=officer)
    assert fresh(company).verification == "VERIFIED" and representative(company) == before
    assert roles_of(forget_roles(claimant)) == frozenset()
    assert "근거 없음" in Notice.objects.get(template="company_dispute_settled", user=claimant).body


def test_a_rejected_claim_frees_the_company_unless_another_one_was_taken_up(officer):
    company = make_company()
    member, (first, second, third) = representative(company), [make_person() for _ in range(3)]
    claims = [actions.file_dispute(company_id=company.pk, statement="제 번호", by=who) for who in (first, second, third)]
    for claim in claims[:2]:
        actions.take_up_dispute(dispute_id=claim.pk, reason="대조 필요", by=officer)
    assert Notice.objects.filter(template="company_disputed", user=member).count() == 1
    heard = Notice.objects.filter(template="company_dispute_settled", user=member)
    expected = ((0, "DISPUTED", 1), (1, "VERIFIED", 2))
    for number, state, told in expected:  # the third, which nobody took up, holds nothing
        actions.settle_dispute(dispute_id=claims[number].pk, granted=False, reason="근거 없음", by=officer)
        assert (fresh(company).verification, heard.count()) == (state, told)
    assert fresh(claims[2]).status == "FILED"
    actions.take_up_dispute(dispute_id=claims[2].pk, reason="대조 필요", by=officer)
    assert fresh(company).verification == "DISPUTED"


@pytest.mark.parametrize("state", ["UNVERIFIED", "REFUSED", "VERIFIED"])
def test_a_rejected_claim_gives_the_company_the_state_back_that_it_had(officer, state):
    company, claimant = make_company(verified=state == "VERIFIED"), make_person()
    if state == "REFUSED":
        actions.refuse_registration(company_id=company.pk, reason="서류 불일치", by=officer)
    before = fresh(company)
    dispute = actions.file_dispute(company_id=company.pk, statement="제 번호입니다", by=claimant)
    actions.take_up_dispute(dispute_id=dispute.pk, reason="대조 필요", by=officer)
    held = fresh(company)
    with pytest.raises(Refused) as refusal:
        actions.edit(company_id=held.pk, version=held.version, by=representative(company), name_ko="다른 이름")
    assert refusal.value.code == "disputed_facts"
    actions.settle_dispute(dispute_id=dispute.pk, granted=False, reason="근거 없음", by=officer)
    after = fresh(company)
    assert [getattr(after, f) for f in ("verification", "verified_how", "verified_by_id", "sealed_representative")] == [
        state, before.verified_how, before.verified_by_id, before.sealed_representative,
    ]  # fmt: skip


def test_a_claim_that_nobody_took_up_leaves_a_disputed_company_disputed(officer):
    company = make_company()
    member, taken, other = representative(company), make_person(), make_person()
    claims = [actions.file_dispute(company_id=company.pk, statement="제 번호", by=who) for who in (taken, other)]
    actions.take_up_dispute(dispute_id=claims[0].pk, reason="대조 필요", by=officer)
    actions.settle_dispute(dispute_id=claims[1].pk, granted=False, reason="근거 없음", by=officer)
    assert fresh(company).verification == "DISPUTED"
    assert not Notice.objects.filter(template="company_dispute_settled", user=member).exists()


def test_claims_from_before_the_rule_of_one_do_not_stop_the_migration():
    migration = import_module("vouchers.migrations.0024_companies_one_open_claim")
    claimant, companies = make_person(), [make_company() for _n in range(4)]
    file = lambda company: OwnershipDispute.objects.create(company=company, claimant=claimant, statement="제 것")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {migration.NAME}")
        old = [file(company) for company in companies[:2]]
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as committed rows
        cursor.execute(migration.INDEX)
    file(companies[2])
    with pytest.raises(IntegrityError), transaction.atomic():
        file(companies[3])
    assert {row.status for row in OwnershipDispute.objects.filter(pk__in=[row.pk for row in old])} == {"FILED"}
