"""Registrations as the database guards them, broken in committed transactions."""

import pytest
from django.db import IntegrityError, connection, transaction

from portal.accounts.actions import grant_role
from tests.committed import together
from tests.factories.companies import facts_of, make_brn, make_company, make_person
from vouchers.companies import actions
from vouchers.companies.actions.registration import AlreadyRegistered
from vouchers.companies.models import Company


def refused(sql: str, *values) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_numbers_have_one_company_and_ten_digits(committed_db):
    one, two = make_company(), make_company(verified=False)
    refused("UPDATE vouchers_company SET brn = %s WHERE id = %s", make_brn(), one.pk)
    refused("UPDATE vouchers_company SET organisation_id = %s WHERE id = %s", two.organisation_id, one.pk)
    copy = "INSERT INTO vouchers_company SELECT (jsonb_populate_record(c, %s::jsonb)).* FROM vouchers_company c WHERE id = %s"
    for brn in ("0000000000", "12345", "12345678AB", one.brn):
        refused(copy, f'{{"id": 999999, "ref": "cmp-other", "brn": "{brn}"}}', two.pk)


def test_verification_has_a_source_and_forgets_the_name(committed_db):
    one, waiting = make_company(), make_company(verified=False)
    refused("UPDATE vouchers_company SET name_ko = 'x' WHERE id = %s", one.pk)
    refused("UPDATE vouchers_company SET opened_on = '2001-01-01' WHERE id = %s", one.pk)
    refused("UPDATE vouchers_company SET sealed_representative = 'x' WHERE id = %s", one.pk)
    refused("UPDATE vouchers_company SET verification = 'VERIFIED' WHERE id = %s", waiting.pk)
    refused(
        "UPDATE vouchers_company SET verification = 'VERIFIED', sealed_representative = '', verified_how = 'OFFICER'"
        " WHERE id = %s",
        waiting.pk,
    )


def test_certificates_restrictions_and_conflicts(committed_db):
    company, person = make_company(certificate=True), make_person()
    refused("UPDATE vouchers_sizecertificate SET valid_to = valid_from - 1 WHERE company_id = %s", company.pk)
    officer = make_person()
    grant_role(user=officer, role="MINISTRY_OFFICER", by=None)
    from portal.kit import clock

    row = actions.restrict(name="x", ground="x", brn=company.brn, starts_on=clock.today(), ends_on=clock.today(), by=officer)
    refused("UPDATE vouchers_restriction SET brn = '' WHERE id = %s", row.pk)
    refused("UPDATE vouchers_restriction SET ends_on = starts_on - 1 WHERE id = %s", row.pk)
    refused("UPDATE vouchers_restriction SET status = 'IN_FORCE', decided_by_id = entered_by_id WHERE id = %s", row.pk)
    refused("UPDATE vouchers_restriction SET status = 'IN_FORCE' WHERE id = %s", row.pk)
    actions.declare_conflict(user=person, organisation=company.organisation, ground="x", by=person)
    refused(
        "INSERT INTO vouchers_conflictofinterest (ref, created_at, updated_at, version, user_id, organisation_id, ground,"
        " declared_by_id) VALUES ('coi-x', now(), now(), 1, %s, %s, 'again', %s)",
        person.pk, company.organisation_id, person.pk,
    )  # fmt: skip


def test_decisions_are_complete_by_another_and_made_once(committed_db):
    company, claimant, officer = make_company(), make_person(), make_person()
    grant_role(user=officer, role="MINISTRY_OFFICER", by=None)
    dispute = actions.file_dispute(company_id=company.pk, statement="x", by=claimant)
    table = "vouchers_ownershipdispute"
    refused(f"UPDATE {table} SET status = 'GRANTED' WHERE id = %s", dispute.pk)
    refused(f"UPDATE {table} SET status = 'GRANTED', reason = 'x', decided_by_id = %s WHERE id = %s", claimant.pk, dispute.pk)
    refused(f"UPDATE {table} SET status = 'GRANTED', decided_by_id = %s WHERE id = %s", officer.pk, dispute.pk)
    actions.settle_dispute(dispute_id=dispute.pk, granted=False, reason="x", by=officer)
    refused(f"UPDATE {table} SET status = 'GRANTED' WHERE id = %s", dispute.pk)
    refused(f"UPDATE {table} SET reason = 'other' WHERE id = %s", dispute.pk)


def test_two_people_register_one_number_at_once(committed_db):
    facts, people = facts_of(brn=make_brn()), [make_person(), make_person()]
    results = together(*(lambda person=person: actions.register(by=person, **facts) for person in people))
    assert sorted(type(result) for result in results if isinstance(result, Exception)) == [AlreadyRegistered]
    assert Company.objects.count() == 1
