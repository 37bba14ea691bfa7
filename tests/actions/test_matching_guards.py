"""What only commits can show: double clicks from two connections, and what the database itself refuses."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from portal.kit.errors import IllegalStep, Refused
from tests.committed import together
from tests.factories import quotes
from vouchers.matching import actions
from vouchers.matching.models import Match, Quote, QuoteDraft, QuoteLine, QuoteRequest


def kinds(results: list[Any]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def test_accept_quote_twice_at_once_makes_one_match(committed_db: str) -> None:
    at = quotes.stage()
    found = quotes.quoted(at)

    def accept() -> Match:
        return actions.accept_quote(quote_id=found.pk, by=at.firm.user)

    assert kinds(together(accept, accept)) == ["IllegalStep", "Match"]
    assert Match.objects.count() == 1


def test_accept_and_decline_at_once_one_wins(committed_db: str) -> None:
    at = quotes.stage()
    found = quotes.quoted(at)
    results = together(
        lambda: actions.accept_quote(quote_id=found.pk, by=at.firm.user),
        lambda: actions.decline_quote(quote_id=found.pk, reason="비쌉니다.", by=at.firm.colleague),
    )
    assert sum(isinstance(result, IllegalStep) for result in results) == 1
    status = QuoteRequest.objects.get().status
    assert Match.objects.count() == (1 if status == "ACCEPTED" else 0)


def test_the_same_quote_asked_twice_at_once_is_one_request(committed_db: str) -> None:
    at = quotes.stage()
    results = together(lambda: quotes.asked(at), lambda: quotes.asked(at))
    assert kinds(results) == ["QuoteRequest", "Refused"] and QuoteRequest.objects.count() == 1


def test_the_last_capacity_goes_to_one_of_two_matches(committed_db: str) -> None:
    at = quotes.stage(capacity=1)
    rival = quotes.firm()
    other = quotes.Stage(at.round, rival, quotes.need(rival, at.round), at.hospital, at.offer)
    first, second = quotes.accepted(at), quotes.accepted(other)
    results = together(
        lambda: actions.confirm_match(match_id=first.pk, by=at.hospital.user),
        lambda: actions.confirm_match(match_id=second.pk, by=at.hospital.user),
    )
    assert sum(isinstance(result, Refused) for result in results) == 1
    at.offer.refresh_from_db()
    assert at.offer.open_capacity == 0 and Match.objects.confirmed().count() == 1


def test_two_versions_at_once_get_two_numbers_and_one_replaces_the_other(committed_db: str) -> None:
    at = quotes.stage()
    request = quotes.asked(at)
    together(lambda: quotes.prepared(at, request), lambda: quotes.prepared(at, request))
    assert list(QuoteDraft.objects.order_by("number").values_list("number", "status")) == [(1, "REPLACED"), (2, "PREPARED")]


@pytest.mark.django_db  # also makes pytest-django create the database that the others clone
def test_deferred_sums_are_checked_before_the_commit() -> None:
    at = quotes.stage()
    quotes.quoted(at)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def broken(sql: str, *values: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_quotes_and_lines_never_change(committed_db: str) -> None:
    at = quotes.stage()
    found = quotes.quoted(at)
    line = QuoteLine.objects.filter(quote=found).first()
    assert line is not None
    broken("UPDATE vouchers_quote SET supply_amount_won = 1 WHERE id = %s", found.pk)
    broken("UPDATE vouchers_quote SET valid_until = valid_until + 30 WHERE id = %s", found.pk)
    broken("UPDATE vouchers_quoteline SET description = 'x' WHERE id = %s", line.pk)
    broken("DELETE FROM vouchers_quoteline WHERE id = %s", line.pk)


def test_a_quotes_sums_equal_its_lines_at_commit(committed_db: str) -> None:
    at = quotes.stage()
    found = quotes.quoted(at)
    columns = (
        "number, valid_until, award_on, access_mode, assumptions, supply_amount_won, vat_won, request_id, quoted_by_id, ref, "
        "created_at, updated_at, version, draft_id"
    )
    agreed = quotes.agreed_copy(found)
    broken(  # a quote without lines
        f"INSERT INTO vouchers_quote ({columns}) SELECT 9, valid_until, award_on, '', '', supply_amount_won, vat_won, request_id, "
        "quoted_by_id, 'quo-x', now(), now(), 1, %s FROM vouchers_quote WHERE id = %s", agreed.pk, found.pk,
    )  # fmt: skip
    parts = (
        "kind, description, unit, quantity, unit_price_won, amount_won, tax_kind, data_holder_id, contracting_party_id, "
        "reviewing_board_id, payee_id"
    )
    broken(  # one more line than the sums say
        f"INSERT INTO vouchers_quoteline (quote_id, position, {parts}) SELECT quote_id, 9, {parts} "
        "FROM vouchers_quoteline WHERE quote_id = %s LIMIT 1", found.pk,
    )  # fmt: skip


def test_a_line_is_quantity_times_price_and_a_match_stays_with_its_quote(committed_db: str) -> None:
    at = quotes.stage()
    match = quotes.accepted(at)
    request, agreed = match.quote.request, quotes.agreed_copy(match.quote)
    with pytest.raises(IntegrityError), transaction.atomic():
        wrong = Quote(
            request=request, number=7, valid_until=match.quote.valid_until, award_on=match.quote.award_on, draft=agreed,
            supply_amount_won=match.quote.supply_amount_won, vat_won=match.quote.vat_won, quoted_by=at.hospital.user,
        )  # fmt: skip
        wrong.save()
        own = at.hospital.institution
        QuoteLine(
            quote=wrong, position=1, kind="LABOUR", description="x", unit="x", quantity=1, unit_price_won=10, amount_won=11,
            tax_kind="TAXABLE", data_holder=own, contracting_party=own, reviewing_board=own, payee=own,
        ).save()  # fmt: skip
    other = quotes.need(at.firm, at.round)
    broken("UPDATE vouchers_match SET need_id = %s WHERE id = %s", other.pk, match.pk)
    broken("UPDATE vouchers_match SET status = 'CONFIRMED' WHERE id = %s", match.pk)
    broken("UPDATE vouchers_match SET company_confirmed_by_id = NULL WHERE id = %s", match.pk)


def test_one_live_request_a_dataset_and_offer(committed_db: str) -> None:
    at = quotes.stage()
    request = quotes.asked(at)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuoteRequest(
            need=request.need, institution=request.institution, dataset=request.dataset, offer=request.offer,
            due_at=request.due_at, created_by=request.created_by,
        ).save()  # fmt: skip
