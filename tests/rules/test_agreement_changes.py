"""A change of an agreement on paper: its class follows from what differs, its money from the one formula."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vouchers.agreements import rules
from vouchers.milestones import rules as milestones

L, P = rules.LineTerms, rules.ChangePart
TENTH = Decimal("0.10")
LINES = (L(1, 1, "TAXABLE", 120), L(2, 1, "TAXABLE", 120), L(3, 2, "TAXABLE", 160))
BEFORE = rules.Terms(date(2027, 4, 1), date(2027, 11, 30), "판독 보조", "흉부 CT", LINES, {"agp-1": ""}, 320)


def lines(*amounts):
    return tuple(replace(line, amount_won=amount) for line, amount in zip(LINES, amounts, strict=True))


def parts(after, share=TENTH, signed=LINES):
    return rules.parts_of(BEFORE, after, signed, share)


@pytest.mark.parametrize(("changed", "found", "kind"), [
    ({"ends_on": date(2027, 12, 20)}, (P.PERIOD,), "MAJOR"),
    ({"goal": "다른 목표"}, (P.GOAL,), "MAJOR"),
    ({"data_scope": "흉부 X선"}, (P.SCOPE,), "MAJOR"),
    ({"contacts": {"agp-1": "usr-1"}}, (P.CONTACT,), "MINOR"),
    ({"lines": lines(140, 100, 160)}, (P.SHIFT,), "MINOR"),
    ({"lines": lines(160, 80, 160)}, (P.SHIFT,), "MINOR"),  # 40 of 400: just the tenth
    ({"lines": lines(161, 79, 160)}, (P.AMOUNT,), "MAJOR"),
    ({"lines": lines(110, 120, 170)}, (P.AMOUNT,), "MAJOR"),  # from one provider to the other
    ({"lines": lines(120, 120, 100), "grant_won": 289}, (P.AMOUNT,), "MAJOR"),
    ({"lines": lines(120, 120, 0), "grant_won": 204}, (P.AMOUNT, P.PROVIDER), "MAJOR"),
    ({"contacts": {"agp-1": "usr-1"}, "goal": "다른 목표"}, (P.GOAL, P.CONTACT), "MAJOR"),
    ({}, (), "MINOR"),
])  # fmt: skip
def test_the_class_follows_from_the_content(changed, found, kind):
    after = replace(BEFORE, **changed)
    assert parts(after) == found and rules.class_of(parts(after)) == kind


def test_a_shift_is_measured_against_what_was_signed_last():
    """Two notices of 30 each would move 60 of 400 by the back door."""
    once = replace(BEFORE, lines=lines(150, 90, 160))
    twice = replace(once, lines=lines(180, 60, 160))
    assert rules.parts_of(BEFORE, once, LINES, TENTH) == (P.SHIFT,)
    assert rules.parts_of(once, twice, LINES, TENTH) == (P.AMOUNT,)
    assert rules.parts_of(once, twice, once.lines, TENTH) == (P.SHIFT,)  # once that text was signed


def test_a_shift_that_changes_the_vat_is_no_shift():
    exempt = (LINES[0], replace(LINES[1], tax_kind="EXEMPT"), LINES[2])
    before = replace(BEFORE, lines=exempt)
    after = replace(before, lines=(replace(exempt[0], amount_won=140), replace(exempt[1], amount_won=100), exempt[2]))
    assert rules.parts_of(before, after, exempt, TENTH) == (P.AMOUNT,)


def test_where_the_policy_names_no_share_every_shift_needs_approval():
    assert parts(replace(BEFORE, lines=lines(121, 119, 160)), Decimal(0)) == (P.AMOUNT,)


@pytest.mark.parametrize(("formula", "before", "after", "rise", "grant"), [
    (255, 400, 300, False, 255),  # less
    (330, 400, 300, True, 320),  # never more when less is bought
    (340, 400, 400, True, 320),  # the same supply keeps its grant
    (360, 400, 450, False, 320),  # above the award only where the round says so
    (360, 400, 450, True, 360),
])  # fmt: skip
def test_the_grant_after_a_change(formula, before, after, rise, grant):
    given_ = {"held_won": 320, "award_won": 320, "supply_before_won": before, "supply_after_won": after, "may_rise": rise}
    assert rules.changed_grant(formula, **given_) == grant


def test_what_no_decision_could_mend():
    lower = replace(BEFORE, lines=lines(120, 120, 60), grant_won=255)
    more = replace(BEFORE, lines=lines(120, 120, 260), grant_won=400)
    assert rules.change_fault(BEFORE, lower, paid_won=255, available_won=0) == ""
    assert rules.change_fault(BEFORE, lower, paid_won=256, available_won=0) == "below_paid"
    assert rules.change_fault(BEFORE, more, paid_won=0, available_won=80) == ""
    assert rules.change_fault(BEFORE, more, paid_won=0, available_won=79) == "over_available"
    nothing = replace(BEFORE, lines=lines(0, 0, 0), grant_won=0)
    assert rules.change_fault(BEFORE, nothing, paid_won=0, available_won=0) == "nothing_left"
    assert rules.change_fault(BEFORE, replace(BEFORE, lines=lines(-1, 240, 161)), paid_won=0, available_won=0) == "line_negative"


def test_terms_survive_their_document():
    assert rules.terms_of(BEFORE.document()) == BEFORE
    assert not rules.may_decide(7, 7) and rules.may_decide(7, 8)


def test_a_provider_without_lines_does_not_sign():
    after = {1: 100, 2: 0}
    assert (
        rules.stays("COMPANY", (), after) and rules.stays("PROVIDER", (1, 2), after) and not rules.stays("PROVIDER", (2,), after)
    )


# ── The plan of the deliveries ───────────────────────────────────────────────────────────────────────
DAY = date(2027, 6, 1)


def part(payee, status, amount, grant=None, vat=0, due=DAY):
    return milestones.Part(payee, status, due, amount, amount * 8 // 10 if grant is None else grant, vat)


def below(parts, **changed):
    given_ = {"by_payee": {1: 200, 2: 100}, "vat_by_payee": {1: 20, 2: 10}, "grant_won": 240, "own_won": 60, **changed}
    return milestones.below_delivered(parts, **given_)


def test_what_was_delivered_is_never_agreed_away():
    held = [part(1, "ACCEPTED", 100, vat=10), part(1, "SUBMITTED", 50, vat=5), part(2, "PLANNED", 100), part(2, "REJECTED", 900)]
    assert below(held) == ("", None, 0)
    assert below(held, by_payee={1: 149, 2: 100}) == ("lines", 1, 150)
    assert below(held, vat_by_payee={1: 14}) == ("vat", 1, 15)
    assert below(held, grant_won=119) == ("grant", None, 120)
    assert below(held, own_won=29) == ("own", None, 30)


def apart(parts, by_payee, **changed):
    vats = {payee: sum(p.vat_won for p in parts if p.payee == payee) for payee in by_payee}
    facts = {"grant_won": 240, "own_won": 60, "first_day": date(2027, 4, 1), "last_day": date(2027, 11, 30), "vat_by_payee": vats}
    return milestones.out_of_plan(parts, milestones.Agreed(by_payee, **{**facts, **changed}))


def test_what_no_longer_adds_up_is_found():
    held = [part(1, "ACCEPTED", 100, vat=10), part(1, "PLANNED", 100, vat=10), part(2, "PLANNED", 100, vat=10)]
    lines_ = {1: 200, 2: 100}
    assert apart(held, lines_) == set()
    assert apart(held, {1: 180, 2: 100}) == {1}
    assert apart(held, {1: 200}) == {2}  # it left
    assert apart(held, lines_, last_day=date(2027, 5, 31)) == {1, 2}  # due after the end
    assert apart(held, lines_, vat_by_payee={1: 20, 2: 9}) == {2}
    assert apart(held, lines_, grant_won=239) == {1, 2} and apart(held, lines_, own_won=59) == {1, 2}
    rejected = [part(1, "REJECTED", 80, vat=8), part(1, "PLANNED", 120, vat=12)]
    assert apart(rejected, {1: 200}) == set()
    assert apart(rejected, {1: 120}) == {1}
    assert milestones.left_to_plan(rejected, {1: 120}) == {1: 40}  # what was rejected goes first


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=6), st.integers(0, 10**9), st.integers(0, 100))
def test_the_rest_of_a_grant_is_shared_without_a_won_lost(amounts, delivered, percent):
    """While nothing was rejected the open milestones take all that is left of the grant, none more than its amount."""
    whole = delivered + sum(amounts)
    total = whole * percent // 100
    delivered_grant = min(delivered, total * delivered // whole)
    rest = milestones.share_left(total, delivered_grant, whole, delivered, sum(amounts))
    assert rest == total - delivered_grant
    shared = milestones.shares(rest, amounts)
    assert sum(shared) == rest and (rest > sum(amounts) or all(one <= most for one, most in zip(shared, amounts, strict=True)))
