"""What the room tells."""

from typing import Any

from django.utils.translation import override

from portal.journal.actions import tell
from portal.kit.won import won
from vouchers.settlements.models import AuditFile, Clawback, Debt, Receipt, Settlement


def _both(name: str, amount_won: int) -> dict[str, str]:
    return {f"{name}_ko": won(amount_won, "ko"), f"{name}_en": won(amount_won, "en")}


def _company(template: str, row: Settlement, **more: Any) -> None:
    tell(
        template, app="vouchers", subject=row, organisation=row.company.organisation, url=row.get_absolute_url(),
        context={"number": row.agreement.number, **more},
    )  # fmt: skip


def opened(row: Settlement) -> None:
    """To the company: the project ended, state what was used."""
    _company("settlement_opened", row, due_on=row.due_on.isoformat(), verification=row.needs_verification)


def supplement(row: Settlement) -> None:
    _company("settlement_supplement", row, reason=row.reason)


def confirmed(row: Settlement) -> None:
    """To the company: the amount is fixed, what it has to pay back, and until when it may object."""
    _company(
        "settlement_confirmed", row, refund=row.refund_won > 0, **_both("amount", row.refund_won), **_both("paid", row.paid_won)
    )


def _debtor(template: str, debt: Debt, **more: Any) -> None:
    tell(
        template, app="vouchers", subject=debt, organisation=debt.organisation, url=debt.get_absolute_url(),
        context={"number": debt.agreement.number, **_both("amount", debt.owed_won), **more},
    )  # fmt: skip


def owed(debt: Debt) -> None:
    """To who owes it: how much until when."""
    _debtor("debt_opened", debt, due_on=debt.due_on.isoformat())


def lowered(debt: Debt) -> None:
    _debtor("debt_lowered", debt, reason=debt.reason)


def received(debt: Debt, receipt: Receipt) -> None:
    """To who owed it: the money arrived."""
    _debtor("debt_received", debt, **_both("came", receipt.amount_won), paid=debt.status == "PAID")


def not_found(debt: Debt, receipt: Receipt) -> None:
    _debtor("debt_receipt_rejected", debt, reason=receipt.reason, **_both("came", receipt.amount_won))


def enforced(debt: Debt) -> None:
    _debtor("debt_enforced", debt, reason=debt.reason)


def _concerned(template: str, row: Clawback, **more: Any) -> None:
    with override("ko"):
        ground_ko = str(row.get_ground_display())
    with override("en"):
        ground_en = str(row.get_ground_display())
    tell(
        template, app="vouchers", subject=row, organisation=row.organisation, url=row.get_absolute_url(),
        context={"number": row.agreement.number, "ground_ko": ground_ko, "ground_en": ground_en, "facts": row.facts, **more},
    )  # fmt: skip


def clawback_noticed(row: Clawback) -> None:
    """To whom it concerns: ground, facts, amount, and until when an opinion is possible."""
    assert row.opinion_until is not None
    _concerned(
        "clawback_noticed",
        row,
        opinion_until=row.opinion_until.isoformat(),
        beside=row.base_won > 0,
        **_both("amount", row.noticed_won or row.base_won),
    )


def clawback_heard(row: Clawback) -> None:
    """To finance, which decides: the opinion came."""
    tell(
        "clawback_heard", app="vouchers", subject=row, role="OPERATOR_FINANCE", url=f"/admin/vouchers/clawback/{row.pk}/change/",
        context={"number": row.agreement.number, "opinion": row.opinion},
    )  # fmt: skip


def clawback_ordered(row: Clawback) -> None:
    """To whom it concerns: the order with its reason, the surcharge, the text by which it counts, and the way to object."""
    _concerned(
        "clawback_ordered", row, reason=row.reason, source=row.source, surcharge=row.surcharge_won > 0, companys=row.is_companys,
        excluded=row.must_exclude, beside=row.base_won > 0, **_both("amount", row.ordered_won or row.base_won), **_both("surcharge_won", row.surcharge_won),
    )  # fmt: skip


def clawback_dropped(row: Clawback) -> None:
    _concerned("clawback_dropped", row, reason=row.reason)


def audit_file_ready(row: AuditFile) -> None:
    """To who asked for it."""
    _asked("audit_file_ready", row)


def audit_file_failed(row: AuditFile) -> None:
    _asked("audit_file_failed", row, reason=row.reason)


def _asked(template: str, row: AuditFile, **more: Any) -> None:
    tell(
        template, app="vouchers", subject=row, to=[row.asked_by], url=row.get_absolute_url(),
        context={"number": row.agreement.number, **more},
    )  # fmt: skip
