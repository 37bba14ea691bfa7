"""The model of a payment and its transfers, and what the bank does (test_payments_model.py)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal.accounts.models import User
from tests.factories import projects as p
from tests.factories.played import played
from tests.factories.providers import person
from vouchers.payments import gateways, rules
from vouchers.payments.models import PaymentFile

OUT = gateways.Outcome
LIVE = rules.LIVE_ATTEMPTS
# what the bank does with a transfer: whether money moves, and what it answers (None: the worker is killed before it hears it)
MOODS = {
    "pays": (True, OUT.PAID), "refuses": (False, OUT.REFUSED), "refuses and pays": (True, OUT.REFUSED),
    "pays and says nothing": (True, OUT.UNKNOWN), "says nothing": (False, OUT.UNKNOWN), "kills": (False, None), "pays and kills": (True, None),
}  # fmt: skip
STEPS = {
    "REQUESTED": "confirm", "COMPANY_CONFIRMED": "check", "EVIDENCE_CHECKED": "approve", "APPROVED": "register", "FAILED": "retry",
    "SENT_BACK": "approve", "RETURNED": "resubmit",
}  # fmt: skip
GOALS = {
    "confirm": "COMPANY_CONFIRMED", "check": "EVIDENCE_CHECKED", "approve": "APPROVED", "register": "REGISTERED", "retry": "REGISTERED",
    "resubmit": "REQUESTED",
}  # fmt: skip


class Killed(BaseException):
    """A worker dies between the bank's call and its answer."""


@dataclass
class Try:
    """A transfer. out, back: what the bank's book has; said: a person's word settled it; shown: the statement shows its return."""

    key: str
    released: int
    state: str = "CLAIMED"
    sent_at: datetime | None = None
    file: PaymentFile | None = None
    out: bool = False
    back: bool = False
    said: bool = False
    shown: bool = False
    freed: bool = False
    came_back: int = 0


@dataclass
class Pay:
    """A payment as it must stand. approved: a number that grows, as that of each return (`came_back`)."""

    pk: int
    ref: str
    way: str
    won: int
    status: str
    approved: int = 1
    tries: list[Try] = field(default_factory=list)
    differs: bool = False

    def live(self) -> list[Try]:
        return [one for one in self.tries if one.state in LIVE]

    def may_be_claimed(self) -> bool:
        """Registered, nothing under way, and nothing of a former transfer is out or only said to have come back."""
        return self.status == "REGISTERED" and not self.live() and all(map(self._frees, self.tries))

    def held(self, but: Try) -> bool:
        """Whether anything but this transfer holds the payment."""
        return self.status != "REGISTERED" or any(
            one is not but and (one.state in LIVE or not self._frees(one)) for one in self.tries
        )

    def _frees(self, one: Try) -> bool:
        if one.state == "SENT_BACK":
            return one.shown or (one.back and self.way == "GATEWAY")
        return one.state == "REFUSED" and not one.out and not one.back and (self.way == "GATEWAY" or one.freed or not one.sent_at)


@played
def scene() -> tuple[p.Project, p.Office, list[Any], User]:
    """Registered for the gateway, registered for a file, and accepted without a request."""
    at, parts = p.planned(parts=4)
    desk, rows = p.office(), []
    p.account(at, desk)
    for milestone in parts[:3]:
        p.accept(at, milestone)
    for milestone, way in zip(parts, ("GATEWAY", "PAIN_001"), strict=False):
        row = p.request(at, milestone)
        p.approve(at, row, desk)
        rows.append(p.released("register", row, desk.registrar, way=way))
    return at, desk, [*rows, parts[2]], person("OPERATOR_FINANCE")
