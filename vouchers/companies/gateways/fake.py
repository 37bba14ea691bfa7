"""A local tax service with the real shapes, for the demo and for tests: a WSGI application, over a socket or in process.

Its answers follow from the number alone, so nobody has to prepare it. Tax office codes 9xx do not exist in reality:
990 closed, 991 suspended, 992 not registered, 993 the name never agrees, 999 the service fails; everything else is in
business, and its name agrees unless it contains “불일치” or “mismatch”.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import httpx

from vouchers.companies.rules import brn_valid

FAKE_KEY = "fake-service-key"
_STATES = {"990": ("폐업자", "03"), "991": ("휴업자", "02")}
_UNREGISTERED = "국세청에 등록되지 않은 사업자등록번호입니다."
Start = Callable[[str, list[tuple[str, str]]], Any]


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """POST …/status and …/validate as api.odcloud.kr answers them."""
    code, content = _answer(environ)
    body = json.dumps(content, ensure_ascii=False).encode()
    start_response(f"{code} fake", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _answer(environ: dict[str, Any]) -> tuple[int, Any]:
    verb = environ.get("PATH_INFO", "").rstrip("/").rsplit("/", 1)[-1]
    query = parse_qs(environ.get("QUERY_STRING", ""))
    if environ.get("REQUEST_METHOD") != "POST" or verb not in {"status", "validate"}:
        return 404, {"code": -4, "msg": "등록되지 않은 서비스 입니다."}
    if query.get("serviceKey") != [FAKE_KEY]:
        return 401, {"code": -401, "msg": "유효하지 않은 인증키 입니다."}
    try:
        given = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        lines = given["b_no" if verb == "status" else "businesses"]
    except (ValueError, KeyError, TypeError):
        return 400, {"status_code": "BAD_JSON_REQUEST"}
    numbers = [line if verb == "status" else line.get("b_no", "") for line in lines]
    if len(lines) > 100:
        return 413, {"status_code": "TOO_LARGE_REQUEST"}
    if any(number.startswith("999") for number in numbers):
        return 500, {"status_code": "INTERNAL_ERROR"}
    if verb == "validate" and any(not (line.get("start_dt") and line.get("p_nm")) for line in lines):
        return 411, {"status_code": "REQUEST_DATA_MALFORMED"}
    rows = [_status(number) if verb == "status" else _validate(line) for number, line in zip(numbers, lines, strict=True)]
    known = sum(bool(row.get("b_stt_cd") or row.get("valid") == "01") for row in rows)
    answer: dict[str, Any] = {"status_code": "OK", "request_cnt": len(lines), "data": rows}
    if known:
        answer["match_cnt" if verb == "status" else "valid_cnt"] = known
    return 200, answer


def _status(number: str) -> dict[str, Any]:
    row = dict.fromkeys(
        ("b_stt", "b_stt_cd", "tax_type", "tax_type_cd", "end_dt", "utcc_yn", "tax_type_change_dt", "invoice_apply_dt",
         "rbf_tax_type", "rbf_tax_type_cd"), "",
    )  # fmt: skip
    if not brn_valid(number) or number.startswith("992"):
        return {"b_no": number, **row, "tax_type": _UNREGISTERED}
    words, code = _STATES.get(number[:3], ("계속사업자", "01"))
    taxed = {"tax_type": "부가가치세 일반과세자", "tax_type_cd": "01", "utcc_yn": "N"}
    more = {"rbf_tax_type": "해당없음", "rbf_tax_type_cd": "99", "end_dt": "20251231" if code == "03" else ""}
    return {"b_no": number, **row, "b_stt": words, "b_stt_cd": code, **taxed, **more}


def _validate(line: dict[str, Any]) -> dict[str, Any]:
    number, name = line.get("b_no", ""), line["p_nm"].lower()
    agrees = brn_valid(number) and number[:3] not in {"992", "993"} and "불일치" not in name and "mismatch" not in name
    row = {"b_no": number, "valid": "01" if agrees else "02", "request_param": line}
    return {**row, "status": _status(number)} if agrees else {**row, "valid_msg": "확인할 수 없습니다."}


def fake_client() -> httpx.Client:
    """An HTTP client whose other end is this module: real requests and answers, no socket."""
    return httpx.Client(transport=httpx.WSGITransport(app=application))  # type: ignore[arg-type]
