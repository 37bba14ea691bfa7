"""Clawbacks: what can be taken back, from whom, and who sees it."""

from typing import Any

from django.db.models import BigIntegerField, Case, Exists, F, OuterRef, Q, QuerySet, Sum, When

from portal.accounts.models import Organisation
from vouchers.agreements.models import Agreement, HaltRecovery
from vouchers.ledger import queries as ledger
from vouchers.payments.models import Disbursement
from vouchers.settlements import rules
from vouchers.settlements.models import Clawback, Debt, Receipt


def clawbacks_for(user: Any) -> QuerySet[Clawback]:
    """What this person may see, newest first."""
    found = Clawback.objects.visible_to(user).select_related(
        "agreement__award__application",
        "company__organisation",
        "round",
        "organisation",
        "opinion_file",
        "restriction",
        "ruling_file",
    )
    return found.order_by("-created_at", "-id")


def paid_agreements() -> QuerySet[Agreement]:
    """Those under which the voucher paid something, the newest first."""
    paid = Disbursement.objects.filter(status="PAID").values("milestone__agreement_id")
    return Agreement.objects.filter(pk__in=paid).order_by("-number")


def may_owe(agreements: QuerySet[Agreement]) -> QuerySet[Organisation]:
    """Their companies, and the providers that were paid under them."""
    paid = Disbursement.objects.filter(status="PAID", milestone__agreement__in=agreements)
    return Organisation.objects.filter(
        Q(pk__in=agreements.values("company__organisation_id")) | Q(pk__in=paid.values("payee__organisation_id"))
    ).order_by("name_ko")


def surcharged_won(agreement: Agreement, organisation_id: int) -> int:
    """On what a surcharge is reckoned where nothing more is ordered back: what a termination takes back of an organisation, whole
    won; 0 once an order rests on it."""
    taken, _open = taken_by_termination(agreement).get(organisation_id, (0, 0))
    beside = Clawback.objects.filter(agreement=agreement, organisation_id=organisation_id, base_won__gt=0)
    return 0 if beside.exclude(status__in=["DROPPED", "CANCELLED"]).exists() else taken


def taken_by_termination(agreement: Agreement) -> dict[int, tuple[int, int]]:
    """Organisation → what it pays back since the agreement was terminated, and what of it is neither a debt yet nor came; whole won."""
    found = HaltRecovery.objects.filter(halt__agreement=agreement).annotate(
        owed=Exists(Debt.objects.filter(recovery=OuterRef("pk")))
    )
    rows = found.values_list("party__organisation_id", "amount_won", "recovered_won", "owed")
    return {organisation: (amount, 0 if owed else amount - came) for organisation, amount, came, owed in rows}


def unowed_recoveries() -> list[int]:
    """Ids of what terminations take back and nobody owes as a debt yet."""
    owed = Debt.objects.filter(recovery__isnull=False).values("recovery_id")
    waiting = HaltRecovery.objects.exclude(pk__in=owed).exclude(recovered_won=F("amount_won"))
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def recoverable(agreement: Agreement, organisation_id: int) -> int | None:
    """What can still be taken back from an organisation, whole won: what the voucher's entries hold as paid less what is owed
    already; of a provider at most what it was paid. None: it is no debtor of this agreement."""
    paid = Disbursement.objects.filter(milestone__agreement=agreement, status="PAID")
    whole = ledger.balance(agreement.round_id, "PAID", agreement.voucher.ref)
    back = taken_by_termination(agreement)
    outstanding = sum(open_won for _amount, open_won in back.values())
    most = rules.recoverable_won(whole, _owed(Debt.objects.filter(agreement=agreement)) + outstanding)
    if organisation_id == agreement.company.organisation_id:
        return most
    its = paid.filter(payee__organisation_id=organisation_id).aggregate(won=Sum("amount_won"))["won"]
    if its is None:
        return None
    mine = Debt.objects.filter(agreement=agreement, organisation_id=organisation_id).exclude(kind="RECOVERY")
    came = _came(mine.exclude(kind="SURCHARGE"))
    return min(most, rules.recoverable_won(its - came - back.get(organisation_id, (0, 0))[0], _owed(mine)))


def ordered_back_won(agreement_id: int, organisation_id: int) -> int:
    """What clawbacks under it order back of an organisation, paid or not; whole won."""
    ordered = Debt.objects.filter(agreement_id=agreement_id, organisation_id=organisation_id, kind=rules.DebtKind.CLAWBACK)
    return ordered.exclude(status=rules.DebtStatus.CANCELLED).aggregate(won=Sum("principal_won"))["won"] or 0


def _owed(debts: QuerySet[Debt]) -> int:
    """Principal that is owed and did not come yet; a surcharge is no part of what was paid."""
    live = debts.filter(status__in=[*rules.LIVE]).exclude(kind="SURCHARGE")
    whole = live.aggregate(won=Sum("principal_won"))["won"] or 0
    return max(0, whole - _came(live))


def _came(debts: QuerySet[Debt]) -> int:
    """Principal that came, less what went back."""
    confirmed = Receipt.objects.filter(status="CONFIRMED", debt__in=debts)
    signed = Case(When(is_repayment=True, then=-F("principal_won")), default=F("principal_won"), output_field=BigIntegerField())
    return confirmed.aggregate(won=Sum(signed))["won"] or 0


def earlier_orders(row: Clawback) -> int:
    """Orders for the same ground against the same business or corporate number, whatever the company is called now; cancelled ones
    do not count."""
    same = Clawback.objects.filter(ground=row.ground, status__in=[*rules.ORDERED]).exclude(pk=row.pk)
    number = Q(company__brn=row.company.brn)
    if row.company.corporate_no:
        number |= Q(company__corporate_no=row.company.corporate_no)
    return same.filter(number, organisation=F("company__organisation")).count()


def waiting_ruling(row: Clawback) -> bool:
    """Was a ruling entered that is not in force yet?"""
    return row.status in rules.ORDERED and bool(row.ruling_no) and row.ruling_applied_by_id is None


def may_with_clawback(user: Any, row: Clawback) -> dict[str, bool]:
    """Which verbs this person may use now."""
    return {
        "opine": row.status == rules.ClawbackStatus.NOTICED and user.has_perm("vouchers.state_opinion", row.organisation),
        "object": row.status in rules.ORDERED
        and row.is_companys
        and user.has_perm("vouchers.file_objection", row.company.organisation),
        "enter_ruling": row.status in rules.ORDERED and user.has_perm("vouchers.prepare_clawback"),
        "apply_ruling": waiting_ruling(row)
        and user.has_perm("vouchers.order_clawback")
        and user.pk not in {row.ruling_by_id, row.detected_by_id, row.ordered_by_id},
    }
