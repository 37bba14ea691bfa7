"""The portal's clock. Nothing else asks the machine for the time.

In the demo an administrator may move the clock forward; the offset is a file beside the database, read by web, worker
and beat alike. Outside the demo the file is never read.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

from django.conf import settings

from portal.kit.errors import Refused

KST = ZoneInfo("Asia/Seoul")
_fixed: ContextVar[datetime | None] = ContextVar("clock_fixed", default=None)
_cache: tuple[float, timedelta] = (-1.0, timedelta())
_looked = 0.0  # when the offset's file was last looked at, in seconds of this process
PAUSE = 0.02  # seconds between two looks: a page asks for the time dozens of times


def _place() -> str:
    """The offset's file; a plain string, since the clock is asked hundreds of times a page."""
    return f"{settings.DATA_DIR}/demo-clock"


def offset() -> timedelta:
    """How far the demo clock stands ahead; always zero outside the demo."""
    global _cache, _looked
    if not settings.DEMO:
        return timedelta()
    tick = monotonic()
    if tick - _looked < PAUSE:
        return _cache[1]
    _looked = tick
    try:
        changed = os.stat(_place()).st_mtime_ns
    except FileNotFoundError:
        _cache = (-1.0, timedelta())
        return timedelta()
    if _cache[0] != changed:
        _cache = (changed, timedelta(seconds=int(Path(_place()).read_text() or 0)))
    return _cache[1]


def look_again() -> None:
    """The next question reads the file: it has just been written."""
    global _looked
    _looked = 0.0


def now() -> datetime:
    """This moment, aware, UTC."""
    fixed = _fixed.get()
    return fixed if fixed is not None else datetime.now(UTC) + offset()


def today() -> date:
    """The day in Korea."""
    return to_kst(now()).date()


def to_kst(moment: datetime) -> datetime:
    return moment.astimezone(KST)


def kst(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A Korean wall-clock time as an aware moment."""
    return datetime(year, month, day, hour, minute, tzinfo=KST)


def end_of_day(day: date) -> datetime:
    """24:00 KST of a day: the moment at which something due on that day is late."""
    return datetime.combine(day + timedelta(days=1), time(), KST)


def start_of_day(day: date) -> datetime:
    return datetime.combine(day, time(), KST)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Plays at another time: seeds and tests only; the deadline rules see this moment."""
    token = _fixed.set(moment)
    try:
        yield
    finally:
        _fixed.reset(token)


def move_forward(by: timedelta) -> timedelta:
    """Moves the demo clock. Writes: the offset file. Raises: Refused outside the demo or backwards."""
    if not settings.DEMO:
        raise Refused("The clock moves only in a demonstration.", "clock_not_demo")
    if by <= timedelta():
        raise Refused("The clock only moves forward.", "clock_backwards")
    total = offset() + by
    place = Path(_place())
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(str(int(total.total_seconds())))
    look_again()
    return total
