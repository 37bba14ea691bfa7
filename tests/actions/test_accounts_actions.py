"""People join, get roles and lose them; consents; who may sign in."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction

from portal.accounts import actions, queries, rules
from portal.accounts.models import Consent, Membership, RoleGrant, User
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import NotAllowed, Refused
from tests.factories.accounts import make_member, make_organisation, make_person, make_staff

pytestmark = pytest.mark.django_db


def test_grant_role_tells_records_and_expires():
    admin, person = make_staff("SYSADMIN"), make_person()
    grant = actions.grant_role(user=person, role="AUDITOR", expires_at=clock.now() + timedelta(days=3), reason="감사", by=admin)
    assert Event.objects.filter(subject_ref=grant.ref, name="role_grant.granted", by=admin, to="AUDITOR").exists()
    assert Notice.objects.get(user=person).title == "역할이 부여되었습니다: 감사자"
    assert queries.roles_of(User.objects.get(pk=person.pk)) == {"AUDITOR"}
    with clock.at(clock.now() + timedelta(days=3)):
        assert queries.roles_of(User.objects.get(pk=person.pk)) == frozenset()
        again = actions.grant_role(user=person, role="AUDITOR", reason="다시", by=admin)
        assert again.pk != grant.pk, "an expired grant makes room for a new one"


def test_grant_role_refusals():
    admin, person = make_staff("SYSADMIN"), make_person()
    with pytest.raises(NotAllowed):
        actions.grant_role(user=admin, role="AUDITOR", by=admin)
    with pytest.raises(NotAllowed):
        actions.grant_role(user=person, role="AUDITOR", by=make_staff("MINISTRY_OFFICER"))
    actions.grant_role(user=person, role="OPERATOR_FINANCE", by=admin)
    with pytest.raises(Refused) as refused:
        actions.grant_role(user=person, role="PAYMENT_REGISTRAR", by=admin)
    assert refused.value.code == "incompatible_roles" and "지급" in str(refused.value)
    with pytest.raises(Refused, match="") as same:
        actions.grant_role(user=person, role="OPERATOR_FINANCE", by=admin)
    assert same.value.code == "same_role"
    with pytest.raises(Refused) as past:
        actions.grant_role(user=person, role="STAT_VIEWER", expires_at=clock.now(), by=admin)
    assert past.value.code == "expired"


def test_role_grant_one_live_in_the_database():
    person = make_staff("AUDITOR")
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant(user=person, role="AUDITOR").save()


def test_revoke_role_needs_permission_once():
    admin, person = make_staff("SYSADMIN"), make_staff("AUDITOR")
    grant = RoleGrant.objects.get(user=person)
    with pytest.raises(NotAllowed):
        actions.revoke_role(grant_id=grant.pk, reason="x", by=person)
    actions.revoke_role(grant_id=grant.pk, reason="끝", by=admin)
    assert not queries.roles_of(User.objects.get(pk=person.pk))
    with pytest.raises(Refused):
        actions.revoke_role(grant_id=grant.pk, reason="끝", by=admin)


def test_organisation_grant_holds_only_there_but_staff_everywhere():
    mine, other, operator = make_organisation(), make_organisation(), make_organisation("OPERATOR")
    boss = make_member(mine, "REPRESENTATIVE", representative=True)
    assert boss.has_perm("accounts.manage_members", mine) and not boss.has_perm("accounts.manage_members", other)
    worker = make_person()
    actions.grant_role(user=worker, role="OPERATOR_CASE", organisation=operator, by=None)
    assert worker.has_perm("providers.check_offer", other)
    assert queries.organisation_of(worker, "OPERATOR") == operator
    worker.is_active = False
    assert not worker.has_perm("providers.check_offer", other)


def test_request_and_decide_membership():
    org = make_organisation()
    boss, person = make_member(org, "REPRESENTATIVE", representative=True), make_person()
    row = actions.request_membership(organisation=org, user=person)
    assert Duty.objects.get(closed_at=None).organisation == org
    assert Notice.objects.get(template="membership_requested").user == boss
    with pytest.raises(Refused):
        actions.request_membership(organisation=org, user=person)
    with pytest.raises(NotAllowed):
        actions.decide_membership(membership_id=row.pk, approve=True, by=make_member(org))
    actions.decide_membership(membership_id=row.pk, approve=True, by=boss)
    assert not Duty.objects.filter(closed_at=None).exists()
    assert queries.roles_of(User.objects.get(pk=person.pk)) == {"STAFF_MEMBER"}
    with pytest.raises(Refused):
        actions.decide_membership(membership_id=row.pk, approve=False, reason="x", by=boss)


def test_approve_refuses_somebody_whose_role_excludes_it():
    org = make_organisation()
    boss = make_member(org, "REPRESENTATIVE", representative=True)
    row = actions.request_membership(organisation=org, user=make_staff("MINISTRY_OFFICER"))
    with pytest.raises(Refused) as refused, transaction.atomic():
        actions.decide_membership(membership_id=row.pk, approve=True, by=boss)
    assert refused.value.code == "incompatible_roles"
    row.refresh_from_db()
    assert row.status == "REQUESTED"


def test_invite_and_accept():
    org = make_organisation()
    boss = make_member(org, "REPRESENTATIVE", representative=True, language="en")
    row, token = actions.invite(organisation=org, email="New@Test.example", by=boss)
    mail = Notice.objects.get(template="membership_invited")
    assert mail.user is None and mail.language == "en" and token in mail.body and token not in row.token_hash
    with pytest.raises(Refused):
        actions.invite(organisation=org, email="new@test.example", by=boss)
    with pytest.raises(NotAllowed):
        actions.accept_invitation(token=token, by=make_person("other@test.example"))
    with pytest.raises(Refused):
        actions.accept_invitation(token="wrong", by=make_person())
    guest = make_person("new@test.example")
    with clock.at(clock.now() + timedelta(days=15)), pytest.raises(Refused):
        actions.accept_invitation(token=token, by=guest)
    assert actions.accept_invitation(token=token, by=guest).status == "ACTIVE"
    with pytest.raises(Refused):
        actions.accept_invitation(token=token, by=guest)


def test_end_membership_ends_roles_and_keeps_the_last_representative():
    org = make_organisation()
    boss, staff = make_member(org, "REPRESENTATIVE", representative=True), make_member(org)
    row = Membership.objects.get(user=staff)
    with pytest.raises(NotAllowed):
        actions.end_membership(membership_id=Membership.objects.get(user=boss).pk, reason="x", by=staff)
    actions.end_membership(membership_id=row.pk, reason="퇴사", by=boss)
    assert not queries.roles_of(User.objects.get(pk=staff.pk))
    with pytest.raises(Refused) as last:
        actions.end_membership(membership_id=Membership.objects.get(user=boss).pk, reason="x", by=boss)
    assert last.value.code == "last_representative"


def test_consents_are_versioned_and_only_the_refusable_change():
    person = make_person()
    actions.sign_up_consents(user=person, answers={"PRIVACY": True})
    assert {(c.kind, c.given) for c in Consent.objects.all()} == {("PRIVACY", True), ("NEWS", False)}
    assert all(c.text_version for c in Consent.objects.all())
    actions.change_consent(kind="NEWS", given=True, by=person)
    assert {t.kind: c.given for t, c in queries.consents_of(person)} == {"PRIVACY": True, "NEWS": True}
    with pytest.raises(Refused):
        actions.change_consent(kind="PRIVACY", given=False, by=person)


def test_make_demo_user_only_in_the_demo(settings):
    actions.make_demo_user(email="d@demo.example", name="데모", password="x" * 12)
    settings.DEMO = False
    with pytest.raises(ImproperlyConfigured):
        actions.make_demo_user(email="e@demo.example", name="데모", password="x" * 12)


def test_the_demo_shares_one_digest_until_its_password_changes():
    first = actions.demo_digest("x" * 12)
    people = [actions.make_demo_user(email=f"{n}@demo.example", name="데모", digest=first) for n in range(3)]
    assert all(person.check_password("x" * 12) for person in people)
    assert actions.demo_digest("x" * 12) == first
    people[0].set_password("changed by a visitor")
    people[0].save()
    assert actions.demo_digest("x" * 12) == first
    again = actions.make_demo_user(email="0@demo.example", name="데모", digest=first)
    assert again.pk == people[0].pk and again.check_password("x" * 12)
    second = actions.demo_digest("y" * 12)
    assert second != first
    assert actions.make_demo_user(email="1@demo.example", name="데모", digest=second).check_password("y" * 12)


def test_reset_second_factor_and_close():
    from allauth.mfa.models import Authenticator

    admin, person = make_staff("SYSADMIN"), make_person(demo=False)
    Authenticator.objects.create(user=person, type="totp", data={"secret": "x"})
    with pytest.raises(NotAllowed):
        actions.reset_second_factor(person.pk, reason="x", by=person)
    actions.reset_second_factor(person.pk, reason="lost", by=admin)
    assert not Authenticator.objects.exists()
    assert not actions.set_active(person.pk, active=False, reason="left", by=admin).is_active
    with pytest.raises(Refused):
        actions.set_active(person.pk, active=False, reason="left", by=admin)


def test_every_pair_of_roles_is_symmetric():
    for one in rules.Role:
        for two in rules.Role:
            assert bool(rules.incompatible([one], two)) == bool(rules.incompatible([two], one))
        assert rules.incompatible([one], one) is None


def test_grant_command_makes_the_first_administrator():
    from django.core.management import CommandError, call_command

    person = make_person("first@test.example")
    call_command("grant", "First@test.example", "SYSADMIN", verbosity=0)
    assert queries.roles_of(User.objects.get(pk=person.pk)) == {"SYSADMIN"}
    with pytest.raises(CommandError):
        call_command("grant", "nobody@test.example", "SYSADMIN")
    with pytest.raises(CommandError):
        call_command("grant", "first@test.example", "EVALUATOR")
