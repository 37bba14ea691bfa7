"""What names an applicant is found however it is written, and nothing else is touched."""

import pytest

from vouchers.applications.rules.blinding import BAR, Identity, blind_wanted, pattern, redact, redacted

WHO = Identity(
    names=("주식회사 가상헬스", "Fictional Health Co., Ltd.", "홍길동"),
    numbers=("2100000016",),
    addresses=("office@fictional.example",),
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("가상헬스의 제품", f"{BAR}의 제품"),
        ("(주)가상헬스는 작다", f"{BAR}는 작다"),
        ("㈜ 가상 헬스 2025", f"{BAR} 2025"),
        ("가상-헬스 주식회사", BAR),
        ("by FICTIONAL  HEALTH, a start-up", f"by {BAR}, a start-up"),
        ("Ｆｉｃｔｉｏｎａｌ Ｈｅａｌｔｈ", BAR),
        ("Fictional Health Co., Ltd. makes", f"{BAR} makes"),
        ("대표 홍 길 동입니다", f"대표 {BAR}입니다"),
        ("번호 210-00-00016", f"번호 {BAR}"),
        ("mail Office@Fictional.example", f"mail {BAR}"),
        ("\u1100\u1161\u1109\u1161\u11bc\u1112\u1166\u11af\u1109\u1173", BAR),  # typed letter by letter
    ],
)
def test_every_way_to_write_it_is_found(text, shown):
    assert redact(text, pattern(WHO)) == shown


@pytest.mark.parametrize("text", ["nonfictional healthy people", "10² mm, ½, ㎡", "12100000016 7", "가상 환경", "", "AI"])
def test_what_names_nobody_stays_as_it_was_written(text):
    assert redact(text, pattern(WHO)) == text
    assert redact(text, None) == text


def test_bars_do_not_tell_how_long_a_name_is_and_lists_are_searched():
    hidden = pattern(WHO)
    assert redact("홍길동", hidden) == redact("주식회사 가상헬스", hidden) == BAR
    assert redacted([["홍길동", 3], {"a": "가상헬스"}, True], hidden) == [[BAR, 3], {"a": BAR}, True]
    assert pattern(Identity(names=("A", ""), numbers=("1",))) is None


def test_papers_about_the_company_alone_need_no_blind_version():
    assert blind_wanted(["PROJECT_PLAN", "BUSINESS_REGISTRATION", "OTHER"]) == ["PROJECT_PLAN", "OTHER"]
