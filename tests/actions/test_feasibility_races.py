"""A count asked for: double clicks from two connections."""

import pytest
from django.db import IntegrityError, transaction

from portal.kit.errors import IllegalStep
from tests.actions.test_feasibility_actions import answered, asked
from tests.committed import together
from tests.factories import quotes
from vouchers.matching import actions
from vouchers.matching.models import FeasibilityQuery


def test_asked_twice_at_once_is_one_question(committed_db: str) -> None:
    at = quotes.stage()
    results = together(lambda: asked(at), lambda: asked(at, by=at.firm.colleague))
    assert sorted(type(one).__name__ for one in results) == ["FeasibilityQuery", "Refused"]
    row = FeasibilityQuery.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        FeasibilityQuery(
            need=at.need,
            institution=row.institution,
            dataset=row.dataset,
            bounds=row.bounds,
            due_at=row.due_at,
            created_by=at.firm.user,
        ).save()


def test_answered_and_withdrawn_at_once_is_one_of_both(committed_db: str) -> None:
    at = quotes.stage()
    query = asked(at)
    results = together(lambda: answered(at, query), lambda: actions.withdraw_feasibility(query_id=query.pk, by=at.firm.user))
    assert sum(isinstance(one, IllegalStep) for one in results) == 1
