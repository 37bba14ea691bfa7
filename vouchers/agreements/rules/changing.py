"""A change of an agreement (협약변경): what differs, of which class it is, what it does to the money. Source: domain.md §6.6, 1.9.

The class follows from the content, never from what somebody says of it: amount, period, provider, goal and scope of the data are
major (approved, then every party signs the amended text); another contact, and amounts that move between lines of one provider up
to the round's share, are minor (a notice, which the operating agency notes). What may move is measured against the text that
the parties signed last, so that many small notices never add up to what would need an approval.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle
from vouchers.agreements.rules.agreeing import vat_won


class ChangeStatus(Codes):
    REQUESTED = "REQUESTED", _("Change requested")
    UNDER_REVIEW = "UNDER_REVIEW", _("Change under review")
    APPROVED = "APPROVED", _("Change approved, to be signed")
    IN_FORCE = "IN_FORCE", _("Change in force")
    NOTED = "NOTED", _("Change noted")
    REJECTED = "REJECTED", _("Change not approved")
    WITHDRAWN = "WITHDRAWN", _("Change withdrawn")


class ChangeClass(Codes):
    MAJOR = "MAJOR", _("Major change")
    MINOR = "MINOR", _("Minor change")


class ChangePart(Codes):
    AMOUNT = "AMOUNT", _("Amount")
    PERIOD = "PERIOD", _("Period")
    PROVIDER = "PROVIDER", _("Provider")
    GOAL = "GOAL", _("Goal of the project")
    SCOPE = "SCOPE", _("Scope of the data")
    CONTACT = "CONTACT", _("Contact person")
    SHIFT = "SHIFT", _("Shift between lines")


C, P = ChangeStatus, ChangePart
CHANGE_LIFECYCLE = Lifecycle(
    "agreement_change",
    C,
    C.REQUESTED,
    {
        (C.REQUESTED, "take_up_change"): C.UNDER_REVIEW,
        (C.REQUESTED, "withdraw_change"): C.WITHDRAWN,
        (C.UNDER_REVIEW, "withdraw_change"): C.WITHDRAWN,
        (C.UNDER_REVIEW, "approve_change"): C.APPROVED,
        (C.UNDER_REVIEW, "note_change"): C.NOTED,
        (C.UNDER_REVIEW, "reject_change"): C.REJECTED,
        (C.APPROVED, "sign_change"): C.APPROVED,
        (C.APPROVED, "enforce_change"): C.IN_FORCE,
        (C.APPROVED, "give_up_change"): C.WITHDRAWN,
    },
)
OPEN_CHANGES = frozenset({C.REQUESTED, C.UNDER_REVIEW, C.APPROVED})  # one an agreement at most
HELD_CHANGES = frozenset({C.IN_FORCE, C.NOTED})  # the agreement says so now
CHANGEABLE = frozenset({"ACTIVE", "SUSPENDED"})
MINOR_PARTS = frozenset({P.CONTACT, P.SHIFT})


@dataclass(frozen=True)
class LineTerms:
    """One line. payee: institution id; amount_won: whole won without VAT, 0 once nothing is agreed of it any more. quote_line, match:
    of a line that a change brings in, ids of what it is copied from; else 0."""

    position: int
    payee: int
    tax_kind: str
    amount_won: int
    description: str = ""
    payee_ko: str = ""
    payee_en: str = ""
    quote_line: int = 0
    match: int = 0


@dataclass(frozen=True)
class Terms:
    """What an agreement says and may be changed. contacts: party ref → person ref, "" for none."""

    starts_on: date
    ends_on: date
    goal: str = ""
    data_scope: str = ""
    lines: tuple[LineTerms, ...] = ()
    contacts: Mapping[str, str] = field(default_factory=dict)
    grant_won: int = 0

    @property
    def supply_won(self) -> int:
        return sum(line.amount_won for line in self.lines)

    @property
    def own_cash_won(self) -> int:
        return self.supply_won - self.grant_won

    @property
    def vat_won(self) -> int:
        return vat_won([(line.payee, line.amount_won, line.tax_kind) for line in self.lines])

    def by_payee(self) -> dict[int, int]:
        """Institution id → supply amount of its lines, whole won."""
        sums: dict[int, int] = {}
        for line in self.lines:
            sums[line.payee] = sums.get(line.payee, 0) + line.amount_won
        return sums

    def document(self) -> dict[str, Any]:
        """As plain JSON."""
        return {**asdict(self), "starts_on": self.starts_on.isoformat(), "ends_on": self.ends_on.isoformat()}


def terms_of(document: Mapping[str, Any]) -> Terms:
    """`Terms.document()` → Terms."""
    days = {name: date.fromisoformat(document[name]) for name in ("starts_on", "ends_on")}
    lines = tuple(LineTerms(**line) for line in document["lines"])
    return Terms(**{**document, **days, "lines": lines})


def moved_won(before: Iterable[LineTerms], after: Iterable[LineTerms]) -> int:
    """How much moved to lines that grew, whole won."""
    held = {line.position: line.amount_won for line in before}
    return sum(max(0, line.amount_won - held.get(line.position, 0)) for line in after)


def parts_of(before: Terms, after: Terms, signed: Sequence[LineTerms], shift_share: Decimal) -> tuple[ChangePart, ...]:
    """What of an agreement differs, in the order of `ChangePart`. signed: the lines of the text that was signed last; shift_share:
    of its supply amount, up to which amounts may move between lines of one provider by a notice (policy of the round)."""
    old, new = before.by_payee(), after.by_payee()
    left = {payee for payee, won in old.items() if won and not new.get(payee)}
    joined = {payee for payee, won in new.items() if won and not old.get(payee)}
    moved = [(line.position, line.amount_won) for line in before.lines] != [(one.position, one.amount_won) for one in after.lines]
    base = sum(line.amount_won for line in signed)
    beyond = moved_won(signed, after.lines) > base * shift_share
    amount = old != new or (before.grant_won, before.vat_won) != (after.grant_won, after.vat_won) or (moved and beyond)
    differs = {
        P.AMOUNT: amount, P.PERIOD: (before.starts_on, before.ends_on) != (after.starts_on, after.ends_on),
        P.PROVIDER: bool(left or joined), P.GOAL: before.goal != after.goal, P.SCOPE: before.data_scope != after.data_scope,
        P.CONTACT: dict(before.contacts) != dict(after.contacts), P.SHIFT: moved and not amount,
    }  # fmt: skip
    return tuple(part for part in ChangePart if differs[part])


def class_of(parts: Iterable[str]) -> ChangeClass:
    """MAJOR as soon as one part is more than a contact or a shift within the round's share (domain.md §6.6)."""
    return ChangeClass.MINOR if set(parts) <= MINOR_PARTS else ChangeClass.MAJOR


def changed_grant(
    by_formula_won: int, *, held_won: int, award_won: int, supply_before_won: int, supply_after_won: int, may_rise: bool
) -> int:
    """The grant after a change, whole won: as it is where the supply amount stays, never more where it falls, else by the formula;
    above what the award gave only where the round lets grants rise (what was agreed already is no rise)."""
    if supply_after_won == supply_before_won:
        return held_won
    if supply_after_won < supply_before_won:
        return min(by_formula_won, held_won)
    return max(held_won, by_formula_won if may_rise else min(by_formula_won, max(award_won, held_won)))


def change_fault(
    before: Terms, after: Terms, *, paid_won: int, available_won: int, given_up: Collection[int] = frozenset()
) -> str:
    """Why a change cannot come about whatever anybody decides, as a code; empty: nothing. Whole won; paid: from the voucher;
    available: what the round has left to give; given_up: positions of the lines of parties that left, which would sign nothing."""
    if any(line.amount_won < 0 for line in after.lines):
        return "line_negative"
    if any(line.amount_won and line.position in given_up for line in after.lines):
        return "party_left"
    if not after.supply_won:
        return "nothing_left"
    if after.grant_won < paid_won:
        return "below_paid"
    if after.grant_won - before.grant_won > available_won:
        return "over_available"
    return ""


def may_decide(person_id: int, asked_by: int) -> bool:
    """Who asked for a change does not decide about it (four eyes)."""
    return person_id != asked_by


def stays(role: str, payees: Iterable[int], after: Mapping[int, int]) -> bool:
    """Whether a party goes on under the changed agreement and so signs it. payees: institutions for which a provider is paid;
    after: institution id → whole won."""
    return role != "PROVIDER" or any(after.get(payee) for payee in payees)


@dataclass(frozen=True)
class Difference:
    """One thing that a change changes, in words. apart_won: by how much, None where it is no money. name: of a line or party."""

    part: str
    name: str
    was: str
    would_be: str
    apart_won: int | None = None
