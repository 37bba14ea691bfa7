"""The particle that is spoken after a word: consonant, vowel, ㄹ, digits, brackets, quotes, Latin."""

import re
from pathlib import Path

import pytest

from portal.journal.wording import render
from portal.kit.particles import fit

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("새봄메디컬에이아이와(과) 가상 한빛대학교병원이(가) 확인", "새봄메디컬에이아이와 가상 한빛대학교병원이 확인"),
        ("76,500,000원이(가) 이체", "76,500,000원이 이체"),
        ("‘가상 흉부 CT’을(를)", "‘가상 흉부 CT’를"),
        ("‘유방 MRI 판독’을(를)", "‘유방 MRI 판독’을"),
        ("‘폐결절’(가상 한빛대학교병원)이(가) 인정", "‘폐결절’(가상 한빛대학교병원)이 인정"),
        ("‘1차’(가상 한빛대학교병원)이(가) 인정", "‘1차’(가상 한빛대학교병원)가 인정"),
        ("서울(으)로", "서울로"),
        ("부산(으)로", "부산으로"),
        ("제주(으)로", "제주로"),
        ("‘데이터’으로(로)", "‘데이터’로"),
        ("3은(는) 2은(는) 10은(는)", "3은 2는 10은"),
        ("7(으)로 1(으)로 0(으)로 6(으)로", "7로 1로 0으로 6으로"),
        ("85%을(를)", "85%를"),
        ("Fictional File을(를)", "Fictional File을"),
        ("Fictional File(으)로", "Fictional File로"),
        ("Model(으)로 Vision을(를) Data을(를)", "Model로 Vision을 Data를"),
        ("USB과(와) URL과(와) GPU와(과)", "USB와 URL과 GPU와"),
        ("(주)을(를)", "(주)를"),
        ("…을(를)", "…을(를)"),
        ("을(를)", "을(를)"),
        ("", ""),
        ("아무것도 없는 문장.", "아무것도 없는 문장."),
    ],
)
def test_the_particle_fits_the_word_before_it(written: str, spoken: str) -> None:
    assert fit(written) == spoken


def test_seeds_show_no_double_form() -> None:
    """What is read as it stands in a file has no one who would fit it."""
    double = re.compile(r"[을를이가은는과와]\([을를이가은는과와]\)|\(으\)로")
    found = [str(p) for folder in ("seeds", "locale") for p in (ROOT / folder).rglob("*.*") if p.suffix in {".json", ".po"}
             and double.search(p.read_text(encoding="utf-8"))]  # fmt: skip
    assert not found


def test_a_notice_speaks_the_particle_that_fits() -> None:
    words = {
        "company_ko": "새봄메디컬에이아이",
        "institution_ko": "가상 한빛대학교병원",
        "need": "흉부 CT",
        "recipient": "홍길동",
    }
    _title, body = render("vouchers", "match_confirmed", "ko", words)
    assert "새봄메디컬에이아이와 가상 한빛대학교병원이 모두" in body
