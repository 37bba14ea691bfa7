"""A project's whole file for auditors: an archive that proves itself offline. Pure."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle

CLAIM_MINUTES = 10  # a worker that died gives its archive back after this
TRIES = 3


class AuditFileStatus(Codes):
    WAITING = "WAITING", _("Waits for a worker")
    MAKING = "MAKING", _("Being put together")
    READY = "READY", _("Ready")
    FAILED = "FAILED", _("Could not be made")


A = AuditFileStatus
AUDIT_LIFECYCLE = Lifecycle(
    "audit_file", A, A.WAITING,
    {
        (A.WAITING, "claim"): A.MAKING,
        (A.MAKING, "claim"): A.MAKING,
        (A.MAKING, "finish"): A.READY,
        (A.MAKING, "fail"): A.FAILED,
        (A.MAKING, "give_back"): A.WAITING,
    },
)  # fmt: skip


def left_behind(claimed_at: datetime | None, now: datetime) -> bool:
    """Did the worker that took it not come back?"""
    return claimed_at is not None and claimed_at <= now - timedelta(minutes=CLAIM_MINUTES)


def manifest(sums: Mapping[str, str]) -> str:
    """`sha256sum -c` reads it: a line a file, in one order."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, default=str).encode()


def as_lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """One JSON object a line, as the journal hashes it."""
    return b"".join(json.dumps(row, ensure_ascii=False, sort_keys=True, default=str).encode() + b"\n" for row in rows)


def as_table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV that spreadsheets open in Korean."""
    out = io.StringIO()
    written = csv.writer(out, lineterminator="\n")
    written.writerow(head)
    written.writerows([["" if cell is None else cell for cell in row] for row in rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


GUIDE = """감사용 과제 파일 / A project's whole file
================================================

{number} · {made_at}

확인 방법 (인터넷 없이)
1. 이 폴더에서  sha256sum -c SHA256SUMS   (macOS: shasum -a 256 -c SHA256SUMS)  모든 줄이 OK여야 합니다.
2. python3 check.py   이력의 사슬과 원장의 합계를 다시 계산합니다.
온라인: {address} 에 SHA256SUMS 파일을 올리면 포털이 만든 그대로인지 알 수 있습니다.

How to check it (offline)
1. In this folder:  sha256sum -c SHA256SUMS   (macOS: shasum -a 256 -c SHA256SUMS)  Every line must say OK.
2. python3 check.py   recomputes the chains of events and the sums of the ledger.
Online: {address} tells for the file SHA256SUMS whether the portal made it so.

documents/      files as they were handed in and made / 제출·생성된 파일
documents.csv   what each of them is / 파일 목록
events.jsonl    everything that happened, chained by hash / 이력(해시 사슬)
approvals.csv   who did what, when, in which role / 승인과 행위
ledger.csv      every entry of the project's money / 원장
policy.json     the rules of the call, in every version / 회차 정책
proofs.json     versions and signatures of the agreement, seals of the journal / 협약 판·서명, 이력 봉인
"""

CHECK = '''"""Recomputes the chains of events and the sums of the ledger: python3 check.py"""
import csv, hashlib, json

last, wrong, events = {}, [], 0
with open("events.jsonl", encoding="utf-8") as lines:
    for line in lines:
        one = json.loads(line)
        content, ref = one["content"], one["content"]["subject_ref"]
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        if hashlib.sha256(one["previous_hash"].encode() + text.encode()).hexdigest() != one["hash"]:
            wrong.append(f"event {ref} {content['seq']}: changed")
        if content["seq"] > 1 and last.get(ref) != one["previous_hash"]:
            wrong.append(f"event {ref} {content['seq']}: the one before it is missing or changed")
        last[ref], events = one["hash"], events + 1
sums = {}
with open("ledger.csv", encoding="utf-8-sig") as table:
    for row in csv.DictReader(table):
        sums[row["event"]] = sums.get(row["event"], 0) + int(row["amount_won"])
wrong += [f"ledger {event}: does not add up to 0" for event, total in sums.items() if total]
print("\\n".join(wrong) or f"OK: {events} events, {len(sums)} movements of money")
raise SystemExit(1 if wrong else 0)
'''
