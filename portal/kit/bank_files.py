"""Files that are carried to the demo's bank, or to its subsidy network: taken once, decided at once, answered in their own format.

Written from the other side: it knows pain.001, its own spreadsheet and the network's list, and nothing of who made them.
"""

import json
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from defusedxml.ElementTree import fromstring

from portal.kit.sheets import sheets, workbook

PAIN_002 = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
CAMT_053 = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
HOWS = (
    "good",
    "last",
    "none",
    "lies",
)  # all executed · the last refused · all refused · the last reported as refused, and executed
CLOSED = "계좌 해지 (account closed)"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNPACKED = 40 * 1024 * 1024
TABLES = """
CREATE TABLE IF NOT EXISTS file (id INTEGER PRIMARY KEY, name TEXT UNIQUE, kind TEXT, account TEXT, at REAL, lines TEXT);
"""  # lines: JSON, one object a transfer, with what became of it

Execute = Callable[[dict[str, Any]], str | None]  # pays a line; its reference, None for a key that was paid already


@dataclass(frozen=True)
class Answered:
    """A file that is given back."""

    content: bytes
    name: str
    media_type: str


class Counter:
    """Where files are handed in. open_book: a connection to the bank's own book."""

    def __init__(self, open_book: Callable[[], sqlite3.Connection]) -> None:
        self.open_book = open_book
        with open_book() as db:
            db.executescript(TABLES)

    def take(self, content: bytes, how: str, execute: Execute) -> str:
        """Executes what it is told to. Returns: "", or why not: unreadable, twice."""
        try:
            name, kind, account, lines = _pain_001(content) if content[:64].lstrip().startswith(b"<") else _sheet(content)
        except Exception:  # whatever it is, it is no file for this counter
            return "unreadable"
        if not lines or not name or how not in HOWS:
            return "unreadable"
        with self.open_book() as db:
            if db.execute("SELECT 1 FROM file WHERE name = ?", (name,)).fetchone():
                return "twice"
            for number, line in enumerate(lines):
                last = number == len(lines) - 1
                refused = how == "none" or (how in {"last", "lies"} and last)
                ref = execute(line) if not refused or how == "lies" else None
                line |= {"ref": ref or "", "executed": ref is not None, "why": CLOSED if refused else "" if ref else "DUPL"}
            db.execute(
                "INSERT INTO file (name, kind, account, at, lines) VALUES (?, ?, ?, ?, ?)",
                (name, kind, account, time.time(), json.dumps(lines)),
            )
        return ""

    def files(self) -> list[dict[str, Any]]:
        """Newest first, with how much of each was executed."""
        with self.open_book() as db:
            rows = db.execute("SELECT id, name, kind, lines FROM file ORDER BY id DESC LIMIT 50").fetchall()
        found = []
        for number, name, kind, text in rows:
            lines = json.loads(text)
            refused = [line for line in lines if line["why"]]
            answers = ("report", "statement") if kind == "PAIN_001" else ("result",)
            found.append({
                "id": number, "name": name, "kind": kind, "count": len(lines), "refused": len(refused),
                "amount_won": sum(line["amount"] for line in lines), "answers": answers,
            })  # fmt: skip
        return found

    def answer(self, number: int, kind: str, *, ahead: int = 0) -> Answered | None:
        """report, statement or result of a file; None where there is no such answer. ahead: seconds by which the clock of whoever
        asks was moved forward, so that a statement of now is one of their now."""
        with self.open_book() as db:
            row = db.execute("SELECT name, kind, account, at, lines FROM file WHERE id = ?", (number,)).fetchone()
        makers = {
            ("PAIN_001", "report"): _report,
            ("SHEET", "result"): _result,
            ("NETWORK", "result"): _result,
        }
        if row is None or (row[1], kind) not in {*makers, ("PAIN_001", "statement")}:
            return None
        name, of, account, at, text = row
        taken = datetime.fromtimestamp(at, UTC)
        if kind == "statement":
            now = datetime.fromtimestamp(time.time() + ahead, UTC)  # another machine: its own clock
            return _statement(str(name), str(account), taken, now, json.loads(text))
        return makers[of, kind](str(name), str(of), str(account), taken, json.loads(text))


# ── Taken ────────────────────────────────────────────────────────────────────────────────────────────
Taken = tuple[str, str, str, list[dict[str, Any]]]  # name, kind, account that pays, lines


def _pain_001(content: bytes) -> Taken:
    root = fromstring(content)
    lines: list[dict[str, Any]] = [
        {
            "key": _at(one, "PmtId/EndToEndId"), "amount": int(_at(one, "Amt/InstdAmt")), "account": _at(one, "CdtrAcct/Id/Othr/Id"),
            "bank": _at(one, "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId"), "holder": _at(one, "Cdtr/Nm"), "words": _at(one, "RmtInf/Ustrd"),
        }
        for one in root.iterfind(".//{*}CdtTrfTxInf")
    ]  # fmt: skip
    header = "CstmrCdtTrfInitn/GrpHdr/"
    if int(_at(root, header + "NbOfTxs")) != len(lines) or int(_at(root, header + "CtrlSum")) != sum(
        one["amount"] for one in lines
    ):
        raise ValueError
    return _at(root, header + "MsgId"), "PAIN_001", _at(root, "CstmrCdtTrfInitn/PmtInf/DbtrAcct/Id/Othr/Id"), lines


def _at(node: Element, path: str) -> str:
    """The text at a path of names, in whatever namespace."""
    return (node.findtext("/".join(f"{{*}}{one}" for one in path.split("/"))) or "").strip()


def _sheet(content: bytes) -> Taken:
    heading, *rows = list(sheets(content, unpacked=UNPACKED)[0].rows())
    network = "집행금액" in heading
    columns = {"key": "관리번호", "amount": "집행금액" if network else "이체금액", "name": "파일번호", "holder": "예금주"}
    columns |= {"account": "계좌번호", "bank": "은행코드"} if network else {"account": "입금계좌번호", "bank": "입금은행코드"}
    places = {name: heading.index(word) for name, word in columns.items()}
    found = [{name: row[place] for name, place in places.items()} for row in rows]
    lines = [{**row, "amount": int(row["amount"]), "words": row["name"]} for row in found]
    (name,) = {row["name"] for row in found}
    return str(name), "NETWORK" if network else "SHEET", "", lines


# ── Answered ─────────────────────────────────────────────────────────────────────────────────────────
def _node(parent: Element, path: str, text: str) -> None:
    for name in path.split("/"):
        parent = SubElement(parent, name)
    parent.text = text


def _xml(root: Element, name: str) -> Answered:
    return Answered(bytes(tostring(root, encoding="utf-8", xml_declaration=True)), name, "application/xml")


def _stamp(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds")


def _report(name: str, _kind: str, _account: str, at: datetime, lines: list[dict[str, Any]]) -> Answered:
    root = Element("Document", xmlns=PAIN_002)
    body = SubElement(root, "CstmrPmtStsRpt")
    header = SubElement(body, "GrpHdr")
    _node(header, "MsgId", f"RPT-{name}")
    _node(header, "CreDtTm", _stamp(at))
    group = SubElement(body, "OrgnlGrpInfAndSts")
    refused = [line for line in lines if line["why"]]
    for path, text in (
        ("OrgnlMsgId", name), ("OrgnlMsgNmId", "pain.001.001.09"), ("OrgnlNbOfTxs", str(len(lines))),
        ("OrgnlCtrlSum", str(sum(line["amount"] for line in lines))),
        ("GrpSts", "RJCT" if len(refused) == len(lines) else "PART" if refused else "ACSC"),
    ):  # fmt: skip
        _node(group, path, text)
    information = SubElement(body, "OrgnlPmtInfAndSts")
    _node(information, "OrgnlPmtInfId", name)
    for line in lines:
        one = SubElement(information, "TxInfAndSts")
        _node(one, "OrgnlEndToEndId", line["key"])
        _node(one, "TxSts", "RJCT" if line["why"] else "ACSC")
        if line["why"]:
            reason = SubElement(one, "StsRsnInf")
            _node(reason, "Rsn/Cd", "DUPL" if line["why"] == "DUPL" else "AC04")
            _node(reason, "AddtlInf", line["why"])
        else:
            _node(one, "AcctSvcrRef", line["ref"])
        amount = SubElement(SubElement(SubElement(one, "OrgnlTxRef"), "Amt"), "InstdAmt", Ccy="KRW")
        amount.text = str(line["amount"])
    return _xml(root, f"{name}.pain002.xml")


def _statement(name: str, account: str, at: datetime, now: datetime, lines: list[dict[str, Any]]) -> Answered:
    root = Element("Document", xmlns=CAMT_053)
    body = SubElement(root, "BkToCstmrStmt")
    number = f"STM-{name[-10:]}-{int(now.timestamp() * 1000)}"
    header = SubElement(body, "GrpHdr")
    _node(header, "MsgId", number)
    _node(header, "CreDtTm", _stamp(now))
    one = SubElement(body, "Stmt")
    _node(one, "Id", number)
    _node(one, "CreDtTm", _stamp(now))
    period = SubElement(one, "FrToDt")
    _node(period, "FrDtTm", _stamp(at - timedelta(days=1)))
    _node(period, "ToDtTm", _stamp(now))
    _node(one, "Acct/Id/Othr/Id", account)
    for line in lines:
        if line["executed"]:
            entry = SubElement(one, "Ntry")
            SubElement(entry, "Amt", Ccy="KRW").text = str(line["amount"])
            _node(entry, "CdtDbtInd", "DBIT")
            _node(entry, "Sts/Cd", "BOOK")
            _node(entry, "AcctSvcrRef", line["ref"])
            _node(entry, "NtryDtls/TxDtls/Refs/EndToEndId", line["key"])
    return _xml(root, f"{name}.camt053.xml")


def _result(name: str, kind: str, _account: str, _at: datetime, lines: list[dict[str, Any]]) -> Answered:
    network = kind == "NETWORK"
    done, refused = ("이체완료", "반려") if network else ("정상", "오류")
    heading = ["파일번호", "관리번호", "예금주", "집행금액" if network else "이체금액", "처리상태" if network else "처리결과"]
    heading += ["집행등록번호", "사유"] if network else ["거래번호", "오류사유"]
    rows = [
        [
            name,
            line["key"],
            line["holder"],
            line["amount"],
            refused if line["why"] else done,
            line["ref"] if not line["why"] else "",
            line["why"],
        ]
        for line in lines
    ]
    return Answered(workbook([heading, *rows]), f"{name}.result.xlsx", XLSX)
