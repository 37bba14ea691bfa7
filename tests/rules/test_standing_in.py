"""Who is away, who stands in, and to whom a duty may be handed; and when a round reminds."""

from datetime import date

import pytest

from portal.accounts.rules import Role
from portal.accounts.rules.standing_in import Spell, absence_fault, deputy_fault, handing_fault, shared
from portal.journal.rules import reminders_due
from vouchers.rounds.rules.reminding import parse_reminding, reminding_faults

TODAY = date(2026, 11, 28)


def spell(first: int, last: int, who: str = "") -> Spell:
    return Spell(date(2026, 12, first), date(2026, 12, last), who)


@pytest.mark.parametrize(("wanted", "own", "stands_in", "code"), [
    (spell(5, 4), (), (), "ends_first"),
    (Spell(date(2026, 11, 27), date(2026, 12, 1)), (), (), "begun"),
    (Spell(date(2026, 11, 28), date(2028, 1, 2)), (), (), "too_long"),
    (spell(1, 5), (spell(5, 9),), (), "overlaps"),
    (spell(1, 5), (), (spell(5, 9, "B"),), "stands_in"),
    (spell(1, 5), (spell(6, 9),), (spell(10, 12, "B"),), None),
    (Spell(TODAY, TODAY), (), (), None),
])  # fmt: skip
def test_an_absence_overlaps_nothing_and_nobody_leaves_whom_they_stand_in_for(wanted, own, stands_in, code):
    fault = absence_fault(wanted, today=TODAY, own=own, stands_in=stands_in)
    assert (fault and fault.code) == code


def test_a_deputy_is_another_with_the_same_role_who_is_there():
    grants = {(Role.PROVIDER_MANAGER, 7)}
    judged = {"is_self": False, "shares": grants, "name": "B", "away": ()}
    assert deputy_fault(spell(1, 5), **judged) is None
    for change, code in (
        ({"is_self": True}, "oneself"), ({"shares": set()}, "no_role"), ({"away": (spell(5, 6),)}, "deputy_away"),
    ):  # fmt: skip
        fault = deputy_fault(spell(1, 5), **{**judged, **change})
        assert fault is not None and fault.code == code and fault.field == "deputy"


def test_a_role_of_another_organisation_and_an_appointment_by_name_are_not_shared():
    assert shared([(Role.PROVIDER_MANAGER, 7)], [(Role.PROVIDER_MANAGER, 8)]) == set()
    assert shared([(Role.EVALUATOR, None)], [(Role.EVALUATOR, None)]) == set()
    assert shared([(Role.MINISTRY_OFFICER, None)], [(Role.MINISTRY_OFFICER, None)]) == {(Role.MINISTRY_OFFICER, None)}


HANDED = {
    "in_person": False, "is_owed": True, "holder_is": False, "may": True, "took_part": False, "away_until": None, "name": "B",
}  # fmt: skip


@pytest.mark.parametrize(("change", "code"), [
    ({}, None), ({"in_person": True}, "in_person"), ({"is_owed": False}, "not_owed"), ({"holder_is": True}, "holds"),
    ({"may": False}, "no_role"), ({"took_part": True}, "took_part"), ({"away_until": TODAY}, "away"),
])  # fmt: skip
def test_a_duty_goes_only_to_whoever_may_do_it(change, code):
    fault = handing_fault(**{**HANDED, **change})
    assert (fault and fault.code) == code and (fault is None or "%(" not in str(fault.message))


def test_a_round_reminds_on_its_own_days():
    policy = parse_reminding({"debt": [1, 20, 7], "plan": []})
    assert policy.of("debt", (7, 1)) == (20, 7, 1) and policy.of("plan", (7, 1)) == () and policy.of("final", (3,)) == (3,)
    told = {"left_at_opening": 30, "done": (), "late": False}
    assert reminders_due(left=15, days=(20, 7, 1), **told).tell == 20
    assert reminders_due(left=15, days=(7, 1), **told).tell is None and reminders_due(left=1, days=(), **told).mark == ()


@pytest.mark.parametrize(("body", "code"), [
    ({"debt": [61]}, "reminding_days"), ({"debt": [0]}, "reminding_days"), ({"debt": [1, 2, 3, 4, 5, 6, 7]}, "reminding_days"),
    ({"moon": [1]}, "reminding_shape"), ({"debt": "x"}, "reminding_shape"), ([], "reminding_shape"), ({"debt": [20, 1]}, ""),
])  # fmt: skip
def test_days_of_reminders_that_no_round_may_have(body, code):
    assert reminding_faults(body) == ([code] if code else [])
