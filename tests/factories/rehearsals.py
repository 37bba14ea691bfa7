"""A rehearsal at any stage, through the very buttons of the officers."""

from datetime import timedelta
from typing import Any

from portal.accounts.rules import Role
from portal.kit import clock
from tests.factories.providers import person
from tests.factories.rounds import make_draft
from vouchers.applications import actions as applications
from vouchers.rounds import actions as rounds
from vouchers.rounds.models import Round


def rehearsal(key: str = "rehearsal-2027", *, by: Any = None, **facts: Any) -> Round:
    """Announced and open now."""
    row = make_draft(key=key, kind="REHEARSAL", by=by, **facts)
    with clock.at(clock.now() - timedelta(days=4)):
        rounds.submit_for_review(round_id=row.pk, by=by)
        return rounds.announce(round_id=row.pk, by=person(Role.MINISTRY_APPROVER) if by else None)


def applied(row: Round, wanted: int, by: Any) -> list[Any]:
    return applications.apply_in_rehearsal(round_id=row.pk, companies_wanted=wanted, by=by)
