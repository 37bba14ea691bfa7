"""What only commits can show about quotes: several connections that meet at one row."""

from portal.kit import clock
from tests.actions import test_quotes_letters as letters
from tests.actions import test_quotes_released as released
from tests.committed import together
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
