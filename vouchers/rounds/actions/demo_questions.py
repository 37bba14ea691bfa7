"""What the demo's fictional calls ask beside the fixed questions."""

from typing import Any

_TALKS = [
    {"code": "1", "label_ko": "아직 없음", "label_en": "None yet"},
    {"code": "2", "label_ko": "사전상담 신청", "label_en": "Talk asked for"},
    {"code": "3", "label_ko": "사전상담 완료", "label_en": "Talk held"},
]
QUESTIONS: list[dict[str, Any]] = [
    {
        "key": "q_1", "section": "data_need", "kind": "NUMBER", "required": True, "confidential": False, "least": 1, "most": 1_000_000,
        "label_ko": "필요한 환자 기록 수", "label_en": "Patients' records that you need",
        "help_ko": "학습과 검증에 필요한 환자 수를 모두 더한 값입니다.",
        "help_en": "The number of patients for training and validation together.",
    },
    {
        "key": "q_2", "section": "data_need", "kind": "LONG_TEXT", "required": True, "confidential": False, "most": 1000,
        "label_ko": "가명처리 계획", "label_en": "Plan for the de-identification",
        "help_ko": "지우거나 바꿀 항목, 남는 재식별 위험, 결과를 확인하는 사람의 역할을 적어 주십시오.",
        "help_en": "Which items are removed or replaced, which risk of re-identification remains, the role of who checks it.",
    },
    {
        "key": "q_3", "section": "project", "kind": "CHOICE", "required": True, "confidential": False, "choices": _TALKS,
        "label_ko": "허가기관 사전상담", "label_en": "Talks with the regulator so far",
        "help_ko": "위에서 고른 허가·인증 경로에 관한 상담입니다.", "help_en": "About the regulatory route that you chose above.",
    },
    {
        "key": "q_4", "section": "project", "kind": "DATE", "required": True, "confidential": False, "when": "q_3", "equals": "3",
        "label_ko": "상담한 날짜", "label_en": "Day of the talk",
        "help_ko": "상담이 여러 번이면 마지막 날짜입니다.", "help_en": "With several talks, the last one's day.",
    },
]  # fmt: skip
# Of the blind call alone: a file, so that its blind version is seen too.
TEST_PLAN: dict[str, Any] = {
    "key": "q_5", "section": "project", "kind": "FILE", "required": True, "confidential": False, "file_types": ["pdf"],
    "label_ko": "성능 시험 계획서", "label_en": "Test plan",
    "help_ko": "평가지표, 시험 데이터의 크기, 합격 기준을 적은 문서입니다.",
    "help_en": "A document with the measures, the size of the test data and what counts as passed.",
}  # fmt: skip
