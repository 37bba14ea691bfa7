"""The demo's own bank: a separate process with its own book, speaking pain.001, pain.002 and camt.053 over HTTP.

It can be told to be slow, to refuse, to answer only after the caller gave up (having paid), to pay and send the money back a
little later, to refuse and pay all the same, to get each message twice (a line that repeats it), to answer garbage (having
paid or not), or to be down. It pays a key once: a second request with the same key is answered "duplicate" (RJCT/DUPL), as
real banks do.
"""

import json
import random
import sqlite3
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from defusedxml.ElementTree import fromstring

from portal.kit.bank_files import Counter

MOODS = (
    "good", "slow", "refuse", "timeout_after_paying", "error_before_paying", "send_back", "refuse_and_pay", "twice", "garbage", "down",
)  # fmt: skip
PAIN_001 = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
PAIN_002 = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
CAMT_053 = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def _garbage(whole: bytes) -> bytes:
    """What a gateway, a broken line or somebody else's server answers with 200 OK instead of that message."""
    page = "<html><body><h1>점검 중입니다 (under maintenance)</h1></body></html>".encode()
    return random.choice((b"", page, whole[: len(whole) // 2], whole.replace(b"EndToEndId", b"InstrId"), b"\x00\xff\xfe", b"OK"))


class Book:
    """The bank's truth, in one SQLite file: every transfer that was executed."""

    def __init__(self, path: Path) -> None:
        self.path, self.lock = path, threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._open() as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute(
                "CREATE TABLE IF NOT EXISTS transfer (id INTEGER PRIMARY KEY, key TEXT UNIQUE, amount INTEGER, account TEXT,"
                " bank TEXT, holder TEXT, words TEXT, at REAL)"
            )
            db.execute("CREATE TABLE IF NOT EXISTS sent_back (key TEXT PRIMARY KEY, at REAL, words TEXT)")
            db.execute("CREATE TABLE IF NOT EXISTS mood (id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT, seconds REAL)")
            db.execute("INSERT OR IGNORE INTO mood VALUES (1, 'good', 0)")
        self.counter = Counter(self._open)

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=10)

    def mood(self) -> tuple[str, float]:
        with self._open() as db:
            name, seconds = db.execute("SELECT name, seconds FROM mood").fetchone()
        return str(name), float(seconds)

    def set_mood(self, name: str, seconds: float = 0) -> None:
        with self._open() as db:
            db.execute("UPDATE mood SET name = ?, seconds = ?", (name, seconds))

    def execute(self, key: str, amount: int, account: str, bank: str, holder: str, words: str) -> str | None:
        """Pays and returns the bank's reference; None for a key that was already paid."""
        with self.lock, self._open() as db:
            try:
                cursor = db.execute(
                    "INSERT INTO transfer (key, amount, account, bank, holder, words, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (key, amount, account, bank, holder, words, time.time()),
                )
            except sqlite3.IntegrityError:
                return None
            return f"BK{cursor.lastrowid:09d}"

    def send_back(self, key: str, words: str, seconds: float = 0) -> None:
        """The payee's bank does not take the money: from `seconds` on the statement shows that it came back."""
        with self.lock, self._open() as db:
            db.execute("INSERT OR IGNORE INTO sent_back VALUES (?, ?, ?)", (key, time.time() + seconds, words))

    def take_file(self, content: bytes, how: str) -> str:
        """A payment file, carried here by hand. Returns: "", or why it was not taken."""
        return self.counter.take(
            content, how,
            lambda line: self.execute(line["key"], line["amount"], line["account"], line["bank"], line["holder"], line["words"]),
        )  # fmt: skip

    def transfers(self, limit: int = 500) -> list[dict[str, object]]:
        """Newest first. sent_back: why it came back, None while it did not."""
        with self._open() as db:
            rows = db.execute(
                "SELECT id, t.key, amount, account, holder, t.words, t.at, b.words FROM transfer t"
                " LEFT JOIN sent_back b ON b.key = t.key AND b.at <= ? ORDER BY id DESC LIMIT ?",
                (time.time(), limit),
            ).fetchall()
        names = ("id", "key", "amount_won", "account", "holder", "words", "at", "sent_back")
        return [dict(zip(names, row, strict=True)) for row in rows]


def _report(key: str, status: str, *, ref: str = "", reason: str = "") -> bytes:
    root = Element("Document", xmlns=PAIN_002)
    body = SubElement(root, "CstmrPmtStsRpt")
    one = SubElement(SubElement(body, "OrgnlPmtInfAndSts"), "TxInfAndSts")
    SubElement(one, "OrgnlEndToEndId").text = key
    SubElement(one, "TxSts").text = status
    if reason:
        SubElement(SubElement(one, "StsRsnInf"), "AddtlInf").text = reason
    if ref:
        SubElement(one, "AcctSvcrRef").text = ref
    return tostring(root, encoding="utf-8", xml_declaration=True)


def _statement(book: Book) -> bytes:
    root = Element("Document", xmlns=CAMT_053)
    statement = SubElement(SubElement(root, "BkToCstmrStmt"), "Stmt")
    for row in book.transfers(limit=100_000):
        if row["sent_back"] is not None:
            _entry(statement, row, "CRDT", str(row["sent_back"]))
        _entry(statement, row, "DBIT")
    return tostring(root, encoding="utf-8", xml_declaration=True)


def _entry(statement: Element, row: dict[str, object], direction: str, why: str = "") -> None:
    entry = SubElement(statement, "Ntry")
    SubElement(entry, "Amt", Ccy="KRW").text = str(row["amount_won"])
    SubElement(entry, "CdtDbtInd").text = direction
    SubElement(entry, "AcctSvcrRef").text = f"BK{row['id']:09d}" + ("R" if direction == "CRDT" else "")
    details = SubElement(SubElement(entry, "NtryDtls"), "TxDtls")
    SubElement(SubElement(details, "Refs"), "EndToEndId").text = str(row["key"])
    if why:
        SubElement(SubElement(details, "RtrInf"), "AddtlInf").text = why


class _Handler(BaseHTTPRequestHandler):
    book: Book
    in_hand: set[int]  # threads that look at an order now
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the book is the record."""

    def _answer(self, body: bytes, status: int = 200, kind: str = "application/xml", name: str = "") -> None:
        self.send_response(status)
        if name:
            self.send_header("Content-Disposition", f'attachment; filename="{name}"')
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        if urlsplit(self.path).path == "/mood":
            name, seconds = self.book.mood()
            mood = {"name": name, "seconds": seconds, "in_hand": len(self.in_hand)}
            return self._answer(json.dumps(mood).encode(), kind="application/json")
        if self.book.mood()[0] == "down":
            return self._answer(b"", 503)
        path = urlsplit(self.path).path
        if path == "/statement":
            said = _statement(self.book)
            return self._answer(_garbage(said) if self.book.mood()[0] == "garbage" else said)
        if path == "/book":
            limit = int(parse_qs(urlsplit(self.path).query).get("limit", ["500"])[0])
            return self._answer(json.dumps(self.book.transfers(limit)).encode(), kind="application/json")
        if path == "/files":
            return self._answer(json.dumps(self.book.counter.files()).encode(), kind="application/json")
        if path.startswith("/files/"):
            return self._give(path, self._ahead())
        return self._answer(b"", 404)

    def _ahead(self) -> int:
        """By how many seconds the clock of whoever asks was moved forward."""
        said = parse_qs(urlsplit(self.path).query).get("ahead", ["0"])[0]
        return int(said) if said.isdigit() and len(said) < 10 else 0

    def _give(self, path: str, ahead: int) -> None:
        """/files/<number>/<report, statement or result>"""
        _empty, _files, number, *kind = path.split("/")
        found = self.book.counter.answer(int(number), kind[0], ahead=ahead) if number.isdigit() and len(kind) == 1 else None
        if found is None:
            return self._answer(b"", 404)
        self._answer(found.content, kind=found.media_type, name=found.name)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if urlsplit(self.path).path == "/mood":
            wish = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            if wish.get("name") not in MOODS:
                return self._answer(b"", 400)
            self.book.set_mood(wish["name"], float(wish.get("seconds", 8)))
            return self._answer(b"", 204)
        if urlsplit(self.path).path == "/files":
            how = parse_qs(urlsplit(self.path).query).get("how", ["good"])[0]
            fault = "" if self.book.mood()[0] != "down" else "silent"
            return self._answer((fault or self.book.take_file(body, how)).encode(), kind="text/plain")
        if urlsplit(self.path).path != "/payments":
            return self._answer(b"", 404)
        self.in_hand.add(threading.get_ident())
        try:
            return self._pay(body)
        finally:
            self.in_hand.discard(threading.get_ident())

    def _pay(self, body: bytes) -> None:
        mood, seconds = self.book.mood()
        if mood == "down":
            return self._answer(b"", 503)
        if mood == "error_before_paying":
            return self._answer(b"", 500)
        one = fromstring(body).find(f".//{PAIN_001}CdtTrfTxInf")
        if one is None:
            return self._answer(b"", 400)
        key = one.findtext(f".//{PAIN_001}EndToEndId", "")
        if mood == "refuse":
            return self._answer(_report(key, "RJCT", reason="계좌 해지 (account closed)"))
        if mood == "slow":
            time.sleep(seconds)
        if mood == "garbage" and random.random() < 0.5:
            return self._answer(_garbage(_report(key, "ACSC")))  # and pays nothing
        order = (
            key, int(one.findtext(f".//{PAIN_001}InstdAmt", "0")),
            one.findtext(f".//{PAIN_001}CdtrAcct//{PAIN_001}Id/{PAIN_001}Othr/{PAIN_001}Id", ""),
            one.findtext(f".//{PAIN_001}MmbId", ""), one.findtext(f".//{PAIN_001}Cdtr/{PAIN_001}Nm", ""),
            one.findtext(f".//{PAIN_001}Ustrd", ""),
        )  # fmt: skip
        ref = self.book.execute(*order)
        if mood == "garbage":
            return self._answer(_garbage(_report(key, "ACSC", ref=ref or "")))
        if mood == "twice":
            ref = self.book.execute(*order)  # and only the second answer reaches the caller
        if mood == "timeout_after_paying":
            time.sleep(seconds)
        if mood == "send_back":
            self.book.send_back(key, "수취 계좌 입금 불가 (account does not take the money)", seconds)
        if mood == "refuse_and_pay":
            return self._answer(_report(key, "RJCT", reason="전산 오류 (system error)"))
        self._answer(_report(key, "RJCT", reason="DUPL") if ref is None else _report(key, "ACSC", ref=ref))


def server(data_dir: Path, port: int) -> ThreadingHTTPServer:
    """A bank on 127.0.0.1:`port` (0: any free one) with its book under `data_dir`; the caller serves and stops it."""
    handler = type("Handler", (_Handler,), {"book": Book(data_dir / "bank.sqlite3"), "in_hand": set()})
    bank = ThreadingHTTPServer(("127.0.0.1", port), handler)
    bank.daemon_threads = True
    return bank
