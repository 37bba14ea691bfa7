"""Settlements as company and operator see them, and what follows from their lines."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext as _

from portal.documents.queries import not_taken_because
from portal.journal.models import Event
from portal.kit import clock
from portal.kit.won import won
from portal.kit.words import pick
from vouchers.agreements.models import Agreement, Voucher
from vouchers.ledger import queries as ledger
from vouchers.milestones.rules import shares
from vouchers.payments import queries as payments
from vouchers.payments.models import Disbursement
from vouchers.settlements import rules
from vouchers.settlements.models import Debt, Settlement, SettlementLine
from vouchers.settlements.queries.clawing import recoverable, taken_by_termination

ENDED = {"COMPLETED": "agreement.completed", "TERMINATED": "agreement.terminated"}


def listed(user: Any) -> QuerySet[Settlement]:
    """What this person may see, newest first."""
    return Settlement.objects.visible_to(user).select_related("agreement", "company", "round").order_by("-created_at", "-id")


def settlements_for(user: Any) -> QuerySet[Settlement]:
    """The same with what a page shows."""
    return listed(user).select_related("company__organisation", "verification", "interest_proof", "agreement__award__application")


def unsettled() -> list[int]:
    """Ids of ended agreements with a voucher that have no settlement yet."""
    found = Agreement.objects.filter(status__in=ENDED, voucher__isnull=False)
    return list(found.exclude(pk__in=Settlement.objects.values("agreement_id")).order_by("pk").values_list("pk", flat=True))


def ended_on(agreement: Agreement) -> date:
    """The day on which it was completed or terminated."""
    event = Event.objects.filter(subject_ref=agreement.ref, name=ENDED[agreement.status]).order_by("-seq").first()
    return clock.to_kst(event.at).date() if event is not None else agreement.ends_on


def lines_of(settlement: Settlement) -> QuerySet[SettlementLine]:
    return settlement.lines.select_related("payee", "proof", "agreement_line")


def paid_by_payee(agreement: Agreement) -> dict[int, int]:
    """Institution → what the voucher paid it and its termination does not take back already: what may be stated; whole won."""
    back = taken_by_termination(agreement)
    return {payee: max(0, won - back.get(organisation or 0, (0, 0))[0]) for payee, organisation, won in _paid(agreement)}


def _paid(agreement: Agreement) -> list[tuple[int, int | None, int]]:
    """(institution, its organisation, what the voucher paid it)."""
    paid = Disbursement.objects.filter(milestone__agreement=agreement, status="PAID").values("payee_id", "payee__organisation_id")
    return list(
        paid.annotate(won=Sum("amount_won")).order_by("payee_id").values_list("payee_id", "payee__organisation_id", "won")
    )


def _taken(settlement: Settlement, paid: list[tuple[int, int | None, int]]) -> dict[int, int]:
    """Debtor as `rules.balance` names it → what a termination, and orders before the amount was fixed, take back of what was paid;
    whole won."""
    agreement = settlement.agreement
    ordered = Debt.objects.filter(agreement=agreement, kind=rules.DebtKind.CLAWBACK).exclude(status=rules.DebtStatus.CANCELLED)
    if settlement.confirmed_at is not None:
        ordered = ordered.filter(created_at__lte=settlement.confirmed_at)
    sums = dict(ordered.values_list("organisation_id").annotate(won=Sum("principal_won")).order_by())
    payees = {organisation: payee for payee, organisation, _won in reversed(paid)}
    payees[agreement.company.organisation_id] = rules.COMPANY
    found: dict[int, int] = {}
    for organisation, amount in [*sums.items(), *((one, back) for one, (back, _open) in taken_by_termination(agreement).items())]:
        who = payees.get(organisation, rules.COMPANY)
        found[who] = found.get(who, 0) + amount
    return found


def balance(settlement: Settlement, lines: Sequence[SettlementLine] | None = None) -> rules.Balance:
    """What follows from the lines as they stand now."""
    agreement = settlement.agreement
    paid = _paid(agreement)
    return rules.balance(
        [line.used for line in (lines if lines is not None else lines_of(settlement))], {payee: won for payee, _organisation, won in paid},
        grant_won=agreement.grant_won, supply_won=agreement.supply_amount_won, interest_won=settlement.interest_won,
        taken=_taken(settlement, paid),
    )  # fmt: skip


def left_won(agreement: Agreement) -> int:
    """What the voucher still holds, whole won."""
    voucher = Voucher.objects.filter(agreement=agreement).first()
    return ledger.balance(agreement.round_id, "COMMITTED", voucher.ref) if voucher else 0


def money_moves(agreement: Agreement) -> bool:
    """Is a payment asked for and neither paid nor closed, or may something that was delivered still be asked for?"""
    voucher = Voucher.objects.filter(agreement=agreement).first()
    if voucher is None:
        return False
    running, handed_in = payments.on_its_way(voucher)
    return running or (handed_in and voucher.status == "ISSUED")


def held_because(settlement: Settlement) -> str:
    """Why its papers cannot count now: the first that the virus scan holds."""
    papers = [settlement.verification, settlement.interest_proof, *(line.proof for line in lines_of(settlement))]
    return not_taken_because(papers)


def debts_of(settlement: Settlement, user: Any) -> QuerySet[Debt]:
    return Debt.objects.visible_to(user).filter(settlement=settlement).select_related("organisation", "agreement").order_by("pk")


def hindered(settlement: Settlement) -> str:
    """Code of what stands in the way of proposing or fixing the amount; "": nothing."""
    if settlement.lines.filter(verdict="OPEN").exists():
        return "unjudged"
    if money_moves(settlement.agreement):
        return "moving"
    return _against_taken(settlement)


def _against_taken(settlement: Settlement) -> str:
    """Do the lines say otherwise than what was taken back, or would more be paid back than is left of what was paid?"""
    if settlement.status in rules.FIXED:
        return ""
    found, agreement = balance(settlement), settlement.agreement
    if found.uncovered_won:
        return "uncovered"
    left = recoverable(agreement, agreement.company.organisation_id)
    return "taken" if found.principal_won > (left or 0) else ""


def may(user: Any, row: Settlement) -> dict[str, bool]:
    """Which verbs this person may use now: for the page's buttons; each action asks again."""
    organisation = row.company.organisation
    return {
        "state": row.status in rules.STATABLE and user.has_perm("vouchers.state_settlement", organisation),
        "object": row.status in rules.FIXED and user.has_perm("vouchers.file_objection", organisation),
    }


def known(settlement: Settlement, lines: Sequence[SettlementLine]) -> dict[int, tuple[int, int, int]]:
    """Position → (grant, own cash, VAT) as the paid disbursements say, shared out over each provider's lines by what was agreed: what
    the company need not type again. Whole won."""
    paid = Disbursement.objects.filter(milestone__agreement=settlement.agreement, status="PAID").values("payee_id")
    own = F("supply_amount_won") - F("amount_won") - F("netted_won")  # what is netted was paid by the voucher, in advance
    sums = paid.annotate(grant=Sum("amount_won"), own=Sum(own), vat=Sum("vat_won")).order_by()
    found: dict[int, tuple[int, int, int]] = {}
    for row in sums:
        its = [line for line in lines if line.payee_id == row["payee_id"]]
        parts = [line.agreed_won for line in its]
        taxable = [line.agreed_won if _is_taxable(line) else 0 for line in its]
        grants, owns, vat = shares(row["grant"], parts), shares(row["own"], parts), shares(row["vat"], taxable)
        found |= {line.position: (grants[n], owns[n], vat[n]) for n, line in enumerate(its)}
    return found


def _is_taxable(line: SettlementLine) -> bool:
    return line.agreement_line is not None and line.agreement_line.tax_kind == "TAXABLE"


def more_than_paid(line: SettlementLine, paid_won: int) -> str:
    """The sentence for a line that states more grant than the voucher paid its provider."""
    return str(
        _("The voucher paid %(payee)s %(paid)s. You state more grant than that: compare the lines with the disbursements.")
        % {"payee": pick(line.payee, "name"), "paid": won(paid_won)}
    )
