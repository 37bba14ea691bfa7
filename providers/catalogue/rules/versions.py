"""What a version is: a canonical text, its digest, and what differs between two of them. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from providers.catalogue.rules.fields import CONTENT, is_empty


def canonical(content: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces: the same text for the same content, always."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def sha256(content: Mapping[str, Any]) -> str:
    """64 hexadecimal digits over the canonical text."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


@dataclass(frozen=True)
class Change:
    """One field that differs. before and after: its values, the empty value where nothing was published."""

    field: str
    before: Any
    after: Any


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Fields that differ, in the order of the form; `profile` first, `variables` last. A field that a version did not know
    yet counts as empty."""
    found = []
    for name in ("profile", *CONTENT, "variables"):
        old, new = before.get(name), after.get(name)
        if old != new and not (is_empty(old) and is_empty(new)):
            found.append(Change(name, old, new))
    return found


CONFIRM_AFTER_DAYS = 365  # when the code list does not say it


def is_stale(confirmed_at: datetime, now: datetime, days: int | None) -> bool:
    """Whether the institution is asked again if an entry is still right. days: of its update frequency, None: a year."""
    return now - confirmed_at >= timedelta(days=days or CONFIRM_AFTER_DAYS)
