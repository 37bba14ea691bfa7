"""The chain of a subject's events, and when a duty is late. Pure."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes

GENESIS = "0" * 64
MAX_ATTEMPTS = 6


class NoticeState(Codes):
    WAITING = "WAITING", _("Waiting")
    SENDING = "SENDING", _("Being sent")
    SENT = "SENT", _("Sent")
    FAILED = "FAILED", _("Not deliverable")
    UNCLEAR = "UNCLEAR", _("Delivery unclear")
    SKIPPED = "SKIPPED", _("In the feed only")


def stamp(moment: datetime) -> str:
    """UTC with microseconds: the same text for the same moment, always."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical(content: dict[str, Any]) -> bytes:
    """JSON with sorted keys and no spaces: what is hashed."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def chain(previous_hash: str, content: dict[str, Any]) -> str:
    """SHA-256 over the previous hash and the canonical content."""
    return hashlib.sha256(previous_hash.encode() + canonical(content)).hexdigest()


def retry_after_seconds(attempts: int) -> int:
    """1 min, 2, 4 … : bounded by MAX_ATTEMPTS."""
    return 60 * 2 ** max(0, attempts - 1)
