"""What is owed back, what of it came, and what is still open."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Case, F, Q, QuerySet, Sum, When
from django.utils.translation import gettext as _

from portal.journal.models import Event
from portal.kit import clock
from portal.kit.won import won as said_won
from vouchers.agreements.models import AgreementParty, HaltRecovery
from vouchers.ledger.models import Account
from vouchers.rounds.rules import SettlingPolicy
from vouchers.settlements import rules
from vouchers.settlements.models import Debt, Receipt, SettlementLine


@dataclass(frozen=True)
class Standing:
    """Of one debt, whole won: what came of each part; late_now_won: the late charge if all that is open were paid on a day."""

    principal_won: int
    interest_won: int
    late_won: int
    open_won: int
    late_now_won: int

    @property
    def came_won(self) -> int:
        return self.principal_won + self.interest_won + self.late_won


def debts_for(user: Any) -> QuerySet[Debt]:
    """What this person may see, newest first."""
    found = Debt.objects.visible_to(user).select_related("organisation", "agreement__company", "agreement__round", "settlement")
    return found.order_by("-created_at", "-id")


def policy_of(debt: Debt) -> SettlingPolicy:
    """The round's rules about settling, as they are now."""
    return debt.agreement.round.policy().settling


def came(debt: Debt) -> tuple[int, int, int]:
    """(principal, interest, late charge) that came, less what went back. One query."""
    confirmed = debt.receipts.filter(status="CONFIRMED")
    names = ("principal_won", "interest_won", "late_won")
    sums = confirmed.aggregate(
        **{f"in_{name}": Sum(name, filter=Q(is_repayment=False)) for name in names},
        **{f"back_{name}": Sum(name, filter=Q(is_repayment=True)) for name in names},
    )
    principal, interest, late = ((sums[f"in_{name}"] or 0) - (sums[f"back_{name}"] or 0) for name in names)
    return principal, interest, late


def standing(debt: Debt, on: date) -> Standing:
    principal, interest, late = came(debt)
    left = max(0, debt.principal_won - principal) + max(0, debt.interest_won - interest)
    more = rules.late_charge_won(left, due_on(debt, on), on, policy_of(debt).late)
    return Standing(principal, interest, late, left + max(0, debt.charged_won - late), more)


def unchecked(debt: Debt) -> bool:
    """Is a payment, to here or back, reported and not decided?"""
    return debt.receipts.filter(status="REPORTED").exists()


def charge_left(debt: Debt) -> int:
    """The late charge of what is owed now: of each payment as much as its part of that, in the order in which they came; what was
    never owed was never late. Whole won, rounded down."""
    left, charged = debt.principal_won + debt.interest_won, 0
    for one in debt.receipts.filter(status="CONFIRMED", is_repayment=False).order_by("decided_at", "id"):
        whole = one.principal_won + one.interest_won
        part = min(whole, left)
        left -= part
        charged += one.charged_won * part // whole if whole else 0
    return min(debt.charged_won, charged)


def due_on(debt: Debt, on: date) -> date:
    """Until when it had to be paid for somebody who pays on a day: what was late before an objection held it back stays late."""
    if debt.suspended_on is None:
        return debt.due_on
    return rules.moved_due(debt.due_on, debt.suspended_on, max(on, debt.suspended_on))


def was_enforced(debt: Debt) -> bool:
    """Had it been handed over to be collected when an objection held it back?"""
    held = Event.objects.filter(subject_ref=debt.ref, name="debt.suspended").order_by("-seq").first()
    return held is not None and held.frm == rules.DebtStatus.ENFORCED


def over_won(debt: Debt) -> int:
    """What came beyond what is owed, whole won."""
    return max(0, sum(came(debt)) - debt.owed_won)


def receipts_of(debt: Debt) -> QuerySet[Receipt]:
    return debt.receipts.select_related("proof", "reported_by", "decided_by")


def may(user: Any, debt: Debt) -> dict[str, bool]:
    """Which verbs this person may use now."""
    return {
        "report": debt.status in rules.LIVE and user.has_perm("vouchers.report_receipt", debt.organisation),
        "check": user.has_perm("vouchers.confirm_receipt"),
    }


def behind(debt: Debt) -> list[SettlementLine]:
    """The disallowed lines that a refund rests on, for who owes it: a provider sees its own alone."""
    if debt.settlement is None:
        return []
    lines = debt.settlement.lines.filter(disallowed_won__gt=0).select_related("payee")
    return [line for line in lines if _owes(debt, line)]


def _owes(debt: Debt, line: SettlementLine) -> bool:
    provider = line.payee.organisation_id if line.payee is not None and line.owed_by == rules.OwedBy.PAYEE else None
    return debt.organisation_id == (provider or debt.agreement.company.organisation_id)


def faults() -> Iterator[str]:
    """Projects of which the ledger holds another amount as come back than the receipts, and what came after a termination, say."""
    signed = Case(When(is_repayment=True, then=-F("principal_won")), default=F("principal_won"), output_field=BigIntegerField())
    came = (
        Receipt.objects.filter(status="CONFIRMED")
        .exclude(debt__kind__in=[rules.DebtKind.SURCHARGE, rules.DebtKind.RECOVERY])
        .values("debt__agreement__voucher__ref")
    )
    said = {row["debt__agreement__voucher__ref"]: row["won"] for row in came.annotate(won=Sum(signed)).order_by()}
    ended = (
        HaltRecovery.objects.filter(recovered_won__gt=0)
        .values("halt__agreement__voucher__ref")
        .annotate(won=Sum("recovered_won"))
    )
    for row in ended.order_by():
        ref = row["halt__agreement__voucher__ref"]
        said[ref] = said.get(ref, 0) + row["won"]
    held = dict(Account.objects.filter(kind="RECOVERED").values_list("owner_ref", "balance_won"))
    for ref in sorted(said.keys() | held.keys()):
        if said.get(ref, 0) != held.get(ref, 0):
            yield f"voucher {ref}: receipts say {said.get(ref, 0)} won came back, the ledger holds {held.get(ref, 0)}"
    yield from _ordered_back_faults()


def _ordered_back_faults() -> Iterator[str]:
    """What stands at a party as ordered back of it is what the orders say."""
    orders = Debt.objects.filter(kind=rules.DebtKind.CLAWBACK).exclude(status=rules.DebtStatus.CANCELLED)
    sums = orders.values_list("agreement_id", "organisation_id").annotate(won=Sum("principal_won")).order_by()
    owed = {(agreement, organisation): won for agreement, organisation, won in sums}
    parties = AgreementParty.objects.filter(
        Q(ordered_back_won__gt=0) | Q(agreement_id__in=[agreement for agreement, _who in owed])
    )
    for ref, agreement, organisation, won in parties.values_list("ref", "agreement_id", "organisation_id", "ordered_back_won"):
        if owed.get((agreement, organisation), 0) != won:
            yield f"party {ref}: {won} won stand as ordered back of it, the orders have {owed.get((agreement, organisation), 0)}"


def day_fault(debt: Debt, received_on: date) -> str:
    """Why nothing can have been paid of a debt on that day; "": it can."""
    if received_on > clock.today():
        return str(_("The day of the transfer lies in the future."))
    if received_on < clock.to_kst(debt.created_at).date():
        return str(_("The day of the transfer lies before the day on which this was owed."))
    return ""


def amount_fault(debt: Debt, amount_won: int, received_on: date) -> str:
    """Why that much cannot have been paid on that day; "": it can. What is reported and not checked counts as paid."""
    now = standing(debt, received_on)
    waiting = sum(debt.receipts.filter(status="REPORTED").values_list("amount_won", flat=True))
    most = now.open_won + now.late_now_won - waiting
    if 0 < amount_won <= most:
        return ""
    return str(_("On that day %(open)s were open. Enter an amount from 1 won up to that.") % {"open": said_won(max(0, most))})
