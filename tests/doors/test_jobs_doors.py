"""Queues, jobs and work that failed, as who runs the portal sees them: in the admin, on the front page, for the monitoring."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from portal.accounts.rules import Role
from portal.journal.models import DeadLetter, Job
from portal.kit import clock
from tests.doors import as_
from tests.factories import providers

pytestmark = pytest.mark.django_db


@pytest.fixture
def parked() -> DeadLetter:
    now = clock.now()
    Job.objects.create(
        ref="job-1", name="matching.expire_quotes", queue="cases", every_seconds=300, ended_at=now - timedelta(days=1), took_ms=12,
        failures=2, error="ValueError: x",
    )  # fmt: skip
    return DeadLetter.objects.create(
        ref="dlt-1",
        job="matching.expire_quotes",
        key="7",
        error="ValueError: x",
        tries=6,
        failed_at=now,
        next_at=now,
        status="PARKED",
    )


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_who_runs_the_portal_sees_it_at_once_and_decides(parked: DeadLetter) -> None:
    admin = providers.person(Role.SYSADMIN)
    browser = as_(admin)
    home = text(browser.get("/admin/"))
    assert "여러 번 실패한 작업 1건" in home and "queue__exact=cases" in home
    jobs = text(browser.get("/admin/journal/job/"))
    assert "matching.expire_quotes" in jobs and "기한과 사건 상태" in jobs and "늦어진 작업" in jobs
    assert "Deadlines and states of cases" in text(browser.get("/en/admin/journal/job/"))
    page = f"/admin/journal/deadletter/{parked.pk}"
    assert "다시 시도하게 하기" in text(browser.get(f"{page}/change/"))
    assert browser.post(f"{page}/verb/dismiss/", {"reason": ""}).status_code == 422
    assert browser.post(f"{page}/verb/dismiss/", {"reason": "담당자가 직접 처리"}).status_code in (302, 303)
    parked.refresh_from_db()
    assert (parked.status, parked.decided_by) == ("DISMISSED", admin)
    assert browser.post(f"{page}/verb/retry/", {}).status_code in (302, 303)
    parked.refresh_from_db()
    assert parked.status == "WAITING"


def test_others_look_at_most(parked: DeadLetter) -> None:
    officer = as_(providers.person(Role.MINISTRY_OFFICER))
    assert "여러 번 실패한 작업" not in text(officer.get("/admin/"))
    assert officer.post(f"/admin/journal/deadletter/{parked.pk}/verb/retry/", {}).status_code in (403, 404)
    assert Client().get("/admin/journal/job/").status_code == 302
    parked.refresh_from_db()
    assert parked.status == "PARKED"


def test_the_monitoring_reads_every_queue(parked: DeadLetter) -> None:
    found = text(Client(REMOTE_ADDR="127.0.0.1").get("/metrics"))
    for line in (
        'portal_queue_parked{queue="cases"} 1.0',
        'portal_queue_late{queue="cases"} 1.0',
        'portal_queue_late{queue="mail"} 0.0',
        'portal_job_failures{job="matching.expire_quotes",queue="cases"} 2.0',
        'portal_queue_depth{queue="payments"}',
    ):
        assert line in found, line
