"""A rehearsal: a whole round on test companies, apart from everything real, promoted by two people."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.accounts.rules import Role
from portal.desk import figures
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import NotAllowed, Refused
from tests.factories import applications as make
from tests.factories import evaluation as ev
from tests.factories.providers import person
from tests.factories.questions import QUESTIONS
from tests.factories.rehearsals import applied, rehearsal
from tests.factories.rounds import make_round
from vouchers.applications import actions, queries
from vouchers.applications.models import Application
from vouchers.applications.rules import answer_fault
from vouchers.companies import actions as companies
from vouchers.companies.models import Company
from vouchers.evaluation import actions as evaluation
from vouchers.evaluation.models import Award
from vouchers.ledger import actions as ledger
from vouchers.ledger.models import Account
from vouchers.rounds import actions as rounds
from vouchers.rounds.models import Round

pytestmark = pytest.mark.django_db


def broken(change) -> bool:
    with pytest.raises(IntegrityError), transaction.atomic():
        change()
    return True


def test_a_whole_rehearsal_up_to_the_released_selection_then_promoted_by_another():
    officer, approver = make.officer(), person(Role.MINISTRY_APPROVER)
    row = rehearsal(by=officer)
    cases = applied(row, 3, officer)
    assert {case.status for case in cases} == {"SUBMITTED"} and len({case.track_id for case in cases}) == 3
    assert all(case.company.is_rehearsal and case.company.service_email.endswith(".example") for case in cases)
    assert {case.receipt_no.partition("-")[0] for case in cases} == {"REHEARSAL"}, "no number of a real application is taken"
    assert set(Duty.objects.filter(verb="begin_check").values_list("rehearsed", flat=True)) == {True}
    for kind in ("BEGIN_CHECK", "FIND_ELIGIBLE"):
        actions.go_on_batch(batch_id=actions.start_batch(kind=kind, round_id=row.pk, by=officer).pk)
    with clock.at(row.closes_at + timedelta(minutes=1)):
        _evaluate(row, cases, officer, approver)
        row.refresh_from_db()
        assert row.status == "AWARDED"
        assert Application.objects.filter(round=row, status="SELECTED").count() == 3
        assert not Award.objects.exists() and not Account.objects.exists()
        live = _promote(row, officer, approver)
    assert live.kind == "LIVE" and live.status == "DRAFT" and live.rehearsed_in_id == row.pk
    assert "[모의]" not in live.title_ko and live.created_by_id == officer.pk
    assert live.policy_version().body == row.policy_version().body
    names = ("key", "weight")
    assert list(live.criteria.values_list(*names)) == list(row.criteria.values_list(*names))
    assert list(live.tracks.values_list("key", "cap_won")) == list(row.tracks.values_list("key", "cap_won"))
    assert not Application.objects.filter(round=live).exists() and Application.objects.filter(round=row).count() == 3
    assert not Event.objects.filter(subject_ref=row.ref, public=True).exists()
    assert Duty.objects.filter(verb="begin_check", closed_at__isnull=False).exists()
    assert "begin_check" not in figures.usual_waits(), "how fast a rehearsal went is nobody's usual wait"
    assert Event.objects.filter(name="round.promoted", by=approver).count() == 2


def _evaluate(row, cases, officer, approver) -> None:
    rounds.begin_evaluation(round_id=row.pk, by=officer)
    evaluators = [person(Role.EVALUATOR) for _ in range(2)]
    at = ev.Panel(row, officer, approver, evaluators, [], [Application.objects.get(pk=case.pk) for case in cases])
    for case in at.applications:
        ev.score(at, case, 80)
    run = evaluation.propose_selection(round_id=row.pk, by=officer)
    evaluation.confirm_selection(run_id=run.pk, by=approver)


def _promote(row, officer, approver) -> Round:
    with pytest.raises(Refused):
        rounds.promote(round_id=row.pk, key="voucher-2028", by=approver)
    rounds.ask_promotion(round_id=row.pk, by=officer)
    with pytest.raises(Refused):
        rounds.ask_promotion(round_id=row.pk, by=officer)
    with pytest.raises(NotAllowed):
        rounds.promote(round_id=row.pk, key="voucher-2028", by=officer)
    with pytest.raises(Refused):
        rounds.decline_promotion(round_id=row.pk, reason=" ", by=approver)
    rounds.decline_promotion(round_id=row.pk, reason="배점을 다시 볼 것", by=approver)
    assert not Duty.objects.filter(verb="promote_round", closed_at__isnull=True).exists()
    assert Notice.objects.get(template="promotion_declined").user == officer
    with pytest.raises(Refused):
        rounds.promote(round_id=row.pk, key="voucher-2028", by=approver)
    rounds.ask_promotion(round_id=row.pk, by=officer)
    live = rounds.promote(round_id=row.pk, key="voucher-2028", by=approver)
    with pytest.raises(Refused):
        rounds.promote(round_id=row.pk, key="voucher-2029", by=approver)
    with pytest.raises(Refused):
        rounds.start_projects(round_id=row.pk, by=officer)
    return live


def test_nobody_promotes_what_they_asked_for_themselves():
    row = rehearsal()
    both = person(Role.MINISTRY_APPROVER)
    assert broken(lambda: Round.objects.filter(pk=row.pk).update(promotion_asked_by=both, promoted_by=both))
    assert broken(lambda: Round.objects.filter(pk=row.pk).update(promoted_by=both))
    assert broken(lambda: Round.objects.filter(pk=make_round().pk).update(promotion_asked_by=both))
    with pytest.raises(Refused):
        rounds.ask_promotion(round_id=row.pk, by=make.officer())


def test_rehearsals_and_real_rounds_never_share_a_company():
    row, real, owner, officer = rehearsal(), make_round(), make.firm(), make.officer()
    with pytest.raises(Refused):
        make.start(owner, row)
    (case,) = applied(row, 1, officer)
    with pytest.raises(Refused):
        actions.start(round_id=real.pk, track_id=real.tracks.first().pk, by=case.created_by)
    with pytest.raises(Refused):
        actions.apply_in_rehearsal(round_id=real.pk, companies_wanted=1, by=officer)
    for count in (0, 21):
        with pytest.raises(Refused):
            applied(row, count, officer)
    with pytest.raises(NotAllowed):
        applied(row, 1, owner.representative)
    draft = make.start(owner, real)
    copy = {"created_by": owner.staff, "ref": "app-x"}
    assert broken(lambda: Application(round=row, track=row.tracks.first(), company=owner.company, **copy).save())
    assert broken(lambda: Application(round=real, track=real.tracks.first(), company=case.company, **copy).save())
    assert broken(lambda: Application.objects.filter(pk=draft.pk).update(company=case.company))
    assert broken(lambda: Company.objects.filter(pk=owner.company.pk).update(is_rehearsal=True))
    assert broken(lambda: Company.objects.filter(pk=case.company_id).update(is_rehearsal=False))
    assert broken(lambda: Company.objects.filter(pk=case.company_id).update(name_ko="새 이름"))
    assert broken(lambda: Round.objects.filter(pk=row.pk).update(title_ko="새 이름"))


def test_a_rehearsal_never_has_money():
    row, approver = rehearsal(), person(Role.MINISTRY_APPROVER)
    with pytest.raises(Refused):
        ledger.appropriate(round_id=row.pk, amount_won=1, reason="연습", by=approver)
    assert broken(lambda: Account(round=row, kind="AVAILABLE", owner_ref=row.ref).save())


def test_what_a_rehearsal_tells_is_marked_and_its_companies_are_in_no_register(settings):
    row, officer = rehearsal(), make.officer()
    settings.DEMO = False  # a demo's own sink takes their mail
    (case,) = applied(row, 1, officer)
    told = Notice.objects.filter(subject_ref=case.ref)
    assert told and all(one.title.startswith("[모의] ") and "모의 회차" in one.body for one in told)
    to_companies = [one for one in told if one.address.endswith("@rehearsal.example")]
    assert to_companies and {one.state for one in to_companies} == {"SKIPPED"}  # in their feed; no server takes the mail
    assert companies.ask_tax_service(company_ids=[case.company_id], now=clock.now(), by=officer) == 0
    batch = actions.start_batch(kind="ASK_TAX", round_id=row.pk, by=officer)
    assert actions.go_on_batch(batch_id=batch.pk) == 1
    assert queries.counts(batch).done == 1
    assert not case.created_by.has_usable_password()


def test_a_rehearsal_is_copied_from_any_round_and_keeps_its_mark():
    officer = make.officer()
    source = make_round(key="voucher-x")
    row = rounds.rehearse(round_id=source.pk, key="voucher-x-rehearsal", by=officer)
    assert row.kind == "REHEARSAL" and row.title_ko == f"[모의] {source.title_ko}" and row.opens_at is None
    row = rounds.edit_round(round_id=row.pk, version=row.version, by=officer, title_ko="다른 이름", title_en="Other")
    assert (row.title_ko, row.title_en) == ("[모의] 다른 이름", "[Rehearsal] Other")
    with pytest.raises(Refused):
        rounds.rehearse(round_id=row.pk, key="again", by=officer)
    with pytest.raises(NotAllowed):
        rounds.rehearse(round_id=source.pk, key="other", by=make.firm().representative)


def test_test_companies_answer_the_questions_of_the_call():
    row = rehearsal(
        policy={"questions": QUESTIONS, "blind_review": True, "required_documents": ["PROJECT_PLAN", "SIZE_CERTIFICATE"]}
    )
    (case,) = applied(row, 1, make.officer())
    assert [one.kind for one in queries.blind_files(case)] == ["PROJECT_PLAN"], "a blind call is rehearsed too"
    answers = case.sections.get(key="project").answers
    faults = [answer_fault(one, answers.get(one.key)) for one in row.policy().questions]
    assert not any(faults) and case.status == "SUBMITTED"
    assert case.application_documents.filter(kind="q_8", current=True).exists()
