"""When a registered payment may be taken back, and where it then stands."""

import pytest

from vouchers.payments import rules

S = rules.DisbursementStatus


@pytest.mark.parametrize("status", list(S))
def test_only_what_is_registered_and_held_by_nothing_is_taken_back(status):
    assert rules.may_unregister(status, "ACTIVE", held=False) == (status == S.REGISTERED)
    assert not rules.may_unregister(status, "ACTIVE", held=True)
    assert not rules.may_unregister(status, "TERMINATED", held=False), "finance closes it"


@pytest.mark.parametrize(
    "newest, stands, goal",
    [
        ("", True, S.APPROVED), ("", False, S.EVIDENCE_CHECKED), ("REFUSED", True, S.FAILED), ("REFUSED", False, S.FAILED),
        ("SENT_BACK", True, S.APPROVED), ("SENT_BACK", False, S.SENT_BACK),
    ],
)  # fmt: skip
def test_it_stands_where_it_stood_before_and_an_approval_ends_with_its_account(newest, stands, goal):
    verb = rules.unregistering(newest, account_stands=stands)
    assert rules.LIFECYCLE.step(S.REGISTERED, verb) == goal
    assert str(rules.leads_to(verb))
