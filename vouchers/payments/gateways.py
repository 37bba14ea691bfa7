"""The bank: pain.001 goes out; pain.002 and camt.053 come back. Knows no models.

A "duplicate" answer, a timeout or anything else that is not a settled or refused status is UNKNOWN: only the bank's own
status report or statement is proof (stack.md, Money).
"""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from defusedxml.ElementTree import fromstring
from django.conf import settings

from portal.kit.codes import Codes
from portal.kit.gateways import client

PAIN_001 = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
PAIN_002 = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
CAMT_053 = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


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


def pain_001(transfer: Transfer, now: datetime) -> bytes:
    """ISO 20022 customer credit transfer for one payment; Korean accounts stand in Othr/Id."""
    root = Element("Document", xmlns=PAIN_001)
    body = SubElement(root, "CstmrCdtTrfInitn")
    header = SubElement(body, "GrpHdr")
    SubElement(header, "MsgId").text = transfer.key
    SubElement(header, "CreDtTm").text = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    SubElement(header, "NbOfTxs").text = "1"
    SubElement(header, "CtrlSum").text = str(transfer.amount_won)
    SubElement(SubElement(header, "InitgPty"), "Nm").text = "Healthcare Data Voucher"
    info = SubElement(body, "PmtInf")
    SubElement(info, "PmtInfId").text = transfer.key
    SubElement(info, "PmtMtd").text = "TRF"
    SubElement(SubElement(info, "ReqdExctnDt"), "Dt").text = now.astimezone(UTC).strftime("%Y-%m-%d")
    SubElement(SubElement(info, "Dbtr"), "Nm").text = "Healthcare Data Voucher"
    SubElement(SubElement(SubElement(SubElement(info, "DbtrAcct"), "Id"), "Othr"), "Id").text = "VOUCHER"
    one = SubElement(info, "CdtTrfTxInf")
    SubElement(SubElement(one, "PmtId"), "EndToEndId").text = transfer.key
    amount = SubElement(SubElement(one, "Amt"), "InstdAmt", Ccy="KRW")
    amount.text = str(transfer.amount_won)
    agent = SubElement(SubElement(one, "CdtrAgt"), "FinInstnId")
    SubElement(SubElement(agent, "ClrSysMmbId"), "MmbId").text = transfer.bank_code
    SubElement(SubElement(one, "Cdtr"), "Nm").text = transfer.holder[:140]
    SubElement(SubElement(SubElement(SubElement(one, "CdtrAcct"), "Id"), "Othr"), "Id").text = transfer.account
    SubElement(SubElement(one, "RmtInf"), "Ustrd").text = transfer.text[:140]
    return tostring(root, encoding="utf-8", xml_declaration=True)


def read_pain_002(body: bytes, key: str) -> Answer:
    """A status report on `key`: ACSC/ACCC = settled, RJCT = refused, all else (also a report on another key) unknown."""
    root = fromstring(body)
    space = {"p": PAIN_002}
    status = root.findtext(".//p:TxInfAndSts/p:TxSts", "", space)
    reason = root.findtext(".//p:StsRsnInf/p:AddtlInf", "", space) or root.findtext(".//p:StsRsnInf/p:Rsn/p:Cd", "", space)
    ref = root.findtext(".//p:TxInfAndSts/p:AcctSvcrRef", "", space)
    if root.findtext(".//p:TxInfAndSts/p:OrgnlEndToEndId", "", space) != key:
        return Answer(Outcome.UNKNOWN, words="a report on another transfer")
    if status in {"ACSC", "ACCC"}:
        return Answer(Outcome.PAID, ref, status)
    if status == "RJCT" and reason != "DUPL":
        return Answer(Outcome.REFUSED, ref, reason or status)
    return Answer(Outcome.UNKNOWN, ref, reason or status or "no status")


def read_camt_053(body: bytes) -> dict[str, Answer]:
    """A statement: end-to-end id → what the bank booked. A debit is a payment; a credit or a reversal with the same id says
    that it came back, in whatever order they stand. Entries of one id add up: amount_won is what moved, or what came back,
    with how much of it is still out. Raises ValueError for anything else than one whole statement: a page of a gateway, another
    message or the first pages of a longer one would show nothing of a transfer that did move."""
    root, space = fromstring(body), {"c": CAMT_053}
    if root.tag != f"{{{CAMT_053}}}Document" or root.find("c:BkToCstmrStmt/c:Stmt", space) is None:
        raise ValueError("no statement")
    if any(last.text != "true" for last in root.iterfind(".//c:LastPgInd", space)):
        raise ValueError("not all pages of the statement")
    out: dict[str, list[Answer]] = {}
    returned: dict[str, list[Answer]] = {}
    for entry in root.iterfind(".//c:Ntry", space):
        key = entry.findtext(".//c:EndToEndId", "", space)
        if not key:
            continue
        back = entry.findtext("c:RvslInd", "", space) == "true" or entry.findtext("c:CdtDbtInd", "", space) == "CRDT"
        ref, amount = entry.findtext("c:AcctSvcrRef", "", space), entry.findtext("c:Amt", "", space)
        won = int(Decimal(amount)) if amount else None
        why = entry.findtext(".//c:RtrInf/c:AddtlInf", "", space) or entry.findtext(".//c:RtrInf/c:Rsn/c:Cd", "", space)
        one = Answer(Outcome.SENT_BACK, ref, why, won) if back else Answer(Outcome.PAID, ref, "statement", won)
        (returned if back else out).setdefault(key, []).append(one)
    paid = {key: _added(entries) for key, entries in out.items()}
    back_again = {key: _added(entries) for key, entries in returned.items()}
    return paid | {key: _of_what_moved(answer, paid.get(key)) for key, answer in back_again.items()}


def _added(entries: list[Answer]) -> Answer:
    """The last entry's words with the sum of all; an entry without an amount leaves the sum unknown."""
    amounts = [one.amount_won for one in entries]
    return replace(entries[-1], amount_won=None if None in amounts else sum(won for won in amounts if won is not None))


def _of_what_moved(back: Answer, moved: Answer | None) -> Answer:
    if moved is None or moved.amount_won is None or back.amount_won is None:
        return back
    return replace(back, out_won=moved.amount_won - back.amount_won)


def send(transfer: Transfer, *, url: str, now: datetime) -> Answer:
    """Hands one transfer to the bank. Never raises: whatever is not a clear answer is UNKNOWN."""
    try:
        with client(timeout=settings.BANK_TIMEOUT, verify=_tls(url)) as bank:
            response = bank.post(f"{url}/payments", content=pain_001(transfer, now), headers={"Content-Type": "application/xml"})
        if response.status_code == 200:
            return read_pain_002(response.content, transfer.key)
        return Answer(Outcome.UNKNOWN, words=f"HTTP {response.status_code}")
    except Exception as error:  # whatever broke, the money may have moved
        return Answer(Outcome.UNKNOWN, words=type(error).__name__)


def statement(*, url: str, since: datetime, timeout: float = 10.0) -> Mapping[str, Answer] | None:
    """The bank's own record since a moment; None when it does not answer (then nobody decides anything)."""
    try:
        with client(timeout=timeout, verify=_tls(url)) as bank:
            response = bank.get(f"{url}/statement", params={"since": since.astimezone(UTC).isoformat()})
        response.raise_for_status()
        return read_camt_053(response.content)
    except Exception:
        return None


def _tls(url: str) -> bool:
    """Certificates are always checked; loading them for plain http (the demo's bank) would cost more than the call."""
    return not url.startswith("http://")


def address() -> str:
    """Where the bank listens; the demo's own bank when no other is set."""
    return settings.BANK_GATEWAY_URL or f"http://127.0.0.1:{settings.DEMO_BANK_PORT}"


def reachable(*, url: str) -> bool:
    """Does the bank answer at all? Asked before anything is claimed: while it is down, payments wait unclaimed."""
    try:
        with client(timeout=2, verify=_tls(url)) as bank:
            return bank.get(f"{url}/").status_code < 500
    except Exception:
        return False


def new_key(disbursement_ref: str) -> str:
    """An end-to-end id of at most 35 characters, never used before."""
    return f"{disbursement_ref}-{int(time.time()) % 10**8:08d}{uuid.uuid4().hex[:8]}"[:35]


__all__ = [
    "Answer", "Outcome", "Transfer", "address", "new_key", "pain_001", "reachable", "read_camt_053", "read_pain_002", "send",
    "statement",
]  # fmt: skip


def demo_book(*, url: str) -> list[dict[str, Any]] | None:
    """What the demo's bank paid, newest first; None when it does not answer."""
    try:
        with client(timeout=2, verify=_tls(url)) as bank:
            found: list[dict[str, Any]] = bank.get(f"{url}/book").raise_for_status().json()
        return found
    except Exception:
        return None


def demo_mood_now(*, url: str) -> str:
    """How the demo's bank behaves now; empty when the program does not run."""
    try:
        with client(timeout=2, verify=_tls(url)) as bank:
            return str(bank.get(f"{url}/mood").raise_for_status().json()["name"])
    except Exception:
        return ""


def demo_mood(*, url: str, name: str) -> bool:
    """Tells the demo's bank how to behave."""
    try:
        with client(timeout=2, verify=_tls(url)) as bank:
            return bank.post(f"{url}/mood", data={"name": name}).status_code == 204
    except Exception:
        return False
