"""A quote is asked for in time, answered in time, and outlasts the award."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from portal.journal.models import Duty
from portal.kit import clock, workdays
from portal.kit.errors import Refused
from tests.factories import providers, quotes, rounds
from vouchers.matching import actions, queries
from vouchers.matching.models import Quote, QuoteRequest

pytestmark = pytest.mark.django_db


def staged(**round_: Any) -> quotes.Stage:
    """A round as wanted, with a hospital and a company that looks for data."""
    providers.code_lists()
    made = rounds.make_round(**round_)
    hospital = providers.provider()
    offer = providers.offer(hospital, published=True)
    owner = quotes.firm()
    return quotes.Stage(made, owner, quotes.need(owner, made), hospital, offer)


def test_request_quote_is_due_in_time_for_the_application() -> None:
    at = staged(closes_at=clock.now() + timedelta(days=14))
    request = quotes.asked(at)
    latest = queries.latest_answer(at.round)
    assert request.due_at == request.latest_at == latest and latest < workdays.due_at(clock.now(), 15)
    assert Duty.objects.get(subject_ref=request.ref).due_at == latest


def test_both_numbers_are_data_of_the_round() -> None:
    days = {"quote": 3, "quote_before_close": 1}
    at = staged(closes_at=clock.now() + timedelta(days=30), policy={"target_days": days})
    request = quotes.asked(at)
    assert request.due_at == workdays.due_at(clock.now(), 3)
    assert request.latest_at == clock.end_of_day(workdays.before_working_days(clock.to_kst(at.round.closes_at).date(), 1))  # type: ignore[arg-type]


def test_request_quote_that_nobody_could_answer_in_time_is_refused_before_it_is_sent() -> None:
    at = staged(closes_at=clock.now() + timedelta(days=4))
    with pytest.raises(Refused) as error:
        quotes.asked(at)
    assert error.value.code == "too_late_to_ask" and not QuoteRequest.objects.exists()
    later = staged(match_timing="AFTER_SELECTION", closes_at=clock.now() + timedelta(days=4))
    assert quotes.asked(later).latest_at is None  # a match that is due after the selection


def test_a_question_moves_the_due_day_but_not_beyond_the_closing() -> None:
    at = staged(closes_at=clock.now() + timedelta(days=16))
    request = quotes.asked(at)
    actions.ask_clarification(request_id=request.pk, question="몇 건입니까?", by=at.hospital.user)
    with clock.at(clock.now() + timedelta(days=15)):
        request = actions.clarify(request_id=request.pk, answer="2,000건입니다.", by=at.firm.user)
        assert request.due_at == at.round.closes_at
        assert Duty.objects.get(subject_ref=request.ref, verb="quote").due_at == at.round.closes_at


def test_a_request_that_nobody_answered_ends_with_the_call() -> None:
    at = staged(closes_at=clock.now() + timedelta(days=14))
    request = quotes.asked(at)
    draft, _secret = quotes.prepared(at, request)
    assert at.round.closes_at is not None
    assert actions.expire_quotes(at.round.closes_at - timedelta(seconds=1)) == 0
    assert actions.expire_quotes(at.round.closes_at) == 1
    request.refresh_from_db()
    draft.refresh_from_db()
    assert (request.status, draft.status) == ("EXPIRED", "LAPSED")


def test_quote_must_outlast_the_award() -> None:
    at = staged()
    award = queries.award_on(at.round)
    assert award is not None
    request = quotes.asked(at)
    with pytest.raises(Refused) as error:
        quotes.quoted(at, request, valid_until=award - timedelta(days=1))
    assert (error.value.code, error.value.field) == ("before_award", "valid_until") and not Quote.objects.exists()
    assert quotes.quoted(at, request, valid_until=award).award_on == award


def test_the_planned_day_of_the_award_counts_where_the_round_names_one() -> None:
    planned = clock.today() + timedelta(days=75)
    at = staged(policy={"quoting": {"award_on": planned.isoformat()}})
    assert queries.award_on(at.round) == planned
    with clock.at(clock.now() + timedelta(days=80)):
        assert queries.award_on(at.round) is None  # it is over: what is quoted now need not reach it
    assert queries.award_on(None) is None


# ── What the database refuses ────────────────────────────────────────────────────────────────────────
def broken(constraint: str, sql: str, *values: Any) -> None:
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    assert error.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]


COPY = (
    "INSERT INTO vouchers_quoterequest (ref, created_at, updated_at, version, need_id, institution_id, status, message, question, "
    "answer, reason, due_at, latest_at, created_by_id) SELECT 'qrq-x', {created}, now(), 1, need_id, institution_id, 'WITHDRAWN', "
    "'', '', '', '', {due}, {latest}, created_by_id FROM vouchers_quoterequest WHERE id = %s"
)


@pytest.mark.parametrize(
    "columns",
    [
        {"latest": "NULL"}, {"due": "latest_at + interval '1 second'"}, {"latest": "latest_at + interval '1 year'"},
        {"created": "latest_at"},
    ],
)  # fmt: skip
def test_the_database_refuses_a_request_out_of_time(columns: dict[str, str]) -> None:
    request = quotes.asked(staged())
    given = {"created": "created_at", "due": "due_at", "latest": "latest_at", **columns}
    broken("quote_request_in_time", COPY.format(**given), request.pk)


def test_the_database_refuses_a_due_day_after_the_closing() -> None:
    request = quotes.asked(staged())
    broken(
        "quote_request_before_close",
        "UPDATE vouchers_quoterequest SET due_at = due_at + interval '1 year' WHERE id = %s",
        request.pk,
    )


QUOTE = (
    "INSERT INTO vouchers_quote (number, valid_until, award_on, access_mode, assumptions, supply_amount_won, vat_won, request_id, "
    "quoted_by_id, ref, created_at, updated_at, version, draft_id) SELECT 9, {valid}, {award}, '', '', supply_amount_won, vat_won, "
    "request_id, quoted_by_id, 'quo-x', created_at, now(), 1, %s FROM vouchers_quote WHERE id = %s"
)


def test_the_database_refuses_a_quote_that_ends_before_the_award_or_names_none() -> None:
    found = quotes.quoted(staged())
    agreed = quotes.agreed_copy(found)
    for constraint, columns in (
        ("quote_reaches_award", {"valid": "award_on - 1", "award": "award_on"}),
        ("quote_names_award", {"valid": "valid_until", "award": "NULL"}),
        ("quote_names_award", {"valid": "valid_until", "award": "created_at::date"}),
    ):
        broken(constraint, QUOTE.format(**columns), agreed.pk, found.pk)


# ── Until when it is accepted ────────────────────────────────────────────────────────────────────────
def test_a_quote_is_accepted_until_the_call_closes_and_nobody_owes_anything_afterwards() -> None:
    at = staged()
    found = quotes.quoted(at)
    closes_at = at.round.closes_at
    assert closes_at is not None and clock.end_of_day(found.valid_until) > closes_at
    assert Duty.objects.get(subject_ref=found.request.ref, verb="accept_quote").due_at <= closes_at  # type: ignore[operator]
    with clock.at(closes_at), pytest.raises(Refused) as error:
        actions.accept_quote(quote_id=found.pk, by=at.firm.user)
    assert error.value.code == "call_closed"
    assert actions.expire_quotes(closes_at - timedelta(seconds=1)) == 0 and actions.expire_quotes(closes_at) == 1
    found.request.refresh_from_db()
    assert found.request.status == "EXPIRED" and not Duty.objects.filter(subject_ref=found.request.ref, closed_at=None).exists()


def test_a_match_after_the_selection_is_accepted_as_long_as_its_quote_is_valid() -> None:
    at = staged(match_timing="AFTER_SELECTION")
    found = quotes.quoted(at)
    assert at.round.closes_at is not None and actions.expire_quotes(at.round.closes_at) == 0
    with clock.at(at.round.closes_at):
        assert actions.accept_quote(quote_id=found.pk, by=at.firm.user).status == "PROPOSED"


def test_the_database_takes_no_match_of_a_quote_that_is_over() -> None:
    at = staged()
    match = actions.accept_quote(quote_id=quotes.quoted(at).pk, by=at.firm.user)
    for late in ("r.closes_at", "(v.valid_until + 1)::timestamptz + interval '1 day'"):
        sql = (
            "INSERT INTO vouchers_match (ref, created_at, updated_at, version, need_id, quote_id, institution_id, status, "
            "company_confirmed_at, company_confirmed_by_id, reason) SELECT 'mat-x', now(), now(), 1, m.need_id, m.quote_id, "
            f"m.institution_id, 'PROPOSED', {late}, m.company_confirmed_by_id, '' FROM vouchers_match m JOIN vouchers_quote v "
            "ON v.id = m.quote_id JOIN vouchers_need n ON n.id = m.need_id JOIN vouchers_round r ON r.id = n.round_id WHERE m.id = %s"
        )
        broken("match_accepted_in_time", sql, match.pk)


def test_an_early_answer_to_a_question_leaves_the_last_useful_day_where_it_was() -> None:
    at = staged(closes_at=clock.now() + timedelta(days=30))
    request = quotes.asked(at)
    actions.ask_clarification(request_id=request.pk, question="몇 건입니까?", by=at.hospital.user)
    with clock.at(clock.now() + timedelta(days=10)):
        request = actions.clarify(request_id=request.pk, answer="2,000건입니다.", by=at.firm.user)
    assert request.due_at == request.latest_at == Duty.objects.get(subject_ref=request.ref, verb="quote").due_at


def test_silence_after_a_question_is_counted_from_the_companys_own_day() -> None:
    at = staged(match_timing="AFTER_SELECTION")
    request = quotes.asked(at)
    with clock.at(request.due_at):
        actions.ask_clarification(request_id=request.pk, question="몇 건입니까?", by=at.hospital.user)
    asked = Duty.objects.get(subject_ref=request.ref, verb="clarify").due_at
    assert asked is not None and asked > request.due_at
    days = queries.quote_days(at.round)
    assert actions.expire_quotes(workdays.due_at(request.due_at, days)) == 0  # its own clock stands still
    with clock.at(workdays.due_at(asked, days)):
        assert actions.expire_quotes() == 1


def test_the_database_moves_a_due_day_beyond_the_last_useful_one_for_a_question_alone() -> None:
    request = quotes.asked(staged())
    later = "UPDATE vouchers_quoterequest SET due_at = latest_at + interval '1 second' WHERE id = %s"
    broken("quote_request_moved_by_question", later, request.pk)
