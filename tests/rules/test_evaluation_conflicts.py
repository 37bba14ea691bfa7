"""Conflicts of interest on paper: what is inferred from names, mail domains, consortia and years, and the quorum."""

from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from vouchers.evaluation.rules import conflicts as rules
from vouchers.evaluation.rules.conflicts import Evaluator, Party, Tie, infer, meeting, needed, normalise
from vouchers.rounds.rules import ConflictPolicy, conflict_faults, fault_words, parse_conflicts

DAY, POLICY = date(2027, 3, 2), ConflictPolicy()
FIRM = Party("COMPANY", "가상메디컬 주식회사", "Fictional Medical Co., Ltd.", 1, (), frozenset({"gasang-medical.kr"}))
SISTER = Party("CO_APPLICANT", "가상바이오", "Fictional Bio", 4)
HOSPITAL = Party("PROVIDER", "가상대학교병원", "Fictional University Hospital", 2, ("가상대병원",), frozenset(), "SEOUL_A")
PARTIES = (FIRM, SISTER, HOSPITAL)


def grounds(person: Evaluator, policy: ConflictPolicy = POLICY, on: date = DAY) -> set[tuple[str, str]]:
    return {(one.ground, one.role) for one in infer(person, PARTIES, policy, on)}


def tied(kind: str = "EMPLOYMENT", **facts) -> Evaluator:
    return Evaluator("a@naver.com", (Tie(kind, **facts),))


@pytest.mark.parametrize(
    "written",
    [
        "(주)가상메디컬",
        "㈜ 가상 메디컬",
        "주식회사 가상메디컬",
        "가상메디컬(주)",
        "FICTIONAL MEDICAL",
        "fictional-medical Inc.",
        "Fictional Medical Co.,Ltd",
    ],
)
def test_a_name_is_the_same_in_whatever_way_it_is_written(written):
    assert grounds(tied(names=(written,))) == {("SAME_ORGANISATION", "COMPANY")}


def test_names_that_only_look_alike_are_not_the_same():
    for other in ("가상메디컬랩", "메디컬", "주식회사", "(주)", "", "Co., Ltd."):
        assert grounds(tied(names=(other,))) == set()
    assert normalise("(주)") == normalise("  ") == ""


def test_every_ground_of_the_list():
    assert grounds(tied(organisation=1)) == {("SAME_ORGANISATION", "COMPANY")}
    assert grounds(tied(names=("가상대병원",))) == {("SAME_ORGANISATION", "PROVIDER")}
    assert grounds(tied(organisation=4)) == {("SAME_ORGANISATION", "CO_APPLICANT")}
    assert grounds(tied(organisation=9, consortium="SEOUL_A")) == {("CONSORTIUM", "PROVIDER")}
    assert grounds(tied("ADVICE", organisation=1)) == {("ADVICE", "COMPANY")}
    assert grounds(tied("HOLDING", organisation=1)) == {("HOLDING", "COMPANY")}
    assert grounds(tied("KIN", organisation=2)) == {("KIN", "PROVIDER")}
    assert grounds(tied("DECLARED", names=("가상바이오",))) == {("DECLARED", "CO_APPLICANT")}
    assert grounds(Evaluator("a@Gasang-Medical.KR")) == {("MAIL_DOMAIN", "COMPANY")}
    assert grounds(Evaluator("", (), frozenset({2}))) == {("DECLARED", "PROVIDER")}


def test_an_earlier_employer_and_advice_count_for_the_years_of_the_policy():
    for years, kind, ground in ((3, "EMPLOYMENT", "EARLIER_EMPLOYER"), (2, "ADVICE", "ADVICE")):
        policy = ConflictPolicy(employer_years=3, advice_years=2)
        last = DAY.replace(year=DAY.year - years)
        assert grounds(tied(kind, organisation=1, until=last), policy) == {(ground, "COMPANY")}
        assert grounds(tied(kind, organisation=1, until=last - timedelta(days=1)), policy) == set()
    leap = tied(organisation=1, until=date(2024, 2, 29))
    assert grounds(leap, on=date(2027, 3, 1)) and not grounds(leap, on=date(2027, 3, 2))
    assert grounds(tied(organisation=9, consortium="SEOUL_A", until=DAY - timedelta(days=1))) == set()  # only who works there
    assert grounds(tied("HOLDING", organisation=1, until=DAY - timedelta(days=1))) == set()


def test_mail_domains_that_many_share_say_nothing():
    shared = Party("COMPANY", "가", "A", 1, (), frozenset({"naver.com", "demo.example", "example.com", "company.test"}))
    for address in ("a@naver.com", "a@NAVER.COM", "a@demo.example", "a@example.com", "a@company.test", "no-address"):
        assert infer(Evaluator(address), (shared,), POLICY, DAY) == ()
    assert infer(Evaluator("a@naver.com"), (shared,), ConflictPolicy(public_domains=()), DAY)


def test_a_ground_says_what_it_looked_at_in_both_languages():
    (found,) = infer(tied(names=("(주)가상메디컬",), until=DAY - timedelta(days=400)), PARTIES, POLICY, DAY)
    assert found.words() == (
        "가상메디컬 주식회사: 이전 근무지, 2026-01-26까지 ((주)가상메디컬)",
        "Fictional Medical Co., Ltd.: worked there until 2026-01-26 ((주)가상메디컬)",
    )
    for ground in rules.ConflictGround:
        ko, en = rules.Found(ground, "COMPANY", "가", "A", "사실").words()
        assert "사실" in ko and "사실" in en and ko != en


def test_a_policy_says_the_years_and_what_is_wrong_with_it():
    assert parse_conflicts({}) == POLICY and conflict_faults({}) == []
    assert parse_conflicts({"public_domains": [" Hospital.KR "]}).public_domains == ("hospital.kr",)
    for body, fault in (({"employer_years": 21}, "conflicts_years"), ({"challenge_days": 0}, "conflicts_days"), ({"advice_years": "x"}, "conflicts_shape")):  # fmt: skip
        assert conflict_faults(body) == [fault]
        for language in ("ko", "en"):
            with translation.override(language):
                assert fault_words(fault)


# ── For all facts ────────────────────────────────────────────────────────────────────────────────────
names = st.sampled_from(["가상메디컬", "(주)가상메디컬", "가상대병원", "다른병원", "Fictional Bio", "Other Ltd.", ""])
days = st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
ties = st.builds(
    Tie, st.sampled_from([str(kind) for kind in rules.AffiliationKind]), st.one_of(st.none(), st.integers(1, 6)),
    st.tuples(names), days, st.sampled_from(["", "SEOUL_A", "BUSAN_B"]),
)  # fmt: skip
people = st.builds(
    Evaluator, st.sampled_from(["a@gasang-medical.kr", "b@naver.com", "c@other.kr", ""]), st.lists(ties, max_size=3).map(tuple),
    st.frozensets(st.integers(1, 6), max_size=2),
)  # fmt: skip
cases = st.lists(
    st.sampled_from([FIRM, SISTER, HOSPITAL, Party("PROVIDER", "부산병원", "Busan", 6, (), frozenset(), "BUSAN_B")]), max_size=4
)


@given(people, cases, ties, st.randoms())
def test_more_facts_never_take_a_ground_away_and_the_order_does_not_matter(person, parties, more, random):
    found = infer(person, parties, POLICY, DAY)
    assert list(found) == sorted(set(found))
    wider = Evaluator(person.email, (*person.ties, more), person.declared)
    assert set(found) <= set(infer(wider, [*parties, FIRM], POLICY, DAY))
    mixed, shuffled = list(person.ties), list(parties)
    random.shuffle(mixed)
    random.shuffle(shuffled)
    assert infer(Evaluator(person.email, tuple(mixed), person.declared), shuffled, POLICY, DAY) == found


@given(st.lists(people, max_size=4), st.lists(cases, max_size=3))
def test_looking_only_at_those_who_have_something_in_common_loses_nobody(persons, files):
    by_id, by_case = dict(enumerate(persons)), dict(enumerate(files))
    all_pairs = {(c, p) for c, parties in by_case.items() for p, one in by_id.items() if infer(one, parties, POLICY, DAY)}
    assert all_pairs <= set(meeting(by_id, by_case, POLICY))


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(name):
    assert normalise(normalise(name)) == normalise(name)


@given(st.integers(1, 20), st.integers(0, 30))
def test_a_recusal_lowers_the_base_of_the_quorum_to_a_majority_at_least(minimum, recused):
    count = needed(minimum, recused)
    assert minimum // 2 < count <= minimum and count >= minimum - recused
    assert needed(minimum, recused + 1) <= count
    assert needed(minimum, 0) == minimum
