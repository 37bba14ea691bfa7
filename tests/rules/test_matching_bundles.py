"""Several datasets together: the cheapest that do, what they cost at least, and the reviews that they need."""

from dataclasses import replace
from itertools import combinations, product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.factories.matching import candidates, need, policy
from vouchers.matching import rules
from vouchers.matching.rules import blocks
from vouchers.matching.rules.bundles import costs, searching

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
    market = [priced(key, 40_000_000) for key in BREAST]
    assert beside(breast(sites_minimum=3, budget_won=120_000_000), market)
    assert not beside(breast(sites_minimum=3, budget_won=119_999_999), market)
    open_ = [*market, BY_KEY["kc-amc-baseline"], BY_KEY["kc-snuh-baseline"]]  # whose price nobody knows
    (found,) = beside(breast(sites_minimum=3, budget_won=119_999_999), open_)
    assert (found["unpriced"], found["floor_won"]) == (1, 80_000_000)


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
    st.lists(st.tuples(st.integers(1, 60), st.one_of(st.none(), st.integers(0, 9)), st.booleans()), min_size=1, max_size=2),
    min_size=1, max_size=5,
)  # fmt: skip


def offered(name: str, groups: Any) -> list[list[rules.Candidate]]:
    plain = BY_KEY[BREAST[0]]
    return [
        [
            replace(
                plain, key=f"{name}{g}-{n}", individuals=persons, linkage=known or None,
                offer=rules.OfferFacts("o", "", "", floor_won=won),
            )
            for n, (persons, won, known) in enumerate(group)
        ]
        for g, group in enumerate(groups)
    ]  # fmt: skip


@given(
    SETS, st.integers(1, 150), st.integers(1, 4), st.one_of(st.none(), st.integers(0, 25)), SETS.filter(lambda one: len(one) < 3)
)
def test_the_cheapest_set_is_as_cheap_as_the_best_of_all_sets(groups, least, sites, limit, joined):
    """Of institutions at most one each, and of what is to be joined exactly one each."""
    made, must = offered("g", groups), offered("j", joined if least % 2 else [])
    sets = [
        [*partners, *members]
        for size in range(1, len(made) + 1)
        for chosen in combinations(made, size)
        for members in product(*chosen)
        if size >= sites and sum(one.individuals or 0 for one in members) >= least
        for partners in product(*must)
    ]
    fitting = [members for members in sets if limit is None or costs.price(members)[1] <= limit]
    order = {one.id: place * 7 % 5 for place, one in enumerate(one for group in made for one in group)}
    wish = searching.Wish(least, sites, limit, worse=lambda one: one.linkage is None, order=order)
    found = searching.cheapest(wish, made, must)
    assert bool(found) == bool(fitting)
    if fitting:
        assert cost(found, order) == min(cost(members, order) for members in fitting)
        assert tuple(found[: len(must)]) in set(product(*must))
        again = searching.cheapest(wish, [list(reversed(group)) for group in reversed(made)], [group[::-1] for group in must])
        assert sorted(one.key for one in found) == sorted(one.key for one in again), "whatever the order"


def cost(members: Any, order: Any) -> tuple[int, ...]:
    unsure, placed = sum(one.linkage is None for one in members), sum(order.get(one.id, 0) for one in members)
    return (unsure, *costs.price(members), len(members), placed)


# ── Sets that do all that is asked for ───────────────────────────────────────────────────────────────
def test_a_non_supplier_makes_affordable_what_suppliers_alone_are_not():
    first, second = (key for key in BREAST if BY_KEY[key].holder.supplier and key in ("kc-amc-breast", "kc-snubh-breast"))
    other = replace(BY_KEY["kc-smc-breast"].holder, key="clinic", supplier=False, institution_type="CLINIC")
    third = replace(priced("kc-smc-breast", 100), holder=other)
    market = [priced(first, 400), priced(second, 300), third]
    (found,) = beside(breast(sites_minimum=2, budget_won=500), market)
    assert sorted(found["datasets"]) == sorted([second, "kc-smc-breast"]) and found["floor_won"] == 400
    (rich,) = beside(breast(sites_minimum=2, budget_won=700), market)
    assert sorted(rich["datasets"]) == sorted([first, second])  # the voucher pays both


def test_large_and_small_collections_reach_sites_and_patients_together():
    large, small, smaller = (
        replace(priced(key, won), individuals=count)
        for key, won, count in (("kc-amc-breast", 50, 9_000), ("kc-snubh-breast", 20, 400), ("kc-smc-breast", 30, 300))
    )
    (found,) = beside(breast(sites_minimum=3, patients_minimum=9_500), [large, small, smaller])
    assert sorted(found["datasets"]) == sorted(one.key for one in (large, small, smaller))
    assert any("9,700 persons, at least the 9,500 needed" in text for text in found["reasons_en"])
    assert not beside(breast(sites_minimum=3, patients_minimum=9_701), [large, small, smaller])


def joined(**fields: Any) -> rules.Need:
    return need(modality=["EHR"], linkage=["hira", "kostat"], purpose="SCIENTIFIC_RESEARCH", **fields)


MAINS = ("kc-amc-breast", "kc-snubh-breast", "kc-smc-breast")
CLAIMS, DEATHS = ("hira-custom", "hira-nis"), ("kostat-cod",)


def test_a_linked_set_holds_something_of_every_institution_that_is_to_be_joined():
    market = [replace(priced(key, 100), linkage=True) for key in (*MAINS, *CLAIMS, *DEATHS)]
    found = rules.match(joined(), market, policy()).document()
    assert len(found["bundles"]) == 3 and not found["linkage_unmet"]
    for bundle in found["bundles"]:
        assert len(bundle["datasets"]) == 3 and bundle["floor_won"] == 300 and bundle["linkage_agency"]
        assert {BY_KEY[key].holder.key for key in bundle["datasets"]} > {"hira", "kostat"}
        assert bundle["offers"] == [f"ofr-{key}" for key in bundle["datasets"]]
        assert "Links" in bundle["reasons_en"][0] and " and " in bundle["reasons_en"][0]
    without = [one for one in market if one.key != "kostat-cod"]
    lacking = rules.match(joined(), without, policy()).document()
    assert not lacking["bundles"] and [one["target"] for one in lacking["linkage_unmet"]] == ["kostat"]
    closed = [replace(one, linkage=False) if one.key == "kostat-cod" else one for one in market]
    (told,) = rules.match(joined(), closed, policy()).document()["linkage_unmet"]
    name = BY_KEY["kostat-cod"].holder
    assert told["reason_en"] == f"{name.name_en} cannot be joined: None of its datasets may be linked."
    assert told["reason_ko"].startswith(f"{name.name_ko}, 결합 불가: ")


def test_a_dataset_asked_for_by_name_is_its_institutions_share():
    market = [replace(priced(key, won), linkage=True) for key, won in zip((*MAINS, *CLAIMS), (1, 1, 1, 50, 5), strict=True)]
    found = rules.match(replace(joined(), linkage=("hira", "hira-custom")), market, policy()).document()["bundles"]
    assert [one["datasets"][1:] for one in found] == [["hira-custom"]] * 3  # not the cheaper one besides


def test_several_sites_are_joined_with_what_is_asked_for():
    market = [replace(priced(key, 100), linkage=True) for key in (*MAINS, *CLAIMS, *DEATHS)]
    found = rules.match(joined(sites_minimum=2), market, policy()).document()["bundles"]
    assert [len(one["datasets"]) for one in found] == [4] and found[0]["floor_won"] == 400
    assert {BY_KEY[key].holder.key for key in found[0]["datasets"]} > {"hira", "kostat"}
    assert any("2 different institutions" in text for text in found[0]["reasons_en"])
    assert not rules.match(joined(sites_minimum=2, budget_won=399), market, policy()).document()["bundles"]


WON = st.one_of(st.none(), st.integers(0, 9))


@given(st.tuples(*[st.tuples(WON, st.booleans())] * 6), st.one_of(st.none(), st.integers(0, 20)))
def test_linked_sets_are_as_cheap_as_the_best_of_all_sets(given_, budget):
    keys = (*MAINS, *CLAIMS, *DEATHS)
    market = [
        replace(priced(key, won), linkage=known or None, holder=replace(BY_KEY[key].holder, supplier=True))
        for key, (won, known) in zip(keys, given_, strict=True)
    ]  # fmt: skip
    by_key = {one.key: one for one in market}
    found = rules.match(joined(budget_won=budget), market, policy()).document()
    sets = [[by_key[key] for key in one] for one in product(MAINS, CLAIMS, DEATHS)]
    fitting = [one for one in sets if budget is None or costs.price(one)[1] <= budget]
    mains = {one.key for one in market if budget is None or one.offer is None or (one.offer.floor_won or 0) <= budget}
    best = {}
    for members in fitting:
        unsure = sum(one.linkage is None for one in members[1:])
        best.setdefault(members[0].key, []).append((unsure, *costs.price(members)))
    expected = sorted(min(rows)[1:] for main, rows in best.items() if main in mains)
    assert [(one["unpriced"], one["floor_won"]) for one in found["bundles"]] == expected
    assert bool(found["linkage_unmet"]) is (not expected and bool(mains & set(MAINS)))


# ── What may be taken out ────────────────────────────────────────────────────────────────────────────
def test_a_set_holds_nobody_who_lets_nothing_out_and_asks_who_does_not_say() -> None:
    first, second, third, closed, silent = [key for key in BREAST if BY_KEY[key].holder.supplier][:5]
    wanted = breast(sites_minimum=3, exports_wanted=["MODEL_EXPORT"])
    open_ = [priced(key, 50_000_000, exits=("RESULT_EXPORT", "MODEL_EXPORT")) for key in (first, second)]
    no, unsaid = priced(closed, 1_000_000, exits=("RESULT_EXPORT",)), replace(priced(silent, 1_000_000), exits=())
    (found,) = beside(wanted, [*open_, priced(third, 50_000_000, exits=("MODEL_EXPORT",)), no, unsaid])
    assert sorted(found["datasets"]) == sorted([first, second, third])
    assert not any("Ask first" in text for text in found["reasons_en"])
    (found,) = beside(wanted, [*open_, no, unsaid])
    assert sorted(found["datasets"]) == sorted([first, second, silent])
    (told,) = (text for text in found["reasons_en"] if text.startswith("Ask first whether this may be taken out"))
    assert told.endswith(f"it is not published of: {BY_KEY[silent].title_en}.")
    assert any("공개하지 않은 데이터가 있습니다" in text for text in found["reasons_ko"])


def test_who_is_to_be_joined_and_lets_nothing_out_is_no_partner() -> None:
    wanted = need(linkage=["hira"], purpose="PRODUCT_DEVELOPMENT", modality=["EHR", "CLAIMS"], exports_wanted=["MODEL_EXPORT"])

    def answer(*exits: str) -> dict[str, Any]:
        market = [replace(one, exits=exits) if one.holder.key == "hira" else replace(one, exits=()) for one in candidates()]
        found = rules.match(wanted, market, policy())
        assert blocks.match(wanted, blocks.Stock(market), range(len(market)), policy()) == found
        return found.document()

    assert answer("RESULT_EXPORT", "MODEL_EXPORT")["bundles"]
    shut = answer("RESULT_EXPORT")
    assert not shut["bundles"] and shut["linkage_unmet"][0]["reason_en"].endswith(
        "No model export. Allowed: result export. This follows from the way of use."
    )


# ── Kinds of data ────────────────────────────────────────────────────────────────────────────────────
def kinds(key: str, modality: tuple[str, ...], won: int | None = 10, holder: str = "amc", **facts: Any) -> rules.Candidate:
    plain = BY_KEY["kc-amc-breast"]
    made = {
        "holder": replace(plain.holder, key=holder, name_en=holder), "title_en": key, "modality": modality, "linkage": True,
        "individuals": 1_000, "offer": rules.OfferFacts(f"ofr-{key}", "공급", "Offer", floor_won=won), **facts,
    }  # fmt: skip
    return replace(plain, key=key, **made)


def sets_of(wanted: rules.Need, market: list[rules.Candidate]) -> list[dict[str, Any]]:
    found = rules.match(wanted, market, policy())
    assert blocks.match(wanted, blocks.Stock(market), range(len(market)), policy()) == found
    return found.document()["bundles"]


def test_a_set_completes_the_kinds_that_no_dataset_holds_alone() -> None:
    market = [kinds("ct", ("CT",), 30), kinds("slides", ("WSI",), 20, "snuh"), kinds("dear", ("WSI", "LAB"), 90)]
    (found,) = sets_of(need(modality=["CT", "WSI"]), market)
    assert found["datasets"] == ["ct", "slides"] and found["floor_won"] == 50 and found["linkage_agency"]
    assert found["reasons_en"][0] == (
        "No dataset holds all that you asked for; together they do: ct – computed tomography (CT);"
        " slides – whole-slide pathology image (WSI)."
    )
    assert "함께 채웁니다" in found["reasons_ko"][0]
    (own,) = sets_of(need(modality=["CT", "WSI"]), [market[0], market[2]])
    assert own["datasets"] == ["ct", "dear"] and own["linkage_agency"] is None, "of one institution"
    assert not sets_of(need(modality=["CT", "WSI"]), [*market, kinds("both", ("CT", "WSI"), 999)]), "one has all"
    assert not sets_of(need(modality=["CT", "WSI"], budget_won=49), market)
    assert not sets_of(need(modality=["CT", "WSI"]), [market[0], replace(market[1], linkage=False)])


def test_records_that_lack_the_images_complete_them_and_an_ehr_has_what_comes_with_it() -> None:
    market = [kinds("ct", ("CT",)), kinds("ehr", ("EHR",), holder="snuh")]
    (found,) = sets_of(need(modality=["CT", "EHR", "LAB"]), market)
    assert found["datasets"] == ["ehr", "ct"]
    assert rules.match(need(modality=["CT", "EHR", "LAB"]), market, policy()).document()["excluded"][0]["filter"] == "MODALITY"


def test_a_site_counts_where_it_holds_what_is_asked_for_in_one_dataset_or_in_several() -> None:
    wanted = need(modality=["CT", "WSI"], sites_minimum=2)
    apart = [kinds("ct", ("CT",), sites=1), kinds("slides", ("WSI",), holder="snuh", sites=1)]
    assert not [one for one in sets_of(wanted, apart) if any("2 different institutions" in text for text in one["reasons_en"])]
    second = [kinds("ct-2", ("CT",), holder="snuh", sites=1), kinds("slides-2", ("WSI",), sites=1)]
    (found,) = [one for one in sets_of(wanted, [*apart, *second]) if len(one["datasets"]) == 4]
    assert any(text.startswith("2 different institutions") for text in found["reasons_en"]) and found["floor_won"] == 40
    more = replace(wanted, modality=("CT", "EHR"))
    (found,) = [
        one
        for one in sets_of(more, [kinds("a", ("CT", "EHR"), sites=1), kinds("b", ("CT",), holder="snuh", sites=1)])
        if len(one["datasets"]) == 2
    ]
    assert "Held by some of the 2 institutions only: EHR at 1." in " ".join(found["reasons_en"]).replace(
        "electronic health record (EHR)", "EHR"
    )


MASKS = st.lists(
    st.tuples(st.integers(1, 7), st.one_of(st.none(), st.integers(0, 9)), st.booleans(), st.integers(0, 2)),
    min_size=1,
    max_size=7,
)


@given(MASKS, st.one_of(st.none(), st.integers(0, 25)))
def test_the_completing_set_is_as_cheap_as_the_best_of_all_sets(rows, limit):
    held = {f"k{n}": row[0] for n, row in enumerate(rows)}
    made = [kinds(f"k{n}", ("CT",), won, linkage=known or None) for n, (_mask, won, known, _site) in enumerate(rows)]
    wish = searching.Wish(limit=limit, worse=lambda one: one.linkage is None, kinds=lambda one: held[one.key], whole=7)
    found = searching.completing(wish, made)
    every = [list(some) for size in range(1, 8) for some in combinations(made, size)]
    fitting = [
        some for some in every if mask_of(some, held) == 7 and (limit is None or costs.price(some)[1] <= limit)
    ]  # fmt: skip
    assert bool(found) == bool(fitting)
    if fitting:
        assert mask_of(found, held) == 7 and cost(found, {}) == min(cost(some, {}) for some in fitting)
        assert {one.id for one in searching.completing(wish, made[::-1])} == {one.id for one in found}, "whatever the order"


def mask_of(some: Any, held: dict[str, int]) -> int:
    mask = 0
    for one in some:
        mask |= held[one.key]
    return mask


@given(MASKS, st.integers(1, 3), st.integers(1, 1500), st.one_of(st.none(), st.integers(0, 25)))
def test_sites_that_hold_the_whole_are_as_cheap_as_the_best_of_all_sets(rows, sites, least, limit):
    held = {f"k{n}": row[0] for n, row in enumerate(rows)}
    made = [
        kinds(f"k{n}", ("CT",), won, f"site-{site}", linkage=known or None, individuals=100 * (n + 3))
        for n, (_mask, won, known, site) in enumerate(rows)
    ]
    wish = searching.Wish(least, sites, limit, worse=lambda one: one.linkage is None, kinds=lambda one: held[one.key], whole=7)
    groups = [[one for one in made if one.holder.key == f"site-{site}"] for site in range(3)]
    found = searching.cheapest(wish, groups)
    fitting = []
    for size in range(1, 8):
        for some in combinations(made, size):
            by_site = [[one for one in some if one.holder.key == f"site-{site}"] for site in range(3)]
            there = [own for own in by_site if own]
            persons = sum(min(one.individuals or 0 for one in own) for own in there)
            if all(mask_of(own, held) == 7 for own in there) and len(there) >= sites and persons >= least:
                fitting.append(list(some))
    fitting = [some for some in fitting if limit is None or costs.price(some)[1] <= limit]
    assert bool(found) == bool(fitting)
    if fitting:
        assert cost(found, {}) == min(cost(some, {}) for some in fitting)


def test_who_holds_nothing_that_was_asked_for_completes_nothing() -> None:
    """A record has what comes with it, but a large market is not read for records that nobody asked for."""
    market = [kinds("deaths", ("MORTALITY",)), kinds("record", ("EHR",), 1, "snuh"), kinds("values", ("LAB",), 50, "smc")]
    (found,) = sets_of(need(modality=["MORTALITY", "LAB"]), market)
    assert sorted(found["datasets"]) == ["deaths", "values"]
    assert not sets_of(need(modality=["MORTALITY", "LAB"]), market[:2])


ROWS = st.lists(
    st.tuples(
        st.sampled_from([(), ("CT",), ("WSI",), ("EHR",), ("CT", "EHR"), ("WSI", "LAB"), ("MRI",), ("CT", "WSI", "EHR")]),
        st.one_of(st.none(), st.integers(0, 3)), st.sampled_from(["amc", "snuh", "hira"]), st.sampled_from([True, True, None, False]),
        st.booleans(), st.booleans(),
    ),
    min_size=1, max_size=9,
)  # fmt: skip


@given(
    ROWS,
    st.sampled_from([("CT", "WSI"), ("CT", "WSI", "LAB"), ("CT", "EHR", "WSI")]),
    st.booleans(),
    st.one_of(st.none(), st.integers(1, 6)),
)
def test_a_large_market_completes_kinds_as_a_small_one(rows, asked, joined_, budget):
    market = [
        kinds(f"k{n}", inside, won, at, linkage=linkage, exits=("RESULT_EXPORT",) if says else ())
        for n, (inside, won, at, linkage, says, _pays) in enumerate(rows)
    ]
    market = [replace(one, holder=replace(one.holder, supplier=row[5])) for one, row in zip(market, rows, strict=True)]
    wanted = need(modality=list(asked), exports_wanted=["RESULT_EXPORT"], linkage=["hira"] if joined_ else [], budget_won=budget)
    assert rules.match(wanted, market, policy()) == blocks.match(wanted, blocks.Stock(market), range(len(market)), policy())
