"""What only commits can show about quotes: several connections that meet at one row."""

from portal.kit import clock
from tests.actions import test_quotes_released as released
from tests.committed import together
from tests.factories import evaluation as ev
from vouchers.matching import actions as matching
from vouchers.matching.models import Match
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
