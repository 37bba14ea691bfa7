"""The deadline counts when the request is here as a whole (docs/adr/0009): to the microsecond, whatever the clock does next.

Guarded three times: the rule (`rounds.rules.phase`), the action (`submit`, `certify`), the database (`application_in_time`,
`application_within_window`).
"""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction

from portal.kit import clock
from portal.kit.errors import Refused
from tests.actions.applications import code
from tests.factories import applications as make
from tests.factories.rounds import make_round
from vouchers.applications import actions
from vouchers.applications.actions import submitting
from vouchers.applications.models import Application
from vouchers.rounds import rules as rounds

MICROSECOND, MILLISECOND = timedelta(microseconds=1), timedelta(milliseconds=1)
# (after the closing time, received)
MOMENTS = ((-MICROSECOND, True), (timedelta(), False), (MICROSECOND, False), (MILLISECOND, False))


@pytest.mark.parametrize(("after", "received"), MOMENTS)
def test_the_rule(after, received):
    closes = clock.kst(2027, 3, 16, 18)
    found = rounds.phase("ANNOUNCED", closes - timedelta(days=30), closes, closes + after)
    assert (found == rounds.Phase.OPEN) is received


@pytest.mark.django_db
def test_the_action_and_the_database_at_the_microsecond():
    owner, round_ = make.firm(joint=True), make_round()
    application, closes = make.draft(owner, round_), round_.closes_at
    for after in (timedelta(), MICROSECOND, MILLISECOND):
        for action in (actions.certify, actions.submit):
            with pytest.raises(Refused) as error:
                action(application_id=application.pk, by=owner.representative, arrived_at=closes + after)
            assert code(error) == "round_closed"
        assert "outside the window of its round" in by_sql(application, round_, closes + after)
    last = closes - MICROSECOND
    actions.certify(application_id=application.pk, by=owner.others[0], arrived_at=last)
    done = actions.submit(application_id=application.pk, by=owner.representative, arrived_at=last)
    done.refresh_from_db()
    assert (done.submitted_at, done.deadline_at) == (last, closes)


def by_sql(application: Application, round_, at) -> str:
    """What the database says to a submission that no action wrote."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Application.objects.filter(pk=application.pk).update(
            status="SUBMITTED", receipt_no="HDV-0", submitted_by=application.created_by, submitted_at=at,
            deadline_at=round_.closes_at,
        )  # fmt: skip
    return str(error.value)


@pytest.mark.django_db
@pytest.mark.parametrize("jump", [timedelta(hours=1), -timedelta(hours=1), timedelta(days=400)])
def test_a_clock_that_jumps_changes_nothing_for_what_is_here(jump, monkeypatch):
    """The time is read once: a clock set right while the submission is worked on neither refuses nor dates it anew."""
    owner = make.firm()
    application = make.draft(owner)
    closes, real = application.round.closes_at, submitting._refuse_incomplete

    def jumps(row):
        real(row)
        monkeypatch.setattr(clock, "now", lambda: closes + jump)

    monkeypatch.setattr(submitting, "_refuse_incomplete", jumps)
    monkeypatch.setattr(clock, "now", lambda: closes)  # already closed by the clock, but the request came before
    done = actions.submit(application_id=application.pk, by=owner.representative, arrived_at=closes - MICROSECOND)
    done.refresh_from_db()
    assert done.submitted_at == closes - MICROSECOND and done.receipt_no


@pytest.mark.django_db
def test_a_clock_set_back_lets_nobody_in_who_came_late():
    owner = make.firm()
    application = make.draft(owner)
    closes = application.round.closes_at
    with clock.at(closes - timedelta(hours=1)), pytest.raises(Refused) as error:
        actions.submit(application_id=application.pk, by=owner.representative, arrived_at=closes)
    assert code(error) == "round_closed"


def test_what_arrived_before_and_commits_after_is_received(committed_db):
    """Held up by a real lock until the deadline has passed: what counts is when the request was here."""
    owner = make.firm()
    application = make.draft(owner)
    closes, results = application.round.closes_at, []
    arrived = closes - MILLISECOND

    def send() -> None:
        try:
            with clock.at(closes + timedelta(seconds=2)):  # the hour at which it gets its turn
                results.append(
                    actions.submit(application_id=application.pk, by=owner.representative, arrived_at=arrived).submitted_at
                )
        except Exception as error:
            results.append(error)
        finally:
            connections.close_all()

    with transaction.atomic():
        Application.objects.select_for_update().get(pk=application.pk)
        thread = threading.Thread(target=send)
        thread.start()
        waits_for_a_lock()
        assert not results
    thread.join(30)
    assert results == [arrived]


def waits_for_a_lock() -> None:
    """Until another connection stands in the queue of a lock that this one holds."""
    for _try in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot(), count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            if cursor.fetchone()[1]:
                return
        threading.Event().wait(0.02)
    raise AssertionError("nobody waits")
