"""Assisted sourcing: the same thing from two connections at once."""

import pytest
from django.db import IntegrityError, transaction

from portal.kit.errors import IllegalStep, Refused
from tests.committed import together
from tests.factories import sourcing
from vouchers.matching import actions
from vouchers.matching.models import SourcingCase


def test_help_asked_for_twice_at_once_is_one_case(committed_db: str) -> None:
    on = sourcing.search()
    at = on.at
    results = together(
        lambda: actions.ask_sourcing(need_id=at.need.pk, by=at.firm.user),
        lambda: actions.ask_sourcing(need_id=at.need.pk, by=at.firm.colleague),
    )
    assert sorted(type(one).__name__ for one in results) == ["Refused", "SourcingCase"]
    with pytest.raises(IntegrityError), transaction.atomic():
        SourcingCase(need=at.need, due_at=on.case.due_at).save()


def test_the_same_proposed_twice_at_once_is_proposed_once(committed_db: str) -> None:
    on = sourcing.search()
    results = together(lambda: sourcing.proposed(on), lambda: sourcing.proposed(on))
    assert sum(isinstance(one, Refused) for one in results) == 1 and on.case.proposals.count() == 1


def test_closed_by_the_operator_and_ended_by_the_company_at_once(committed_db: str) -> None:
    on = sourcing.search()
    actions.take_up_sourcing(case_id=on.case.pk, by=on.operator)
    results = together(
        lambda: actions.close_sourcing(case_id=on.case.pk, found=False, result="없습니다.", by=on.operator),
        lambda: actions.close_need(need_id=on.need.pk, by=on.at.firm.user),
    )
    on.case.refresh_from_db()
    assert on.case.status in {"NOT_FOUND", "ENDED"} and not any(isinstance(one, IntegrityError) for one in results)
    assert on.case.status == "NOT_FOUND" or any(isinstance(one, IllegalStep) for one in results)
