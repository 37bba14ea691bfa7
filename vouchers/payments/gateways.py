"""The bank: pain.001 goes out; pain.002 and camt.053 come back. Knows no models.

A "duplicate" answer, a timeout or anything else that is not a settled or refused status is UNKNOWN: only the bank's own
status report or statement is proof (stack.md, Money).
"""

import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from defusedxml.ElementTree import fromstring
from django.conf import settings

from portal.kit import clock
from portal.kit.gateways import client
from vouchers.payments import rules
from vouchers.payments.rules import Answer, Outcome, Transfer

PAIN_002 = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
CAMT_053 = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


PROGRAMME = rules.Payer(bank_code="", account="VOUCHER", holder="Healthcare Data Voucher")  # the gateway knows who calls


def pain_001(transfer: Transfer, now: datetime) -> bytes:
    """The message of one payment, as `rules.write_pain_001` writes it."""
    day = clock.to_kst(now).date()
    return rules.write_pain_001(message_id=transfer.key, payer=PROGRAMME, transfers=[transfer], pay_on=day, made_at=now)


def read_pain_002(body: bytes, key: str) -> Answer:
    """A status report on `key`: ACSC/ACCC = settled, RJCT = refused, all else (also a report on another key) unknown."""
    root = fromstring(body)
    space = {"p": PAIN_002}
    status = root.findtext(".//p:TxInfAndSts/p:TxSts", "", space)
    reason = root.findtext(".//p:StsRsnInf/p:AddtlInf", "", space) or root.findtext(".//p:StsRsnInf/p:Rsn/p:Cd", "", space)
    reasons = [reason, *((code.text or "") for code in root.iterfind(".//p:StsRsnInf/p:Rsn/*", space))]
    ref = root.findtext(".//p:TxInfAndSts/p:AcctSvcrRef", "", space)
    if root.findtext(".//p:TxInfAndSts/p:OrgnlEndToEndId", "", space) != key:
        return Answer(Outcome.UNKNOWN, words="a report on another transfer")
    if status in {"ACSC", "ACCC"}:
        return Answer(Outcome.PAID, ref, status)
    if status == "RJCT" and not rules.DUPLICATES & {said.upper() for said in reasons}:
        return Answer(Outcome.REFUSED, ref, reason or status)
    return Answer(Outcome.UNKNOWN, ref, reason or status or "no status")


def read_camt_053(body: bytes) -> dict[str, Answer]:
    """A statement: end-to-end id → what the bank booked. A debit is a payment; a credit or a reversal with the same id says
    that it came back, in whatever order they stand; entries of one id add up (`rules.by_key`). Raises ValueError for anything
    else than one whole statement: a page of a gateway, another message or the first pages of a longer one would show nothing of
    a transfer that did move."""
    root, space = fromstring(body), {"c": CAMT_053}
    if root.tag != f"{{{CAMT_053}}}Document" or root.find("c:BkToCstmrStmt/c:Stmt", space) is None:
        raise ValueError("no statement")
    if any(last.text != "true" for last in root.iterfind(".//c:LastPgInd", space)):
        raise ValueError("not all pages of the statement")
    found: list[tuple[str, Answer]] = []
    for entry in root.iterfind(".//c:Ntry", space):
        key = entry.findtext(".//c:EndToEndId", "", space)
        if not key:
            continue
        back = entry.findtext("c:RvslInd", "", space) == "true" or entry.findtext("c:CdtDbtInd", "", space) == "CRDT"
        ref, amount = entry.findtext("c:AcctSvcrRef", "", space), entry.findtext("c:Amt", "", space)
        won = int(Decimal(amount)) if amount else None
        why = entry.findtext(".//c:RtrInf/c:AddtlInf", "", space) or entry.findtext(".//c:RtrInf/c:Rsn/c:Cd", "", space)
        outcome = Outcome.SENT_BACK if back else Outcome.PAID
        found.append((key, Answer(outcome, ref, why if back else "statement", won)))
    return rules.by_key(found)


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


def demo_files(*, url: str) -> list[dict[str, Any]]:
    """Payment files that the demo's bank took, newest first; none when it does not answer."""
    try:
        with client(timeout=2, verify=_tls(url)) as bank:
            found: list[dict[str, Any]] = bank.get(f"{url}/files").raise_for_status().json()
        return found
    except Exception:
        return []


def demo_hand_in(*, url: str, content: bytes, how: str) -> str:
    """Carries a payment file to the demo's bank. Returns: "", or why it was not taken: unreadable, twice, silent."""
    try:
        with client(timeout=10, verify=_tls(url)) as bank:
            return bank.post(f"{url}/files", params={"how": how}, content=content).raise_for_status().text
    except Exception:
        return "silent"


def demo_answer(*, url: str, number: int, kind: str) -> tuple[bytes, str, str] | None:
    """(content, file name, media type) of what the demo's bank answers to a file; None where it has no such answer."""
    try:
        with client(timeout=5, verify=_tls(url)) as bank:
            answer = bank.get(
                f"{url}/files/{number}/{kind}", params={"ahead": int(clock.offset().total_seconds())}
            ).raise_for_status()
    except Exception:
        return None
    name = answer.headers.get("Content-Disposition", "").partition('filename="')[2].rstrip('"')
    return answer.content, name, answer.headers.get("Content-Type", "application/octet-stream")
