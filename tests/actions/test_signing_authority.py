"""No signature without a paper on file: filed by the organisation, checked by somebody else, valid that day."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.accounts import second_factor
from portal.journal.models import Duty, Notice
from portal.kit import clock
from portal.kit.errors import NotAllowed
from tests.factories import authorities, halts
from tests.factories import evaluation as ev
from tests.factories.providers import person
from tests.refusals import refused
from vouchers.agreements import actions, queries
from vouchers.agreements.models import AgreementParty, HaltConsent, SigningAuthority

pytestmark = pytest.mark.django_db


def broken(rows, **values):
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**values)


def test_filed_checked_by_somebody_else_and_only_then_signed():
    made = ev.to_sign()
    SigningAuthority.objects.filter(person=made.company).update(status="REVOKED")
    party = AgreementParty.objects.select_related("organisation").get(agreement=made.agreement, role="COMPANY")
    said = refused(ev.sign, "no_authority", made=made, by=made.company)
    assert "서명 권한" in said and str(party.organisation) in said
    row = authorities.filed(made.company, party.organisation)
    refused(ev.sign, "no_authority", made=made, by=made.company)
    assert Duty.objects.filter(subject_ref=row.ref, verb="check_authority", closed_at__isnull=True).exists()
    for who in (made.company, made.provider):
        with pytest.raises(NotAllowed):
            actions.confirm_authority(authority_id=row.pk, by=who)
    actions.confirm_authority(authority_id=row.pk, by=made.operator)
    assert Notice.objects.filter(template="authority_confirmed", user=made.company).exists()
    assert not Duty.objects.filter(subject_ref=row.ref, closed_at__isnull=True).exists()
    with clock.at(clock.now() + timedelta(days=900)):
        refused(actions.authorised, "no_authority", organisation=party.organisation, by=made.company)
    ev.sign(made, made.company)
    party.refresh_from_db()
    assert party.authority == row
    actions.revoke_authority(authority_id=row.pk, reason="대표자 변경", by=made.company)
    refused(actions.authorised, "no_authority", organisation=party.organisation, by=made.company)
    actions.return_to_draft(agreement_id=made.agreement.pk, reason="다시", by=made.operator)
    party.refresh_from_db()
    assert party.authority is None


def test_what_cannot_be_filed_and_what_is_refused():
    made = ev.to_sign()
    organisation, today = made.agreement.company.organisation, clock.today()
    file = lambda **changes: authorities.filed(made.company, organisation, **changes)
    refused(file, "authority_order", valid_from=today, valid_until=today - timedelta(days=1))
    refused(file, "authority_past", valid_until=today - timedelta(days=1))
    refused(file, "authority_file_missing", document=None)
    refused(file, "not_a_signer", person_id=made.provider.pk)
    with pytest.raises(NotAllowed):
        authorities.filed(made.provider, organisation)
    row = file()
    refused(actions.refuse_authority, "reason_missing", authority_id=row.pk, reason=" ", by=made.operator)
    actions.refuse_authority(authority_id=row.pk, reason="인감이 보이지 않습니다.", by=made.operator)
    assert Notice.objects.filter(template="authority_refused", user=made.company, body__contains="인감이").exists()
    own = authorities.filed(made.operator, queries.files_for(made.operator)[0])
    with pytest.raises(NotAllowed) as error:
        actions.confirm_authority(authority_id=own.pk, by=made.operator)
    assert error.value.code == "four_eyes"


def test_the_database_takes_no_signature_without_a_valid_paper_of_who_signs():
    made = ev.to_sign()
    rows = AgreementParty.objects.filter(agreement=made.agreement, role="COMPANY")
    signed = {"signed_by": made.company, "signed_at": clock.now(), "signed_hash": made.agreement.current().content_hash}
    of = lambda user: SigningAuthority.objects.get(person=user)
    broken(rows, **signed)
    broken(rows, **signed, authority=of(made.provider))
    broken(rows, **signed | {"signed_at": clock.now() + timedelta(days=900)}, authority=of(made.company))
    own = SigningAuthority.objects.filter(person=made.company)
    broken(own, valid_until=clock.today() + timedelta(days=9000))
    broken(own, status="FILED")
    broken(own, checked_by=made.company)
    with pytest.raises(IntegrityError), transaction.atomic():
        own.delete()
    own.update(status="REVOKED")
    broken(rows, **signed, authority=own.get())


def test_consent_to_a_termination_rests_on_it_too():
    made = ev.active()
    SigningAuthority.objects.filter(person=made.company).update(status="REVOKED")
    row = halts.asked(made.agreement, by=made.provider)
    refused(halts.consent, "no_authority", row=row, by=made.company)
    row = halts.consent(row, made.provider)
    given = HaltConsent.objects.get()
    assert given.authority.person == made.provider
    given.pk, given.ref, given.party, given.signed_by, given._state.adding = None, "hcs-x", row.asked_for, person("AUDITOR"), True
    with pytest.raises(IntegrityError), transaction.atomic():
        given.save()
    assert second_factor.demo_code(made.company)
