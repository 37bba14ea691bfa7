"""An institution's manager invites colleagues with a role, gives further roles and ends them; nobody serves themselves."""

from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from portal.accounts import actions
from portal.accounts.models import Membership, RoleGrant
from portal.accounts.rules import Role
from portal.journal.models import Event, Notice
from portal.kit.errors import NotAllowed, Refused
from tests.committed import together
from tests.doors import as_
from tests.factories import providers
from tests.factories.accounts import make_organisation

PAGE = "/accounts/organisation/"


@pytest.fixture
def owner(db: Any) -> providers.Provider:
    return providers.provider()


def live(user: Any) -> set[str]:
    return set(RoleGrant.objects.filter(user=user, revoked_at=None).values_list("role", flat=True))


def test_a_colleague_is_invited_with_a_role(owner: providers.Provider) -> None:
    client = as_(owner.user)
    page = client.get(PAGE).content.decode()
    assert "IRB" in page and 'name="role"' in page
    address = f"/accounts/organisation/{owner.organisation.ref}/invite/"
    assert client.post(address, {"email": "new@hospital.example", "role": "MINISTRY_OFFICER"}).status_code == 422
    assert client.post(address, {"email": "new@hospital.example", "role": "IRB_LIAISON"}).status_code == 303
    invited = Membership.objects.get(status="INVITED")
    assert invited.invited_role == "IRB_LIAISON" and not mail.outbox
    newcomer = providers.person("", email="new@hospital.example")
    _membership, token = actions.invite(
        organisation=owner.organisation, email="b@hospital.example", by=owner.user, role=Role.DRB_MEMBER
    )
    other = providers.person("", email="b@hospital.example")
    actions.accept_invitation(token=token, by=other)
    assert live(other) == {"DRB_MEMBER"} and live(newcomer) == set()
    with pytest.raises(Refused):
        actions.invite(organisation=owner.organisation, email="c@hospital.example", by=owner.user, role=Role.AUDITOR)


def test_roles_are_given_to_colleagues_and_ended(owner: providers.Provider) -> None:
    colleague = providers.person(Role.IRB_LIAISON, owner.organisation)
    membership = colleague.memberships.get()
    client, give = as_(owner.user), f"/accounts/members/{membership.ref}/role/"
    assert client.post(give, {"role": "PROVIDER_APPROVER"}).status_code == 303
    assert live(colleague) == {"IRB_LIAISON", "PROVIDER_APPROVER"}
    assert Event.objects.get(name="membership.role_given").by == owner.user
    assert Notice.objects.filter(template="role_granted", user=colleague).exists()
    for role in ("PROVIDER_APPROVER", "AUDITOR", "", "REPRESENTATIVE"):
        assert 'class="alert' in client.post(give, {"role": role}, follow=True).content.decode()
    assert live(colleague) == {"IRB_LIAISON", "PROVIDER_APPROVER"}
    grant = RoleGrant.objects.get(user=colleague, role="PROVIDER_APPROVER")
    end = f"/accounts/roles/{grant.ref}/end/"
    assert client.post(end).status_code == 303 and live(colleague) == {"IRB_LIAISON"}
    assert Event.objects.filter(name="role_grant.revoked", subject_ref=grant.ref).get().by == owner.user
    client.post(end)
    assert Event.objects.filter(name="role_grant.revoked", subject_ref=grant.ref).count() == 1


def test_nobody_gives_themselves_a_role_and_the_last_manager_stays(owner: providers.Provider) -> None:
    membership = owner.user.memberships.get()
    with pytest.raises(NotAllowed):
        actions.give_member_role(membership_id=membership.pk, role=Role.PROVIDER_APPROVER, by=owner.user)
    manager = RoleGrant.objects.get(user=owner.user)
    for refused in (
        lambda: actions.end_member_role(grant_id=manager.pk, by=owner.user),
        lambda: actions.end_membership(membership_id=membership.pk, reason="gone", by=owner.user),
    ):
        with pytest.raises(Refused) as error:
            refused()
        assert error.value.code == "last_manager"
    providers.person(Role.PROVIDER_MANAGER, owner.organisation)
    actions.end_member_role(grant_id=manager.pk, by=owner.user)
    assert live(owner.user) == set()


def test_roles_are_for_managers_of_the_same_institution(owner: providers.Provider) -> None:
    colleague = providers.person(Role.IRB_LIAISON, owner.organisation)
    membership, grant = colleague.memberships.get(), RoleGrant.objects.get(user=colleague)
    give, end = f"/accounts/members/{membership.ref}/role/", f"/accounts/roles/{grant.ref}/end/"
    stranger = as_(providers.provider().user)
    assert stranger.post(give, {"role": "DRB_MEMBER"}).status_code == 404 and stranger.post(end).status_code == 404
    as_(colleague).post(give, {"role": "PROVIDER_MANAGER"})
    as_(colleague).post(end)
    assert as_().post(give).status_code == 302 and as_().post(end).status_code == 302
    assert live(colleague) == {"IRB_LIAISON"}
    assert "역할 부여" not in as_(colleague).get(PAGE).content.decode()
    company = make_organisation()
    head = providers.person(Role.REPRESENTATIVE, company)
    staff = providers.person(Role.STAFF_MEMBER, company)
    with pytest.raises(Refused):
        actions.give_member_role(membership_id=staff.memberships.get().pk, role=Role.REPRESENTATIVE, by=head)
    with pytest.raises(NotAllowed):
        actions.end_member_role(grant_id=RoleGrant.objects.get(user=staff).pk, by=head)


def test_the_page_needs_the_same_queries_for_one_and_for_many(
    owner: providers.Provider, django_assert_max_num_queries: Any
) -> None:
    client, counted = as_(owner.user), []
    for number in (1, 29):
        for _ in range(number):
            providers.person(Role.DRB_MEMBER, owner.organisation)
        with django_assert_max_num_queries(40) as queries:
            assert client.get(PAGE).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_the_database_knows_to_which_roles_one_is_invited(owner: providers.Provider) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.update(invited_role="SYSADMIN")


def test_two_managers_who_leave_at_once_leave_one(committed_db: str) -> None:
    owner = providers.provider()
    second = providers.person(Role.PROVIDER_MANAGER, owner.organisation)
    grants = {user: RoleGrant.objects.get(user=user) for user in (owner.user, second)}
    results = together(
        *(lambda user=user: actions.end_member_role(grant_id=grants[user].pk, by=user) for user in grants),
        behind=owner.organisation,
    )
    assert sum(isinstance(one, Refused) for one in results) == 1
    assert RoleGrant.objects.filter(role="PROVIDER_MANAGER", revoked_at=None).count() == 1
