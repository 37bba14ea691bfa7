"""A worker dies at each point of delivering a mail (SIGKILL, real commits): no mail twice, none lost, an honest state."""

import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from portal.journal import actions, gateways, tasks
from portal.journal.models import MailboxMessage, Notice
from portal.journal.rules import MAX_ATTEMPTS
from portal.kit import clock
from tests import services

pytestmark = pytest.mark.slow
WORKER = """
import os, signal
import django
django.setup()
from portal.journal import actions, gateways, tasks
die = lambda: os.kill(os.getpid(), signal.SIGKILL)
send, settle, claim = gateways.send, actions.settle_notice, actions.claim_notice
if {point!r} == "after claiming":
    gateways.send = lambda **mail: die()
if {point!r} == "after sending":
    def deadly(**mail):
        send(**mail)
        die()
    gateways.send = deadly
if {point!r} == "before claiming":
    actions.claim_notice = die
tasks.deliver_notices()
"""


@pytest.fixture(autouse=True)
def _mailbox(settings):
    settings.EMAIL_BACKEND = "portal.journal.mailbox.MailboxBackend"  # as the killed process has it


def worker(point: str) -> int:
    """A process that delivers and dies at that point. Returns how it ended."""
    env = services.child_environment(DJANGO_SETTINGS_MODULE="portal.settings")
    return subprocess.run([sys.executable, "-c", WORKER.format(point=point)], env=env, cwd=services.ROOT, check=False).returncode


def post(number: int) -> Notice:
    return actions.post(
        app="account", template="t", address=f"p{number}@demo.example", language="ko", title=f"제목 {number}", body="글"
    )


@pytest.mark.parametrize("point", ["before claiming", "after claiming", "after sending"])
def test_a_killed_worker_loses_no_mail_and_sends_none_twice(point, own_database):
    notices = [post(number) for number in range(3)]
    assert worker(point) == -signal.SIGKILL
    tasks.deliver_notices()
    waiting = Notice.objects.filter(state="SENDING").count()
    assert waiting == (0 if point == "before claiming" else 1), "only the one in the dead worker's hands is open"
    with clock.at(clock.now() + timedelta(minutes=11)):
        tasks.deliver_notices()
    with clock.at(clock.now() + timedelta(minutes=60)):
        tasks.deliver_notices()
    assert {notice.state for notice in Notice.objects.all()} == {"SENT"}
    arrived = list(MailboxMessage.objects.values_list("to", flat=True))
    assert sorted(arrived) == [notice.address for notice in notices], "each once"
    assert set(Notice.objects.values_list("attempts", flat=True)) <= {1, 2}


def test_where_the_mail_server_cannot_be_asked_an_open_mail_is_a_persons_to_decide(own_database, monkeypatch):
    """SMTP keeps no record that we could read: neither sent again nor called sent."""
    notice = post(1)
    assert worker("after sending") == -signal.SIGKILL
    monkeypatch.setattr(gateways, "was_received", lambda ref: None)
    for minutes in (11, 600, 6000):
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            tasks.deliver_notices()
    notice.refresh_from_db()
    assert (notice.state, notice.attempts, MailboxMessage.objects.count()) == ("UNCLEAR", 1, 1)


def test_a_mail_server_that_is_down_is_tried_a_bounded_number_of_times(own_database, monkeypatch):
    notice, tries = post(1), []
    monkeypatch.setattr(
        gateways, "send", lambda **mail: tries.append(mail) or gateways.Sent(gateways.Outcome.NOT_SENT, "refused")
    )
    for hours in range(48):
        with clock.at(clock.now() + timedelta(hours=hours)):
            tasks.deliver_notices()
    notice.refresh_from_db()
    assert (len(tries), notice.state, notice.last_error) == (MAX_ATTEMPTS, "FAILED", "refused")


def test_two_workers_at_once_share_the_mails(own_database):
    for number in range(12):
        post(number)
    env = services.child_environment(DJANGO_SETTINGS_MODULE="portal.settings")
    code = "import django; django.setup(); from portal.journal import tasks; tasks.deliver_notices()"
    both = [subprocess.Popen([sys.executable, "-c", code], env=env, cwd=services.ROOT) for _ in range(2)]
    assert [one.wait(120) for one in both] == [0, 0]
    assert Notice.objects.filter(state="SENT", attempts=1).count() == 12 == MailboxMessage.objects.count()
