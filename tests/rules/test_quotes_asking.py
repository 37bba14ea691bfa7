"""Whom one may ask, for what, and whom the call pays. No database."""

import pytest

from portal.kit.errors import Refused
from vouchers.matching.rules import asking

ALL = {"answers": True, "suits_demo": True, "published": True, "there": True, "admitted": True}


@pytest.mark.parametrize(
    ("lacks", "code"),
    [
        ("", ""), ("answers", "not_in_portal"), ("suits_demo", "demo_offer"), ("published", "not_published"), ("there", "not_open"),
        ("admitted", "not_a_supplier"),
    ],
)  # fmt: skip
def test_what_stands_against_asking_has_one_name_and_a_sentence(lacks: str, code: str) -> None:
    found = asking.hindrance(**{name: name != lacks for name in ALL})
    assert found == code and bool(asking.HINDRANCES.get(found)) == bool(asking.REFUSED.get(found)) == bool(code)


@pytest.mark.parametrize("status", ["PLANNED", "IN_CONSTRUCTION", "SUPERSEDED", "CLOSED", ""])
def test_only_what_is_available_can_be_had(status: str) -> None:
    asking.check_there("AVAILABLE", "자료")
    asking.check_there(None, "가공")
    with pytest.raises(Refused) as error:
        asking.check_there(status, "자료")
    assert error.value.code == "not_open" and "자료" in str(error.value.message)


def test_all_that_the_call_does_not_pay_are_named_once() -> None:
    asking.check_paid([])
    with pytest.raises(Refused) as error:
        asking.check_paid(["가상기관", "다른기관", "가상기관"])
    assert error.value.field == "lines" and "가상기관, 다른기관" in str(error.value.message)
