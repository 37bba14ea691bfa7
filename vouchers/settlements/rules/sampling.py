"""An auditor's sample of payments: drawn by their money, the same again from what was kept; and what is found. Pure.

Monetary-unit sampling within each provider: every won has the same chance. The payments below the threshold lie end to end in the
order in which they were booked; from a start that the seed gives, every `interval_won`-th won is met, and the payment that holds it
is looked at. Payments from the threshold on are looked at in any case. RULE names this very procedure: another one gets another name.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle

RULE = "mus-1"


class Paid(NamedTuple):
    """One payment of the frame. event: ref of its ledger event; stratum: key of the institution that was paid."""

    event: str
    payment: str
    stratum: str
    amount_won: int


class Why(Codes):
    """Why a payment is in a sample."""

    THRESHOLD = "THRESHOLD", _("From the threshold on")
    INTERVAL = "INTERVAL", _("Met by the interval")
    LEAST = "LEAST", _("So that its provider is met")


class FindingKind(Codes):
    NO_EVIDENCE = "NO_EVIDENCE", _("Evidence is missing")
    WRONG_AMOUNT = "WRONG_AMOUNT", _("The amount is wrong")
    OUTSIDE_PERIOD = "OUTSIDE_PERIOD", _("Outside of the period")
    PAID_TWICE = "PAID_TWICE", _("Paid twice")
    NOT_DELIVERED = "NOT_DELIVERED", _("Paid without the delivery")
    PROCEDURE = "PROCEDURE", _("A step was left out")
    OTHER = "OTHER", _("Something else")


class Seriousness(Codes):
    MINOR = "MINOR", _("Minor")
    MAJOR = "MAJOR", _("Major")
    GRAVE = "GRAVE", _("Grave")


class AuditFindingStatus(Codes):
    OPEN = "OPEN", _("To be answered")
    ANSWERED = "ANSWERED", _("Answered, to be judged")
    CLOSED = "CLOSED", _("Closed")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn by the auditor")


F = AuditFindingStatus
AUDIT_FINDING_LIFECYCLE = Lifecycle(
    "audit_finding", F, F.OPEN,
    {
        (F.OPEN, "answer_audit_finding"): F.ANSWERED,
        (F.ANSWERED, "close_audit_finding"): F.CLOSED,
        (F.ANSWERED, "reopen_audit_finding"): F.OPEN,
        (F.OPEN, "withdraw_audit_finding"): F.WITHDRAWN,
        (F.ANSWERED, "withdraw_audit_finding"): F.WITHDRAWN,
    },
)  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """A payment that is looked at. unit: which won of its provider's money met it, 0 where it is in for its size."""

    paid: Paid
    why: Why
    unit: int


def frame_digest(frame: Iterable[Paid]) -> str:
    """SHA-256 of the frame in its order."""
    told = json.dumps([list(one) for one in frame], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def interval_won(frame: Iterable[Paid], *, threshold_won: int, size: int) -> int:
    """So many won lie between two that are met: what is below the threshold, shared by the size, rounded up; at least 1."""
    rest = sum(one.amount_won for one in frame if one.amount_won < threshold_won)
    return max(1, -(-rest // size))


def draw(frame: Sequence[Paid], *, seed: str, threshold_won: int, interval_won: int, least: int) -> list[Drawn]:
    """The sample, in the order of the frame. least: of each provider so many at least, where it has so many."""
    strata: dict[str, list[Paid]] = defaultdict(list)
    for one in frame:
        strata[one.stratum].append(one)
    found: dict[Paid, Drawn] = {}
    for stratum in sorted(strata):
        large = [one for one in strata[stratum] if one.amount_won >= threshold_won]
        small = [one for one in strata[stratum] if one.amount_won < threshold_won]
        found |= {one: Drawn(one, Why.THRESHOLD, 0) for one in large}
        met = _met(small, seed, stratum, interval_won)
        more = min(least, len(strata[stratum])) - len(large) - len(met)
        found |= met | _at_least([one for one in small if one not in met], seed, stratum, more)
    return [found[one] for one in frame if one in found]


def _met(small: Sequence[Paid], seed: str, stratum: str, interval: int) -> dict[Paid, Drawn]:
    found: dict[Paid, Drawn] = {}
    unit, passed = _number(seed, stratum, "start") % interval, 0
    for one in small:
        passed += one.amount_won
        if unit < passed:
            found[one] = Drawn(one, Why.INTERVAL, unit + 1)
            unit += -(-(passed - unit) // interval) * interval
    return found


def _at_least(left: Sequence[Paid], seed: str, stratum: str, more: int) -> dict[Paid, Drawn]:
    """By money too: the won that a number from the seed names, then the next among what is left."""
    found: dict[Paid, Drawn] = {}
    rest = list(left)
    for turn in range(max(0, more)):
        unit = _number(seed, stratum, f"least {turn}") % sum(one.amount_won for one in rest)
        passed = 0
        for one in rest:
            passed += one.amount_won
            if unit < passed:
                found[one] = Drawn(one, Why.LEAST, unit + 1)
                rest.remove(one)
                break
    return found


def _number(seed: str, stratum: str, what: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{RULE}|{seed}|{stratum}|{what}".encode()).digest())


def projected_won(wrong: Iterable[tuple[str, int, int]], interval: int) -> int:
    """What the findings say about all payments of the frame, whole won. wrong: (why, amount, found wrong) of each payment looked at.

    A payment smaller than the interval stands for the interval, with the same share of it wrong; a larger one for itself."""
    return sum(found if why != Why.INTERVAL or amount >= interval else found * interval // amount for why, amount, found in wrong)


def period_fault(first: date, last: date, today: date) -> str:
    """Why the payments of these days cannot be a frame; "": they can. A day that is not over may still get payments."""
    if last < first:
        return str(_("The last day lies before the first. Choose a later last day."))
    return str(_("Choose a last day that is over: today more may be paid.")) if last >= today else ""


def finding_fault(*, amount_won: int, paid_won: int, text: str) -> tuple[str, str]:
    """(sentence, field) of what is wrong with a finding; ("", ""): nothing."""
    if not text.strip():
        return str(_("Write what was found; who answers reads it.")), "text"
    if amount_won > paid_won:
        return str(_("More cannot be wrong than was paid. Enter at most the amount of the payment.")), "amount_won"
    return "", ""
