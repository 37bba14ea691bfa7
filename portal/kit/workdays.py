"""Working days of South Korea, with substitute holidays (관공서의 공휴일에 관한 규정), from the `holidays` library."""

from datetime import date, datetime, timedelta
from functools import cache, lru_cache

import holidays

from portal.kit import clock


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("KR", years=year).keys())


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _holidays(day.year)


def add_working_days(day: date, n: int) -> date:
    """The n-th working day after `day` (n ≥ 0; 0 gives the first working day on or after it)."""
    if n == 0:
        while not is_working_day(day):
            day += timedelta(days=1)
        return day
    while n > 0:
        day += timedelta(days=1)
        n -= is_working_day(day)
    return day


def before_working_days(day: date, n: int) -> date:
    """The n-th working day before `day` (n ≥ 0; 0 gives the last working day on or before it)."""
    while n > 0 or not is_working_day(day):
        day -= timedelta(days=1)
        n -= n > 0 and is_working_day(day)
    return day


@lru_cache(maxsize=5000)
def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative when `end` lies before."""
    if end < start:
        return -working_days_between(end, start)
    return sum(is_working_day(start + timedelta(days=i)) for i in range(1, (end - start).days + 1))


def due_at(start: datetime, n: int) -> datetime:
    """24:00 KST of the n-th working day after `start`."""
    return clock.end_of_day(add_working_days(clock.to_kst(start).date(), n))


def left(due: datetime, now: datetime) -> int:
    """Working days from today to the due day, both in Korea; negative when late. 24:00 belongs to the day before."""
    due_day = clock.to_kst(due - timedelta(microseconds=1)).date()
    return working_days_between(clock.to_kst(now).date(), due_day)


def end_of_days(now: datetime, n: int) -> datetime:
    """Until when `left` says n or less: 24:00 KST of the day before the working day after the n-th, so that a due day on a Saturday or
    a holiday counts with the working day before it."""
    return clock.end_of_day(add_working_days(clock.to_kst(now).date(), n + 1) - timedelta(days=1))
