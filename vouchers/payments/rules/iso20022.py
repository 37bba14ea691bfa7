"""ISO 20022: pain.001 is written; pain.002 and camt.053 are read. Bytes in, facts out; facts in, bytes out.

What is written is valid against the message's own schema (`schema.py`). What is read comes from somebody's disk: it is parsed
without entities, within limits, and anything that is not plainly such a message is refused with a sentence.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement, tostring

from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext_lazy as _

from portal.kit.clock import KST
from portal.kit.errors import Refused
from vouchers.payments.rules.readings import ANSWER_BYTES, MOST_LINES, AnswerKind, Payer, Reading
from vouchers.payments.rules.transfers import DUPLICATES, Answer, Outcome, Transfer, by_key

PAIN_001 = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
FAMILY = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:(pain\.002|camt\.053)\.001\.\d\d\}Document")
SETTLED, REJECTED = frozenset({"ACSC", "ACCC"}), "RJCT"
NOT_PROVIDED = "NOTPROVIDED"  # what banks write where a reference is missing


# ── pain.001 ─────────────────────────────────────────────────────────────────────────────────────────
def write_pain_001(*, message_id: str, payer: Payer, transfers: Sequence[Transfer], pay_on: date, made_at: datetime) -> bytes:
    """A customer credit transfer initiation, one payment information with every transfer booked by itself. Korean accounts
    have no IBAN and stand in Othr/Id. message_id: at most 35 characters, given back in the answers."""
    total = str(sum(one.amount_won for one in transfers))
    root = Element("Document", xmlns=PAIN_001)
    body = SubElement(root, "CstmrCdtTrfInitn")
    header = SubElement(body, "GrpHdr")
    _text(header, "MsgId", message_id)
    _text(header, "CreDtTm", made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    _text(header, "NbOfTxs", str(len(transfers)))
    _text(header, "CtrlSum", total)
    _text(header, "InitgPty/Nm", payer.holder[:140])
    info = SubElement(body, "PmtInf")
    _text(info, "PmtInfId", message_id)
    _text(info, "PmtMtd", "TRF")
    _text(info, "BtchBookg", "false")
    _text(info, "NbOfTxs", str(len(transfers)))
    _text(info, "CtrlSum", total)
    _text(info, "ReqdExctnDt/Dt", pay_on.isoformat())
    _text(info, "Dbtr/Nm", payer.holder[:140])
    _text(info, "DbtrAcct/Id/Othr/Id", payer.account)
    if payer.bank_code:
        _text(info, "DbtrAgt/FinInstnId/ClrSysMmbId/MmbId", payer.bank_code)
    else:
        _text(info, "DbtrAgt/FinInstnId/Othr/Id", NOT_PROVIDED)
    for one in transfers:
        _write_transfer(info, one)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _write_transfer(info: Element, transfer: Transfer) -> None:
    one = SubElement(info, "CdtTrfTxInf")
    _text(one, "PmtId/EndToEndId", transfer.key)
    SubElement(SubElement(one, "Amt"), "InstdAmt", Ccy="KRW").text = str(transfer.amount_won)
    _text(one, "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId", transfer.bank_code)
    _text(one, "Cdtr/Nm", transfer.holder[:140])
    _text(one, "CdtrAcct/Id/Othr/Id", transfer.account)
    _text(one, "RmtInf/Ustrd", transfer.text[:140])


def _text(parent: Element, path: str, text: str) -> None:
    for name in path.split("/"):
        parent = SubElement(parent, name)
    parent.text = text


def read_pain_001(content: bytes) -> tuple[str, list[Transfer]]:
    """What a pain.001 of ours says: its message id and its transfers, as whoever receives it reads them."""
    root = fromstring(content)
    found = [
        Transfer(
            key=_at(one, "PmtId/EndToEndId"), amount_won=int(_at(one, "Amt/InstdAmt")),
            bank_code=_at(one, "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId"), account=_at(one, "CdtrAcct/Id/Othr/Id"),
            holder=_at(one, "Cdtr/Nm"), text=_at(one, "RmtInf/Ustrd"),
        )
        for one in root.iterfind(".//{*}CdtTrfTxInf")
    ]  # fmt: skip
    return _at(root, "CstmrCdtTrfInitn/GrpHdr/MsgId"), found


# ── pain.002, camt.053 ───────────────────────────────────────────────────────────────────────────────
def read_message(content: bytes) -> Reading:
    """A status report or a statement, whichever it is. Raises: Refused with a sentence for all else."""
    if len(content) > ANSWER_BYTES:
        raise Refused(
            _("The file is larger than an answer to a payment file can be. Choose the bank's own file."), "answer_large", "file"
        )
    try:
        root = fromstring(content, forbid_dtd=True)
    except Exception:  # XML can be broken, or hostile, in more ways than its parsers have names for
        raise _unreadable() from None
    family = FAMILY.fullmatch(root.tag)
    if family is None:
        raise _unreadable()
    try:
        return _read_report(root) if family[1] == "pain.002" else _read_statement(root)
    except (ArithmeticError, ValueError, AttributeError):
        raise _unreadable() from None


def _unreadable() -> Refused:
    return Refused(
        _("This is no status report (pain.002) and no statement (camt.053) of a bank. Choose the file as the bank gave it."),
        "answer_unreadable",
        "file",
    )


def _read_report(root: Element) -> Reading:
    about = root.find("{*}CstmrPmtStsRpt/{*}OrgnlGrpInfAndSts")
    if about is None:
        raise ValueError
    groups = [about, *root.iterfind("{*}CstmrPmtStsRpt/{*}OrgnlPmtInfAndSts")]
    reasons = [reason for one in groups for reason in _reasons(one)]
    lines = [_line_of_report(one, reasons) for one in root.iterfind(".//{*}TxInfAndSts")]
    statuses = {status for one in groups if (status := _at(one, "GrpSts") or _at(one, "PmtInfSts"))}
    whole = None
    if not lines and len(statuses) == 1:  # one word for all: no transfer is named apart
        whole = _judged(statuses.pop(), groups[-1] if _reason(groups[-1]) else about, reasons)
    count, total = _at(about, "OrgnlNbOfTxs"), _at(about, "OrgnlCtrlSum")
    return Reading(
        kind=AnswerKind.PAIN_002, message_id=_needed(root, "CstmrPmtStsRpt/GrpHdr/MsgId"),
        made_at=_moment(_needed(root, "CstmrPmtStsRpt/GrpHdr/CreDtTm")), about=_needed(about, "OrgnlMsgId"),
        answers=_once(lines), whole=whole, count=int(count) if count else None, total_won=_won(total) if total else None,
    )  # fmt: skip


def _line_of_report(one: Element, above: Collection[str]) -> tuple[str, Answer]:
    amount = one.find("{*}OrgnlTxRef/{*}Amt/{*}InstdAmt")
    won = _amount(amount) if amount is not None else None
    return _needed(one, "OrgnlEndToEndId"), _judged(_needed(one, "TxSts"), one, above, won)


def _judged(status: str, where: Element, above: Collection[str], amount_won: int | None = None) -> Answer:
    """ACSC, ACCC: the money moved. RJCT: it did not, unless the bank says "duplicate" of it or of the whole, which proves nothing
    (above: reasons of the whole). All else: not yet."""
    reason, ref = _reason(where), _at(where, "AcctSvcrRef")
    outcome = Outcome.PAID if status in SETTLED else Outcome.UNKNOWN
    if status == REJECTED and not DUPLICATES & {said.upper() for said in (*_reasons(where), *above)}:
        outcome = Outcome.REFUSED
    return Answer(outcome, ref, reason or status, amount_won)


def _reason(where: Element) -> str:
    return _at(where, "StsRsnInf/AddtlInf") or _at(where, "StsRsnInf/Rsn/Cd") or _at(where, "StsRsnInf/Rsn/Prtry")


def _reasons(where: Element) -> list[str]:
    """Each reason that stands at this very element, as code or as words."""
    return [
        (found.text or "").strip()
        for path in ("Rsn/{*}Cd", "Rsn/{*}Prtry", "AddtlInf")
        for found in where.iterfind("{*}StsRsnInf/{*}" + path)
    ]


def _once(lines: Sequence[tuple[str, Answer]]) -> dict[str, Answer]:
    found = dict(lines)
    if len(found) != len(lines) or len(lines) > MOST_LINES:
        raise Refused(_("The answer speaks twice of one transfer. Ask the bank for a right one."), "answer_double", "file")
    return found


def _read_statement(root: Element) -> Reading:
    (statement,) = root.findall("{*}BkToCstmrStmt/{*}Stmt")  # of one account; ValueError else
    if any(last.text != "true" for last in root.iterfind(".//{*}LastPgInd")):
        raise Refused(
            _("This is one page of a longer statement. Ask the bank for all of it in one file."), "answer_pages", "file"
        )
    entries = [pair for one in statement.iterfind("{*}Ntry") for pair in _entry(one)]
    begins, ends = _at(statement, "FrToDt/FrDtTm"), _at(statement, "FrToDt/ToDtTm")
    made = _at(statement, "CreDtTm") or _needed(root, "BkToCstmrStmt/GrpHdr/CreDtTm")
    if len(entries) > MOST_LINES:
        raise ValueError
    return Reading(
        kind=AnswerKind.CAMT_053, message_id=_needed(statement, "Id"), made_at=_moment(made), answers=by_key(entries),
        account=_needed(statement, "Acct/Id/Othr/Id"), covers_from=_moment(begins) if begins else None,
        covers_to=_moment(ends) if ends else None,
    )  # fmt: skip


def _entry(entry: Element) -> Iterator[tuple[str, Answer]]:
    """What a booked entry says of the transfers that it names; pending entries, and those that name none, say nothing."""
    status = _at(entry, "Sts/Cd") or _at(entry, "Sts")
    if status != "BOOK":
        return
    back = _at(entry, "RvslInd") == "true" or _needed(entry, "CdtDbtInd") == "CRDT"
    details = entry.findall("{*}NtryDtls/{*}TxDtls")
    for one in details:
        key = _at(one, "Refs/EndToEndId")
        if not key or key == NOT_PROVIDED:
            continue
        own = one.find("{*}Amt")
        if own is None and len(details) > 1:
            raise ValueError  # a collective entry that does not say how much each transfer was
        amount = own if own is not None else entry.find("{*}Amt")
        ref = _at(one, "Refs/AcctSvcrRef") or _at(entry, "AcctSvcrRef")
        why = _at(one, "RtrInf/AddtlInf") or _at(one, "RtrInf/Rsn/Cd")
        yield key, Answer(Outcome.SENT_BACK if back else Outcome.PAID, ref, why if back else "camt.053", _amount(amount))


def _amount(element: Element | None) -> int:
    if element is None or element.get("Ccy") != "KRW":
        raise ValueError
    return _won(element.text or "")


def _won(text: str) -> int:
    """Whole won, as the schema writes a number: digits, and zeros alone after a point. Raises ValueError."""
    if not re.fullmatch(r"\d{1,18}(\.0{1,5})?", text.strip()):
        raise ValueError
    return int(Decimal(text.strip()))


def _moment(text: str) -> datetime:
    """Banks write their own time; without a zone it is the country's."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=KST)


def _at(element: Element, path: str) -> str:
    return (element.findtext("/".join(f"{{*}}{name}" for name in path.split("/"))) or "").strip()


def _needed(element: Element, path: str) -> str:
    found = _at(element, path)
    if not found:
        raise ValueError(path)
    return found
