"""What the database itself guards of roles."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from portal.accounts import actions, rules
from portal.accounts.models import RoleGrant
from portal.kit import clock
from portal.kit.errors import Refused
from tests.factories.accounts import make_organisation, make_person, make_staff

pytestmark = pytest.mark.django_db


def insert(user, role, **given):
    with transaction.atomic():
        return RoleGrant.objects.create(user=user, role=role, **given)


def test_the_database_knows_the_same_pairs_as_the_rules():
    with connection.cursor() as cursor:
        for one in rules.Role:
            for two in rules.Role:
                cursor.execute("SELECT roles_apart(%s, %s)", [str(one), str(two)])
                assert cursor.fetchone()[0] == bool(rules.incompatible([one], two)), (one, two)


def test_incompatible_roles_never_overlap_in_one_person():
    person = make_person()
    first = insert(person, "OPERATOR_FINANCE")
    with pytest.raises(IntegrityError):
        insert(person, "PAYMENT_REGISTRAR")
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.bulk_create([RoleGrant(ref="rgr-x", user=person, role="PAYMENT_REGISTRAR")])
    insert(person, "MINISTRY_OFFICER")  # compatible
    insert(make_person("other@test.example"), "PAYMENT_REGISTRAR")
    first.revoked_at = clock.now()
    first.save()
    second = insert(person, "PAYMENT_REGISTRAR")
    assert second.pk


def test_an_ended_grant_may_be_followed_but_not_revived_beside_its_opposite():
    person = make_person()
    first = insert(person, "MINISTRY_OFFICER", revoked_at=clock.now())
    insert(person, "MINISTRY_APPROVER")
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.filter(pk=first.pk).update(revoked_at=None)


def test_grants_that_follow_each_other_in_time_do_not_overlap():
    person, now = make_person(), clock.now()
    insert(person, "MINISTRY_OFFICER", created_at=now - timedelta(days=9), expires_at=now - timedelta(days=1))
    approver = insert(person, "MINISTRY_APPROVER", created_at=now)
    assert approver.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.filter(role="MINISTRY_OFFICER").update(expires_at=now + timedelta(days=1))


def test_a_companys_or_providers_role_names_its_organisation():
    person, admin = make_person(), make_staff("SYSADMIN")
    for role in ("REPRESENTATIVE", "PROVIDER_MANAGER", "PROVIDER_DRB_SECRETARY"):
        with pytest.raises(Refused) as error:
            actions.grant_role(user=person, role=role, by=admin)
        assert (error.value.code, error.value.field) == ("role_place", "organisation")
        with pytest.raises(IntegrityError):
            insert(person, role)
    with pytest.raises(Refused):
        actions.grant_role(user=person, role="PROVIDER_MANAGER", organisation=make_organisation(), by=admin)
