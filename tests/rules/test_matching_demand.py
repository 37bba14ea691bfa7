"""Unmet demand: what is told is true, and never of a few."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from vouchers.matching.rules import demand as rules

codes = st.lists(st.sampled_from(["CT", "ECG", "WSI", "EHR"]), max_size=3, unique=True).map(tuple)
chapters = st.lists(st.sampled_from(["II", "IX", "XVI"]), max_size=2, unique=True).map(tuple)
ways = st.lists(st.sampled_from(["ACCESS_MODE", "PATIENTS", "PERIOD", "MODALITY", "BUDGET"]), max_size=5, unique=True).map(tuple)
needs = st.lists(st.builds(rules.UnmetNeed, st.integers(1, 12), codes, chapters, ways), max_size=40)
least = st.integers(3, 6)


@given(needs, least)
def test_every_number_stands_for_enough_companies(found: list[rules.UnmetNeed], smallest: int) -> None:
    told = rules.demand(found, smallest)
    companies: dict[tuple[str, str], set[int]] = defaultdict(set)
    for need in found:
        for view, listed in (("modality", need.modality), ("chapters", need.chapters), ("obstacles", need.obstacles)):
            for code in listed:
                companies[view, code].add(need.company)
    for view in ("modality", "chapters", "obstacles"):
        for group in getattr(told, view):
            assert group.companies % smallest == 0 and smallest <= group.companies <= len(companies[view, group.code])
            for way in group.obstacles:
                sharing = {n.company for n in found if group.code in getattr(n, view) and way in n.obstacles}
                assert len(sharing) >= smallest
    assert told.total <= len({need.company for need in found})


@given(needs, least)
def test_many_needs_of_one_company_are_one_company(found: list[rules.UnmetNeed], smallest: int) -> None:
    assert rules.demand([*found, *found], smallest) == rules.demand(found, smallest)


@given(needs, least, st.builds(rules.UnmetNeed, st.just(99), codes, chapters, ways))
def test_a_newcomer_shows_at_most_as_a_whole_step(found: list[rules.UnmetNeed], smallest: int, newcomer: rules.UnmetNeed) -> None:
    """Whoever compares the page before and after never sees a number grow by less than a whole group."""
    before, after = rules.demand(found, smallest), rules.demand([*found, newcomer], smallest)
    for view in ("modality", "chapters", "obstacles"):
        old = {group.code: group.companies for group in getattr(before, view)}
        assert all((group.companies - old.get(group.code, 0)) % smallest == 0 for group in getattr(after, view))


def test_too_few_companies_tell_nothing() -> None:
    few = [rules.UnmetNeed(n % 2, ("CT",), ("II",), ("PATIENTS",)) for n in range(50)]
    assert rules.demand(few, 3) == rules.Demand(0, 3)
    assert rules.demand([], 3) == rules.Demand(0, 3)


def test_a_rare_disease_among_many_companies_is_left_out() -> None:
    many = [rules.UnmetNeed(n, ("CT",), ("II",)) for n in range(7)]
    told = rules.demand([*many, rules.UnmetNeed(50, ("GENOMICS",), ("XVII",), ("PATIENTS",))], 3)
    assert [(group.code, group.companies) for group in told.modality] == [("CT", 6)]
    assert [group.code for group in told.chapters] == ["II"] and told.obstacles == ()
