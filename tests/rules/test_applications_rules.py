"""Sections, eligibility and the money in words, on paper."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from portal.kit.errors import IllegalStep
from vouchers.applications import rules
from vouchers.rounds.actions.demo import POLICY
from vouchers.rounds.rules import money, parse_policy

R, V = rules.Rule, rules.Verdict
CLOSES = datetime(2027, 3, 16, 9, 0, tzinfo=UTC)  # 18:00 KST
policy = parse_policy(POLICY)


def facts(**changes):
    good = rules.Facts(
        brn="1234567891",
        tax_status="ACTIVE",
        company_size="SMALL",
        certificate_valid_to=date(2027, 3, 31),
        certificate_size="SMALL",
        verification="VERIFIED",
        restricted=False,
        other_live_applications=0,
        supply_won=400_000_000,
        grant_won=320_000_000,
        own_cash_won=80_000_000,
        own_in_kind_won=0,
        cap_won=320_000_000,
        matches_required=True,
        confirmed_matches=1,
        quotes_valid_until=date(2027, 4, 1),
        provider_types=[["MEDICAL_DATA_HOSPITAL", "HOSPITAL"]],
        documents=list(policy.required_documents),
        submitted_at=CLOSES - timedelta(hours=1),
        deadline=CLOSES,
        region="GANGWON",
        region_words=("강원", "Gangwon"),
    )
    return replace(good, **changes)


def verdicts(**changes):
    return {f.rule: f.verdict for f in rules.eligibility(facts(**changes), policy)}


def test_region_is_the_calls_to_say():
    there, elsewhere = replace(policy, eligible_regions=("GANGWON",)), replace(policy, eligible_regions=("BUSAN", "JEJU"))
    plain = replace(policy, region_bonus=Decimal(0), selection=replace(policy.selection, pools=()))
    for call, region, verdict in (
        (plain, "GANGWON", V.MET), (there, "GANGWON", V.MET), (elsewhere, "GANGWON", V.NOT_MET), (elsewhere, "", V.NEEDS_PERSON),
        (plain, "", V.MET),
    ):  # fmt: skip
        found = {f.rule: f for f in rules.eligibility(facts(region=region), call)}[R.REGION]
        assert found.verdict == verdict and found.fact["regions"] == list(call.eligible_regions)
    assert [f.rule for f in rules.blocking(facts(), elsewhere)] == [R.REGION]
    assert set(rules.REMEDIES) == set(R)


def test_the_same_content_is_supported_once():
    other, same = (rules.Supported("HDV-2026-000001", date(2027, 12, 31), need) for need in (False, True))
    assert verdicts()[R.DUPLICATE] == V.MET
    assert verdicts(declares_alone=False)[R.DUPLICATE] == V.NEEDS_PERSON
    assert verdicts(supported=[other])[R.DUPLICATE] == V.NEEDS_PERSON
    assert verdicts(supported=[other, same])[R.DUPLICATE] == V.NOT_MET
    found = {f.rule: f for f in rules.eligibility(facts(supported=[other]), policy)}[R.DUPLICATE]
    assert "HDV-2026-000001" in found.reason_ko and "HDV-2026-000001" in found.reason_en
    assert R.DUPLICATE not in rules.BLOCKING  # an officer decides


@pytest.mark.parametrize(
    ("theirs", "meets"),
    [
        ((date(2026, 1, 1), date(2026, 12, 31)), False), ((date(2026, 1, 1), date(2027, 1, 1)), True),
        ((date(2027, 12, 31), date(2028, 5, 1)), True), ((date(2028, 1, 1), None), False), ((None, None), True),
    ],
)  # fmt: skip
def test_two_periods_meet_on_their_last_day(theirs, meets):
    assert rules.overlap((date(2027, 1, 1), date(2027, 12, 31)), theirs) is meets


def test_everything_met():
    found = rules.eligibility(facts(), policy)
    assert [f.rule for f in found] == list(R)
    assert {f.verdict for f in found} == {V.MET}
    assert all(f.reason_ko and f.reason_en for f in found)
    assert rules.undecided({f.rule: f.verdict for f in found}) == []


@pytest.mark.parametrize(
    ("change", "rule", "verdict"),
    [
        ({"brn": "0000000000"}, R.BRN, V.NOT_MET),
        ({"brn": "1234567890"}, R.BRN, V.NOT_MET),
        ({"tax_status": "CLOSED"}, R.TAX_STATUS, V.NOT_MET),
        ({"tax_status": "SUSPENDED"}, R.TAX_STATUS, V.NEEDS_PERSON),
        ({"tax_status": "UNKNOWN"}, R.TAX_STATUS, V.NEEDS_PERSON),
        ({"tax_status": "UNREGISTERED"}, R.TAX_STATUS, V.NEEDS_PERSON),
        ({"verification": "UNVERIFIED"}, R.VERIFICATION, V.NEEDS_PERSON),
        ({"verification": "DISPUTED"}, R.VERIFICATION, V.NEEDS_PERSON),
        ({"verification": "REFUSED"}, R.VERIFICATION, V.NOT_MET),
        ({"company_size": "LARGE"}, R.SIZE, V.NOT_MET),
        ({"certificate_valid_to": date(2027, 3, 15)}, R.CERTIFICATE, V.NOT_MET),
        ({"certificate_valid_to": date(2027, 3, 16)}, R.CERTIFICATE, V.MET),
        ({"certificate_valid_to": None}, R.CERTIFICATE, V.NEEDS_PERSON),
        ({"restricted": True}, R.RESTRICTION, V.NOT_MET),
        ({"other_live_applications": 1}, R.ONE_APPLICATION, V.NOT_MET),
        ({"own_cash_won": 79_999_999}, R.OWN_SHARE, V.NOT_MET),
        ({"own_in_kind_won": 40_000_001}, R.OWN_SHARE, V.NOT_MET),
        ({"own_in_kind_won": 40_000_000}, R.OWN_SHARE, V.MET),
        ({"supply_won": 0, "grant_won": 0, "own_cash_won": 0}, R.OWN_SHARE, V.NOT_MET),
        ({"grant_won": 320_000_001, "own_cash_won": 79_999_999}, R.CAP, V.NOT_MET),
        ({"cap_won": None, "grant_won": 340_000_000, "own_cash_won": 60_000_000}, R.CAP, V.MET),
        ({"confirmed_matches": 0}, R.QUOTES, V.NOT_MET),
        ({"confirmed_matches": 0, "matches_required": False}, R.QUOTES, V.MET),
        ({"quotes_valid_until": date(2027, 3, 15)}, R.QUOTES, V.NOT_MET),
        ({"provider_types": [["AGENCY"]]}, R.PROVIDERS, V.NOT_MET),
        ({"documents": ["PROJECT_PLAN"]}, R.DOCUMENTS, V.NOT_MET),
        ({"submitted_at": CLOSES}, R.IN_TIME, V.NOT_MET),
        ({"submitted_at": CLOSES - timedelta(microseconds=1)}, R.IN_TIME, V.MET),
        ({"submitted_at": None}, R.IN_TIME, V.NEEDS_PERSON),
    ],
)
def test_each_rule(change, rule, verdict):
    assert verdicts(**change)[rule] == verdict


def test_blocking_is_only_what_no_officer_could_mend():
    blocked = rules.blocking(facts(tax_status="CLOSED", certificate_valid_to=None), policy)
    assert [f.rule for f in blocked] == [R.TAX_STATUS]


@given(
    supply=st.integers(1, 10**10),
    in_kind=st.integers(0, 10**9),
    size=st.sampled_from(["MICRO", "SMALL", "MEDIUM"]),
    cap=st.one_of(st.none(), st.integers(1, 10**9)),
)
def test_the_formula_always_meets_own_share_and_cap(supply, in_kind, size, cap):
    found = money(
        supply_won=supply, taxable_won=supply, company_size=size, cap_won=cap, policy=policy,
        own_in_kind_won=min(in_kind, int(supply * policy.in_kind_max_rate)),
    )  # fmt: skip
    judged = verdicts(
        company_size=size, supply_won=supply, grant_won=found.grant_won, own_cash_won=found.own_cash_won,
        own_in_kind_won=found.own_in_kind_won, cap_won=cap,
    )  # fmt: skip
    assert judged[R.OWN_SHARE] == judged[R.CAP] == V.MET


@given(st.data())
def test_facts_outside_the_tables_never_crash(data):
    change = {
        "brn": data.draw(st.text(max_size=12)),
        "supply_won": data.draw(st.integers(0, 10**12)),
        "grant_won": data.draw(st.integers(0, 10**12)),
        "own_cash_won": data.draw(st.integers(0, 10**12)),
        "documents": data.draw(st.lists(st.text(max_size=5))),
        "provider_types": data.draw(st.lists(st.lists(st.text(max_size=5)))),
    }
    assert len(rules.eligibility(facts(**change), policy)) == len(R)


def test_formula_in_words():
    found = money(supply_won=400_000_000, taxable_won=0, company_size="SMALL", cap_won=320_000_000, policy=policy)
    with override("ko"):
        assert rules.formula(found) == "400,000,000원 × 85% = 340,000,000원, 한도 320,000,000원 적용"
    with override("en"):
        assert "ceiling of KRW 320,000,000 applies" in rules.formula(found)


def test_formula_below_the_ceiling_and_fractions():
    found = money(supply_won=100_000_001, taxable_won=0, company_size="MEDIUM", cap_won=320_000_000, policy=policy)
    with override("ko"):
        assert rules.formula(found) == "100,000,001원 × 75% = 75,000,000원"
    assert rules.rate_words(Decimal("0.825")) == "82.5%"
    assert rules.rate_words(Decimal(1)) == "100%"


# ── Sections ─────────────────────────────────────────────────────────────────────────────────────────
def full(key):
    return {f.name: (True if f.kind == "check" else "1" if f.kind in {"number", "won"} else "text") for f in rules.FIELDS[key]}


AROUND = rules.Surroundings(
    has_need=True, match_required=True, confirmed_matches=1, supply_won=100, in_kind_max_rate=Decimal("0.1"),
    required_documents=("PROJECT_PLAN",), documents=frozenset({"PROJECT_PLAN"}),
)  # fmt: skip


@pytest.mark.parametrize("key", rules.ORDER)
def test_a_full_section_is_complete(key):
    assert rules.missing(key, full(key), AROUND) == []
    assert rules.section_state(full(key), [], True, False) == "COMPLETE"


@pytest.mark.parametrize("key", rules.ORDER)
def test_every_required_field_is_missed_and_linked(key):
    for field in rules.FIELDS[key]:
        answers = {**full(key), field.name: ""}
        found = [m.field for m in rules.missing(key, answers, AROUND)]
        assert found == ([f"id_{field.name}"] if field.required else [])


def test_what_surrounds_a_section_counts():
    def lacking(key, **change):
        return [m.field for m in rules.missing(key, full(key), replace(AROUND, **change))]

    assert lacking("data_need", has_need=False) == ["id_need"]
    assert lacking("data_need", confirmed_matches=0) == ["id_matches"]
    assert lacking("data_need", confirmed_matches=0, match_required=False) == []
    assert lacking("data_need", unconfirmed_matches=1) == ["id_matches"]
    assert lacking("budget", supply_won=0, match_required=False) == ["id_planned_supply_won"]
    assert lacking("budget", supply_won=0) == ["id_supply"]
    assert lacking("budget", own_in_kind_won=11) == ["id_own_in_kind_won"]
    assert lacking("budget", rate_known=False) == ["id_supply"]
    assert lacking("documents", documents=frozenset()) == ["id_document_PROJECT_PLAN"]
    assert lacking("declarations", service_address=False) == ["id_declare_electronic_service"]
    assert lacking("declarations", postal_address=False) == []
    by_post = {**full("declarations"), rules.declaration_field("ELECTRONIC_SERVICE"): False}
    nowhere = rules.missing("declarations", by_post, replace(AROUND, postal_address=False))
    assert [m.field for m in nowhere] == ["id_declare_electronic_service"]


def test_section_states():
    some = [rules.Missing("id_x", "x")]
    assert rules.section_state({}, some, False, False) == "NOT_STARTED"
    assert rules.section_state({"a": "b"}, some, True, False) == "IN_PROGRESS"
    assert rules.section_state({"a": "b"}, [], True, True) == "NEEDS_WORK"


def test_the_law_lets_only_electronic_service_be_refused():
    assert [d.kind for d in rules.DECLARATIONS if d.refusable] == ["ELECTRONIC_SERVICE"]


@given(st.sampled_from(list(rules.ApplicationStatus)), st.sampled_from(rules.LIFECYCLE.all_verbs()))
def test_every_state_and_verb(status, verb):
    if rules.LIFECYCLE.can(status, verb):
        assert rules.LIFECYCLE.step(status, verb) in set(rules.ApplicationStatus)
    else:
        with pytest.raises(IllegalStep):
            rules.LIFECYCLE.step(status, verb)


def test_matches_stay_open_as_long_as_the_round_says():
    assert rules.matches_open("DRAFT", "BEFORE_SUBMISSION")
    assert not rules.matches_open("ELIGIBLE", "BEFORE_SUBMISSION")
    assert rules.matches_open("ELIGIBLE", "BEFORE_SELECTION")
    assert not rules.matches_open("SELECTED", "BEFORE_SELECTION")
    assert rules.matches_open("SELECTED", "AFTER_SELECTION")


def test_receipt_number():
    assert rules.receipt(2027, 123) == "HDV-2027-000123"
