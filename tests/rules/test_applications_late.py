"""Late entry by exception: when it may stand, its code, and that records without one read as before."""

from datetime import UTC, datetime, timedelta

import pytest

from vouchers.applications import rules
from vouchers.evaluation.rules import Applicant
from vouchers.evaluation.rules.records import _applicant, _parse_applicant
from vouchers.rounds.rules import UNDER_WAY, RoundStatus, evaluates, is_held

CLOSE = datetime(2027, 2, 26, 9, tzinfo=UTC)
HOUR, MICROSECOND = timedelta(hours=1), timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("status", "until", "now", "fault"),
    [
        ("ANNOUNCED", CLOSE + HOUR, CLOSE, ""),
        ("ANNOUNCED", CLOSE + HOUR, CLOSE - HOUR, ""),
        ("ANNOUNCED", CLOSE, CLOSE - HOUR, "not_later"),
        ("ANNOUNCED", CLOSE + HOUR, CLOSE + HOUR, "expired"),
        ("ANNOUNCED", CLOSE + HOUR, CLOSE + HOUR - timedelta(microseconds=1), ""),
        ("DRAFT", CLOSE + HOUR, CLOSE, "not_announced"),
        ("CANCELLED", CLOSE + HOUR, CLOSE, "not_announced"),
    ],
)
def test_when_a_late_entry_may_stand(status, until, now, fault):
    assert rules.late_fault(status=status, closes_at=CLOSE, until=until, now=now) == fault


def test_after_the_evaluation_began_nothing_helps():
    begun = set(RoundStatus) - {"DRAFT", "REVIEW", "CANCELLED", "ANNOUNCED"}
    assert begun and {
        rules.late_fault(status=s, closes_at=CLOSE, until=CLOSE + HOUR, now=CLOSE) for s in begun
    } == {"evaluation_began"}  # fmt: skip
    assert {"evaluation_began", "not_announced", "not_later", "expired"} == set(rules.LATE_SENTENCES)


def test_a_code_is_read_as_people_type_it():
    assert rules.clean_code(" 7k2m-90qx h4tD ") == "7K2M90QXH4TD" and rules.clean_code("OIL-oil") == "011011"
    assert rules.code_words("7K2M90QXH4TD") == "7K2M-90QX-H4TD"
    assert rules.clean_code(rules.code_words(rules.CODE_SIGNS)) == rules.CODE_SIGNS  # no sign is mended away


def test_the_evaluation_waits_for_the_last_late_entry():
    end = CLOSE + HOUR
    assert (
        is_held(end, CLOSE) and is_held(end, end) and not is_held(None, CLOSE)
    )  # what came in its last moment is still on its way
    assert is_held(end, end + UNDER_WAY - MICROSECOND) and not is_held(end, end + UNDER_WAY)


def test_a_record_says_late_only_of_those_that_were():
    facts = {
        "ref": "app_1", "receipt_no": "HDV-1", "track": "LARGE", "grant_won": 1, "submitted_at": "", "matched": True,
        "region": "SEOUL", "youth": False, "size": "SMALL", "provider_outside": False, "penalties": (),
        "evaluations": (("u", {"A": 70}),),
    }  # fmt: skip
    in_time, late = Applicant(**facts), Applicant(**facts, late=True)
    assert "late" not in _applicant(in_time) and _applicant(late)["late"] is True
    assert _parse_applicant(_applicant(in_time)) == in_time and _parse_applicant(_applicant(late)) == late


def test_an_application_goes_to_evaluators_once_its_round_does():
    assert {str(one) for one in RoundStatus if evaluates(one)} == {"EVALUATING", "AWARDED", "RUNNING", "SETTLING", "ARCHIVED"}
