"""Settlement (정산): what was used, what is recognised, what is paid back and by whom. Source: domain.md §6.12, 1.7.

Whole won; what is paid back is rounded down. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class SettlementStatus(Codes):
    OPEN = "OPEN", _("To be stated by the company")
    SUBMITTED = "SUBMITTED", _("Stated, under review")
    SUPPLEMENT = "SUPPLEMENT", _("Supplement asked")
    PROPOSED = "PROPOSED", _("Amount proposed")
    REFUND_DUE = "REFUND_DUE", _("Amount fixed, refund due")
    CLOSED = "CLOSED", _("Settled")


class Verdict(Codes):
    OPEN = "OPEN", _("Not looked at yet")
    RECOGNISED = "RECOGNISED", _("Recognised as used")
    DISALLOWED = "DISALLOWED", _("Disallowed in whole or in part")


class DisallowedFor(Codes):
    NO_EVIDENCE = "NO_EVIDENCE", _("No sufficient evidence")
    NOT_ELIGIBLE = "NOT_ELIGIBLE", _("Not a cost of the project")
    OUT_OF_PERIOD = "OUT_OF_PERIOD", _("Outside the agreement's period")
    OVER_AGREED = "OVER_AGREED", _("More than the agreement has")
    TWICE = "TWICE", _("Claimed twice")
    OTHER = "OTHER", _("Another reason")


class OwedBy(Codes):
    COMPANY = "COMPANY", _("Company")
    PAYEE = "PAYEE", _("Provider that was paid")


S = SettlementStatus
LIFECYCLE = Lifecycle(
    "settlement", S, S.OPEN,
    {
        (S.OPEN, "submit_statement"): S.SUBMITTED,
        (S.SUPPLEMENT, "submit_statement"): S.SUBMITTED,
        (S.SUBMITTED, "judge_line"): S.SUBMITTED,
        (S.SUBMITTED, "request_supplement"): S.SUPPLEMENT,
        (S.SUBMITTED, "propose_amount"): S.PROPOSED,
        (S.PROPOSED, "send_back"): S.SUBMITTED,
        (S.PROPOSED, "confirm_refund"): S.REFUND_DUE,
        (S.PROPOSED, "confirm_without_refund"): S.CLOSED,
        (S.REFUND_DUE, "close"): S.CLOSED,
        (S.REFUND_DUE, "lower_disallowance"): S.REFUND_DUE,
        (S.CLOSED, "lower_disallowance"): S.CLOSED,
    },
)  # fmt: skip
STATABLE = frozenset({S.OPEN, S.SUPPLEMENT})
FIXED = frozenset({S.REFUND_DUE, S.CLOSED})
COMPANY = 0  # who owes what no provider owes


@dataclass(frozen=True)
class Used:
    """One line as it was stated. payee: institution id. disallowed_won: of grant and own cash together; owed_by: OwedBy."""

    payee: int
    grant_won: int
    own_cash_won: int
    disallowed_won: int = 0
    owed_by: str = OwedBy.COMPANY

    @property
    def cost_won(self) -> int:
        return self.grant_won + self.own_cash_won

    @property
    def disallowed_grant_won(self) -> int:
        """The grant's share of what is disallowed, rounded down."""
        return self.disallowed_won * self.grant_won // self.cost_won if self.cost_won else 0


@dataclass(frozen=True)
class Balance:
    """What is paid back, whole won. paid: less what was taken back already; unused: paid and not used; disallowed: the grant's share of
    what is not recognised; excess: of the grant beyond its agreed share of what is recognised, each less what was taken of it;
    interest: all of it. owed: debtor (institution id or COMPANY) → (principal, interest). uncovered: what was taken back although the
    lines say that it was used rightly: they are to be judged again."""

    paid_won: int
    used_won: int
    unused_won: int
    disallowed_won: int
    excess_won: int
    interest_won: int
    owed: Mapping[int, tuple[int, int]]
    taken_won: int = 0
    uncovered_won: int = 0

    @property
    def given_won(self) -> int:
        """What the voucher paid in all."""
        return self.paid_won + self.taken_won

    @property
    def principal_won(self) -> int:
        return self.unused_won + self.disallowed_won + self.excess_won

    @property
    def refund_won(self) -> int:
        return self.principal_won + self.interest_won

    @property
    def recognised_won(self) -> int:
        """Of the grant, for good."""
        return max(0, self.paid_won - self.principal_won)


@dataclass
class _Parts:
    """What one payee's money leaves to be paid back: by itself (unused, lines that it owes) and by the company (its lines)."""

    unused_won: int
    own_won: int
    companys_won: int

    def less(self, taken_won: int, *parts: str) -> int:
        """Takes it off these parts, one after the other; what is left of it."""
        for part in parts:
            off = min(taken_won, getattr(self, part))
            setattr(self, part, getattr(self, part) - off)
            taken_won -= off
        return taken_won


def balance(
    lines: Sequence[Used], paid: Mapping[int, int], *, grant_won: int, supply_won: int, interest_won: int, taken: Mapping[int, int] | None = None,
) -> Balance:  # fmt: skip
    """paid: institution → what the voucher paid it. grant, supply: as agreed, which says the grant's share of what is recognised.
    taken: debtor → what clawbacks and a termination took back, or still claim, of what was paid: nobody owes the same won twice.

    Unused money is owed by whoever holds it, a disallowed cost by whom its line names, the rest by the company. What was taken of a
    provider counts for its own money alone; what was taken of the company for what the company owes, and for what a provider holds
    only where that is the only one that was paid. Of whom all was taken nothing counts as used any more.
    """
    gone, whole = dict(taken or {}), sum(paid.values())
    taken_won = sum(gone.values())
    empty = {payee for payee, won in paid.items() if taken_won >= whole or gone.get(payee, 0) >= won}
    counted = [line for line in lines if line.payee not in empty]
    payees = dict.fromkeys([*paid, *(line.payee for line in lines)])
    found = {payee: _parts(payee, 0 if payee in empty else paid.get(payee, 0), counted) for payee in sorted(payees)}
    lost = sum(line.disallowed_grant_won for line in counted)
    recognised = sum(line.cost_won - line.disallowed_won for line in counted)
    kept = sum(line.grant_won for line in counted) - lost
    excess = max(0, kept - -(-recognised * grant_won // supply_won)) if supply_won else 0
    uncovered = sum(
        found[who].less(won, "unused_won", "own_won", "companys_won")
        for who, won in gone.items()
        if who in found and who != COMPANY and who not in empty
    )
    spare = gone.get(COMPANY, 0) if taken_won < whole else 0
    for parts in found.values():
        spare = parts.less(spare, "companys_won")
    spare, excess = max(0, spare - excess), max(0, excess - spare)
    if len(paid) == 1:
        spare = found[next(iter(paid))].less(spare, "unused_won", "own_won")
    owed = {who: (parts.unused_won + parts.own_won, 0) for who, parts in found.items()}
    owed[COMPANY] = (sum(parts.companys_won for parts in found.values()) + excess, interest_won)
    return Balance(
        max(0, whole - taken_won), sum(line.grant_won for line in lines), sum(parts.unused_won for parts in found.values()),
        sum(parts.own_won + parts.companys_won for parts in found.values()), excess, interest_won,
        {who: parts for who, parts in owed.items() if sum(parts)}, min(whole, taken_won), uncovered + spare,
    )  # fmt: skip


def _parts(payee: int, paid_won: int, lines: Sequence[Used]) -> _Parts:
    its = [line for line in lines if line.payee == payee]
    own = sum(line.disallowed_grant_won for line in its if line.owed_by == OwedBy.PAYEE)
    lost = sum(line.disallowed_grant_won for line in its)
    return _Parts(max(0, paid_won - sum(line.grant_won for line in its)), own, lost - own)


def statement_fault(lines: Sequence[Used], paid: Mapping[int, int]) -> int | None:
    """The institution of which more grant is stated than the voucher paid it; None when there is none."""
    for payee in dict.fromkeys(line.payee for line in lines):
        if sum(line.grant_won for line in lines if line.payee == payee) > paid.get(payee, 0):
            return payee
    return None


def needs_verification(grant_won: int, from_won: int) -> bool:
    """Whether an external report is needed: from the policy's threshold on."""
    return grant_won >= from_won


def verdict_fault(line: Used, disallowed_won: int, verdict: str, ground: str) -> str:
    """Why a line cannot be judged so, as a code; "": it can."""
    if not 0 <= disallowed_won <= line.cost_won:
        return "over_cost"
    if (verdict == Verdict.DISALLOWED) != (disallowed_won > 0):
        return "amount"
    return "ground" if bool(ground) != (verdict == Verdict.DISALLOWED) else ""


def may_confirm(user_id: int, proposed_by: int | None, judges: Sequence[int | None]) -> bool:
    """The amount is fixed by somebody who neither proposed it nor judged a line."""
    return user_id not in {proposed_by, *judges}
