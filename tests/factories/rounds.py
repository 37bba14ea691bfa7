"""Rounds as they really come to be: drafted, reviewed and announced through the actions."""

from datetime import datetime, timedelta
from typing import Any

from portal.kit import clock
from vouchers.rounds import actions
from vouchers.rounds.actions.demo import BUDGET_WON, CRITERIA, POLICY, TRACKS
from vouchers.rounds.models import Round

_made = 0


def make_draft(*, key: str = "", by: Any = None, policy: dict[str, Any] | None = None, **facts: Any) -> Round:
    """A complete draft, ready for review: 2026's ceilings, five criteria, a window around now. policy: changes to POLICY."""
    global _made
    _made += 1
    now = clock.now()
    given: dict[str, Any] = {
        "kind": "DEMO",
        "title_ko": f"[시연] 시험 회차 {_made}",
        "title_en": f"[Demo] Test round {_made}",
        "fiscal_year": clock.to_kst(now).year + 1,
        "opens_at": now - timedelta(days=3),
        "closes_at": now + timedelta(days=20),
        "budget_won": BUDGET_WON,
        **facts,
    }
    tracks, criteria = given.pop("tracks", TRACKS), given.pop("criteria", CRITERIA)
    row = actions.create_round(key=key or f"test-round-{_made}", by=by, **given)
    actions.set_tracks(round_id=row.pk, tracks=tracks, by=by)
    actions.set_criteria(round_id=row.pk, criteria=criteria, by=by)
    actions.save_policy(round_id=row.pk, body={**POLICY, **(policy or {})}, reason="test", by=by)
    return Round.objects.get(pk=row.pk)


def make_round(*, by: Any = None, announced_by: Any = None, **facts: Any) -> Round:
    """An announced round; open now unless a window is given. by and announced_by None: the portal itself."""
    row = make_draft(by=by, **facts)
    closes_at: datetime | None = row.closes_at
    opens_at: datetime | None = row.opens_at
    assert opens_at and closes_at
    with clock.at(min(clock.now(), opens_at - timedelta(days=1))):
        actions.submit_for_review(round_id=row.pk, by=by)
        return actions.announce(round_id=row.pk, by=announced_by)


def make_closed_round(**facts: Any) -> Round:
    """An announced round whose call has closed."""
    now = clock.now()
    return make_round(opens_at=now - timedelta(days=30), closes_at=now - timedelta(days=2), **facts)
