"""A sentence beside a band that tells a number is recognised, in digits or in words, in Korean and English."""

import pytest

from portal.kit.errors import Refused
from vouchers.matching.rules import feasibility, telling

TELLS = (
    "환자 수는 7", "환자수: 7", "총 7", "n=7", "7 subjects", "7 women", "7 individuals", "7 adults with C16", "seven patients",
    "일곱 명뿐입니다", "7 개 증례", "37명뿐입니다", "약 1,200 건", "환자 ７명", "환자 ⑦", "환자 七명", "Ⅶ cases", "칠 명", "십칠명",
    "백이십 명", "한 명", "두 건", "서너 명", "열두 명", "환자가 하나입니다", "환자는 둘뿐입니다", "스무 명", "쉰 명", "여러 명",
    "해당 환자가 없습니다", "대상자가 전혀 없습니다", "해당자 거의 없음", "only a handful", "no patients", "none of them", "a dozen",
    "twenty-one", "a single case", "very few", "fewer than the minimum", "두 자리입니다", "극소수입니다", "2015년부터 있습니다",
)  # fmt: skip
SAYS_NOTHING = (
    "병리 자료를 검색할 수 없습니다.", "심의 승인이 먼저 필요합니다.", "이 건은 기관의 승인이 필요합니다.", "유사 사례의 검색 기능을 개발 중입니다.",
    "자료를 다른 서버로 옮기고 있습니다.", "설명이 부족하여 조건을 해석하지 못했습니다.", "구분 없이 저장되어 있습니다.", "전산실 사정으로 어렵습니다.",
    "모든 조건을 만족하는지 알 수 없습니다.", "익명 처리 중이라 조회하지 못합니다.", "오분류가 많아 정리하고 있습니다.", "조회 권한이 없습니다.",
    "We lack pathology of earlier years.", "The review board must agree first.", "Our search covers reports, not images.", "",
)  # fmt: skip


@pytest.mark.parametrize("text", TELLS)
def test_a_number_is_recognised(text: str) -> None:
    assert telling.tells_number(text)


@pytest.mark.parametrize("text", SAYS_NOTHING)
def test_a_sentence_without_one_passes(text: str) -> None:
    assert not telling.tells_number(text)


@pytest.mark.parametrize(
    ("code", "text", "field"),
    [
        ("", "", "reason"), ("TOO_FEW", "", "reason"), ("OTHER", " ", "text"), ("OTHER", "환자 수는 7", "text"),
        ("NO_STAFF", "seven patients", "text"), ("OTHER", "가" * 501, "text"),
    ],
)  # fmt: skip
def test_a_reason_is_of_the_list_and_its_sentence_without_numbers(code: str, text: str, field: str) -> None:
    with pytest.raises(Refused) as error:
        feasibility.check_reason(code, text)
    assert error.value.field == field
    assert feasibility.check_reason("NO_STAFF", "") == ""
    assert feasibility.check_reason("OTHER", "  전산실\n사정으로  ") == "전산실 사정으로"
