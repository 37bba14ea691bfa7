"""What may stand in a payment file, and who may make it. Source: domain.md §6.11, stack.md (Money).

A file is made once, whole: one line that cannot stand in it stops it. Its transfers are attempts like any other, so that no
payment is in two files, or in a file and at the gateway, at once (unique constraint, triggers).

What the bank refused leaves again only once its statement, which reaches until it was registered again, showed that nothing had
moved: a refusal is what the bank says, the statement what it did (`freed`). A result list is the record of the ways that have no
statement; a person's word that nothing moved is none, so somebody else reads the list or a statement first.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kit.clock import to_kst
from vouchers.payments.rules.disbursing import BANKS, RELEASES
from vouchers.payments.rules.transfers import Transfer
from vouchers.rounds.rules import Way

FILE_WAYS = (Way.PAIN_001, Way.SHEET, Way.NETWORK)
BY_STATEMENT = frozenset(
    {Way.PAIN_001}
)  # whose refusals a statement alone confirms; the others' result lists are the record itself
KEY, HOLDER = re.compile(r"[A-Za-z0-9-]{1,35}"), 120
LINES = 1000  # of one file at most


def line_fault(transfer: Transfer) -> str | Promise:
    """Why this transfer cannot stand in a file, as a sentence that says how to mend it; empty when it can."""
    if not KEY.fullmatch(transfer.key):
        return _("Its reference cannot be written into a file.")
    if transfer.amount_won <= 0:
        return _("Its amount is not above zero.")
    if transfer.bank_code not in BANKS:
        return _("The bank of its account is not in the list. Enter the account again.")
    if not re.fullmatch(r"[0-9]{8,20}", transfer.account):
        return _("Its account number does not have 8 to 20 digits. Enter the account again.")
    if not transfer.holder.strip() or not transfer.holder.isprintable() or len(transfer.holder) > HOLDER:
        return _("The holder of its account is empty, too long, or has signs that no file takes. Enter the account again.")
    return ""


def sum_fault(transfers: Sequence[Transfer]) -> str | Promise:
    """Why these cannot be one file together; empty when they can."""
    if not transfers:
        return _("Choose at least one payment.")
    if len(transfers) > LINES:
        return _("A file holds at most 1,000 payments. Choose fewer; the others go into the next file.")
    if len({one.key for one in transfers}) != len(transfers):
        return _("Two payments have the same reference. Make the file again.")
    return ""


def may_leave_by(way: str, ways: Collection[str], *, before: str, tried: bool) -> bool:
    """Whether a payment may be registered for that way. ways: of its round; before: the way that it was registered for, ""; tried:
    whether it ever left, or was taken to leave: then it keeps its way, so that no payment uses two rails."""
    return way in ways and (not tried or way == before)


def way_words(way: str) -> str | Promise:
    """How a payment is handed over, for people."""
    return Way(way).label


_IN_A_FILE = _(
    "%(won)s for %(payee)s then waits for the next payment file, which somebody else makes. Once it is in one it cannot be called back."
)
_EITHER_WAY = _(
    "%(won)s leaves for the account of %(payee)s in the way that you choose: at once, within seconds, or with the next payment file,"
    " which somebody else makes. It cannot be called back."
)


def consequence(verb: str, ways: Collection[str]) -> str | Promise:
    """What approve, register or retry does, for who is about to do it. ways: by which the payment may leave then."""
    if verb == "approve" or set(ways) == {Way.GATEWAY}:
        return RELEASES[verb][1]
    return _EITHER_WAY if Way.GATEWAY in ways else _IN_A_FILE


def may_pay(person_id: int, released_by: Collection[int | None]) -> bool:
    """Who approved or registered a payment never hands it over (four eyes). released_by: who did either."""
    return person_id not in released_by


@dataclass(frozen=True)
class Shown:
    """A statement that was read to a file: made_at, begins_at, ends_at by the bank's clock (None: not told), read_at by ours."""

    made_at: datetime
    begins_at: datetime | None
    ends_at: datetime | None
    read_at: datetime

    def covers(self, first: date, last: datetime) -> bool:
        """Whether it tells of all that moved from the day `first` until the moment `last`."""
        if self.begins_at is None or self.ends_at is None or self.read_at < last:
            return False
        return to_kst(self.begins_at).date() <= first and min(self.made_at, self.ends_at) >= last


def freed(
    way: str, *, since: datetime, paid_on: date, statements: Collection[Shown], by_person: bool, confirmed: bool
) -> bool:  # fmt: skip
    """Whether a refused transfer is no reason to hold the next one back: a statement covers the day of the file until `since`;
    elsewhere also the result list, which is the record itself.

    since: when it was refused or, later, registered again, as in the gateway's way; statements: read to the file; by_person:
    whether a person, not the list, said that it was refused; confirmed: whether a list that somebody else read says so too.
    """
    if way not in BY_STATEMENT and (confirmed or not by_person):
        return True
    return any(one.covers(paid_on, since) for one in statements)
