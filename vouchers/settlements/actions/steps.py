"""What every verb of the room does: lock, ask for a conflict, step, record, owe."""

from datetime import datetime
from typing import Any

from portal.journal import actions as journal
from vouchers.agreements.models import Agreement
from vouchers.applications import actions as applications
from vouchers.settlements import rules
from vouchers.settlements.models import Clawback, Debt, Settlement


def lock_agreement(agreement_id: int) -> None:
    """First of all where somebody asks what can still be claimed: what is ordered and what is settled under it waits."""
    Agreement.objects.select_for_update().only("pk").get(pk=agreement_id)


def lock(settlement_id: int) -> Settlement:
    """The row locked, with everything that the verbs look at."""
    Settlement.objects.select_for_update().get(pk=settlement_id)
    return Settlement.objects.select_related(
        "agreement__award__application", "agreement__voucher", "company__organisation", "round", "verification", "interest_proof"
    ).get(pk=settlement_id)


def lock_debt(debt_id: int) -> Debt:
    """The row locked, after the settlement or order that it rests on: whoever ends or lowers both comes the same way."""
    settlement_id, clawback_id = Debt.objects.values_list("settlement_id", "clawback_id").get(pk=debt_id)
    Settlement.objects.select_for_update().filter(pk=settlement_id).first()
    Clawback.objects.select_for_update().filter(pk=clawback_id).first()
    Debt.objects.select_for_update().get(pk=debt_id)
    return Debt.objects.select_related(
        "agreement__award__application",
        "agreement__voucher",
        "agreement__round",
        "organisation",
        "settlement",
        "clawback",
        "recovery",
    ).get(pk=debt_id)


def lock_clawback(clawback_id: int) -> Clawback:
    Clawback.objects.select_for_update().get(pk=clawback_id)
    return Clawback.objects.select_related(
        "agreement__award__application", "agreement__voucher", "company__organisation", "round", "organisation"
    ).get(pk=clawback_id)


def require_apart(row: Settlement | Debt | Clawback, by: Any) -> None:
    """Officials decide nothing about a company or provider with which a conflict of theirs stands. Raises: Refused."""
    applications.require_apart(row.agreement.award.application, by)


def step(row: Settlement, verb: str, event: str, *, by: Any, reason: str = "", **data: Any) -> None:
    """Steps the lifecycle, saves, records."""
    before = row.status
    row.status = rules.LIFECYCLE.step(before, verb)
    row.save()
    journal.record(
        f"settlement.{event}",
        row,
        by=by,
        frm=before,
        to=row.status,
        reason=reason,
        organisations=row.organisation_ids(),
        data=data,
    )


def step_debt(debt: Debt, verb: str, event: str, *, by: Any, reason: str = "", **data: Any) -> None:
    before = debt.status
    debt.status = rules.DEBT_LIFECYCLE.step(before, verb)
    debt.save()
    journal.record(
        f"debt.{event}", debt, by=by, frm=before, to=debt.status, reason=reason, organisations=debt.organisation_ids(), data=data
    )


def owe(
    row: Settlement, verb: str, ko: str, en: str, *, by: Any, url: str = "", due_in: int | None = None,
    due_at: datetime | None = None, **whom: Any,
) -> None:  # fmt: skip
    journal.open_duty(
        row, verb, title_ko=f"{ko}: {row.agreement.number}", title_en=f"{en}: {row.agreement.number}",
        url=url or row.get_absolute_url(), due_in=due_in, due_at=due_at, by=by, **whom,
    )  # fmt: skip


def desk(row: Settlement) -> str:
    """Where officers work on it."""
    return f"/admin/vouchers/settlement/{row.pk}/change/"


def claw(row: Clawback, verb: str, event: str, *, by: Any, reason: str = "", **data: Any) -> None:
    before = row.status
    row.status = rules.CLAWBACK_LIFECYCLE.step(before, verb)
    row.save()
    journal.record(
        f"clawback.{event}", row, by=by, frm=before, to=row.status, reason=reason, organisations=row.organisation_ids(), data=data
    )


def owe_clawback(row: Clawback, verb: str, ko: str, en: str, *, by: Any, url: str = "", **due: Any) -> None:
    """due: whom and by when, as `journal.open_duty`."""
    journal.open_duty(
        row, verb, title_ko=f"{ko}: {row.agreement.number}", title_en=f"{en}: {row.agreement.number}",
        url=url or f"/admin/vouchers/clawback/{row.pk}/change/", by=by, **due,
    )  # fmt: skip
