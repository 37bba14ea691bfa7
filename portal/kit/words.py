"""Bilingual columns: `_ko` and `_en` side by side, chosen by the reader's language."""

from typing import Any

from django.utils.translation import get_language


def korean() -> bool:
    return (get_language() or "ko").startswith("ko")


def pick(source: Any, name: str) -> str:
    """The column `name` in the reader's language, else in the other one, else "". Works on objects and dicts."""
    first, second = ("ko", "en") if korean() else ("en", "ko")
    for language in (first, second):
        key = f"{name}_{language}"
        value = source.get(key) if isinstance(source, dict) else getattr(source, key, "")
        if value:
            return str(value)
    return ""
