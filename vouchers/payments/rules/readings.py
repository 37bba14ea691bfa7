"""What an answer to a payment file says, whatever its format, and whether it is one to this very file."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from portal.kit.clock import to_kst
from portal.kit.codes import Codes
from portal.kit.errors import Refused
from portal.kit.won import won
from vouchers.payments.rules.disbursing import LIVE_ATTEMPTS, AttemptState
from vouchers.payments.rules.transfers import Answer, Outcome

ANSWER_BYTES, MOST_LINES = 5 * 1024 * 1024, 10_000


class AnswerKind(Codes):
    PAIN_002 = "PAIN_002", _("Status report (pain.002)")
    CAMT_053 = "CAMT_053", _("Statement (camt.053)")
    SHEET = "SHEET", _("Result of the bulk transfer")
    NETWORK = "NETWORK", _("Result of the subsidy network")


@dataclass(frozen=True)
class Payer:
    """The programme's own account, from which files pay. bank_code: three digits."""

    bank_code: str
    account: str
    holder: str


@dataclass(frozen=True)
class Reading:
    """An answer as it was read. answers: end-to-end id → what it says; whole: what it says of every transfer of the file at once;
    about: the file's message id, "" where the format names none; count, total_won: of the file as the answer has it; account: of
    a statement; made_at, covers_from, covers_to: by the other side's clock."""

    kind: AnswerKind
    message_id: str
    made_at: datetime | None = None
    about: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    whole: Answer | None = None
    count: int | None = None
    total_won: int | None = None
    account: str = ""
    covers_from: datetime | None = None
    covers_to: datetime | None = None


@dataclass(frozen=True)
class Line:
    """One transfer of a file as the portal has it. name: what people call it; state: AttemptState."""

    name: str
    amount_won: int
    state: str


@dataclass(frozen=True)
class Asked:
    """The file that was handed over. message_id: of the file; account: that pays; lines: end-to-end id → Line; pay_on: its day."""

    message_id: str
    account: str
    lines: Mapping[str, Line]
    pay_on: date


@dataclass(frozen=True)
class Judgment:
    """What an answer says of each transfer of its file, by end-to-end id. booked: to be settled; differs: of those that are
    settled otherwise already, which no such answer may overturn; strange: ids of a statement that the portal never gave."""

    booked: Mapping[str, Answer]
    differs: Mapping[str, Answer]
    strange: tuple[str, ...] = ()


def judged(reading: Reading, asked: Asked, others: Collection[str] = ()) -> Judgment:
    """What is to be done about each transfer of this file; nothing of those that the answer leaves open.

    A statement is one of the whole account: it may speak of other payments (others: ids of the portal's transfers outside of
    this file), and one that names none of this file says that nothing of it moved, where it begins early enough. Raises: Refused
    where the answer is to another file or account, or has another amount in any line. Then nothing of it counts.
    """
    _require_to_this_file(reading, asked)
    said = reading.answers or (dict.fromkeys(asked.lines, reading.whole) if reading.whole else {})
    strange = sorted(set(said) - set(asked.lines))
    if strange and reading.kind != AnswerKind.CAMT_053:
        raise _refused(_("The answer speaks of %(what)s, which is not in this file."), "answer_strange", strange[0])
    mine = {key: answer for key, answer in said.items() if key in asked.lines}
    if not mine and not _silent_statement(reading, asked):
        raise _refused(_("The answer says nothing about any transfer of this file."), "answer_empty")
    for key, answer in mine.items():
        _require_same(asked.lines[key], answer)
    clear = {key: answer for key, answer in mine.items() if answer.outcome != Outcome.UNKNOWN}
    differs = {key: answer for key, answer in clear.items() if _differs(asked.lines[key], answer, reading.kind)}
    booked = {key: answer for key, answer in clear.items() if key not in differs}
    return Judgment(booked, differs, tuple(key for key in strange if key not in others))


def _silent_statement(reading: Reading, asked: Asked) -> bool:
    """A statement of the file's account that begins no later than the day of the file."""
    begins = reading.covers_from
    return reading.kind == AnswerKind.CAMT_053 and begins is not None and to_kst(begins).date() <= asked.pay_on


def _require_to_this_file(reading: Reading, asked: Asked) -> None:
    if reading.about and reading.about != asked.message_id:
        raise _refused(_("This answer is to the file %(what)s, not to this one."), "answer_other_file", reading.about)
    if reading.kind == AnswerKind.CAMT_053 and reading.account != asked.account:
        raise _refused(_("This statement is of another account than the one that this file pays from."), "answer_other_account")
    total = sum(line.amount_won for line in asked.lines.values())
    if reading.count not in {None, len(asked.lines)} or reading.total_won not in {None, total}:
        raise _refused(_("The answer has another number of transfers, or another sum, than this file."), "answer_other_sum")


def _require_same(line: Line, answer: Answer) -> None:
    if not answer.whole(line.amount_won):
        shown = answer.amount_won if answer.amount_won is not None else 0
        raise _refused(
            _("%(what)s: the answer has %(theirs)s, the file %(ours)s. Ask the bank before anything is booked."),
            "answer_other_amount", line.name, theirs=won(shown), ours=won(line.amount_won),
        )  # fmt: skip


def _differs(line: Line, answer: Answer, kind: AnswerKind) -> bool:
    """Whether it was settled otherwise: only the record of what moved may change that, the bank's statement and, of a return,
    the network's own list."""
    if line.state in LIVE_ATTEMPTS or line.state == answer.outcome or kind == AnswerKind.CAMT_053:
        return False
    return not (kind == AnswerKind.NETWORK and (line.state, answer.outcome) == (AttemptState.PAID, Outcome.SENT_BACK))


def _refused(sentence: object, code: str, what: str = "", **more: object) -> Refused:
    return Refused(str(sentence) % {"what": what, **more}, code, "file")
