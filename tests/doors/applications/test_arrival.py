"""When a request has arrived: as a whole, by the server's clock, before anything is asked."""

from datetime import timedelta

import pytest

from portal.kit import clock
from portal.kit.errors import Refused
from tests.doors import as_
from tests.doors.applications import url
from tests.factories import applications as make
from vouchers.applications import actions, queries

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("before", "status"), [(timedelta(microseconds=1), 303), (timedelta(), 422)])
def test_the_page_submits_up_to_the_last_microsecond(owner, before, status, monkeypatch):
    """The clock runs on between the arrival and the action: only the first reading counts."""
    application = make.draft(owner)
    closes = application.round.closes_at
    content = queries.content_hash(application)
    browser = as_(owner.representative)
    readings = iter([closes - before])
    monkeypatch.setattr(clock, "now", lambda: next(readings, closes + timedelta(seconds=1)))
    answer = browser.post(url("submit", application.ref), {"content": content, "declaration": "on"})
    assert answer.status_code == status
    application.refresh_from_db()
    assert application.submitted_at == (closes - before if before else None)


def test_who_came_in_time_is_received_though_the_evaluation_began_meanwhile(owner):
    """In the last minute thousands queue: an officer who is quicker than the queue takes nobody's place in it away."""
    application = make.draft(owner)
    closes = application.round.closes_at
    type(application.round).objects.filter(pk=application.round_id).update(status="EVALUATING")
    with pytest.raises(Refused):
        actions.submit(application_id=application.pk, by=owner.representative, arrived_at=closes)
    last = closes - timedelta(microseconds=1)
    assert actions.submit(application_id=application.pk, by=owner.representative, arrived_at=last).receipt_no


def test_a_body_that_comes_late_comes_late(rf, monkeypatch):
    """A first line before the deadline and the rest behind it is a request behind it."""
    from portal.kit.middleware import arrival

    closes = clock.kst(2027, 3, 16, 18)
    hour = [closes - timedelta(seconds=1)]

    class Slow:
        def seekable(self) -> bool:
            return False

        def read(self, *_size: int) -> bytes:
            hour[0] = closes
            return b""

        def close(self) -> None: ...

    request = rf.post("/", {"declaration": "on"})
    request._stream = Slow()
    monkeypatch.setattr(clock, "now", lambda: hour[0])
    arrival(lambda found: found)(request)
    assert request.arrived_at == closes


def test_a_body_longer_than_any_form_has_no_arrival(rf, settings):
    from portal.kit.middleware import arrival

    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    request = rf.post("/", {"declaration": "on" * 20})
    arrival(lambda found: found)(request)
    assert request.arrived_at is None
