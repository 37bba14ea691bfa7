"""What a suspension or termination does to the money of an agreement, before anybody decides. Source: domain.md §1.7 (return), 6.6, 6.11.

Recognised is the grant of accepted milestones. What a party was paid beyond what was recognised of it comes back from it (an advance
that was not worked off); for money used otherwise or got by false statements all of it comes back from the party at fault. What was
ordered back of a party before counts for it, and no more comes back in all than was paid and is not ordered back. Of what
the voucher still holds, as much stays as is recognised and unpaid, or under way at the bank: the settlement says what becomes
of it. The rest goes back to the call. A suspension moves nothing: everything waits.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from vouchers.agreements.rules import RETURNS_ALL, HaltKind


class PaymentFate(Codes):
    """What becomes of a payment that is not settled."""

    WAITS = "WAITS", _("Waits until the agreement goes on")
    CLOSES = "CLOSES", _("Is not paid any more: finance closes it")
    COUNTS = "COUNTS", _("Is under way at the bank: what the bank does counts")


@dataclass(frozen=True)
class Delivery:
    """One milestone. party: who delivers; grant_won: the voucher's share, whole won."""

    ref: str
    party: int
    grant_won: int
    recognised: bool


@dataclass(frozen=True)
class Claim:
    """One disbursement. party: who is paid; paid: the ledger has it as paid; under_way: a transfer is out and its end not known."""

    ref: str
    party: int
    amount_won: int
    paid: bool = False
    under_way: bool = False
    closed: bool = False


@dataclass(frozen=True)
class Recovery:
    """What a party pays back, and of what. ordered_won: ordered back of it before. Whole won."""

    party: int
    paid_won: int
    recognised_won: int
    amount_won: int
    ordered_won: int = 0

    def document(self) -> dict[str, int]:
        """As plain JSON; nothing is said of an order where there was none."""
        return {name: won for name, won in asdict(self).items() if won or name != "ordered_won"}


@dataclass(frozen=True)
class OpenPayment:
    """A payment that is not settled, and what becomes of it."""

    ref: str
    party: int
    amount_won: int
    fate: str


@dataclass(frozen=True)
class Consequences:
    """What company, providers and officer see before the decision, and what the action then writes. Whole won.

    grant = paid + open + gone (expired or released earlier); open = kept + released; after: what the voucher then holds.
    """

    kind: str
    grant_won: int
    paid_won: int
    recognised_won: int
    unrecognised_won: int
    open_won: int
    kept_won: int
    released_won: int
    recoveries: tuple[Recovery, ...] = ()
    payments: tuple[OpenPayment, ...] = ()

    @property
    def recovered_won(self) -> int:
        return sum(one.amount_won for one in self.recoveries)

    @property
    def after_won(self) -> int:
        return self.open_won - self.released_won

    @property
    def gone_won(self) -> int:
        return self.grant_won - self.paid_won - self.open_won

    def document(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self) | {
            "recoveries": [one.document() for one in self.recoveries], "payments": [asdict(one) for one in self.payments],
        }  # fmt: skip


def consequences_of(document: Mapping[str, Any]) -> Consequences:
    """`Consequences.document()` → Consequences."""
    parts = {
        "recoveries": tuple(Recovery(**one) for one in document["recoveries"]),
        "payments": tuple(OpenPayment(**one) for one in document["payments"]),
    }
    return Consequences(**{**document, **parts})


def consequences(
    kind: str,
    ground: str,
    *,
    at_fault: int | None,
    company: int,
    grant_won: int,
    open_won: int,
    paid_won: int,
    deliveries: Sequence[Delivery],
    claims: Sequence[Claim],
    ordered: Mapping[int, int] | None = None,
) -> Consequences:
    """at_fault, company: parties; open, paid: of the voucher, as the ledger has them; ordered: party → ordered back of it before."""
    recognised: dict[int, int] = {}
    for delivery in deliveries:
        recognised[delivery.party] = recognised.get(delivery.party, 0) + (delivery.grant_won if delivery.recognised else 0)
    paid, under_way = _sums(claims, "paid"), _sums(claims, "under_way")
    ends = kind == HaltKind.TERMINATION
    parties = dict.fromkeys([*recognised, *paid, *under_way])
    unpaid = sum(max(recognised.get(one, 0) - paid.get(one, 0), under_way.get(one, 0)) for one in parties)
    kept = min(open_won, max(0, unpaid)) if ends else open_won
    return Consequences(
        kind=str(kind), grant_won=grant_won, paid_won=paid_won, recognised_won=sum(recognised.values()),
        unrecognised_won=sum(one.grant_won for one in deliveries if not one.recognised), open_won=open_won, kept_won=kept,
        released_won=open_won - kept,
        recoveries=_recoveries(ground, at_fault, company, paid, recognised, ordered or {}) if ends else (),
        payments=tuple(OpenPayment(one.ref, one.party, one.amount_won, _fate(one, ends)) for one in claims if not (one.paid or one.closed)),
    )  # fmt: skip


def _sums(claims: Sequence[Claim], which: str) -> dict[int, int]:
    found: dict[int, int] = {}
    for claim in claims:
        if getattr(claim, which):
            found[claim.party] = found.get(claim.party, 0) + claim.amount_won
    return found


def _fate(claim: Claim, ends: bool) -> str:
    if claim.under_way:
        return str(PaymentFate.COUNTS)
    return str(PaymentFate.CLOSES if ends else PaymentFate.WAITS)


def _recoveries(
    ground: str, at_fault: int | None, company: int, paid: Mapping[int, int], recognised: Mapping[int, int], ordered: Mapping[int, int]
) -> tuple[Recovery, ...]:  # fmt: skip
    """Whoever was paid more than was recognised gives the rest back. Where all returns, a provider at fault gives back all that it
    was paid, a company at fault all that nobody else gives back; less what was ordered back of each, and of all."""
    whole = sum(paid.values())
    left = max(0, whole - sum(ordered.values()))
    beyond = {one: max(0, won - recognised.get(one, 0) - ordered.get(one, 0)) for one, won in paid.items()}
    if ground in RETURNS_ALL and at_fault is not None:
        if at_fault == company:
            beyond[company] = max(0, left - sum(beyond.values()))
        else:
            beyond[at_fault] = max(0, paid.get(at_fault, 0) - ordered.get(at_fault, 0))
    found = []
    for one, asked in sorted(beyond.items()):
        won = min(asked, left)
        left -= won
        if won:
            its = whole if one == company else paid.get(one, 0)
            found.append(Recovery(one, its, recognised.get(one, 0), won, ordered.get(one, 0)))
    return tuple(found)


def halt_hash(asked: Mapping[str, Any], figures: Mapping[str, Any]) -> str:
    """SHA-256 over what is asked and what it does to the money: parties sign it, and nobody decides about another."""
    text = json.dumps([asked, figures], sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
