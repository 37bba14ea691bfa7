"""One transfer, what was said about it, and how the entries of a statement add up. Source: stack.md (Money)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from portal.kit.codes import Codes

# of ISO 20022: the other side has such an order already. That says nothing of what became of the first one
DUPLICATES = frozenset({"DUPL", "AM05", "DU01", "DU02", "DU03", "DU04", "DU05"})


class Outcome(Codes):
    """SENT_BACK: the money moved and came back; only a statement says so."""

    PAID = "PAID"
    REFUSED = "REFUSED"
    SENT_BACK = "SENT_BACK"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class Transfer:
    """One credit transfer. key: end-to-end id, unique for ever; amount_won: whole won."""

    key: str
    amount_won: int
    bank_code: str
    account: str
    holder: str
    text: str


@dataclass(frozen=True)
class Answer:
    """What the bank said. bank_ref: its own reference when it has one; words: short reason for people; amount_won: whole
    won that it booked, where its message says so; out_won: of what came back, how much of the transfer is still out."""

    outcome: Outcome
    bank_ref: str = ""
    words: str = ""
    amount_won: int | None = None
    out_won: int | None = None

    def whole(self, amount_won: int) -> bool:
        """Whether it speaks of all of a transfer of amount_won: all was booked, or nothing of what moved is out any more."""
        if self.outcome == Outcome.SENT_BACK and self.out_won is not None:
            return self.out_won == 0
        return self.amount_won in {None, amount_won}


def printable(text: str) -> str:
    """Words for a file: signs that no format takes become spaces."""
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()


def by_key(entries: Iterable[tuple[str, Answer]]) -> dict[str, Answer]:
    """A statement's entries (end-to-end id, PAID or SENT_BACK) → what it shows of each transfer, in whatever order they stand.
    Entries of one id add up: amount_won is what moved, or what came back, with how much of it is still out."""
    out: dict[str, list[Answer]] = {}
    returned: dict[str, list[Answer]] = {}
    for key, answer in entries:
        (returned if answer.outcome == Outcome.SENT_BACK else out).setdefault(key, []).append(answer)
    paid = {key: _added(found) for key, found in out.items()}
    back = {key: _added(found) for key, found in returned.items()}
    return paid | {key: _of_what_moved(answer, paid.get(key)) for key, answer in back.items()}


def _added(entries: list[Answer]) -> Answer:
    """The last entry's words with the sum of all; an entry without an amount leaves the sum unknown."""
    amounts = [one.amount_won for one in entries]
    return replace(entries[-1], amount_won=None if None in amounts else sum(won for won in amounts if won is not None))


def _of_what_moved(back: Answer, moved: Answer | None) -> Answer:
    if moved is None or moved.amount_won is None or back.amount_won is None:
        return back
    return replace(back, out_won=moved.amount_won - back.amount_won)
