"""Exports are read by spreadsheets."""

import io

import pytest
from openpyxl import load_workbook

from portal.kit.sheets import csv_lines, in_spreadsheet, printable, workbook
from portal.kit.won import parse_won


def test_words_that_look_like_formulas_are_only_words_in_a_spreadsheet():
    words = ("=1+1", "+82", "-x", "@SUM(A1)", "\tx", "대형", "", -5, 7)
    assert [in_spreadsheet(value) for value in words] == ["'=1+1", "'+82", "'-x", "'@SUM(A1)", "'\tx", "대형", "", -5, 7]


def test_what_no_workbook_can_hold_is_left_out_of_every_table():
    control = "".join(map(chr, range(32)))
    assert printable(f"가{control}나") == "가\t\n\r나" and printable(5) == 5 and printable(None) is None
    assert in_spreadsheet("\x01=1+1") == "'=1+1"
    read = load_workbook(io.BytesIO(workbook([["이름\x0b", "\x01=1+1", 5]]))).active
    assert [cell.value for cell in read[1]] == ["이름", "'=1+1", 5]
    assert list(csv_lines([["이름\x0b"]]))[1] == "이름\r\n"


@pytest.mark.parametrize("text", ["²", "1²", "-²", "½", "", "won"])
def test_an_amount_in_what_is_no_digit_is_refused(text):
    with pytest.raises(ValueError, match="whole won"):
        parse_won(text)
