"""Institutions: reference data, verification, measured days."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from portal.accounts.models import Organisation
from portal.accounts.rules import Role
from portal.journal.models import Event
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from providers.institutions import actions
from providers.institutions.models import Institution
from tests.committed import together
from tests.factories import providers

RECORD = {"key": "some-hospital", "name_ko": "어느병원", "name_en": "Some Hospital", "institution_type": "HOSPITAL"}


@pytest.mark.django_db
def test_register_reference_is_idempotent() -> None:
    first = actions.register_reference(record=RECORD)
    again = actions.register_reference(record=RECORD)
    assert first.pk == again.pk and again.version == first.version
    assert Event.objects.filter(subject_ref=first.ref).count() == 1
    revised = actions.register_reference(record={**RECORD, "region": "SEOUL"})
    assert revised.region == "SEOUL"
    assert Event.objects.filter(subject_ref=first.ref, name="institution.revised").get().data == {"fields": ["region"]}


@pytest.mark.django_db
def test_an_applicant_is_verified_and_activated() -> None:
    owner = providers.provider()
    applied = actions.apply(record=RECORD, organisation=providers.provider().organisation, by=None)
    assert applied.status == "APPLIED" and applied not in Institution.objects.visible_to(None)
    with pytest.raises(NotAllowed):
        actions.start_verification(institution_id=applied.pk, by=owner.user)
    officer = providers.person(Role.MINISTRY_OFFICER)
    actions.start_verification(institution_id=applied.pk, by=officer)
    assert actions.activate(institution_id=applied.pk, by=officer).status == "ACTIVE"
    with pytest.raises(IllegalStep):
        actions.activate(institution_id=applied.pk, by=officer)
    with pytest.raises(Refused):
        actions.apply(record=RECORD, organisation=owner.organisation, by=None)


@pytest.mark.django_db
def test_suspend_needs_a_reason() -> None:
    owner, officer = providers.provider(), providers.person(Role.MINISTRY_OFFICER)
    with pytest.raises(Refused):
        actions.suspend(institution_id=owner.institution.pk, reason="", by=officer)
    suspended = actions.suspend(institution_id=owner.institution.pk, reason="자료 점검", by=officer)
    assert actions.reinstate(institution_id=suspended.pk, by=officer).status == "ACTIVE"


@pytest.mark.django_db
def test_record_measured_days() -> None:
    owner = providers.provider()
    told = {"step": "drb", "median": 12, "n": 7, "as_of": date(2026, 11, 1)}
    first = actions.record_measured_days(institution_id=owner.institution.pk, **told)
    assert first.measured_days == {"drb": {"median": 12, "n": 7, "as_of": "2026-11-01"}}
    assert first.facts()["measured_days"] == {"drb": {"median": 12, "n": 7}}, "what the ranking reads and keeps"
    assert actions.record_measured_days(institution_id=owner.institution.pk, **told).version == first.version
    with pytest.raises(Refused):
        actions.record_measured_days(institution_id=owner.institution.pk, **{**told, "step": "tea"})


@pytest.mark.django_db
def test_target_days_are_the_institutions_own() -> None:
    owner = providers.provider()
    assert actions.set_target_days(institution_id=owner.institution.pk, target_days={"drb": 10}, by=owner.user).target_days == {
        "drb": 10
    }
    with pytest.raises(NotAllowed):
        actions.set_target_days(institution_id=owner.institution.pk, target_days={"drb": 1}, by=providers.provider().user)
    with pytest.raises(Refused):
        actions.set_target_days(institution_id=owner.institution.pk, target_days={"drb": 0}, by=owner.user)


@pytest.mark.django_db
def test_attach_keeps_demo_and_real_apart() -> None:
    real = actions.register_reference(record=RECORD)
    with pytest.raises(Refused):
        actions.attach(institution_id=real.pk, organisation=providers.provider().organisation, by=None)


@pytest.mark.parametrize("broken", [
    {"status": "APPLIED", "organisation": None, "voucher_supplier": False}, {"status": "VERIFYING", "voucher_supplier": True},
])  # fmt: skip
@pytest.mark.django_db
def test_the_database_knows_an_applicant_and_calls_it_no_supplier(broken: dict[str, Any]) -> None:
    owner = providers.provider()
    with pytest.raises(IntegrityError), transaction.atomic():
        Institution.objects.filter(pk=owner.institution.pk).update(**broken)


@pytest.mark.django_db
def test_the_database_keeps_a_claim_apart_from_who_acts() -> None:
    owner = providers.provider()
    with pytest.raises(IntegrityError), transaction.atomic():
        Institution.objects.filter(pk=owner.institution.pk).update(claimant=providers.provider().organisation)


def test_two_who_ask_to_act_for_one_institution_meet_one_answer(committed_db: str) -> None:
    known = actions.register_reference(record={**RECORD, "key": "wanted"}, is_demo=True)
    people = [providers.person("") for _ in range(2)]
    results = together(*(lambda by=by: actions.claim(institution_id=known.pk, by=by) for by in people), behind=known)
    refused = [one for one in results if isinstance(one, Refused)]
    assert len(refused) == 1 and refused[0].code == "claimed"
    assert Organisation.objects.filter(kind="PROVIDER").count() == 1


def applying(name_ko: str, name_en: str) -> dict[str, str]:
    return dict.fromkeys(actions.FACTS, "") | {
        "name_ko": name_ko, "name_en": name_en, "institution_type": "HOSPITAL", "region": "INCHEON",
        "desk_ko": "데이터실", "desk_email": "data@saebit.example",
    }  # fmt: skip


def test_two_who_apply_with_one_english_name_both_get_an_answer(committed_db: str) -> None:
    people = [providers.person("") for _ in range(2)]
    results = together(
        *(
            lambda by=by, n=n: actions.apply_as_new(facts=applying(f"새빛병원 {n}", "Saebit Hospital"), by=by)
            for n, by in enumerate(people)
        ),
        behind=actions.verifying.APPLYING,
    )
    assert all(isinstance(one, Institution) for one in results), results  # two hospitals, two addresses
    assert len({one.key for one in results}) == 2


def test_two_who_apply_for_one_institution_meet_one_answer(committed_db: str) -> None:
    people = [providers.person("") for _ in range(2)]
    results = together(
        *(lambda by=by: actions.apply_as_new(facts=applying("새빛 병원", "Saebit Hospital"), by=by) for by in people),
        behind=actions.verifying.APPLYING,
    )
    refused = [one for one in results if isinstance(one, Refused)]
    assert len(refused) == 1 and refused[0].code == "applied_for" and refused[0].field == "name_ko", results
    assert Institution.objects.count() == Organisation.objects.filter(kind="PROVIDER").count() == 1


def test_one_person_who_applies_twice_at_once_acts_for_one_institution(committed_db: str) -> None:
    person = providers.person("")
    known = actions.register_reference(record={**RECORD, "key": "wanted"}, is_demo=True)
    results = together(
        lambda: actions.apply_as_new(facts=applying("새빛병원", "Saebit Hospital"), by=person),
        lambda: actions.apply_as_new(facts=applying("다른병원", "Other Hospital"), by=person),
        lambda: actions.claim(institution_id=known.pk, by=person),
        behind=person,
    )
    refused = [one for one in results if isinstance(one, Refused)]
    assert [one.code for one in refused] == ["has_one", "has_one"], results
    assert Organisation.objects.filter(kind="PROVIDER").count() == 1
