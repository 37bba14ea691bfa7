"""The officers' duty about a strong signal that nobody decided."""

from portal.accounts.rules import Role
from portal.journal import actions as journal
from vouchers.signals import rules
from vouchers.signals.models import Signal


def owe_decision(row: Signal) -> None:
    """Names nobody: who may not see the signal may see the duty. Writes: Duty."""
    if row.status == rules.SignalStatus.OPEN and row.strength == rules.Strength.STRONG:
        journal.open_duty(
            row, "decide_signal", title_ko=f"부정 징후 검토: {row.ref}", title_en=f"Decide about a sign of fraud: {row.ref}",
            url=row.get_absolute_url(), role=Role.MINISTRY_OFFICER, due_in=row.round.days("signal"), by=None,
        )  # fmt: skip
