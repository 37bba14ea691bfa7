"""Bilingual columns: `_ko` and `_en` side by side, chosen by the reader's language."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language

WEEKDAYS = "월화수목금토일"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def korean() -> bool:
    return (get_language() or "ko").startswith("ko")


def dash() -> str:
    """Between the two ends of a range: `~` in Korean, an en dash in English."""
    return "~" if korean() else "–"


def pick(source: Any, name: str) -> str:
    """The column `name` in the reader's language, else in the other one, else "". Works on objects and dicts."""
    first, second = ("ko", "en") if korean() else ("en", "ko")
    for language in (first, second):
        key = f"{name}_{language}"
        value = source.get(key) if isinstance(source, dict) else getattr(source, key, "")
        if value:
            return str(value)
    return ""


def day(day: date) -> str:
    """`2026. 11. 23.(월)` / `23 Nov 2026`, in the reader's language."""
    return _day(day, korean())


def moment(when: datetime) -> str:
    """`2027. 3. 1.(월) 18:00` / `1 Mar 2027 18:00 KST`, Korean time, in the reader's language."""
    local = when.astimezone(ZoneInfo("Asia/Seoul"))
    return f"{day(local.date())} {local:%H:%M}" + ("" if korean() else " KST")


@lru_cache(maxsize=4000)
def _day(day: date, korean: bool) -> str:
    if korean:
        return f"{day.year}. {day.month}. {day.day}.({WEEKDAYS[day.weekday()]})"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
