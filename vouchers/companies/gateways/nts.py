"""국세청 사업자등록정보 진위확인 및 상태조회 (odcloud.kr, nts-businessman v1). Shapes: domain.md §4.4.

Nothing of a request or an answer is logged: `validate` carries a person's name.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import httpx
from django.conf import settings

from portal.kit import gateways
from vouchers.companies.rules import TaxStatus

MOST_PER_CALL = 100
STATES = {"01": TaxStatus.ACTIVE, "02": TaxStatus.SUSPENDED, "03": TaxStatus.CLOSED}


class NtsDown(Exception):
    """No answer in time, a server's error, or our limit is used up: ask again later."""


class NtsRefused(Exception):
    """The service understood and refused (key, shape): asking again will not help before somebody mends it."""


@dataclass(frozen=True)
class TaxFact:
    """status: rules.TaxStatus; tax_type as the service words it, e.g. “부가가치세 일반과세자”."""

    brn: str
    status: TaxStatus
    tax_type: str


@dataclass(frozen=True)
class Business:
    """What `validate` compares: number, opening date, a representative's name."""

    brn: str
    opened_on: date
    representative_name: str


class Nts(Protocol):
    def status(self, brns: Sequence[str]) -> dict[str, TaxFact]:
        """Number → what the service knows. At most 100 numbers. Raises: NtsDown, NtsRefused."""

    def validate(self, businesses: Sequence[Business]) -> dict[str, bool]:
        """Number → does everything agree? At most 100. Raises: NtsDown, NtsRefused."""


class HttpNts:
    """The real service, or anything that speaks like it."""

    def __init__(self, url: str, key: str, *, client: httpx.Client | None = None, timeout: float = 5.0) -> None:
        self.url, self.key = url.rstrip("/"), key
        self.client = client or gateways.client(timeout=timeout)

    def status(self, brns: Sequence[str]) -> dict[str, TaxFact]:
        if not brns:
            return {}
        assert len(brns) <= MOST_PER_CALL, "the service takes 100 numbers a call"
        answer = self._post("status", {"b_no": list(brns)})
        return {row["b_no"]: fact(row) for row in _rows(answer)}

    def validate(self, businesses: Sequence[Business]) -> dict[str, bool]:
        if not businesses:
            return {}
        assert len(businesses) <= MOST_PER_CALL, "the service takes 100 numbers a call"
        body = {
            "businesses": [
                {"b_no": b.brn, "start_dt": f"{b.opened_on:%Y%m%d}", "p_nm": b.representative_name[:30], "p_nm2": "",
                 "b_nm": "", "corp_no": "", "b_sector": "", "b_type": "", "b_adr": ""}
                for b in businesses
            ]
        }  # fmt: skip
        return {row["b_no"]: row.get("valid") == "01" for row in _rows(self._post("validate", body))}

    def _post(self, verb: str, body: Mapping[str, Any]) -> Any:
        try:
            answer = self.client.post(f"{self.url}/{verb}", params={"serviceKey": self.key, "returnType": "JSON"}, json=body)
        except httpx.HTTPError:
            raise NtsDown("no answer") from None  # without the chain: it would carry the request
        if answer.status_code >= 500 or answer.status_code == 429:
            raise NtsDown(f"HTTP {answer.status_code}")
        try:
            content = answer.json()
        except (json.JSONDecodeError, UnicodeDecodeError):
            raise NtsDown("no JSON") from None
        if not isinstance(content, dict):
            raise NtsDown("unexpected shape")
        if answer.status_code != 200 or content.get("status_code", "OK") != "OK":
            raise NtsRefused(f"HTTP {answer.status_code} {str(content.get('status_code') or content.get('code') or '')[:40]}")
        return content


def fact(row: Mapping[str, Any]) -> TaxFact:
    """One line of `status`. An unregistered number has no state and says so in tax_type."""
    state = STATES.get(str(row.get("b_stt_cd") or ""))
    words = str(row.get("tax_type") or "")
    if state is None:
        unknown = words.startswith("국세청에 등록되지 않은")
        return TaxFact(str(row["b_no"]), TaxStatus.UNREGISTERED if unknown else TaxStatus.UNKNOWN, "")
    return TaxFact(str(row["b_no"]), state, words[:60])


def _rows(content: Any) -> list[Mapping[str, Any]]:
    rows = content.get("data") if isinstance(content, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("b_no") for row in rows):
        raise NtsDown("unexpected shape")
    return rows


def gateway() -> Nts:
    """The service of NTS_API_URL; in a demo or a test without one, the local fake in this process."""
    if settings.NTS_API_URL:
        return HttpNts(settings.NTS_API_URL, settings.NTS_API_KEY)
    from vouchers.companies.gateways.fake import FAKE_KEY, fake_client

    return HttpNts("http://nts.fake/v1", FAKE_KEY, client=fake_client())
