"""The way to a dataset: the best number that is known of each step, and what it adds up to."""

from hypothesis import given
from hypothesis import strategies as st

from providers.institutions.rules import USUAL_DAYS
from providers.offers.rules import Basis, price_range, route

STEPS = [step for step in USUAL_DAYS if step not in ("export_review", "drb_recognised")]


def stages(**facts):
    found = route(**{"promised": {}, "measured": {}, **facts})
    return found, {one.code: one for one in found.stages}


def test_where_nothing_is_known_the_programmes_days_stand_and_say_so():
    found, by_code = stages()
    assert list(by_code) == ["quote", "ethics", "data_review", "contract", "provision"]
    assert {one.basis for one in found.stages} == {Basis.USUAL}
    assert (by_code["ethics"].least, by_code["ethics"].most) == (5, 20)
    assert (found.least, found.most) == (15 + 15 + 10 + 25, 15 + 20 + 10 + 25), "the slower review counts, not both"


def test_measured_wins_over_promised_and_an_offer_over_the_usual_preparation():
    found, by_code = stages(promised={"quote": 7, "drb": 12}, measured={"drb": {"median": 9, "n": 6}}, lead_days=[45, 30])
    assert (by_code["quote"].least, by_code["quote"].basis) == (7, Basis.PROMISED)
    assert (by_code["data_review"].most, by_code["data_review"].basis, by_code["data_review"].n) == (9, Basis.MEASURED, 6)
    assert (by_code["provision"].least, by_code["provision"].most, by_code["provision"].basis) == (30, 45, Basis.OFFERED)
    assert (found.least, found.most) == (7 + 9 + 10 + 30, 7 + 20 + 10 + 45)


def test_a_stage_is_known_no_better_than_its_worst_step():
    _found, by_code = stages(measured={"irb_full": {"median": 18, "n": 4}, "preparation": {"median": 12, "n": 5}}, joint=True)
    assert by_code["ethics"].basis == by_code["provision"].basis == Basis.MIXED, "of some steps nothing was said"
    assert by_code["data_review"].basis == Basis.USUAL
    assert (by_code["data_review"].least, by_code["data_review"].most) == (15, 20), "of the institution, or the joint one"


@given(
    st.dictionaries(st.sampled_from(STEPS), st.integers(1, 250)),
    st.dictionaries(st.sampled_from(STEPS), st.integers(0, 250).map(lambda days: {"median": days, "n": 3})),
    st.lists(st.integers(1, 500)), st.booleans(),
)  # fmt: skip
def test_the_sum_lies_between_its_slowest_stage_and_all_of_them(promised, measured, leads, joint):
    found = route(promised=promised, measured=measured, lead_days=leads, joint=joint)
    assert all(one.least <= one.most for one in found.stages) and found.least <= found.most
    assert max(one.most for one in found.stages) <= found.most <= sum(one.most for one in found.stages)


def test_a_price_range_needs_a_price():
    assert price_range([None, None]) is None
    found = price_range([30_000_000, None, 12_000_000])
    assert found is not None and (found.least_won, found.most_won, found.offers) == (12_000_000, 30_000_000, 2)
