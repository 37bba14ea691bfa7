"""When nothing fits: the case on the operator's desk, and what the database keeps of it."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from portal.accounts.rules import Role
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock, workdays
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from tests.factories import providers, quotes, sourcing
from vouchers.matching import actions
from vouchers.matching.models import SourcingCase, SourcingNote

pytestmark = pytest.mark.django_db


@pytest.fixture
def on() -> sourcing.Search:
    return sourcing.search()


def test_a_need_without_a_match_opens_one_case_by_the_days_of_its_round(on: sourcing.Search) -> None:
    assert (on.need.status, on.case.status, on.case.handler) == ("NO_MATCH", "OPEN", None)
    duty = Duty.objects.get(subject_ref=on.case.ref)
    assert (duty.verb, duty.role, duty.url) == ("source_data", "OPERATOR_CASE", f"/matching/sourcing/{on.case.ref}/")
    assert duty.due_at == on.case.due_at == workdays.due_at(clock.now(), on.at.round.days("sourcing"))
    actions.run_match(need_id=on.need.pk, by=on.at.firm.user)
    assert SourcingCase.objects.filter(need=on.need).count() == 1


def test_from_taking_up_to_the_result(on: sourcing.Search) -> None:
    case = actions.take_up_sourcing(case_id=on.case.pk, by=on.operator)
    assert (case.status, case.handler) == ("IN_PROGRESS", on.operator)
    actions.note_sourcing(case_id=case.pk, text="한빛병원에 전화했습니다.", by=on.operator)
    proposal = sourcing.proposed(on)
    assert Notice.objects.filter(user=on.at.firm.user, template="sourcing_proposed").exists()
    answered = actions.answer_proposal(proposal_id=proposal.pk, useful=True, by=on.at.firm.colleague)
    assert (answered.status, answered.answered_by) == ("USEFUL", on.at.firm.colleague)
    assert Notice.objects.filter(user=on.operator, template="sourcing_answered").exists()
    closed = actions.close_sourcing(case_id=case.pk, found=True, result="한빛병원의 자료를 쓸 수 있습니다.", by=on.operator)
    assert (closed.status, closed.closed_by) == ("FOUND", on.operator) and closed.closed_at
    assert not Duty.objects.filter(subject_ref=case.ref, closed_at__isnull=True).exists()
    assert [event.name for event in Event.objects.filter(subject_ref=case.ref).order_by("seq")] == [
        "sourcing_case.opened", "sourcing_case.taken_up", "sourcing_case.proposed", "sourcing_case.answered", "sourcing_case.found",
    ]  # fmt: skip
    assert "전화했습니다" not in str([event.data for event in Event.objects.filter(subject_ref=case.ref)])


def test_who_proposes_first_takes_the_case_up(on: sourcing.Search) -> None:
    sourcing.proposed(on)
    on.case.refresh_from_db()
    assert (on.case.status, on.case.handler) == ("IN_PROGRESS", on.operator)
    colleague = providers.person(Role.OPERATOR_CASE)
    assert actions.take_up_sourcing(case_id=on.case.pk, by=colleague).handler == colleague


def test_the_company_owes_an_answer_until_nothing_waits_for_it(on: sourcing.Search) -> None:
    def owed() -> list[Any]:
        found = Duty.objects.filter(subject_ref=on.case.ref, verb="answer_proposal", closed_at__isnull=True)
        return list(found.values_list("organisation_id", "due_at"))

    first, second = sourcing.proposed(on), sourcing.proposed(on, dataset_id=None)
    due = workdays.due_at(clock.now(), on.at.round.days("proposal_answer"))
    assert owed() == [(on.at.firm.company.organisation_id, due)]
    actions.close_sourcing(case_id=on.case.pk, found=True, result="찾았습니다.", by=on.operator)
    assert len(owed()) == 1  # the operator is done, the company is not
    actions.answer_proposal(proposal_id=first.pk, useful=True, by=on.at.firm.user)
    assert len(owed()) == 1
    actions.answer_proposal(proposal_id=second.pk, useful=False, reason="소아 자료입니다.", by=on.at.firm.user)
    assert not owed()


def test_what_is_of_no_use_is_said_with_a_reason_and_may_be_of_use_after_all(on: sourcing.Search) -> None:
    proposal = sourcing.proposed(on)
    for reason in ("", "  ", "가" * 2001):
        with pytest.raises(Refused) as refused:
            actions.answer_proposal(proposal_id=proposal.pk, useful=False, reason=reason, by=on.at.firm.user)
        assert refused.value.field == "reason"
    found = actions.answer_proposal(proposal_id=proposal.pk, useful=False, reason="소아 자료입니다.", by=on.at.firm.user)
    assert (found.status, found.answer) == ("NOT_USEFUL", "소아 자료입니다.")
    assert Event.objects.get(subject_ref=on.case.ref, name="sourcing_case.answered").reason == "소아 자료입니다."
    found = actions.answer_proposal(proposal_id=proposal.pk, useful=True, by=on.at.firm.user)
    assert (found.status, found.answer) == ("USEFUL", "")
    with pytest.raises(IllegalStep):
        actions.answer_proposal(proposal_id=proposal.pk, useful=False, reason="아닙니다.", by=on.at.firm.user)


def test_propose_data_refuses(on: sourcing.Search) -> None:
    hidden = providers.offer(on.at.hospital, published=True).dataset
    type(hidden).objects.filter(pk=hidden.pk).update(publication="PAUSED")
    other = providers.provider()
    for given, code in (
        ({"dataset_id": hidden.pk}, "not_published"), ({"institution_id": other.institution.pk}, "not_published"),
        ({"institution_id": 0, "dataset_id": None}, "not_published"), ({"reason": " "}, "text_missing"), ({"reason": "가" * 2001}, "text_too_long"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            sourcing.proposed(on, **given)
        assert refused.value.code == code
    sourcing.proposed(on)
    sourcing.proposed(on, dataset_id=None)
    for given in ({}, {"dataset_id": None}):
        with pytest.raises(Refused) as refused:
            sourcing.proposed(on, **given)
        assert refused.value.code == "proposed_already"


def test_demo_data_is_proposed_only_for_demo_calls(on: sourcing.Search) -> None:
    plain = sourcing.unmet(on.at.firm, None)
    with pytest.raises(Refused) as refused:
        sourcing.proposed(on, case_id=SourcingCase.objects.get(need=plain).pk)
    assert refused.value.code == "demo_dataset"


def test_close_sourcing_wants_a_result_and_something_found(on: sourcing.Search) -> None:
    actions.take_up_sourcing(case_id=on.case.pk, by=on.operator)
    with pytest.raises(Refused) as refused:
        actions.close_sourcing(case_id=on.case.pk, found=True, result="찾았습니다.", by=on.operator)
    assert refused.value.code == "nothing_proposed"
    with pytest.raises(Refused) as refused:
        actions.close_sourcing(case_id=on.case.pk, found=False, result="", by=on.operator)
    assert refused.value.field == "result"
    actions.close_sourcing(case_id=on.case.pk, found=False, result="국내에 없습니다.", by=on.operator)
    for late in (
        lambda: actions.note_sourcing(case_id=on.case.pk, text="늦은 기록", by=on.operator), lambda: sourcing.proposed(on),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            late()
        assert refused.value.code == "case_over"
    with pytest.raises(IllegalStep):
        actions.take_up_sourcing(case_id=on.case.pk, by=on.operator)


def test_the_company_asks_anew_once_a_case_is_over(on: sourcing.Search) -> None:
    with pytest.raises(Refused) as refused:
        actions.ask_sourcing(need_id=on.need.pk, by=on.at.firm.user)
    assert refused.value.code == "sourced_already"
    actions.take_up_sourcing(case_id=on.case.pk, by=on.operator)
    actions.close_sourcing(case_id=on.case.pk, found=False, result="지금은 없습니다.", by=on.operator)
    assert actions.ask_sourcing(need_id=on.need.pk, by=on.at.firm.colleague).status == "OPEN"
    assert actions.ask_sourcing(need_id=on.at.need.pk, by=on.at.firm.user).status == "OPEN"  # something fits, but not well enough
    draft = quotes.need(on.at.firm, on.at.round, posted=False)
    with pytest.raises(Refused) as refused:
        actions.ask_sourcing(need_id=draft.pk, by=on.at.firm.user)
    assert refused.value.code == "not_posted"


def test_a_case_ends_when_something_fits_or_the_need_is_closed(on: sourcing.Search) -> None:
    actions.save_need(
        need_id=on.need.pk, company_id=on.at.firm.company.pk, round_id=on.at.round.pk, title=on.need.title,
        document=quotes.document(), by=on.at.firm.user,
    )  # fmt: skip
    actions.run_match(need_id=on.need.pk, by=on.at.firm.user)
    on.case.refresh_from_db()
    assert on.case.status == "ENDED" and not Duty.objects.filter(subject_ref=on.case.ref, closed_at__isnull=True).exists()
    other = sourcing.unmet(on.at.firm, on.at.round)
    actions.close_need(need_id=other.pk, by=on.at.firm.user)
    assert SourcingCase.objects.get(need=other).status == "ENDED"


def test_who_may_handle_and_who_may_answer(on: sourcing.Search) -> None:
    proposal = sourcing.proposed(on)
    outsiders = (
        on.at.firm.user,
        on.at.hospital.user,
        quotes.firm().user,
        providers.person(Role.MINISTRY_OFFICER),
        providers.person(Role.AUDITOR),
    )
    for by in outsiders:
        for verb in (
            lambda by: actions.take_up_sourcing(case_id=on.case.pk, by=by), lambda by: actions.note_sourcing(case_id=on.case.pk, text="x", by=by),
            lambda by: sourcing.proposed(on, by=by), lambda by: actions.close_sourcing(case_id=on.case.pk, found=False, result="x", by=by),
        ):  # fmt: skip
            with pytest.raises(NotAllowed):
                verb(by)
    for by in (on.operator, on.at.hospital.user, quotes.firm().user):
        with pytest.raises(NotAllowed):
            actions.answer_proposal(proposal_id=proposal.pk, useful=True, by=by)
        with pytest.raises(NotAllowed):
            actions.ask_sourcing(need_id=on.at.need.pk, by=by)
    actions.answer_proposal(proposal_id=proposal.pk, useful=False, reason="소아 자료입니다.", by=on.at.firm.user)
    with pytest.raises(IllegalStep):
        actions.answer_proposal(proposal_id=proposal.pk, useful=False, reason="x", by=on.at.firm.user)


# ── What the database keeps ──────────────────────────────────────────────────────────────────────────
def broken(sql: str, *values: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_the_database_keeps_notes_proposals_and_results(on: sourcing.Search) -> None:
    proposal, note = sourcing.proposed(on), actions.note_sourcing(case_id=on.case.pk, text="기록", by=on.operator)
    broken("UPDATE vouchers_sourcingnote SET text = 'x' WHERE id = %s", note.pk)
    broken("DELETE FROM vouchers_sourcingnote WHERE id = %s", note.pk)
    broken(
        "INSERT INTO vouchers_sourcingnote (case_id, text, written_by_id, written_at) VALUES (%s, '', %s, now())",
        on.case.pk,
        on.operator.pk,
    )
    broken("UPDATE vouchers_sourcingproposal SET reason = 'x' WHERE id = %s", proposal.pk)
    broken("DELETE FROM vouchers_sourcingproposal WHERE id = %s", proposal.pk)
    broken("UPDATE vouchers_sourcingproposal SET status = 'USEFUL' WHERE id = %s", proposal.pk)  # nobody answered
    broken(
        "UPDATE vouchers_sourcingproposal SET status = 'NOT_USEFUL', answered_at = now(), answered_by_id = %s WHERE id = %s",
        on.at.firm.user.pk,
        proposal.pk,
    )  # without a reason
    broken("UPDATE vouchers_sourcingcase SET status = 'FOUND', closed_at = now() WHERE id = %s", on.case.pk)  # without a result
    broken("UPDATE vouchers_sourcingcase SET closed_at = now() WHERE id = %s", on.case.pk)
    broken("UPDATE vouchers_sourcingcase SET handler_id = NULL WHERE id = %s", on.case.pk)
    actions.answer_proposal(proposal_id=proposal.pk, useful=True, by=on.at.firm.user)
    broken("UPDATE vouchers_sourcingproposal SET status = 'NOT_USEFUL' WHERE id = %s", proposal.pk)
    actions.close_sourcing(case_id=on.case.pk, found=True, result="찾았습니다.", by=on.operator)
    broken("UPDATE vouchers_sourcingcase SET result = 'x' WHERE id = %s", on.case.pk)
    assert SourcingNote.objects.get().text == "기록"
