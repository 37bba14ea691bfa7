"""A call that asks one question of every kind, and answers to it."""

from typing import Any

HELP = {"help_ko": "도움말", "help_en": "Help"}


def _one(number: int, kind: str, ko: str, en: str, **more: Any) -> dict[str, Any]:
    return {
        "key": f"q_{number}",
        "kind": kind,
        "section": "project",
        "label_ko": ko,
        "label_en": en,
        **HELP,
        "required": True,
        **more,
    }


PATHS = [
    {"code": "1", "label_ko": "의료기기", "label_en": "Medical device"},
    {"code": "2", "label_ko": "해당 없음", "label_en": "None"},
]
QUESTIONS: list[dict[str, Any]] = [
    _one(1, "CHOICE", "허가 경로", "Approval path", choices=PATHS),
    _one(2, "TEXT", "품목명", "Device name", when="q_1", equals="1", most=20),
    _one(3, "LONG_TEXT", "비식별 계획", "De-identification plan", most=500, least=5),
    _one(4, "NUMBER", "환자 기록 수", "Patient records", least=10, most=100_000),
    _one(5, "WON", "예상 매출", "Expected sales", required=False, most=10**10),
    _one(6, "DATE", "시작일", "First day", first_day="2027-01-01", last_day="2027-12-31"),
    _one(7, "CHOICES", "데이터 종류", "Kinds of data", most=2, choices=[
        {"code": str(n), "label_ko": f"종류{n}", "label_en": f"Kind {n}"} for n in (1, 2, 3)]),
    _one(8, "FILE", "동의서 양식", "Consent form", confidential=True, file_types=["pdf"]),
    _one(9, "TABLE", "수집 기관", "Sites", least=1, most=4, columns=[
        {"code": "1", "kind": "TEXT", "label_ko": "기관", "label_en": "Site"},
        {"code": "2", "kind": "NUMBER", "label_ko": "건수", "label_en": "Records"}]),
    _one(10, "TEXT", "연구실", "Laboratory", confidential=True, required=False),
]  # fmt: skip
ANSWERS: dict[str, Any] = {
    "q_1": "1", "q_2": "폐결절 판독", "q_3": "이름과 번호를 지웁니다.", "q_4": 1200, "q_5": None, "q_6": "2027-03-02", "q_7": ["1", "3"],
    "q_9": [{"1": "가상병원", "2": 700}, {"1": "=병원", "2": 500}], "q_10": "가상연구실",
}  # fmt: skip
SENT: dict[str, Any] = {
    "q_1": "1", "q_2": "폐결절 판독", "q_3": "이름과 번호를 지웁니다.", "q_4": "1200", "q_5": "", "q_6": "2027-03-02", "q_7": ["1", "3"],
    "q_9-0-1": "가상병원", "q_9-0-2": "700", "q_9-1-1": "=병원", "q_9-1-2": "500", "q_9-2-1": "", "q_9-2-2": "", "q_10": "가상연구실",
}  # fmt: skip
