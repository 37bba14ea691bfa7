"""Money: whole won, integers only, in two languages."""

from typing import Any

from django.db import models
from django.utils.translation import get_language


class WonField(models.PositiveBigIntegerField):  # type: ignore[type-arg]
    """Whole won ≥ 0 (the database checks it)."""


class SignedWonField(models.BigIntegerField):  # type: ignore[type-arg]
    """Whole won with a sign: ledger entries alone."""


def _korean(language: str | None) -> bool:
    return (language or get_language() or "ko").startswith("ko")


def won(amount: int | None, language: str | None = None) -> str:
    """`320,000,000원` or `KRW 320,000,000`; an em dash for nothing."""
    if amount is None:
        return "—"
    return f"{amount:,}원" if _korean(language) else f"KRW {amount:,}"


def won_words(amount: int, language: str | None = None) -> str:
    """`3억 2천만원` or `KRW 320 million`: the order of size, exact, as officials say it."""
    if not _korean(language):
        for unit, word in ((1_000_000_000_000, "trillion"), (1_000_000_000, "billion"), (1_000_000, "million")):
            if abs(amount) >= unit and amount % (unit // 1000) == 0:
                return f"KRW {amount / unit:,.3f}".rstrip("0").rstrip(".") + f" {word}"
        return f"KRW {amount:,}"
    if amount == 0:
        return "0원"
    sign, rest, parts = ("-" if amount < 0 else ""), abs(amount), []
    for unit, word in ((10**12, "조"), (10**8, "억"), (10**4, "만")):
        count, rest = divmod(rest, unit)
        if count:
            parts.append(_thousands(count) + word)
    if rest:
        parts.append(f"{rest:,}")
    return sign + " ".join(parts) + "원"


def _thousands(count: int) -> str:
    """2000 → 2천 (officials write 2천만원), 2500 → 2,500."""
    return f"{count // 1000}천" if count >= 1000 and count % 1000 == 0 else f"{count:,}"


def won_long(amount: int | None, language: str | None = None) -> str:
    """`320,000,000원 (3억 2천만원)`."""
    if amount is None or abs(amount) < 10_000:
        return won(amount, language)
    short, words = won(amount, language), won_words(amount, language)
    return short if short == words else f"{short} ({words})"


def parse_won(text: Any) -> int:
    """`320,000,000원` → 320000000. Raises ValueError for anything but whole won."""
    cleaned = str(text).strip().replace(",", "").replace(" ", "").removesuffix("원").removeprefix("KRW").removeprefix("₩")
    if not cleaned.removeprefix("-").isdecimal():
        raise ValueError("not whole won")
    return int(cleaned)
