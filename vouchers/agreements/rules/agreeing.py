"""The three-party agreement and its voucher. Source: domain.md §6.6, 6.11."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.clock import end_of_day
from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle
from portal.kit.workdays import add_working_days


class AgreementStatus(Codes):
    DRAFTING = "DRAFTING", _("Draft")
    NEGOTIATING = "NEGOTIATING", _("Being negotiated")
    AWAITING_SIGNATURES = "AWAITING_SIGNATURES", _("Waiting for signatures")
    ACTIVE = "ACTIVE", _("In force")
    SUSPENDED = "SUSPENDED", _("Agreement suspended")
    COMPLETED = "COMPLETED", _("Completed")
    TERMINATED = "TERMINATED", _("Terminated")


class PartyRole(Codes):
    OPERATOR = "OPERATOR", _("Operating agency")
    COMPANY = "COMPANY", _("Company")
    PROVIDER = "PROVIDER", _("Provider")


class VoucherStatus(Codes):
    ISSUED = "ISSUED", _("Issued")
    SPENT = "SPENT", _("Spent")
    EXPIRED = "EXPIRED", _("Expired")
    CANCELLED = "CANCELLED", _("Cancelled")


S = AgreementStatus
LIFECYCLE = Lifecycle(
    "agreement",
    S,
    S.DRAFTING,
    {
        (S.DRAFTING, "revise"): S.DRAFTING,
        (S.DRAFTING, "send_for_signature"): S.AWAITING_SIGNATURES,
        (S.DRAFTING, "negotiate"): S.NEGOTIATING,
        (S.NEGOTIATING, "comment_clause"): S.NEGOTIATING,
        (S.NEGOTIATING, "answer_comment"): S.NEGOTIATING,
        (S.NEGOTIATING, "revise"): S.NEGOTIATING,
        (S.NEGOTIATING, "send_for_signature"): S.AWAITING_SIGNATURES,
        (S.NEGOTIATING, "return_to_draft"): S.DRAFTING,
        (S.NEGOTIATING, "terminate"): S.TERMINATED,
        (S.AWAITING_SIGNATURES, "return_to_draft"): S.DRAFTING,
        (S.NEGOTIATING, "refuse_agreement"): S.DRAFTING,
        (S.AWAITING_SIGNATURES, "refuse_agreement"): S.DRAFTING,
        (S.AWAITING_SIGNATURES, "sign"): S.AWAITING_SIGNATURES,
        (S.AWAITING_SIGNATURES, "activate"): S.ACTIVE,
        (S.ACTIVE, "suspend"): S.SUSPENDED,
        (S.SUSPENDED, "resume"): S.ACTIVE,
        (S.ACTIVE, "complete"): S.COMPLETED,
        (S.DRAFTING, "terminate"): S.TERMINATED,
        (S.AWAITING_SIGNATURES, "terminate"): S.TERMINATED,
        (S.ACTIVE, "terminate"): S.TERMINATED,
        (S.SUSPENDED, "terminate"): S.TERMINATED,
    },
)


V = VoucherStatus
VOUCHER_LIFECYCLE = Lifecycle(
    "voucher",
    V,
    V.ISSUED,
    {
        (V.ISSUED, "spend"): V.SPENT,
        (V.ISSUED, "expire"): V.EXPIRED,
        (V.ISSUED, "cancel"): V.CANCELLED,
        (V.SPENT, "reopen"): V.ISSUED,
        (V.EXPIRED, "reopen"): V.ISSUED,
    },
)
COMPLETABLE = frozenset({S.ACTIVE, S.SUSPENDED})  # now, or when it goes on
NOT_YET_COMPLETE = _("An agreement is completed once every milestone is accepted, or rejected for good.")


class Waiting(Codes):
    """Why agreements of a round wait although the awards are accepted."""

    LETTERS = "LETTERS", _("Letters are on their way")
    WINDOW = "WINDOW", _("The time to object runs")
    OBJECTION = "OBJECTION", _("An objection is reviewed")


def waits_for(*, provisional: bool, unserved: int, last_day: date | None, reviewed: bool, now: datetime) -> Waiting | None:
    """Whether results still are provisional: until every adverse letter is served, the last day to object is over, and no
    admissible objection against them is open. provisional: the round says so; else nothing waits. Source: domain.md §6.4, 6.5.
    """
    if not provisional:
        return None
    if reviewed:
        return Waiting.OBJECTION
    if unserved:
        return Waiting.LETTERS
    return Waiting.WINDOW if last_day is not None and now < end_of_day(last_day) else None


UNSIGNED = frozenset({S.DRAFTING, S.NEGOTIATING, S.AWAITING_SIGNATURES})
PAYABLE_AGREEMENTS = frozenset({S.ACTIVE, S.COMPLETED})  # a suspended or terminated one pays nothing


def voucher_lapses(expires_on: date, today: date, *, running: bool, handed_in: bool, claim_days: int) -> bool:
    """Whether a voucher's rest expires: its last day is over and nothing that was begun in time is still on its way.

    running: a payment was asked for and is not settled. handed_in: a delivery waits for acceptance, for its request or for
    a mended request; the voucher waits claim_days working days for it, then no longer.
    """
    if running or today <= expires_on:
        return False
    return not handed_in or today > add_working_days(expires_on, claim_days)


def content_hash(body: Mapping[str, Any], previous_hash: str) -> str:
    """SHA-256 over the canonical content and the hash of the version before: what the parties sign."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256((previous_hash + text).encode()).hexdigest()


GENESIS = "0" * 64  # the hash before the first version
NEGATIVE = frozenset({"return_to_draft", "terminate"})  # these verbs ask for a reason


def chain_holds(bodies_and_hashes: Sequence[tuple[Mapping[str, Any], str, str]]) -> bool:
    """Whether versions (body, previous hash, hash), oldest first, are whole and follow each other."""
    before = GENESIS
    for body, previous, own in bodies_and_hashes:
        if previous != before or content_hash(body, previous) != own:
            return False
        before = own
    return True


SIGNED_FACTS = ("money", "period", "goal", "data_scope", "clauses")  # names are written as they stand on the day


def noted_apart(bodies: Sequence[tuple[Mapping[str, Any], str]]) -> list[int]:
    """Numbers of noted versions that say something else than what was signed before them: a notice moves amounts between lines of one
    provider and nothing else. bodies: (body, status of the change that made it, "" for none), oldest first."""
    found: list[int] = []
    held: Mapping[str, Any] | None = None
    for body, status in bodies:
        if status not in {"", "IN_FORCE", "NOTED"}:
            continue
        if status == "NOTED" and held is not None:
            differs = any(body.get(name) != held.get(name) for name in SIGNED_FACTS)
            if differs or _by_payee(body) != _by_payee(held):
                found.append(int(body["version"]))
        held = body
    return found


def _by_payee(body: Mapping[str, Any]) -> dict[frozenset[int], int]:
    """Positions of each payee's lines → their sum, whole won: whatever the payee is called by now."""
    places: dict[str, set[int]] = {}
    for place, line in enumerate(body["lines"], 1):
        places.setdefault(line["payee"]["name_ko"], set()).add(line.get("position", place))
    amounts = {line.get("position", place): line["amount_won"] for place, line in enumerate(body["lines"], 1)}
    return {frozenset(own): sum(amounts[place] for place in own) for own in places.values()}


def period_fault(starts_on: date, ends_on: date, today: date, round_start: date | None, round_end: date | None) -> str:
    """What is wrong with an agreement's period, as a code; empty when nothing is. Days are inclusive."""
    if ends_on < starts_on:
        return "period_order"
    if ends_on < today:
        return "period_past"
    if round_start is not None and starts_on < round_start:
        return "before_round"
    if round_end is not None and ends_on > round_end:
        return "after_round"
    return ""


def over_maximum(agreed: Iterable[tuple[int, int]], maxima: Mapping[int, int]) -> list[int]:
    """Quotes whose agreed lines exceed what the provider committed itself to at most. agreed: (quote, whole won without VAT) of each
    line; maxima: quote → supply amount. Nothing was committed for a quote that maxima does not name."""
    sums: dict[int, int] = {}
    for quote, amount_won in agreed:
        sums[quote] = sums.get(quote, 0) + amount_won
    return [quote for quote, total in sums.items() if total > maxima.get(quote, 0)]


def vat_won(lines: Sequence[tuple[int, int, str]]) -> int:
    """VAT as each payee invoices it: 10 % of its taxable lines, rounded down. lines: (payee, whole won, tax kind)."""
    taxable: dict[int, int] = {}
    for payee, amount, kind in lines:
        if kind == "TAXABLE":
            taxable[payee] = taxable.get(payee, 0) + amount
    return sum(amount // 10 for amount in taxable.values())


@dataclass(frozen=True)
class Signature:
    """One party's: who and when; both empty while it is missing."""

    role: str
    name_ko: str
    name_en: str
    signer: str
    at: datetime | None


class Standing(Codes):
    """What a version of an agreement is worth."""

    HOLDS = "HOLDS", _("This version holds now.")
    ENDED = "ENDED", _("This version is the last one; the agreement has ended.")
    SUPERSEDED = "SUPERSEDED", _("A later version has taken its place.")
    AWAITED = "AWAITED", _("This version is not in force: signatures are missing.")
    NEVER = "NEVER", _("This version never took force.")


def standing(number: int, *, held: int, in_force: bool, status: str, change: str) -> Standing:
    """held: the number of the version that holds, or is the newest before the agreement takes force; in_force: whether it ever took
    force; status: of the agreement; change: status of the change that made this version, "" for none."""
    if change == "APPROVED":
        return Standing.AWAITED
    if change == "WITHDRAWN":
        return Standing.NEVER
    if number < held:
        return Standing.SUPERSEDED
    if not in_force:
        return Standing.NEVER if status == S.TERMINATED else Standing.AWAITED
    return Standing.ENDED if status in {S.TERMINATED, S.COMPLETED} else Standing.HOLDS
