"""Signs of fraud on paper: what is told apart, and what honest people have in common."""

import random
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kit import digests
from vouchers.rounds.rules import SignallingPolicy, Trait, parse_signalling, signalling_faults
from vouchers.rounds.rules.policy import STEP_WORDS, TARGET_STEPS
from vouchers.signals import rules
from vouchers.signals.rules import Facts, File, FileKind, Mark, Payment, Price, Share, Side, Text
from vouchers.signals.rules import SignalKind as K

POLICY = SignallingPolicy()
DAY = date(2026, 5, 4)
C, I = Side.COMPANY.value, Side.INSTITUTION.value  # noqa: E741


def mark(trait: str, value: str, party: str, side: str = C) -> Mark:
    return Mark(trait, value, side, party, f"of-{party}")


def found(policy: SignallingPolicy = POLICY, **facts) -> list[rules.Finding]:
    return rules.found_in(Facts(**facts), policy)


def kinds(policy: SignallingPolicy = POLICY, **facts) -> list[str]:
    return [one.kind for one in found(policy, **facts)]


# ── Who belongs together ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("traits", "listed"), [
    (["PERSON"], True), (["MAIL"], True), (["ACCOUNT"], True), (["DOMAIN"], False), (["ADDRESS"], False), (["NETWORK"], False),
    (["NAME"], False), (["DOMAIN", "NETWORK"], True), (["NAME", "ADDRESS"], True), (["MAIL", "DOMAIN"], True),
])  # fmt: skip
def test_a_company_and_its_provider_belong_together_by_one_sure_thing_or_two_likely_ones(traits, listed):
    marks = [mark(trait, trait, party, side) for trait in traits for party, side in (("cmp-1", C), ("ins-1", I))]
    assert kinds(marks=marks, pairs={("cmp-1", "ins-1")}) == ([K.RELATED_SIDES] if listed else [])
    assert kinds(marks=marks) == []  # they do no business with each other


def test_what_one_thing_says_already_is_not_counted_twice():
    marks = [
        mark(t, t, party, side) for t in ("PERSON", "MAIL", "DOMAIN", "NAME") for party, side in (("cmp-1", C), ("ins-1", I))
    ]
    (one,) = found(marks=marks, pairs={("cmp-1", "ins-1")})
    assert (one.points, [seen.what for seen in one.evidence]) == (100, [Trait.PERSON])


def test_neighbours_of_an_incubator_are_honest_and_three_in_three_towns_on_one_line_are_not():
    house = [mark(trait, "hub", f"cmp-{n}") for n in range(8) for trait in ("ADDRESS", "NETWORK", "DOMAIN")]
    assert kinds(marks=house) == []
    two = [mark(trait, "office", f"cmp-{n}") for n in range(2) for trait in ("ADDRESS", "NETWORK")]
    assert kinds(marks=two) == []  # one house has one line
    ring = [mark(trait, "ring", f"cmp-{n}") for n in range(3) for trait in ("NETWORK", "DOMAIN")]
    (one,) = found(marks=ring)
    assert (one.kind, [ref for _side, ref in one.parties]) == (K.RELATED_APPLICANTS, ["cmp-0", "cmp-1", "cmp-2"])
    assert {seen.what: seen.numbers["bearers"] for seen in one.evidence} == {"NETWORK": 3, "DOMAIN": 3}


def test_a_hospital_s_domain_says_nothing_about_its_spin_offs():
    spins = [mark(trait, "hospital", f"cmp-{n}") for n in range(3) for trait in ("DOMAIN", "NAME")]
    assert kinds(marks=spins) == [K.RELATED_APPLICANTS]
    assert kinds(marks=[*spins, mark("DOMAIN", "hospital", "ins-1", I)]) == []


def test_one_contact_for_many_is_told_once_and_knows_its_applicants():
    broker = [mark(trait, f"broker {trait}", f"cmp-{n}") for n in range(5) for trait in ("PERSON", "MAIL", "DOMAIN")]
    (one,) = found(marks=broker)
    assert (one.kind, len(one.parties), one.points) == (K.SAME_CONTACT, 5, 110)
    assert "broker" not in one.key  # a key names nobody
    assert kinds(marks=[m for m in broker if m.party < "cmp-3"]) == [K.RELATED_APPLICANTS]  # three are no office yet


def test_one_account_is_told_unless_its_payees_are_one_family():
    account = [mark("ACCOUNT", f"{rules.ACCOUNT_NUMBER}004:1", f"ins-{n}", I) for n in range(2)]
    assert kinds(marks=account) == [K.SAME_ACCOUNT]
    family = {"ins-0": frozenset({"foundation"}), "ins-1": frozenset({"foundation", "x"})}
    assert kinds(marks=account, families=family) == []


@given(st.permutations([mark(t, "v", p) for t in ("NETWORK", "DOMAIN") for p in ("cmp-1", "cmp-2", "cmp-3", "cmp-4")]))
def test_the_order_of_the_facts_changes_nothing(marks):
    assert found(marks=marks) == found(marks=sorted(marks, key=lambda one: (one.trait, one.party)))


@given(st.integers(2, 60))
def test_the_more_share_a_place_the_less_it_says(bearers):
    def points(count: int) -> int:
        marks = [mark(t, "v", f"cmp-{n:02d}") for n in range(count) for t in ("ADDRESS", "DOMAIN")]
        return max((one.points for one in found(replace(POLICY, list_from=1), marks=marks)), default=0)

    assert points(bearers + 1) <= points(bearers)


# ── Texts ────────────────────────────────────────────────────────────────────────────────────────────
def words(seed: int, many: int = 200) -> str:
    chance = random.Random(seed)
    return " ".join("".join(chance.choices("가나다라마바사아자차카타파하거너더러", k=3)) for _ in range(many))


texts = st.text(alphabet="가나다라마바사 abc.", max_size=60)


@given(texts, texts)
def test_likeness_is_even_and_lies_between_nothing_and_all(a, b):
    one, other = rules.shingles(a), rules.shingles(b)
    assert 0 <= rules.likeness(one, other) == rules.likeness(other, one) <= 1
    assert rules.likeness(one, one) == (1 if len(one) else 0)


@given(texts)
def test_blanks_case_and_signs_make_no_difference(text):
    assert rules.shingles(text).tolist() == rules.shingles(f" {text.upper()} !".replace(" ", "  ")).tolist()


def test_a_copied_text_is_found_among_others_and_the_call_s_template_is_not():
    template = words(0)
    others = [Text(f"app-{n:02d}", f"cmp-{n}", f"{template} {words(n)}") for n in range(1, 40)]
    assert kinds(texts=others) == []
    copy = Text("app-99", "cmp-99", f"{template} {words(7)} {words(70, 20)}")
    (one,) = found(texts=[*others, copy])
    assert (one.kind, [ref for _side, ref in one.parties]) == (K.SAME_TEXT, ["cmp-7", "cmp-99"])
    assert one.evidence[0].numbers["percent"] >= 80 and one.evidence[0].refs == ("app-07", "app-99")
    assert kinds(texts=[*others, replace(copy, company="cmp-7")]) == []  # a company may say the same in two tracks


def test_short_texts_are_alike_by_chance():
    assert kinds(texts=[Text(f"app-{n}", f"cmp-{n}", "폐결절 판독 보조 소프트웨어") for n in range(3)]) == []


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────
def delivered(*names: str, batch: str) -> list[File]:
    return [File(name, FileKind.DELIVERABLE, batch, f"of {batch}", "ins-1") for name in names]


def test_a_delivery_that_is_mostly_another_one_is_told_and_a_manual_is_not():
    assert kinds(files=[*delivered("a", "b", batch="m1"), *delivered("a", "b", "c", batch="m2")]) == [K.SAME_FILE]
    assert kinds(files=[*delivered("a", "x", "y", batch="m1"), *delivered("a", "b", "c", batch="m2")]) == []
    assert kinds(files=[one for n in range(12) for one in delivered("manual", batch=f"m{n}")]) == []


def test_one_proof_for_two_companies_is_told_and_one_for_a_company_s_two_payments_is_not():
    proofs = [File("slip", FileKind.PROOF, f"dsb-{n}", f"cmp-{n}") for n in range(2)]
    assert kinds(files=proofs) == [K.SAME_FILE]
    assert kinds(files=[replace(one, company="cmp-0") for one in proofs]) == []


# ── Money ────────────────────────────────────────────────────────────────────────────────────────────
def paid(*given: tuple[int, int]) -> list[Payment]:
    return [Payment(f"dsb-{n}", "cmp-1", "ins-1", won, DAY + timedelta(days=day)) for n, (won, day) in enumerate(given)]


@pytest.mark.parametrize(("payments", "points"), [
    ([(19_500_000, 0), (19_900_000, 9)], 60), ([(19_500_000, 0), (19_900_000, 9), (18_000_000, 20)], 100),
    ([(19_500_000, 0)], None), ([(19_500_000, 0), (19_900_000, 31)], None), ([(20_000_000, 0), (20_000_000, 1)], None),
    ([(17_999_999, 0), (17_999_999, 1)], None),
])  # fmt: skip
def test_payments_just_below_an_amount_and_near_to_each_other_are_split(payments, points):
    assert [one.points for one in found(payments=paid(*payments))] == ([points] if points else [])


@given(st.lists(st.tuples(st.integers(1, 10), st.integers(0, 90)), max_size=12), st.integers(1, 40))
def test_the_longest_run_is_the_longest(given_, days):
    payments = paid(*given_)
    run = rules.longest_run(payments, days)
    assert all((one.day - run[0].day).days <= days for one in run)
    for first in payments:
        assert sum(first.day <= one.day <= first.day + timedelta(days=days) for one in payments) <= len(run)


def prices(*won: int, mine: int) -> list[Price]:
    others = [Price(f"quo-{n}", "ins-1", f"cmp-{n}", "LABELLING|case", one, False) for n, one in enumerate(won)]
    return [*others, Price("quo-x", "ins-1", "cmp-x", "LABELLING|case", mine, True)]


@pytest.mark.parametrize(("won", "mine", "points"), [
    ((100, 100, 100, 100), 160, 60), ((100, 100, 100, 100), 220, 100), ((100, 100, 100, 100), 159, None), ((100, 100, 100), 900, None),
    ((60, 80, 100, 120, 140), 160, None), ((95, 100, 105, 110, 1000), 231, 100),
])  # fmt: skip
def test_a_price_is_far_by_the_provider_s_own_spread_and_not_for_a_few_quotes(won, mine, points):
    assert [one.points for one in found(prices=prices(*won, mine=mine))] == ([points] if points else [])


@given(st.lists(st.integers(1, 10**9), min_size=3, max_size=20), st.integers(1, 10**9), st.integers(2, 1000))
def test_deviations_do_not_depend_on_the_unit_of_money(others, value, factor):
    if rules.deviations(value, others) > 1 and min(others) > 100:
        many = rules.deviations(value * factor, [one * factor for one in others])
        assert many == pytest.approx(rules.deviations(value, others), rel=0.05)


def test_a_provider_that_lives_on_one_company_is_told_from_the_third_project_on():
    share = Share("cmp-1", "ins-1", 3, 300, 400)
    assert kinds(shares=[share]) == [K.CONCENTRATION]
    assert kinds(shares=[replace(share, projects=2)]) == kinds(shares=[replace(share, all_won=600)]) == []


# ── Known again ──────────────────────────────────────────────────────────────────────────────────────
def test_a_group_that_somebody_joins_is_the_same_one():
    ring = [mark(t, "v", f"cmp-{n}") for n in (5, 6) for t in ("NETWORK", "DOMAIN")]
    (before,) = found(marks=ring)
    (after,) = found(marks=[*ring, mark("NETWORK", "v", "cmp-1"), mark("DOMAIN", "v", "cmp-1")])
    assert (before.key, after.key) == ("cmp-5", "cmp-1")
    known = {(before.kind.value, before.key): frozenset({"cmp-5", "cmp-6"})}
    assert [one.key for one in rules.known_again([after], known)] == ["cmp-5"]
    assert [one.key for one in rules.known_again([after], {(before.kind.value, "cmp-7"): frozenset({"cmp-5", "cmp-7"})})] == [
        "cmp-1"
    ]


# ── Policy and digests ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("body", "fault"), [
    ({}, None), ({"text_percent": 10}, "signalling_numbers"), ({"strong_from": 50}, "signalling_points"),
    ({"split_thresholds_won": [5, 5]}, "signalling_thresholds"), ({"split_thresholds_won": ["much"]}, "signalling_shape"),
    ({"weights": {"NOBODY": 1}}, "signalling_shape"), ({"weights": {"MAIL": -1}}, "signalling_points"),
])  # fmt: skip
def test_a_policy_s_own_signs_are_checked(body, fault):
    assert signalling_faults(body) == ([fault] if fault else [])


def test_what_a_policy_says_is_what_counts():
    policy = parse_signalling({"weights": {"DOMAIN": 90}, "split_thresholds_won": []})
    assert kinds(policy, marks=[mark("DOMAIN", "v", f"cmp-{n}") for n in range(2)]) == [K.RELATED_APPLICANTS]
    assert kinds(policy, payments=paid((19_500_000, 0), (19_900_000, 9))) == []
    assert set(STEP_WORDS) >= {"signal"} <= set(TARGET_STEPS)


def test_a_network_is_kept_as_a_digest_of_its_house(settings):
    one, other = digests.network("203.0.113.7"), digests.network("203.0.113.8")
    assert len(one) == 64 and one != other and "203" not in one
    assert digests.network("::ffff:203.0.113.7") == one
    assert digests.network("2001:db8:1:2::1") == digests.network("2001:db8:1:2:ffff::9") != digests.network("2001:db8:1:3::1")
    assert digests.network("127.0.0.1") == digests.network("::1") == digests.network("") == digests.network("no address") == ""


def test_a_picture_names_each_thing_once_and_leaves_no_line_loose():
    evidence = [
        (f"sig-{n}", {"what": "MAIL", "digest": "d" if n < 2 else "", "parties": [f"cmp-{n}", "ins-1"]}) for n in range(3)
    ]
    drawn = rules.picture(evidence, {"cmp-0": C, "cmp-1": C, "cmp-2": C, "ins-1": I})
    assert [node.column for node in drawn.nodes].count("EVIDENCE") == 2 and len(drawn.edges) == 5
    ends = {(node.x, node.middle) for node in drawn.nodes} | {(node.right, node.middle) for node in drawn.nodes}
    assert {(e.x1, e.y1) for e in drawn.edges} | {(e.x2, e.y2) for e in drawn.edges} <= ends
    boxes = sorted((node.x, node.y) for node in drawn.nodes)
    assert all(a[0] != b[0] or b[1] - a[1] >= 30 for a, b in pairwise(boxes))
    assert max(node.y for node in drawn.nodes) + 30 <= drawn.height
