"""Answers to payment files as another bank would write them: whole messages, from the facts alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from portal.kit import clock
from portal.kit.sheets import workbook
from vouchers.payments.models import PaymentFile

PAIN_002 = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.12"
CAMT_053 = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.10"


def stamp(when: datetime) -> str:
    return when.isoformat(timespec="microseconds")


def report(
    about: str, lines: Sequence[Mapping[str, Any]], *, name: str = "RPT-1", made_at: datetime | None = None, head: str = ""
) -> bytes:
    """pain.002. lines: {key, status, amount?, reason?, ref?}; head: more of the original group's words."""

    def one(line: Mapping[str, Any]) -> str:
        reason = f"<StsRsnInf><Rsn><Cd>{line['reason']}</Cd></Rsn></StsRsnInf>" if line.get("reason") else ""
        ref = f"<AcctSvcrRef>{line['ref']}</AcctSvcrRef>" if line.get("ref") else ""
        amount = (
            f"<OrgnlTxRef><Amt><InstdAmt Ccy='KRW'>{line['amount']}</InstdAmt></Amt></OrgnlTxRef>" if "amount" in line else ""
        )
        return (
            f"<TxInfAndSts><OrgnlEndToEndId>{line['key']}</OrgnlEndToEndId><TxSts>{line['status']}</TxSts>{reason}{ref}{amount}"
            "</TxInfAndSts>"
        )

    body = "".join(map(one, lines))
    return (
        f"<Document xmlns='{PAIN_002}'><CstmrPmtStsRpt><GrpHdr><MsgId>{name}</MsgId><CreDtTm>{stamp(made_at or clock.now())}"
        f"</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{about}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{head}"
        f"</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{about}</OrgnlPmtInfId>{body}</OrgnlPmtInfAndSts>"
        "</CstmrPmtStsRpt></Document>"
    ).encode()


def statement(
    account: str, entries: Sequence[Mapping[str, Any]], *, name: str = "STM-1", made_at: datetime | None = None,
    begins: datetime | None = None,
) -> bytes:  # fmt: skip
    """camt.053. entries: {key, amount, back?, status?, why?}."""
    now = made_at or clock.now()

    def one(entry: Mapping[str, Any]) -> str:
        why = f"<RtrInf><AddtlInf>{entry['why']}</AddtlInf></RtrInf>" if entry.get("why") else ""
        return (
            f"<Ntry><Amt Ccy='KRW'>{entry['amount']}</Amt><CdtDbtInd>{'CRDT' if entry.get('back') else 'DBIT'}</CdtDbtInd>"
            f"<Sts><Cd>{entry.get('status', 'BOOK')}</Cd></Sts><AcctSvcrRef>S-{entry['key'][-6:]}</AcctSvcrRef><NtryDtls><TxDtls>"
            f"<Refs><EndToEndId>{entry['key']}</EndToEndId></Refs>{why}</TxDtls></NtryDtls></Ntry>"
        )

    body = "".join(map(one, entries))
    return (
        f"<Document xmlns='{CAMT_053}'><BkToCstmrStmt><GrpHdr><MsgId>{name}</MsgId><CreDtTm>{stamp(now)}</CreDtTm></GrpHdr><Stmt>"
        f"<Id>{name}</Id><CreDtTm>{stamp(now)}</CreDtTm><FrToDt><FrDtTm>{stamp(begins or now - timedelta(days=1))}</FrDtTm><ToDtTm>"
        f"{stamp(now)}</ToDtTm></FrToDt><Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>{body}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def paid(file: PaymentFile, *, refuse: Sequence[int] = (), **more: Any) -> bytes:
    """A status report on every line of a file: settled, but for the places (0 first) that were refused."""
    lines = list(file.lines.order_by("id"))
    return report(
        file.ref,
        [
            {"key": line.key, "status": "RJCT", "reason": "AC04"} if n in refuse
            else {"key": line.key, "status": "ACSC", "ref": f"BK{n}", "amount": line.amount_won}
            for n, line in enumerate(lines)
        ],
        **more,
    )  # fmt: skip


def bank_result(file_ref: str, rows: Sequence[tuple[str, int, str, str, str]]) -> bytes:
    """The bank's result list. rows: (key, amount, 처리결과, 거래번호, 오류사유)."""
    heading = ["파일번호", "관리번호", "입금은행", "이체금액", "처리결과", "거래번호", "오류사유"]
    return workbook([heading, *([file_ref, key, "신한은행", won, state, ref, why] for key, won, state, ref, why in rows)])


def network_result(file_ref: str, rows: Sequence[tuple[str, int, str, str, str]]) -> bytes:
    """The subsidy network's result list. rows: (key, amount, 처리상태, 집행등록번호, 사유)."""
    heading = ["관리번호", "파일번호", "처리상태", "집행등록번호", "집행금액", "사유"]
    return workbook([heading, *([key, file_ref, state, ref, won, why] for key, won, state, ref, why in rows)])
