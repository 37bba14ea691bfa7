"""Role grants with two administrators at once, on real connections."""

import pytest

from portal.accounts import actions
from portal.accounts.models import Membership, RoleGrant
from portal.kit.errors import Refused
from tests.committed import together
from tests.factories.accounts import make_member, make_organisation, make_person, make_staff

pytestmark = pytest.mark.usefixtures("committed_db")


def test_two_incompatible_roles_at_once_one_is_refused():
    person, one, two = make_person(), make_staff("SYSADMIN"), make_staff("SYSADMIN")
    results = together(
        lambda: actions.grant_role(user=person, role="MINISTRY_OFFICER", reason="a", by=one),
        lambda: actions.grant_role(user=person, role="MINISTRY_APPROVER", reason="b", by=two),
    )
    refused = [r for r in results if isinstance(r, Refused)]
    assert len(refused) == 1 and refused[0].code == "incompatible_roles"
    assert RoleGrant.objects.filter(user=person).count() == 1


def test_same_role_twice_at_once_is_one_grant():
    person = make_person()
    together(*[lambda: actions.grant_role(user=person, role="AUDITOR", by=None)] * 4)
    assert RoleGrant.objects.filter(user=person).count() == 1


def test_last_two_representatives_cannot_leave_at_once():
    org = make_organisation()
    people = [make_member(org, "REPRESENTATIVE", representative=True) for _ in range(2)]
    rows = [Membership.objects.get(user=p, organisation=org) for p in people]
    results = together(*[
        (lambda row=row, by=by: actions.end_membership(membership_id=row.pk, reason="x", by=by))
        for row, by in zip(rows, people, strict=True)
    ])  # fmt: skip
    assert sum(isinstance(r, Refused) for r in results) == 1
    assert Membership.objects.filter(organisation=org, status="ACTIVE").count() == 1


def test_invitation_used_twice_at_once_joins_once():
    org = make_organisation()
    boss = make_member(org, "REPRESENTATIVE", representative=True)
    guest = make_person("guest@test.example")
    _membership, token = actions.invite(organisation=org, email="Guest@test.example", by=boss)
    results = together(*[lambda: actions.accept_invitation(token=token, by=guest)] * 2)
    assert sum(isinstance(r, Refused) for r in results) == 1
    assert Membership.objects.filter(organisation=org, user=guest, status="ACTIVE").count() == 1
