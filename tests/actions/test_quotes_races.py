"""What only commits can show about quotes: several connections that meet at one row."""

import pytest

from portal.journal.models import Duty
from portal.kit import clock
from portal.kit.errors import DomainError
from tests.actions import test_quotes_letters as letters
from tests.actions import test_quotes_released as released
from tests.committed import second, together
from tests.factories import evaluation as ev
from tests.factories import quotes
from vouchers.matching import actions as matching
from vouchers.matching.models import Match, Quote, QuoteDraft, QuoteRequest
from vouchers.objections import actions


def test_released_and_cancelled_at_once_gives_the_order_back_once(committed_db: str) -> None:
    at = ev.panel(1, ineligible=1)
    match, offer = released.held(at.applications[0], capacity=3)
    matching_company = at.firms[0].representative

    def sweep() -> int:
        with clock.at(clock.now() + released.LATER):
            return actions.release_matches()

    results = together(
        sweep, sweep, lambda: matching.cancel_match(match_id=match.pk, reason="사정이 생겼습니다.", by=matching_company),
        behind=match,
    )  # fmt: skip
    match.refresh_from_db()
    assert released.open_orders(offer) == 3 and match.status in {"RELEASED", "CANCELLED"}
    assert sum(result == 1 or isinstance(result, Match) for result in results) == 1


def test_both_agreements_at_once_send_one_quote(committed_db: str) -> None:
    at = quotes.stage()
    draft, secret = quotes.prepared(at)
    approver = quotes.approver(at.hospital.organisation)
    results = together(
        lambda: matching.approve_quote(draft_id=draft.pk, by=approver),
        lambda: matching.approve_quote(draft_id=draft.pk, by=approver),
        lambda: matching.agree_by_link(secret=secret),
        lambda: matching.agree_by_link(secret=secret),
        behind=draft.request,
    )
    assert sum(isinstance(result, QuoteDraft) for result in results) == 2
    assert Quote.objects.count() == 1 and QuoteDraft.objects.get().status == "SENT"


def test_agreed_to_and_withdrawn_at_once_one_wins(committed_db: str) -> None:
    at = quotes.stage()
    draft, secret = quotes.prepared(at)
    matching.approve_quote(draft_id=draft.pk, by=quotes.approver(at.hospital.organisation))
    together(
        lambda: matching.agree_by_link(secret=secret),
        lambda: matching.withdraw_request(request_id=draft.request_id, by=at.firm.user),
        behind=draft.request,
    )
    ended = {"QUOTED": (1, "SENT"), "WITHDRAWN": (0, "LAPSED")}[QuoteRequest.objects.get().status]
    assert (Quote.objects.count(), QuoteDraft.objects.get().status) == ended


def test_a_final_quote_accepted_while_a_newer_one_arrives_leaves_one_that_was_read(committed_db: str) -> None:
    at, match = letters.asked()
    read = quotes.quoted(at, match.quote.request, lead_time_days=90)
    draft, secret = quotes.prepared(at, match.quote.request, lead_time_days=80)
    matching.approve_quote(draft_id=draft.pk, by=quotes.approver(at.hospital.organisation))
    results = together(
        lambda: matching.accept_final_quote(match_id=match.pk, quote_id=read.pk, by=at.firm.user),
        lambda: matching.accept_final_quote(match_id=match.pk, quote_id=read.pk, by=at.firm.user),
        lambda: matching.agree_by_link(secret=secret),
        behind=match.quote.request,
    )
    match.refresh_from_db()
    taken = [one for one in results if isinstance(one, Match)]
    if match.final_quote is None:  # the newer one came first: it waits, unread
        assert not taken and match.offered_quote is not None and match.offered_quote.draft == draft
    else:
        assert len(taken) == 1 and match.final_quote == read and match.offered_quote is None
        assert Quote.objects.filter(draft=draft).count() == 0


@pytest.mark.parametrize("first", ["quote", "cancel"])
def test_a_final_quote_that_leaves_while_the_match_is_cancelled(committed_db: str, first: str) -> None:
    """The cancellation waits for the quote and ends the match with it, or the quote finds that nothing is owed any more."""
    at, match = letters.asked()
    draft, secret = quotes.prepared(at, match.quote.request)
    matching.approve_quote(draft_id=draft.pk, by=quotes.approver(at.hospital.organisation))
    quote = lambda: matching.agree_by_link(secret=secret)
    cancel = lambda: matching.cancel_match(match_id=match.pk, reason="사정이 바뀌었습니다.", by=at.firm.user)
    if first == "quote":
        sent, cancelled = together(quote, lambda: second(cancel), behind=match)
    else:
        cancelled, sent = together(cancel, lambda: second(quote), behind=match)
    assert isinstance(cancelled, Match), cancelled
    match.refresh_from_db()
    draft.refresh_from_db()
    assert match.status == "CANCELLED" and not Duty.objects.filter(subject_ref=match.ref, closed_at=None).exists()
    if first == "quote":
        assert isinstance(sent, QuoteDraft) and draft.status == "SENT" and match.final_quote == Quote.objects.get(draft=draft)
    else:
        assert isinstance(sent, DomainError) and draft.status == "LAPSED" and match.final_quote is None, sent
    assert released.open_orders(at.offer) == at.offer.capacity  # the order is free again


def test_a_final_quote_that_is_prepared_while_the_match_is_cancelled_leaves_no_open_draft(committed_db: str) -> None:
    at, match = letters.asked()
    quotes.approver(at.hospital.organisation)
    made, cancelled = together(
        lambda: quotes.prepared(at, match.quote.request),
        lambda: matching.cancel_match(match_id=match.pk, reason="사정이 바뀌었습니다.", by=at.firm.user),
        behind=match.quote.request,
    )
    assert isinstance(cancelled, Match) and (isinstance(made, DomainError) or made[0].ref), (made, cancelled)
    assert not QuoteDraft.objects.filter(status="PREPARED").exists()
    refs = [match.ref, *QuoteDraft.objects.values_list("ref", flat=True)]
    assert not Duty.objects.filter(subject_ref__in=refs, closed_at=None).exists()
