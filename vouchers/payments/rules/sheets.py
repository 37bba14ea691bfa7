"""The bank's bulk-transfer spreadsheet and the export for the subsidy network: written, and their result lists read back.

Both are tables under headings in Korean, as the other side's people know them. A result list has the same rows with what became
of each; its columns are found by their headings, in whatever order they stand.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.errors import Refused
from portal.kit.sheets import Unreadable, sheets
from portal.kit.workbooks import Leaf, styled_workbook
from vouchers.payments.rules.disbursing import BANKS
from vouchers.payments.rules.readings import ANSWER_BYTES, MOST_LINES, AnswerKind, Reading
from vouchers.payments.rules.transfers import Answer, Outcome, Transfer, printable
from vouchers.rounds.rules import Way

KEY, AMOUNT, FILE = "관리번호", "이체금액", "파일번호"
UNPACKED = 40 * 1024 * 1024


@dataclass(frozen=True)
class Evidence:
    """What the subsidy network wants to know of a payment beside the transfer. Amounts whole won."""

    agreement: str
    payee: str
    supply_won: int
    vat_won: int
    invoice_no: str
    invoice_on: date
    taxed: bool


_BANK = (FILE, KEY, "입금은행코드", "입금은행", "입금계좌번호", "예금주", AMOUNT, "받는분 통장표시")
_NETWORK = (
    FILE, KEY, "사업명", "협약번호", "거래처명", "은행코드", "계좌번호", "예금주", "공급가액", "부가가치세", "집행금액", "증빙 종류",
    "증빙 번호", "증빙 일자",
)  # fmt: skip
_WIDTHS, _WIDE = 14, 38


def write_bank_sheet(file_ref: str, transfers: Sequence[Transfer]) -> bytes:
    """One row a transfer. Account numbers are text, so that no spreadsheet drops their zeros."""
    rows = [
        (file_ref, one.key, one.bank_code, BANKS[one.bank_code][0], one.account, one.holder, one.amount_won, one.text[:20])
        for one in transfers
    ]
    return _book("대량이체", _BANK, rows, frozenset({6}))


def write_network_sheet(file_ref: str, programme: str, rows: Sequence[tuple[Transfer, Evidence]]) -> bytes:
    """One row a payment, with the evidence on which the network releases it."""
    table = [
        (
            file_ref, one.key, programme, about.agreement, about.payee, one.bank_code, one.account, one.holder, about.supply_won,
            about.vat_won, one.amount_won, "전자세금계산서" if about.taxed else "전자계산서", about.invoice_no, about.invoice_on,
        )
        for one, about in rows
    ]  # fmt: skip
    return _book("집행등록", _NETWORK, table, frozenset({8, 9, 10}))


def _book(title: str, heading: Sequence[str], rows: Sequence[Sequence[Any]], amounts: frozenset[int]) -> bytes:
    rows = [[printable(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    widths = [_WIDE if name == KEY else _WIDTHS for name in heading]
    return styled_workbook([Leaf(title, [heading, *rows], widths, amounts=amounts)], lists="목록", refused="")


# ── Results ──────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class _Result:
    """Headings of a result list, and the words of its states."""

    kind: AnswerKind
    amount: str
    state: str
    ref: str
    reason: str
    states: Mapping[str, Outcome]


_RESULTS = {
    Way.SHEET: _Result(
        AnswerKind.SHEET, AMOUNT, "처리결과", "거래번호", "오류사유",
        {"정상": Outcome.PAID, "오류": Outcome.REFUSED, "처리중": Outcome.UNKNOWN},
    ),
    Way.NETWORK: _Result(
        AnswerKind.NETWORK, "집행금액", "처리상태", "집행등록번호", "사유",
        {"이체완료": Outcome.PAID, "이체실패": Outcome.REFUSED, "반려": Outcome.REFUSED, "반송": Outcome.SENT_BACK, "처리중": Outcome.UNKNOWN},
    ),
}  # fmt: skip


def read_result(way: str, content: bytes) -> Reading:
    """A result list of that way. message_id: none, such a list has no name. Raises: Refused with a sentence that names the row."""
    wanted = _RESULTS[Way(way)]
    if len(content) > ANSWER_BYTES:
        raise Refused(
            _("The file is larger than an answer to a payment file can be. Choose the bank's own file."), "answer_large", "file"
        )
    try:
        rows = list(islice(sheets(content, unpacked=UNPACKED)[0].rows(), MOST_LINES + 2))
    except Unreadable as error:
        raise Refused(str(error), "answer_unreadable", "file") from None
    heading = [str(cell or "").strip() for cell in rows[0]] if rows else []
    needed = (FILE, KEY, wanted.amount, wanted.state, wanted.ref, wanted.reason)
    missing = [name for name in needed if heading.count(name) != 1]
    if missing or len(rows) > MOST_LINES:
        raise Refused(
            str(_("The first row must have each of these headings once: %(names)s. Choose the result list as it was given."))
            % {"names": ", ".join(missing or needed)},
            "answer_unreadable", "file",
        )  # fmt: skip
    places = {name: heading.index(name) for name in needed}
    read = [_row(number, row, places, wanted) for number, row in enumerate(rows[1:], 2) if any(cell is not None for cell in row)]
    files, answers = {file for file, _key, _answer in read}, {key: answer for _file, key, answer in read}
    if len(answers) != len(read):
        raise Refused(_("The answer speaks twice of one transfer. Ask the bank for a right one."), "answer_double", "file")
    total = sum(answer.amount_won or 0 for answer in answers.values())
    about = files.pop() if len(files) == 1 else "?"
    return Reading(kind=wanted.kind, message_id="", about=about, answers=answers, count=len(read), total_won=total)


def _row(number: int, row: Sequence[Any], places: Mapping[str, int], wanted: _Result) -> tuple[str, str, Answer]:
    cells = {name: row[place] if place < len(row) else None for name, place in places.items()}
    state, amount = str(cells[wanted.state] or "").strip(), _won(cells[wanted.amount])
    ref, reason = str(cells[wanted.ref] or "").strip(), str(cells[wanted.reason] or "").strip()
    wrong = amount is None or state not in wanted.states or (wanted.states.get(state) == Outcome.PAID and not ref)
    if wrong:
        raise Refused(
            str(_("Row %(row)s cannot be read: %(state)s is one of %(states)s, the amount a whole number, and what was paid has a reference."))
            % {"row": number, "state": wanted.state, "states": ", ".join(wanted.states)},
            "answer_unreadable", "file",
        )  # fmt: skip
    key = str(cells[KEY] or "").strip()
    return str(cells[FILE] or "").strip(), key, Answer(wanted.states[state], ref, reason or state, amount)


def _won(cell: Any) -> int | None:
    """A whole number, as a number or as text with separators; None for all else."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int):
        return cell
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 10**15 else None
    text = str(cell or "").replace(",", "").strip()
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None
