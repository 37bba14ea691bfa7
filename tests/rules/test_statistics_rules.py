"""Exports are read by spreadsheets."""

from portal.kit.sheets import in_spreadsheet


def test_words_that_look_like_formulas_are_only_words_in_a_spreadsheet():
    words = ("=1+1", "+82", "-x", "@SUM(A1)", "\tx", "대형", "", -5, 7)
    assert [in_spreadsheet(value) for value in words] == ["'=1+1", "'+82", "'-x", "'@SUM(A1)", "'\tx", "대형", "", -5, 7]
