"""What of an announced call may still change, by a numbered amendment, and what must not. Source: domain.md §6.1, 7."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.clock import to_kst
from vouchers.rounds.rules.policy import TARGET_STEPS
from vouchers.rounds.rules.stages import RoundStatus

AMENDABLE = ("closes_at", "budget_won", "summary_ko", "summary_en", "project_start_on", "project_end_on")
TARGET = "target_days."  # before the step, in a change of the policy
AMENDED_WORDS = {
    "closes_at": _("Applications close"),
    "budget_won": _("Budget of the call"),
    "summary_ko": _("Summary (Korean)"),
    "summary_en": _("Summary (English)"),
    "project_start_on": _("Projects start"),
    "project_end_on": _("Projects end"),
}


def amended(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What changes, as JSON: [{"what": a name of AMENDABLE or target_days.<step>, "from": …, "to": …}]; times as ISO text.

    Raises: KeyError for a name that no amendment may change.
    """
    for name in after:
        if name not in AMENDABLE and name.removeprefix(TARGET) not in TARGET_STEPS:
            raise KeyError(name)
    changed = [name for name in after if before.get(name) != after[name]]
    return [{"what": name, "from": _plain(before.get(name)), "to": _plain(after[name])} for name in changed]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value


def amendment_fault(before: Mapping[str, Any], after: Mapping[str, Any], *, status: str, now: datetime) -> tuple[str, str]:
    """(code, field) of what forbids it, ("", "") when nothing does. before, after: AMENDABLE → value, whole."""
    closes_at, earlier = after["closes_at"], before["closes_at"]
    if closes_at != earlier:
        if status != RoundStatus.ANNOUNCED:
            return "amend_closed", "closes_at"
        if closes_at is None or closes_at < earlier or closes_at <= now:
            return "not_later", "closes_at"
    if not after["budget_won"]:
        return "amend_budget", "budget_won"
    if bool(after["summary_ko"].strip()) != bool(after["summary_en"].strip()):
        return "amend_texts", "summary_ko" if not after["summary_ko"].strip() else "summary_en"
    start, end = after["project_start_on"], after["project_end_on"]
    if start and (start, closes_at) != (before["project_start_on"], earlier) and start < to_kst(closes_at).date():
        return "project_before_close", "project_start_on"
    return ("project_order", "project_end_on") if start and end and end <= start else ("", "")


AMENDMENT_FAULTS = {
    "not_later": _("The new closing time must be later than the present one and lie in the future."),
    "amend_closed": _("The evaluation has begun: the closing time cannot move any more."),
    "amend_budget": _("The budget is missing."),
    "amend_texts": _("The summary stands in both languages or in neither."),
    "project_before_close": _("Projects cannot start before the call has closed."),
    "project_order": _("Projects must end after they start."),
}
