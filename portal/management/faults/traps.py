"""Where a worker may be made to die: at any event before its commit, and after each step of a payment.

A trap is a file that names a point. The worker that comes to the point takes the file away and kills itself (SIGKILL), so that
exactly one worker dies for each trap, exactly there.
"""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

PEOPLE = ("request_disbursement", "confirm_disbursement", "check_evidence", "approve_disbursement", "register_disbursement")
STEPS = ("claim_next", "mark_sent", "settle")


class Traps:
    """The files of one stage. house, naive: who may fall into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _file(self, whose: str) -> Path:
        return self.folder / f"trap-{whose}"

    def arm(self, whose: str, point: str) -> None:
        new = self.folder / f"trap-{whose}.new"
        new.write_text(point)
        new.rename(self._file(whose))

    def armed(self, whose: str) -> bool:
        return self._file(whose).exists()

    def disarm(self, whose: str) -> bool:
        """Takes it away. Returns: nobody had fallen into it."""
        with contextlib.suppress(FileNotFoundError):
            self._file(whose).unlink()
            return True
        return False

    def point(self, whose: str, name: str) -> None:
        """A worker comes by."""
        file = self._file(whose)
        try:
            if file.read_text() != name:
                return
            file.unlink()  # whoever takes it away falls into it
        except FileNotFoundError:
            return
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)


def lay(traps: Traps) -> None:
    """In a worker's process: the points of the house's own path. The actions themselves are what the portal runs."""
    from portal.journal import actions as journal
    from vouchers.payments import actions, gateways

    def passing(function: Callable[..., Any], name: Callable[[tuple[Any, ...]], str]) -> Callable[..., Any]:
        @wraps(function)
        def call(*args: Any, **words: Any) -> Any:
            found = function(*args, **words)
            traps.point("house", name(args))
            return found

        return call

    # the event's name: written, or about to be with the rest of its step, and not committed yet
    journal.record = passing(journal.record, lambda args: str(args[0]))
    journal.record_births = passing(journal.record_births, lambda args: str(args[0][0][0]))
    for name in (*PEOPLE, *STEPS):
        setattr(actions, name, passing(getattr(actions, name), lambda _args, name=name: name))  # type: ignore[misc]
    gateways.send = passing(gateways.send, lambda _args: "send")
