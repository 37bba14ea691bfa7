"""How a round settles its projects, takes money back and closes its year, as policy data. Source: domain.md §1.7, 6.12, 4.9.

The multiples, rates and days that stand here where a policy says nothing are those of the subsidy law's frame as domain.md §1.7
has them, from a copy of about 2020 and the press; `source` is what an order names, so that a round says by which text it counts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes


class ClawbackGround(Codes):
    """For what the law takes money back (보조금 관리에 관한 법률 제30·33조)."""

    FALSE_RECEIPT = "FALSE_RECEIPT", _("Received by a false or improper application")
    OTHER_USE = "OTHER_USE", _("Used for another purpose")
    BREACH = "BREACH", _("Breach of the law, of the decision or of an order")
    REQUIREMENT = "REQUIREMENT", _("Requirements not met")


G = ClawbackGround
SURCHARGE_MOST = 5  # times the amount taken back: the law's ceiling (제33조의2)
LATE_MOST = Decimal("0.05")  # of the amount: the law's ceiling (제33조의3)
SURCHARGE: dict[str, int] = {G.FALSE_RECEIPT: 5, G.OTHER_USE: 3, G.BREACH: 2, G.REQUIREMENT: 1}
EXCLUDED_FROM: dict[str, int] = {G.FALSE_RECEIPT: 1, G.OTHER_USE: 2, G.BREACH: 3, G.REQUIREMENT: 3}
EXCLUDED_MONTHS: dict[str, int] = dict.fromkeys(G, 12)
SOURCE = "보조금 관리에 관한 법률 제30·33조, 제33조의2·제33조의3"


@dataclass(frozen=True)
class LateStep:
    """Up to so many months and days after the due day, this share of what is late; both 0: however late."""

    months: int
    days: int
    rate: Decimal

    def last_day(self, due_on: date) -> date | None:
        """The last day on which the step holds; None: it never ends."""
        return None if not self.months and not self.days else months_after(due_on, self.months) + timedelta(days=self.days)


LATE = (
    LateStep(0, 7, Decimal("0.01")), LateStep(1, 0, Decimal("0.02")), LateStep(2, 0, Decimal("0.03")),
    LateStep(3, 0, Decimal("0.04")), LateStep(0, 0, Decimal("0.05")),
)  # fmt: skip


@dataclass(frozen=True)
class SettlingPolicy:
    """months: after a project's end within which it is settled. verification_from_won: grant from which an external report is
    needed. refund_days: calendar days to pay a refund. objection_suspends: an objection holds back what is owed.
    opinion_days, order_days, surcharge_days, report_days: calendar days for the opinion, to pay what is taken back, to pay the
    surcharge, to report to the ministry. surcharge: ground → times the amount. excluded_from: ground → from which order on the
    company must be kept out; excluded_months: for how long. late: shares of what is paid late, by how late. last_invoice,
    last_payment: `MM-DD` of the fiscal year after which no invoice counts and nothing leaves; "": 31 December."""

    months: int = 2
    verification_from_won: int = 100_000_000
    refund_days: int = 30
    objection_suspends: bool = True
    opinion_days: int = 10
    order_days: int = 30
    surcharge_days: int = 30
    report_days: int = 10
    surcharge: Mapping[str, int] = field(default_factory=lambda: SURCHARGE)
    excluded_from: Mapping[str, int] = field(default_factory=lambda: EXCLUDED_FROM)
    excluded_months: Mapping[str, int] = field(default_factory=lambda: EXCLUDED_MONTHS)
    late: tuple[LateStep, ...] = LATE
    last_invoice: str = ""
    last_payment: str = ""
    source: str = SOURCE

    def last_day(self, of: str, fiscal_year: int) -> date:
        """of: last_invoice or last_payment → that day of the fiscal year."""
        month, day = (int(part) for part in (getattr(self, of) or "12-31").split("-"))
        return date(fiscal_year, month, day)


NUMBERS = {
    "months": (1, 12), "verification_from_won": (1, 10**12), "refund_days": (1, 365), "opinion_days": (1, 365),
    "order_days": (1, 365), "surcharge_days": (1, 365), "report_days": (1, 365),
}  # fmt: skip


def months_after(day: date, months: int) -> date:
    """The same day so many months later, the month's last where it has no such day (민법 제160조)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    after = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), after - timedelta(days=1))


def parse_late(text: str) -> tuple[LateStep, ...]:
    """`7d:1, 1m:2, 2m:3, 3m:4, :5` → steps; percent after the colon, the last one without an end. Raises ValueError."""
    steps = []
    for part in text.split(","):
        found = re.fullmatch(r"\s*(?:(\d{1,2})m)?\s*(?:(\d{1,3})d)?\s*:\s*(\d+(?:\.\d+)?)\s*", part)
        if found is None:
            raise ValueError(part)
        steps.append(LateStep(int(found[1] or 0), int(found[2] or 0), Decimal(found[3]) / 100))
    return tuple(steps)


def late_text(steps: tuple[LateStep, ...]) -> str:
    """The other way round."""
    said = [f"{f'{one.months}m' if one.months else ''}{f'{one.days}d' if one.days else ''}" for one in steps]
    return ", ".join(f"{until}:{(one.rate * 100).normalize():f}" for until, one in zip(said, steps, strict=True))


def parse_settling(body: Mapping[str, Any]) -> SettlingPolicy:
    """`settling` of PolicyVersion.body → SettlingPolicy; what is missing takes its default.

    Raises TypeError, ValueError, ArithmeticError or AttributeError for a body that `settling_faults` would refuse.
    """
    held = SettlingPolicy()
    given: dict[str, Any] = {name: int(body[name]) for name in NUMBERS if body.get(name) is not None}
    tables: dict[str, Any] = {
        name: {**getattr(held, name), **{G(code): int(number) for code, number in (body.get(name) or {}).items()}}
        for name in ("surcharge", "excluded_from", "excluded_months")
    }
    suspends = body.get("objection_suspends", True)
    if not isinstance(suspends, bool):
        raise ValueError
    days: dict[str, Any] = {name: str(body.get(name) or "") for name in ("last_invoice", "last_payment")}
    return SettlingPolicy(
        **given, **tables, **days, objection_suspends=suspends, late=parse_late(body["late"]) if body.get("late") else LATE,
        source=str(body.get("source") or SOURCE),
    )  # fmt: skip


def settling_faults(body: Mapping[str, Any]) -> list[str]:
    """What is wrong with `settling` of a policy, as codes."""
    try:
        policy = parse_settling(body)
        last = [policy.last_day(name, 2025) for name in ("last_invoice", "last_payment")]  # a year without a leap day
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        return ["settling_shape"]
    wrong = {
        "settling_numbers": not all(least <= getattr(policy, name) <= most for name, (least, most) in NUMBERS.items()),
        "settling_surcharge": not all(0 <= times <= SURCHARGE_MOST for times in policy.surcharge.values()),
        "settling_excluded": not all(1 <= n <= 60 for n in (*policy.excluded_from.values(), *policy.excluded_months.values())),
        "settling_late": not _rising(policy.late),
        "settling_year": last[0] > last[1],
    }
    return [code for code, is_wrong in wrong.items() if is_wrong]


def _rising(steps: tuple[LateStep, ...]) -> bool:
    """Each step ends later and costs more than the one before, the last never ends, none costs more than the law lets it."""
    ends = [step.last_day(date(2025, 1, 31)) for step in steps]
    rates = [step.rate for step in steps]
    inner = [end for end in ends[:-1] if end is not None]
    return (
        ends[-1] is None and len(inner) == len(ends) - 1 and inner == sorted(set(inner)) and rates == sorted(rates)
        and all(0 <= rate <= LATE_MOST for rate in rates)
    )  # fmt: skip


_FAULTS = {
    "settling_shape": _("The rules about settling, taking back and the year's end cannot be read."),
    "settling_numbers": _("A number of the rules about settling lies outside of what is possible. Compare them with the call."),
    "settling_surcharge": _("A surcharge lies between 0 and five times what is taken back: the law allows no more."),
    "settling_excluded": _("How often, and for how many months, a company is kept out: a number from 1 to 60."),
    "settling_late": _(
        "The late charge rises from step to step, is at most 5 percent and its last step has no end, for example 7d:1, 1m:2, 2m:3, 3m:4, :5."
    ),
    "settling_year": _("The last day of invoices lies before the last day of payments, both within the year."),
}


def settling_fault_words(code: str) -> str:
    """The sentence of a fault of `settling_faults`, in the reader's language."""
    return str(_FAULTS[code])
