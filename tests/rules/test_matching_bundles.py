"""Several datasets together: the cheapest that do, what they cost at least, and the reviews that they need."""

from dataclasses import replace
from itertools import combinations, product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.factories.matching import candidates, need, policy
from vouchers.matching import rules
from vouchers.matching.rules.bundles import costs

BY_KEY = {found.key: found for found in candidates()}
BREAST = sorted(key for key in BY_KEY if key.startswith("kc-") and key.endswith("-breast"))


def priced(key: str, won: int | None, **facts: Any) -> rules.Candidate:
    return replace(BY_KEY[key], offer=rules.OfferFacts(f"ofr-{key}", "공급", "Offer", floor_won=won, **facts))


def among(*offered: rules.Candidate) -> list[rules.Candidate]:
    known = {found.key: found for found in offered}
    return [known.get(found.key, found) for found in candidates()]


def breast(**fields: Any) -> rules.Need:
    return need(modality=["EHR"], disease_codes={"system": "KCD", "include": ["C50"]}, **fields)


def beside(wanted: rules.Need, market: list[rules.Candidate]) -> list[dict[str, Any]]:
    found = rules.match(wanted, market, policy()).document()["bundles"]
    return [bundle for bundle in found if bundle["linkage_agency"] is None]


def test_several_sites_are_the_suppliers_that_cost_least():
    suppliers = [key for key in BREAST if BY_KEY[key].holder.supplier][:5]
    market = among(*(priced(key, 10_000_000 * (9 - place), joint_drb=True) for place, key in enumerate(suppliers)))
    (found,) = beside(breast(sites_minimum=3), market)
    assert found["datasets"] == suppliers[:1:-1] and (found["unpriced"], found["floor_won"]) == (0, 180_000_000)
    assert any("KRW 180,000,000" in text for text in found["reasons_en"])
    assert any(text.startswith("One joint data review") for text in found["reasons_en"])
    assert any(text.startswith("공동 DRB 한 번으로") for text in found["reasons_ko"])


def test_a_set_above_the_budget_is_not_proposed():
    suppliers = [key for key in BREAST if BY_KEY[key].holder.supplier]
    market = among(*(priced(key, 40_000_000) for key in suppliers))
    assert beside(breast(sites_minimum=3, budget_won=120_000_000), market)
    assert not beside(breast(sites_minimum=3, budget_won=119_999_999), market)


def test_what_is_to_be_joined_may_cost_too_much():
    wanted = {"linkage": ["hira"], "purpose": "PRODUCT_DEVELOPMENT", "modality": ["EHR", "CLAIMS"]}
    market = [replace(one, offer=rules.OfferFacts("o", "공급", "Offer", floor_won=60_000_000)) for one in candidates()]
    dear = rules.match(need(**wanted, budget_won=100_000_000), market, policy()).document()
    assert not dear["bundles"] and dear["linkage_unmet"][-1]["reason_en"].startswith("Together with what is to be joined")
    assert rules.match(need(**wanted, budget_won=120_000_000), market, policy()).document()["bundles"]


def test_each_institution_reviews_where_no_joint_review_is_known():
    (found,) = [b for b in beside(breast(patients_minimum=50_000), candidates()) if len(b["datasets"]) > 1]
    assert found["unpriced"] == len(found["datasets"])
    assert any("Each institution reviews it." in text for text in found["reasons_en"])
    assert any("No price is published" in text for text in found["reasons_en"])


SETS = st.lists(
    st.lists(st.tuples(st.integers(1, 60), st.one_of(st.none(), st.integers(0, 9))), min_size=1, max_size=2),
    min_size=1, max_size=5,
)  # fmt: skip


@given(SETS, st.integers(1, 150), st.integers(1, 4))
def test_the_cheapest_set_is_as_cheap_as_the_best_of_all_sets(groups, least, sites):
    plain = BY_KEY[BREAST[0]]
    made = [
        [
            replace(plain, key=f"g{g}-{n}", individuals=persons, offer=rules.OfferFacts("o", "", "", floor_won=won))
            for n, (persons, won) in enumerate(group)
        ]
        for g, group in enumerate(groups)
    ]
    sets = [
        list(members)
        for size in range(1, len(made) + 1)
        for chosen in combinations(made, size)
        for members in product(*chosen)
        if size >= sites and sum(one.individuals or 0 for one in members) >= least
    ]
    found = costs.cheapest(made, least, sites)
    assert bool(found) == bool(sets)
    if sets:
        assert (*costs.price(found), len(found)) == min((*costs.price(members), len(members)) for members in sets)
        again = costs.cheapest([list(reversed(group)) for group in reversed(made)], least, sites)
        assert sorted(one.key for one in found) == sorted(one.key for one in again), "whatever the order"
