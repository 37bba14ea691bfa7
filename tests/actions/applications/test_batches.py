"""One verb for many applications: each by itself, each refusal with its reason."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.journal.models import Event
from portal.kit import clock
from portal.kit.errors import NotAllowed, Refused
from tests.factories import applications as make
from tests.factories.rounds import make_round
from vouchers.applications import actions, queries
from vouchers.applications.models import CheckBatchLine
from vouchers.companies import actions as companies
from vouchers.companies import tasks
from vouchers.companies.models import Company

pytestmark = pytest.mark.django_db


@pytest.fixture
def checked():
    """A round with one application whose every rule is met and one of a company that the tax service calls suspended."""
    round_, by = make_round(policy={"required_documents": []}), make.officer()
    good, odd = make.submitted(make.firm(), round_), make.submitted(make.firm(tax_status="SUSPENDED"), round_)
    return round_, good, odd, by


def run(kind: str, round_, by) -> object:
    batch = actions.start_batch(kind=kind, round_id=round_.pk, by=by)
    actions.go_on_batches()
    batch.refresh_from_db()
    return batch


def outcomes(batch) -> dict[int, str]:
    return dict(batch.lines.values_list("application_id", "outcome"))


def test_begin_check_then_find_eligible_for_all_whose_rules_agree(checked):
    round_, good, odd, by = checked
    with pytest.raises(NotAllowed):
        actions.start_batch(kind="BEGIN_CHECK", round_id=round_.pk, by=make.firm().representative)
    begun = run("BEGIN_CHECK", round_, by)
    assert outcomes(begun) == {good.pk: "DONE", odd.pk: "DONE"} and begun.finished_at
    stands = queries.standing(round_)
    assert (stands.received, stands.in_check, stands.agree, stands.disagree) == (0, 2, 1, 1)
    assert stands.by_rule == [("TAX_STATUS", 0, 1)]
    found = run("FIND_ELIGIBLE", round_, by)
    assert outcomes(found) == {good.pk: "DONE"}
    good.refresh_from_db()
    odd.refresh_from_db()
    assert (good.status, odd.status) == ("ELIGIBLE", "ELIGIBILITY_CHECK")
    own = Event.objects.get(subject_ref=good.ref, name="application.found_eligible")
    assert own.by_id == by.pk
    names = Event.objects.filter(subject_ref=found.ref).values_list("name", flat=True)
    assert list(names) == ["check_batch.started", "check_batch.finished"]
    with pytest.raises(Refused):
        actions.start_batch(kind="FIND_ELIGIBLE", round_id=round_.pk, by=by)


def test_ticked_applications_whose_rules_disagree_are_skipped_with_the_reason(checked):
    round_, good, odd, by = checked
    run("BEGIN_CHECK", round_, by)
    batch = actions.start_batch(kind="FIND_ELIGIBLE", application_ids=[odd.pk, good.pk], by=by)
    assert actions.go_on_batch(batch_id=batch.pk, most=1) == 1
    assert queries.counts(batch).looked_at == 1
    assert actions.go_on_batches() == 1 and actions.go_on_batches() == 0
    line = batch.lines.get(application=odd)
    assert line.outcome == "SKIPPED"
    assert "국세청" in line.reason_ko and "tax service" in line.reason_en
    assert [one.application_id for one in queries.lines(batch)] == [odd.pk, good.pk]


def test_find_eligible_skips_where_a_conflict_is_recorded(checked):
    round_, good, _odd, by = checked
    run("BEGIN_CHECK", round_, by)
    companies.declare_conflict(user=by, organisation=good.company.organisation, ground="자문", by=by)
    line = run("FIND_ELIGIBLE", round_, by).lines.get()
    assert line.outcome == "SKIPPED" and line.reason_ko and line.reason_en
    good.refresh_from_db()
    assert good.status == "ELIGIBILITY_CHECK"


def test_ask_tax_service_for_a_whole_round(checked):
    round_, good, odd, by = checked
    run("BEGIN_CHECK", round_, by)
    batch = actions.start_batch(kind="ASK_TAX", round_id=round_.pk, by=by)
    with pytest.raises(Refused):
        actions.start_batch(kind="ASK_TAX", round_id=round_.pk, by=by)
    assert actions.go_on_batches() == 0  # nobody has answered yet
    assert tasks.check_registrations() == 2 and actions.go_on_batches() == 2
    assert set(outcomes(batch).values()) == {"DONE"}
    assert odd.eligibility_checks.get(rule="TAX_STATUS").verdict == "MET"
    assert Event.objects.filter(subject_ref=good.ref, name="application.rules_asked").count() == 1


def test_a_tax_service_that_does_not_answer_needs_a_person_and_holds_nothing_up(checked):
    round_, good, _odd, by = checked
    run("BEGIN_CHECK", round_, by)
    assert good.eligibility_checks.get(rule="TAX_STATUS").verdict == "MET"
    batch = actions.start_batch(kind="ASK_TAX", round_id=round_.pk, by=by)
    now = clock.now()
    for turn in range(3):
        for company in Company.objects.filter(check_due_at__lte=now + timedelta(days=1)):
            companies.record_check_failure(company_id=company.pk, now=now + timedelta(minutes=turn))
    assert actions.go_on_batches() == 2
    batch.refresh_from_db()
    assert set(outcomes(batch).values()) == {"SKIPPED"} and batch.finished_at
    check = good.eligibility_checks.get(rule="TAX_STATUS")
    assert check.verdict == "NEEDS_PERSON" and "답" in check.reason_ko
    actions.judge_rule(check_id=check.pk, verdict="MET", reason="세무서 증명으로 확인", by=by)
    actions.ask_rules(application_id=good.pk, by=by)
    check.refresh_from_db()
    assert check.verdict == "MET" and check.decided_by_id == by.pk


def test_what_became_of_a_line_is_final(checked):
    round_, _good, _odd, by = checked
    line = run("BEGIN_CHECK", round_, by).lines.first()
    for change in ({"outcome": "WAITING"}, {"outcome": "SKIPPED", "reason_ko": "x", "reason_en": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CheckBatchLine.objects.filter(pk=line.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        CheckBatchLine.objects.filter(pk=line.pk).delete()
    batch = actions.start_batch(kind="ASK_TAX", round_id=round_.pk, by=by)
    with pytest.raises(IntegrityError), transaction.atomic():
        batch.lines.update(outcome="SKIPPED")
