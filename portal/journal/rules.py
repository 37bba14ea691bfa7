"""The chain of a subject's events, and when a duty is late. Pure."""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle

GENESIS = "0" * 64
MAX_ATTEMPTS = 6
CLAIM_MINUTES = 10  # a claimed mail whose worker is silent for longer is unclear
ACCESS_YEARS = 2  # how long the access log is kept
REMIND_BEFORE = (7, 1)  # working days before the due day, for what belongs to no round
MOST_REMIND_DAYS = 60  # no round reminds earlier
OWN_REMINDERS = -1  # stands among the reminders of a duty whose room reminds by itself
ESCALATED = 0  # stands among the reminders of a duty once somebody else was told that it is late
REHEARSAL_DOMAIN = "rehearsal.example"  # of test companies: reserved by RFC 2606, no mail server answers for it


class NoticeState(Codes):
    WAITING = "WAITING", _("Waiting")
    SENDING = "SENDING", _("Being sent")
    SENT = "SENT", _("Sent")
    FAILED = "FAILED", _("Not deliverable")
    UNCLEAR = "UNCLEAR", _("Delivery unclear")
    SKIPPED = "SKIPPED", _("In the feed only")


class Outcome(Codes):
    """What sending a mail came to. NOT_SENT is certain, UNKNOWN is not."""

    SENT = "SENT", _("Sent")
    NOT_SENT = "NOT_SENT", _("Not sent")
    REFUSED = "REFUSED", _("Refused by the mail server")
    UNKNOWN = "UNKNOWN", _("Not known")


def years_before(moment: datetime, years: int) -> datetime:
    """The same day and time so many years earlier; 29 February becomes the 28th."""
    try:
        return moment.replace(year=moment.year - years)
    except ValueError:
        return moment.replace(year=moment.year - years, day=28)


def stamp(moment: datetime) -> str:
    """UTC with microseconds: the same text for the same moment, always."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def canonical(content: dict[str, Any]) -> bytes:
    """JSON with sorted keys and no spaces: what is hashed."""
    return _CANONICAL.encode(content).encode()


_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def chain(previous_hash: str, content: dict[str, Any]) -> str:
    """SHA-256 over the previous hash and the canonical content."""
    return hashlib.sha256(previous_hash.encode() + canonical(content)).hexdigest()


def retry_after_seconds(attempts: int) -> int:
    """1 min, 2, 4 … : bounded by MAX_ATTEMPTS."""
    return 60 * 2 ** max(0, attempts - 1)


def after_sending(outcome: str, attempts: int) -> str:
    """The state of a claimed mail after its outcome; attempts counts this one."""
    match outcome:
        case Outcome.SENT:
            return NoticeState.SENT
        case Outcome.UNKNOWN:
            return NoticeState.UNCLEAR
        case Outcome.NOT_SENT if attempts < MAX_ATTEMPTS:
            return NoticeState.WAITING
    return NoticeState.FAILED


def reachable(address: str, *, demo: bool) -> bool:
    """Whether a mail to it can arrive: a demo's sink takes everything, elsewhere nobody receives for test companies."""
    return demo or not address.endswith(f"@{REHEARSAL_DOMAIN}")


def notice_key(template: str, subject_ref: str, person: str, moment: str) -> str:
    """What makes a telling unique; long addresses are hashed so that nothing is cut off."""
    key = f"{template}:{subject_ref}:{person}:{moment}"
    return key if len(key) <= 160 else hashlib.sha256(key.encode()).hexdigest()


@dataclass(frozen=True)
class Reminder:
    """mark: thresholds that are done from now on; tell: the one to tell about, or None."""

    mark: tuple[int, ...]
    tell: int | None


def reminders_due(
    *, left: int, left_at_opening: int, done: Sequence[int], late: bool, days: Sequence[int] = REMIND_BEFORE
) -> Reminder:
    """Which of `days` before its due day a duty has reached. left: working days to the due day, now and when it was opened.

    Several reached at once (the portal slept) are told once, as the nearest. One that was already reached at opening is
    only marked: the person has just been told.
    """
    reached = [one for one in days if left <= one and one not in done]
    fresh = [one for one in reached if left_at_opening > one]
    return Reminder(tuple(reached), min(fresh) if fresh and not late else None)


def head(previous: str, hashes: Iterable[str]) -> tuple[str, int]:
    """The head over a day's event hashes, and how many they were."""
    digest, count = hashlib.sha256(previous.encode()), 0
    for one in hashes:
        digest.update(one.encode())
        count += 1
    return digest.hexdigest(), count


# ── Work in the background ───────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Queue:
    """late_after: seconds after which its oldest message, or a job that is due, is late."""

    word: Any
    late_after: int


QUEUES: dict[str, Queue] = {
    "payments": Queue(_("Payments"), 120),
    "mail": Queue(_("Mail and reminders"), 300),
    "cases": Queue(_("Deadlines and states of cases"), 600),
    "files": Queue(_("Files, imports and long computations"), 900),
    "statistics": Queue(_("Counts and tidying up"), 7200),
}
URGENT = ("payments", "mail", "cases")  # work of seconds; what may take minutes has workers of its own


def late_since(due_every: float, last_ended: datetime, now: datetime, late_after: int) -> bool:
    """Whether a job that is done every so many seconds was not done for too long."""
    return (now - last_ended).total_seconds() > 3 * due_every + late_after


class DeadLetterState(Codes):
    WAITING = "WAITING", _("Is tried again")
    PARKED = "PARKED", _("Waits for a person")
    SETTLED = "SETTLED", _("Done after all")
    DISMISSED = "DISMISSED", _("Left to people")


DEAD_LETTER_LIFECYCLE = Lifecycle(
    "dead_letter",
    DeadLetterState,
    DeadLetterState.WAITING,
    {
        (DeadLetterState.WAITING, "settle"): DeadLetterState.SETTLED,
        (DeadLetterState.WAITING, "park"): DeadLetterState.PARKED,
        (DeadLetterState.WAITING, "retry"): DeadLetterState.WAITING,
        (DeadLetterState.WAITING, "dismiss"): DeadLetterState.DISMISSED,
        (DeadLetterState.PARKED, "settle"): DeadLetterState.SETTLED,
        (DeadLetterState.PARKED, "retry"): DeadLetterState.WAITING,
        (DeadLetterState.PARKED, "dismiss"): DeadLetterState.DISMISSED,
        (DeadLetterState.DISMISSED, "retry"): DeadLetterState.WAITING,
        (DeadLetterState.DISMISSED, "settle"): DeadLetterState.SETTLED,
    },
)


WHY_DISMISSED = _("Say why nobody needs to do this any more, or who looks after it.")


def held(state: str, next_at: datetime, now: datetime) -> bool:
    """Whether a job passes over what broke: until its next try, or as long as a person has not decided otherwise."""
    return state in {DeadLetterState.PARKED, DeadLetterState.DISMISSED} or (state == DeadLetterState.WAITING and next_at > now)


def said(error: BaseException) -> str:
    """What broke, without what could name a person: addresses and long numbers are left out."""
    text = re.sub(r"[^\s@<>\"'(=]+@[^\s@>\"')]+", "…@…", f"{type(error).__name__}: {error}")
    return re.sub(r"\d(?:[\d-]{4,})\d", "…", " ".join(text.split()))[:300]
