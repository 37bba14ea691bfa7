"""A nursery of payment workers: forks a real worker process again whenever the test has killed it.

The parent holds the imported code and no connection; the child runs the very sweeps that Celery runs, and its process id
stands in the file named on the command line. `python -m tests.faults.payer PIDFILE`.
"""

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.db import connections  # noqa: E402 - the settings come first

from portal.kit.embedded.processes import die_with_parent  # noqa: E402
from vouchers.payments import tasks  # noqa: E402


def work() -> None:
    """As a Celery worker does: a sweep that breaks is forgotten, the next one opens a new connection."""
    while True:
        for sweep in (tasks.pay_due, tasks.reconcile):
            try:
                sweep()
            except Exception as error:  # the database or the bank was killed
                print(type(error).__name__, str(error)[:200], file=sys.stderr, flush=True)
                with contextlib.suppress(Exception):
                    connections.close_all()
        time.sleep(0.02)


def main(pidfile: Path) -> None:
    arm = die_with_parent(signal.SIGKILL)  # made here: it remembers who the parent is
    while True:
        child = os.fork()
        if child == 0:
            if arm:
                arm()
            work()
        pidfile.with_suffix(".new").write_text(str(child))
        pidfile.with_suffix(".new").rename(pidfile)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
