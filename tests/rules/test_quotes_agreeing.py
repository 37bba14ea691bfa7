"""Who must agree before a quote leaves. No database."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from portal.kit.errors import IllegalStep, Refused
from vouchers.matching.rules import agreeing

TABLE = agreeing.DRAFT_LIFECYCLE


def test_every_state_and_verb() -> None:
    for state, verb in product(TABLE.states, TABLE.all_verbs()):
        if (state, verb) in TABLE.moves:
            assert TABLE.step(state, verb) == TABLE.moves[(state, verb)]
        else:
            with pytest.raises(IllegalStep):
                TABLE.step(state, verb)


@pytest.mark.parametrize(
    ("approved", "needed", "agreed", "waits"),
    [
        (False, True, False, ("approver", "investigator")), (True, True, False, ("investigator",)),
        (False, True, True, ("approver",)), (True, True, True, ()), (False, False, False, ("approver",)), (True, False, False, ()),
    ],
)  # fmt: skip
def test_missing(approved: bool, needed: bool, agreed: bool, waits: tuple[str, ...]) -> None:
    assert agreeing.missing(approved=approved, investigator_needed=needed, investigator_agreed=agreed) == waits


def test_the_approver_is_neither_who_prepared_it_nor_the_investigator() -> None:
    agreeing.check_approver(3, prepared_by=1, investigator=2)
    agreeing.check_approver(3, prepared_by=1, investigator=None)
    for approver, code in ((1, "own_quote"), (2, "own_research")):
        with pytest.raises(Refused) as error:
            agreeing.check_approver(approver, prepared_by=1, investigator=2)
        assert error.value.code == code


def test_the_investigator_is_named_with_an_address_where_the_round_asks_for_one() -> None:
    assert agreeing.check_investigator("  가상   연구책임자 ", " PI@Hospital.example ", needed=True) == (
        "가상 연구책임자", "pi@hospital.example",
    )  # fmt: skip
    assert agreeing.check_investigator("누구", "a@b.example", needed=False) == ("", "")
    for name, email, field in (("", "a@b.example", "investigator_name"), ("누구", " ", "investigator_email")):
        with pytest.raises(Refused) as error:
            agreeing.check_investigator(name, email, needed=True)
        assert error.value.field == field


def test_a_link_holds_once_while_the_draft_waits_until_its_day() -> None:
    now = datetime(2027, 1, 5, tzinfo=UTC)
    later = now + timedelta(days=1)
    assert agreeing.link_holds("PREPARED", agreed=False, until=later, now=now)
    for status, agreed, until in (
        ("SENT", False, later), ("PREPARED", True, later), ("PREPARED", False, now), ("PREPARED", False, None),
    ):  # fmt: skip
        assert not agreeing.link_holds(status, agreed=agreed, until=until, now=now)


def test_only_who_belongs_to_the_institution_agrees_for_its_research() -> None:
    agreeing.check_belongs("가상병원", member=True)
    with pytest.raises(Refused) as error:
        agreeing.check_belongs("가상병원", member=False)
    assert error.value.code == "not_of_institution" and "가상병원" in str(error.value.message)
