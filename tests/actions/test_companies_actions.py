"""A registration from the first claim to verification, and every way in which it goes otherwise."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.accounts import actions as accounts
from portal.accounts.actions import grant_role
from portal.accounts.models import Consent, Membership, User
from portal.accounts.queries import representatives_of, roles_of
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused, Stale
from tests.factories.companies import colleague, facts_of, make_brn, make_company, make_person, representative
from vouchers.companies import actions, gateways, queries, rules
from vouchers.companies.actions.registration import AlreadyRegistered
from vouchers.companies.models import Company, Restriction
from vouchers.companies.tasks import check_registrations

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


def test_register_makes_a_representative_and_asks_no_network():
    person = make_person()
    company = actions.register(by=person, **facts_of(service_email="law@company.example", consents={
        "privacy": True, "third_party": False, "electronic_service": True,
    }))  # fmt: skip
    assert company.verification == "UNVERIFIED" and company.tax_status == "UNKNOWN"
    assert roles_of(forget_roles(person)) == {"REPRESENTATIVE"}
    assert list(representatives_of(company.organisation)) == [person]
    given = {c.kind: (c.given, c.text_version, c.address) for c in Consent.objects.filter(organisation=company.organisation)}
    assert given == {
        "PRIVACY": (True, "2026-11", ""), "THIRD_PARTY": (False, "2026-11", ""),
        "ELECTRONIC_SERVICE": (True, "2026-11", "law@company.example"),
    }  # fmt: skip
    assert "시연 대표자" not in company.sealed_representative
    assert queries.company_of(person) == company
    assert Event.objects.filter(subject_ref=company.ref, name="company.registered", by=person).exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"brn": "000-00-00000"}, "brn_zeros"), ({"brn": "12A-45-67891"}, "brn_letters"),
        ({"brn": "123-45-67890"}, "brn_checksum"),
        ({"consents": {"privacy": False}}, "consent_required"), ({"opened_on": date(2999, 1, 1)}, "future"),
        ({"consents": {"privacy": True, "electronic_service": True}, "service_email": ""}, "no_address"),
        ({"address": " "}, "not_served"),
        ({"address": "", "service_email": "a@b.example"}, "not_served"),  # an address without the consent serves nobody
    ],
)  # fmt: skip
def test_register_refuses(changes, code):
    with pytest.raises(Refused) as refusal:
        actions.register(by=make_person(), **facts_of(**changes))
    assert refusal.value.code == code and not Company.objects.exists()


def test_register_a_taken_number_or_a_second_company():
    company = make_company(brn="123-45-67891")
    with pytest.raises(AlreadyRegistered):
        actions.register(by=make_person(), **facts_of(brn="1234567891"))
    with pytest.raises(Refused) as refusal:
        actions.register(by=forget_roles(representative(company)), **facts_of())
    assert refusal.value.code == "has_company"
    evaluator = make_person()
    grant_role(user=evaluator, role="EVALUATOR", by=None)
    with pytest.raises(Refused) as refusal:
        actions.register(by=evaluator, **facts_of())
    assert refusal.value.code == "incompatible_roles"


def test_tax_service_verifies_and_forgets_the_name():
    company = make_company(verified=False)
    assert check_registrations() == 1
    company = fresh(company)
    assert (company.verification, company.verified_how, company.tax_status) == ("VERIFIED", "TAX_SERVICE", "ACTIVE")
    assert company.sealed_representative == "" and company.validation == "MATCHED"
    assert Notice.objects.filter(template="company_verified").count() == 1
    assert check_registrations() == 0
    with clock.at(clock.now() + timedelta(days=8)):
        assert check_registrations() == 1


def test_tax_service_disagrees_then_an_officer_decides(officer):
    company = make_company(verified=False, brn=make_brn("993"))
    check_registrations()
    company = fresh(company)
    assert (company.verification, company.validation, company.sealed_representative) == ("UNVERIFIED", "MISMATCHED", "")
    assert Duty.objects.filter(subject_ref=company.ref, verb="verify_company", closed_at=None).exists()
    assert Notice.objects.filter(template="company_not_matched").exists()
    with pytest.raises(NotAllowed):
        actions.verify(company_id=company.pk, by=representative(company))
    with pytest.raises(Refused):
        actions.refuse_registration(company_id=company.pk, reason="", by=officer)
    actions.refuse_registration(company_id=company.pk, reason="등록증을 읽을 수 없습니다", by=officer)
    company = actions.verify(company_id=company.pk, by=officer)
    assert (company.verification, company.verified_how, company.verified_by) == ("VERIFIED", "OFFICER", officer)
    assert not Duty.objects.filter(subject_ref=company.ref, closed_at=None).exists()
    with pytest.raises(IllegalStep):
        actions.verify(company_id=company.pk, by=officer)


def test_tax_service_down_never_blocks_and_an_officer_hears_of_it(settings):
    settings.NTS_API_URL = "http://127.0.0.1:9"
    company = make_company(verified=False)
    now = clock.now()
    for attempt, wait in ((1, 1), (2, 5), (3, 25)):
        with clock.at(now):
            assert check_registrations() == 0
            assert check_registrations() == 0  # not yet due again
        company = fresh(company)
        assert (company.check_attempts, company.tax_status) == (attempt, "UNKNOWN")
        assert company.check_due_at == now + timedelta(minutes=wait)
        now += timedelta(minutes=wait)
    assert Duty.objects.filter(subject_ref=company.ref, verb="verify_company", closed_at=None).count() == 1
    settings.NTS_API_URL = ""
    with clock.at(now):
        assert check_registrations() == 1
    assert fresh(company).verification == "VERIFIED"
    assert not Duty.objects.filter(subject_ref=company.ref, closed_at=None).exists()


def test_failing_number_holds_up_nobody_twice():
    good, bad = make_company(verified=False), make_company(verified=False, brn=make_brn("999"))
    assert check_registrations() == 0
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert check_registrations() == 1
    assert fresh(good).verification == "VERIFIED" and fresh(bad).check_attempts == 2


def test_claims_are_not_taken_twice_and_come_back():
    company = make_company(verified=False)
    now = clock.now()
    assert [check.company_id for check in actions.claim_checks(now=now)] == [company.pk]
    assert actions.claim_checks(now=now) == []
    assert len(actions.claim_checks(now=now + timedelta(minutes=6))) == 1


def test_name_that_waits_too_long_is_forgotten(settings):
    company = make_company(verified=False)
    actions.record_check_failure(company_id=company.pk, now=clock.now() + timedelta(days=8))
    assert fresh(company).sealed_representative == ""


def test_edit_own_facts_and_notice_a_stale_page():
    company = make_company()
    person = colleague(company)
    edited = actions.edit(company_id=company.pk, version=company.version, region="BUSAN", name_en="New name", by=person)
    assert (edited.region, fresh(edited.organisation).name_en) == ("BUSAN", "New name")
    with pytest.raises(Stale):
        actions.edit(company_id=company.pk, version=company.version, region="JEJU", by=person)
    with pytest.raises(Refused) as refusal:
        actions.edit(company_id=company.pk, version=edited.version, name_ko="다른 이름", by=person)
    assert refusal.value.code == "verified_facts"
    stranger = forget_roles(representative(make_company()))
    with pytest.raises(NotAllowed):
        actions.edit(company_id=company.pk, version=edited.version, region="JEJU", by=stranger)


def test_edit_before_verification_is_checked_again():
    company = make_company(verified=False, brn=make_brn("993"))
    check_registrations()
    company = fresh(company)
    edited = actions.edit(
        company_id=company.pk, version=company.version, opened_on=date(2019, 1, 2), representative_name="시연 새대표자",
        by=representative(company),
    )  # fmt: skip
    assert edited.check_due_at <= clock.now() and gateways.unseal(edited.sealed_representative) == "시연 새대표자"


def test_certificate_decides_the_size():
    company, today = make_company(size="MEDIUM"), clock.today()
    person = representative(company)
    dates = {"valid_from": today, "valid_to": today + timedelta(days=300)}
    facts = {"company_id": company.pk, "size": "MICRO", "by": person, **dates}
    certificate = actions.add_certificate(number="2027-1", **facts)
    assert fresh(company).size == "MICRO" and queries.current_certificate(company, today) == certificate
    assert queries.current_certificate(company, today + timedelta(days=301)) is None
    for changes, code in (
        ({"number": "2027-1"}, "certificate_twice"),
        ({"number": "a", "valid_to": today - timedelta(days=1), "valid_from": today - timedelta(days=9)}, "certificate_expired"),
        ({"number": "b", "valid_from": today + timedelta(days=301)}, "certificate_dates"),
    ):
        with pytest.raises(Refused) as refusal:
            actions.add_certificate(**{**facts, **changes})
        assert refusal.value.code == code


def test_representative_change_replaces_or_joins(officer):
    company = make_company(joint_representation=True)
    first, second = representative(company), colleague(company)
    change = actions.file_representative_change(
        company_id=company.pk, new_representative=second, former_leaves=False, statement="공동대표 취임", by=first
    )
    with pytest.raises(Refused):
        actions.file_representative_change(
            company_id=company.pk, new_representative=second, former_leaves=False, statement="x", by=first
        )
    actions.decide_representative_change(change_id=change.pk, granted=True, reason="등기 확인", by=officer)
    assert set(representatives_of(company.organisation)) == {first, second}
    change = actions.file_representative_change(
        company_id=company.pk, new_representative=second, former_leaves=True, statement="사임", by=second
    )
    actions.decide_representative_change(change_id=change.pk, granted=True, reason="등기 확인", by=officer)
    assert list(representatives_of(company.organisation)) == [second]
    assert Membership.objects.get(user=first, organisation=company.organisation).status == "ENDED"
    with pytest.raises(Refused):
        actions.file_representative_change(
            company_id=company.pk, new_representative=make_person(), former_leaves=True, statement="x", by=second
        )


def test_restriction_matches_by_number_whatever_the_name(officer):
    company, today = make_company(corporate_no="1301110006246"), clock.today()
    dates = {"starts_on": today, "ends_on": today + timedelta(days=10), "by": officer}
    actions.restrict(name="옛 이름", ground="정산 위반", corporate_no="130111-0006246", **dates)
    row = actions.restrict(name="옛 이름", ground="정산 위반", brn=company.brn, **dates)
    second = make_person()
    grant_role(user=second, role="MINISTRY_OFFICER", by=None)
    assert not queries.restricted(company, today)
    for one in Restriction.objects.all():
        with pytest.raises(NotAllowed):
            actions.confirm_restriction(restriction_id=one.pk, by=officer)
        actions.confirm_restriction(restriction_id=one.pk, by=second)
    assert queries.restricted(company, today) and not queries.restricted(company, today + timedelta(days=11))
    assert not queries.restricted(make_company(), today)
    with pytest.raises(Refused):
        actions.restrict(name="x", ground="x", **dates)
    with pytest.raises(NotAllowed):
        actions.end_restriction(restriction_id=row.pk, reason="취소", by=officer)
    for act in (actions.end_restriction, actions.reject_restriction):  # neither without a reason
        with pytest.raises(Refused) as error:
            act(restriction_id=row.pk, reason=" ", by=second)
        assert error.value.code == "reason_missing"
    actions.end_restriction(restriction_id=row.pk, reason="취소", by=second)
    wrong = actions.restrict(name="x", ground="x", brn=make_brn(), **dates)
    with pytest.raises(Refused):
        actions.end_restriction(restriction_id=wrong.pk, reason="취소", by=second)
    assert actions.reject_restriction(restriction_id=wrong.pk, reason="다른 기업", by=second).status == "REJECTED"


def test_a_restricted_representative_is_recognised_without_keeping_the_name(officer):
    today, person = clock.today(), make_person(name="시연 대표 가")
    company = make_company(by=person)
    row = actions.restrict(
        name="다른 기업", ground="x", brn=make_brn(), representative=" 시연  대표-가 ", starts_on=today, ends_on=today, by=officer
    )
    assert not queries.person_restricted(company, today)
    second = make_person()
    grant_role(user=second, role="MINISTRY_OFFICER", by=None)
    actions.confirm_restriction(restriction_id=row.pk, by=second)
    assert queries.person_restricted(company, today) and not queries.restricted(company, today)
    assert not queries.person_restricted(make_company(), today)
    assert "시연" not in str(Restriction.objects.filter(pk=row.pk).values())


def test_conflict_is_declared_once_and_ended(officer):
    company, person = make_company(), make_person()
    first = actions.declare_conflict(user=person, organisation=company.organisation, ground="자문", by=person)
    assert actions.declare_conflict(user=person, organisation=company.organisation, ground="친족", by=officer) == first
    assert queries.conflicts_of(person) == {company.organisation_id}
    with pytest.raises(NotAllowed):
        actions.declare_conflict(user=officer, organisation=company.organisation, ground="x", by=person)
    actions.end_conflict(conflict_id=first.pk, reason="3년 지남", by=officer)
    assert queries.conflicts_of(person) == set()


def test_joint_representatives_do_not_leave_by_their_own_word(officer):
    first = make_person()
    company = make_company(by=first, joint_representation=True)
    second = colleague(company)
    accounts.appoint_representative(organisation=company.organisation, user=second, former_leave=False, reason="test", by=None)
    with pytest.raises(Refused) as refusal:
        actions.edit(company_id=company.pk, version=fresh(company).version, joint_representation=False, by=first)
    assert refusal.value.code == "joint_representation" and fresh(company).joint_representation
    actions.correct_identity(
        company_id=company.pk, name_ko=company.name_ko, opened_on=company.opened_on, joint_representation=False,
        reason="등기부", by=officer,
    )  # fmt: skip
    assert not fresh(company).joint_representation


def test_another_address_for_electronic_service_is_a_consent():
    company = make_company()
    person = representative(company)
    edited = actions.edit(company_id=company.pk, version=company.version, service_email="d@e.example", by=person)
    given = Consent.objects.filter(kind="ELECTRONIC_SERVICE").latest("pk")
    assert (given.given, given.address, given.context) == (True, "d@e.example", "company_page")
    actions.edit(company_id=company.pk, version=edited.version, service_email="", by=person)
    withdrawn = Consent.objects.filter(kind="ELECTRONIC_SERVICE").latest("pk")
    assert (withdrawn.given, withdrawn.address) == (False, "")


def test_a_company_keeps_one_of_its_two_addresses():
    company = make_company()
    person = representative(company)
    change = lambda **facts: actions.edit(company_id=company.pk, version=fresh(company).version, by=person, **facts)
    with pytest.raises(Refused) as refusal:
        change(address="")
    assert (refusal.value.code, refusal.value.field) == ("not_served", "address")
    change(address="", service_email="d@e.example")
    with pytest.raises(Refused):
        change(service_email="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Company.objects.filter(pk=company.pk).update(service_email="")
    change(address="가상시 시험로 2", service_email="")
    assert not rules.can_be_served(" ", "") and rules.can_be_served("", "가상시") and rules.can_be_served("a@b.example", "")
