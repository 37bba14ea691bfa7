"""Agreement of evaluators against published figures.

Krippendorff's alpha: Klaus Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C: four observers, twelve
units, missing data; interval metric 0.849. ICC: Patrick E. Shrout and Joseph L. Fleiss, "Intraclass Correlations: Uses in
Assessing Rater Reliability", Psychological Bulletin 86 (1979), tables 2 to 4: six targets, four judges; ICC(2,1) 0.29, ICC(2,4)
0.62.
"""

from fractions import Fraction

from vouchers.evaluation.rules import agreement
from vouchers.evaluation.rules.agreement import Rating

OBSERVERS = {
    "A": [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    "B": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    "C": [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    "D": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
}
JUDGES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def ratings(rows: list[list[int]]) -> list[Rating]:
    return [Rating(str(n), str(k), Fraction(value)) for n, row in enumerate(rows) for k, value in enumerate(row)]


def test_alpha_as_krippendorff_computed_it():
    given = [
        Rating(str(unit), who, Fraction(value))
        for who, row in OBSERVERS.items() for unit, value in enumerate(row) if value is not None
    ]  # fmt: skip
    assert round(float(agreement.alpha(given)), 3) == 0.849


def test_icc_as_shrout_and_fleiss_computed_it():
    found = agreement.icc(ratings(JUDGES))
    assert round(float(found.single), 2) == 0.29 and round(float(found.average), 2) == 0.62
    assert (found.units, found.raters) == (6, 4)


def test_what_cannot_be_computed_is_said_not_guessed():
    assert agreement.alpha([]) is None
    assert agreement.alpha(ratings([[5, 5], [5, 5]])) is None  # no variation: agreement has no measure
    assert agreement.alpha(ratings([[5], [6]])) is None  # nobody saw what another saw
    assert agreement.icc(ratings([[1, 2]])) is None
    assert agreement.icc(ratings([[5, 5], [5, 5]])) is None
    assert agreement.icc([*ratings(JUDGES), Rating("6", "0", Fraction(5))]) is None  # not everybody rated everything


def test_full_agreement_is_one_and_bands_follow_the_sources():
    same = ratings([[1, 1], [7, 7], [9, 9]])
    assert agreement.alpha(same) == 1 and agreement.icc(same).average == 1
    alpha_bands = [agreement.alpha_band(Fraction(n, 1000)) for n in (800, 799, 667, 666, -100)]
    assert alpha_bands == ["GOOD", "TENTATIVE", "TENTATIVE", "WEAK", "WEAK"]
    assert [agreement.icc_band(Fraction(n, 100)) for n in (90, 75, 50, 49)] == ["GOOD", "GOOD", "TENTATIVE", "WEAK"]


def test_an_outlier_is_who_differs_from_the_mean_of_the_others():
    given = ratings([[80, 82, 79, 81, 50], [70, 70, 71, 72, 43]])
    found = {one.rater: one for one in agreement.differences(given)}
    assert found["4"].mean == Fraction(-233, 8) and found["4"].units == 2  # 50 - 80.5 and 43 - 70.75
    assert found["4"].largest == Fraction(61, 2)
    assert [rater for rater, one in found.items() if one.outlying] == ["4"]
    assert agreement.differences(ratings([[50]])) == []


def test_panels_are_the_applications_that_the_same_evaluators_scored():
    given = [*ratings([[1, 2], [3, 4]]), Rating("9", "0", Fraction(1)), Rating("9", "5", Fraction(2))]
    found = agreement.panels(given)
    assert [(one.raters, one.units) for one in found] == [(("0", "1"), ("0", "1")), (("0", "5"), ("9",))]
