"""The database itself keeps the promises, whatever SQL is sent. Each guard is broken in committed transactions."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from portal.accounts.models import User
from portal.kit import clock
from tests.factories.rounds import make_draft, make_round
from vouchers.rounds import actions
from vouchers.rounds.actions.demo import CRITERIA


def refused(sql: str, *values) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def run(sql: str, *values) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_everything_freezes_at_the_announcement(committed_db):
    row, other = make_round(), make_draft()
    for table in ("vouchers_track", "vouchers_criterion", "vouchers_policyversion"):
        refused(f"DELETE FROM {table} WHERE round_id = %s", row.pk)
        refused(f"UPDATE {table} SET version = version + 1 WHERE round_id = %s", row.pk)
        refused(f"UPDATE {table} SET round_id = %s WHERE round_id = %s", other.pk, row.pk)
        refused(f"UPDATE {table} SET round_id = %s WHERE round_id = %s", row.pk, other.pk)
        run(f"UPDATE {table} SET version = version + 1 WHERE round_id = %s", other.pk)
    refused("UPDATE vouchers_criterion SET weight = 1 WHERE round_id = %s", row.pk)
    refused("UPDATE vouchers_track SET cap_won = 999999999 WHERE round_id = %s", row.pk)


def test_announced_round_does_not_go_back_or_close_earlier(committed_db):
    row = make_round()
    refused("UPDATE vouchers_round SET status = 'DRAFT' WHERE id = %s", row.pk)
    refused("UPDATE vouchers_round SET is_reference = true WHERE id = %s", row.pk)
    refused("UPDATE vouchers_round SET closes_at = closes_at - interval '1 second' WHERE id = %s", row.pk)
    refused("UPDATE vouchers_round SET opens_at = opens_at + interval '1 second' WHERE id = %s", row.pk)
    refused("UPDATE vouchers_round SET match_timing = 'AFTER_SELECTION' WHERE id = %s", row.pk)
    refused("UPDATE vouchers_round SET kind = 'LIVE' WHERE id = %s", row.pk)
    refused("DELETE FROM vouchers_round WHERE id = %s", row.pk)
    refused("UPDATE vouchers_round SET closes_at = closes_at + interval '1 day' WHERE id = %s", row.pk)
    refused("UPDATE vouchers_round SET budget_won = budget_won + 1 WHERE id = %s", row.pk)
    refused("UPDATE vouchers_round SET summary_ko = 'x' WHERE id = %s", row.pk)
    cancelled = actions.cancel(round_id=row.pk, reason="x", by=None)
    refused("UPDATE vouchers_round SET status = 'ANNOUNCED' WHERE id = %s", cancelled.pk)


def test_weights_of_an_announced_round_are_100_and_its_policy_frozen(committed_db):
    short = make_draft(criteria=[{**one, "weight": one["weight"] - 1} for one in CRITERIA])
    refused("UPDATE vouchers_round SET status = 'ANNOUNCED' WHERE id = %s", short.pk)
    unfrozen = make_draft()
    refused("UPDATE vouchers_round SET status = 'ANNOUNCED' WHERE id = %s", unfrozen.pk)
    refused("UPDATE vouchers_round SET status = 'RUNNING' WHERE id = %s", unfrozen.pk)
    refused("UPDATE vouchers_criterion SET weight = 101 WHERE round_id = %s", unfrozen.pk)


def test_four_eyes_window_and_completeness(committed_db):
    person = User.objects.create_user("one@test.example")
    row = make_draft(by=None)
    refused("UPDATE vouchers_round SET created_by_id = %s, announced_by_id = %s WHERE id = %s", person.pk, person.pk, row.pk)
    refused("UPDATE vouchers_round SET closes_at = opens_at WHERE id = %s", row.pk)
    refused("UPDATE vouchers_round SET budget_won = -1 WHERE id = %s", row.pk)
    run("UPDATE vouchers_policyversion SET frozen_at = %s WHERE round_id = %s", clock.now(), row.pk)
    refused("UPDATE vouchers_round SET status = 'ANNOUNCED', budget_won = NULL WHERE id = %s", row.pk)
    refused("UPDATE vouchers_round SET status = 'ANNOUNCED', closes_at = NULL WHERE id = %s", row.pk)


def test_announcement_and_criteria_cannot_race(committed_db):
    from tests.committed import together

    row = make_draft(closes_at=clock.now() + timedelta(days=5))
    actions.submit_for_review(round_id=row.pk, by=None)
    results = together(lambda: actions.announce(round_id=row.pk, by=None), lambda: actions.announce(round_id=row.pk, by=None))
    assert sum(isinstance(result, Exception) for result in results) == 1
