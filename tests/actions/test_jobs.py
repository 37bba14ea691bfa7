"""Work in the background: what breaks waits, the others go on; after its tries it is a person's; queues tell when they are late."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from portal.accounts.rules import Role
from portal.celery import QUEUES, SCHEDULE, SWEEPS, app, queue_of
from portal.journal import actions, gateways, queries, rules
from portal.journal.models import DeadLetter, Event, Job, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from tests.factories import providers

pytestmark = pytest.mark.django_db
JOB = "matching.expire_quotes"


@pytest.fixture(autouse=True)
def as_outside_tests(settings: Any) -> None:
    settings.JOBS_RAISE = False


class Work:
    """Does every key but the broken ones."""

    def __init__(self, *broken: int) -> None:
        self.broken, self.tried = set(broken), list[int]()

    def __call__(self, key: int) -> bool:
        self.tried.append(key)
        if key in self.broken:
            Job.objects.create(
                ref=f"job-{key}", name=f"half {key}", queue="mail", every_seconds=1, ended_at=clock.now(), took_ms=1
            )
            raise ValueError(f"company-{key} ceo@firm.example 123-45-67890")
        return True


def atomically(work: Work) -> Any:
    def do(key: int) -> bool:
        with transaction.atomic():
            return work(key)

    return do


def letter() -> DeadLetter:
    return DeadLetter.objects.get()


def fail_until_parked() -> DeadLetter:
    work, now = Work(1), clock.now()
    for _turn in range(rules.MAX_ATTEMPTS):
        with clock.at(now):
            actions.each(JOB, [1], atomically(work))
        now = letter().next_at
    return letter()


# ── One that breaks ──────────────────────────────────────────────────────────────────────────────────
def test_one_that_breaks_holds_up_nobody_and_is_tried_again_with_back_off() -> None:
    work, now = Work(2), clock.now()
    with clock.at(now):
        assert actions.each(JOB, [1, 2, 3], atomically(work)) == 2 and work.tried == [1, 2, 3]
    row = letter()
    assert (row.job, row.key, row.status, row.tries) == (JOB, "2", "WAITING", 1)
    assert row.error == "ValueError: company-2 …@… …", "no address and no number of anybody"
    assert row.place.startswith("tests/actions/test_jobs.py:")
    assert not Job.objects.filter(name="half 2").exists(), "what it did before it broke was taken back"
    with clock.at(now + timedelta(seconds=59)):
        assert actions.each(JOB, [2, 3], atomically(work)) == 1 and work.tried == [1, 2, 3, 3]
    with clock.at(now + timedelta(seconds=60)):
        actions.each(JOB, [2], atomically(work))
    assert letter().tries == 2 and letter().next_at == now + timedelta(seconds=60 + 120)
    work.broken.clear()
    with clock.at(now + timedelta(hours=1)):
        assert actions.each(JOB, [2], atomically(work)) == 1
    assert letter().status == "SETTLED" and queries.dead_letters(JOB) == {}
    assert Event.objects.filter(subject_ref=row.ref).values_list("name", flat=True).get() == "dead_letter.settled"


def test_after_its_tries_it_waits_for_a_person_who_is_told() -> None:
    admin = providers.person(Role.SYSADMIN)
    row = fail_until_parked()
    assert (row.status, row.tries) == ("PARKED", rules.MAX_ATTEMPTS)
    assert Notice.objects.get(template="work_parked").user == admin
    again = Work()
    with clock.at(clock.now() + timedelta(days=9)):
        assert actions.each(JOB, [1], again) == 0 and again.tried == [], "no job touches it any more"


def test_a_person_hands_it_back_or_leaves_it_to_people() -> None:
    admin, row = providers.person(Role.SYSADMIN), fail_until_parked()
    for verb in (
        lambda by: actions.retry_dead_letter(row.pk, by=by),
        lambda by: actions.dismiss_dead_letter(row.pk, reason="x", by=by),
    ):
        with pytest.raises(NotAllowed):
            verb(providers.person(Role.MINISTRY_OFFICER))
    with pytest.raises(Refused):
        actions.dismiss_dead_letter(row.pk, reason="  ", by=admin)
    assert actions.dismiss_dead_letter(row.pk, reason="담당자가 직접 처리", by=admin).status == "DISMISSED"
    assert actions.each(JOB, [1], Work()) == 0
    with pytest.raises(IllegalStep):
        actions.dismiss_dead_letter(row.pk, reason="again", by=admin)
    assert actions.retry_dead_letter(row.pk, by=admin).status == "WAITING"
    assert actions.each(JOB, [1], Work()) == 1 and letter().status == "SETTLED"
    names = list(Event.objects.filter(subject_ref=row.ref).order_by("seq").values_list("name", flat=True))
    assert names == [f"dead_letter.{one}" for one in ("parked", "dismissed", "retried", "settled")]


def test_what_people_did_otherwise_is_a_new_matter_when_it_is_due_again() -> None:
    admin, row = providers.person(Role.SYSADMIN), fail_until_parked()
    actions.dismiss_dead_letter(row.pk, reason="담당자가 직접 처리", by=admin)
    assert actions.each(JOB, [], Work()) == 0 and letter().status == "SETTLED"
    assert actions.each(JOB, [1], Work()) == 1


def test_the_database_keeps_one_a_row_and_no_dismissal_without_a_reason() -> None:
    row = fail_until_parked()
    for sql in (
        "INSERT INTO journal_deadletter (ref, created_at, updated_at, version, job, key, error, place, tries, failed_at, next_at,"
        " status, reason) SELECT 'dlt-x', now(), now(), 0, job, key, error, place, 1, now(), now(), 'WAITING', ''"
        " FROM journal_deadletter WHERE id = %s",
        "UPDATE journal_deadletter SET status = 'DISMISSED' WHERE id = %s",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [row.pk])


def test_in_tests_what_breaks_in_a_job_breaks_the_test(settings: Any) -> None:
    settings.JOBS_RAISE = True
    with pytest.raises(ValueError, match="company-1"):
        actions.each(JOB, [1], atomically(Work(1)))


# ── The schedule ─────────────────────────────────────────────────────────────────────────────────────
def test_every_job_has_a_queue_by_urgency_and_a_message_that_nobody_took_is_thrown_away() -> None:
    app.loader.import_default_modules()
    assert set(QUEUES) == set(rules.QUEUES)
    for name, entry in SCHEDULE.items():
        assert entry["options"]["queue"] in rules.QUEUES and name in app.tasks, name
        assert entry["options"]["expires"] >= 2 * SWEEPS[name], name
    ways = [(queue.exchange.name, queue.routing_key) for queue in app.conf.task_queues]
    assert ways == [(name, name) for name in QUEUES], "a message goes to one queue alone"
    named = {name: queue_of(name) for name in SWEEPS}
    assert set(named.values()) == set(rules.QUEUES)
    assert named["payments.pay_due"] == "payments" and named["journal.deliver_notices"] == "mail"
    assert named["catalogue.go_on_imports"] == named["matching.compute_allocations"] == "files"
    assert set(rules.URGENT) < set(rules.QUEUES)


def test_how_a_job_went_stands_in_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    task = app.tasks["journal.remind"]
    task.apply()
    row = Job.objects.get(name="journal.remind")
    assert (row.queue, row.every_seconds, row.failures, row.error) == ("mail", 300, 0, "")

    def breaks(*_args: Any) -> int:
        raise RuntimeError("no database for kim@firm.example")

    monkeypatch.setattr(actions, "each", breaks)
    for turn in (1, 2):
        task.apply()
        row.refresh_from_db()
        assert (row.failures, row.error) == (turn, "RuntimeError: no database for …@…")
    monkeypatch.undo()
    task.apply()
    row.refresh_from_db()
    assert (row.failures, row.error) == (0, "")


def test_a_queue_is_late_by_its_oldest_message_and_by_a_job_that_was_not_done(monkeypatch: pytest.MonkeyPatch) -> None:
    admin = providers.person(Role.SYSADMIN)
    actions.note_job(name="payments.pay_due", queue="payments", every_seconds=10, took_ms=5)
    monkeypatch.setattr(gateways, "waiting", lambda names: {name: (3, 119.0 if name == "payments" else 0.0) for name in names})
    assert actions.tell_of_late_queues() == 0 and not Notice.objects.filter(template="queue_late").exists()
    monkeypatch.setattr(gateways, "waiting", lambda names: {name: (3, 121.0 if name == "payments" else 0.0) for name in names})
    assert actions.tell_of_late_queues() == 1 and actions.tell_of_late_queues() == 1
    assert [one.user for one in Notice.objects.filter(template="queue_late")] == [admin], "once a day"
    monkeypatch.setattr(gateways, "waiting", lambda names: {})
    with clock.at(clock.now() + timedelta(seconds=151)):
        found = {one.key: one for one in queries.queues()}
    assert found["payments"].slow == ("payments.pay_due",) and found["payments"].late and found["payments"].depth is None
    assert not found["mail"].late


def test_the_broker_says_how_many_wait_and_since_when() -> None:
    name = f"test-{uuid4().hex}"
    assert gateways.waiting([name]) == {name: (0, 0.0)}
    with app.connection_for_write() as broker:
        try:
            for _turn in range(2):
                app.send_task("journal.seal_day", queue=name, connection=broker)
            depth, age = gateways.waiting([name])[name]
            assert depth == 2 and 0 <= age < 60
        finally:
            broker.default_channel.queue_delete(name)
