"""What of an earlier application may stand in a new one."""

from datetime import date, timedelta

from vouchers.applications.rules import SectionKey
from vouchers.applications.rules.copying import Left, answers, document
from vouchers.rounds.rules import PAPER_DAYS

CLOSING = date(2027, 3, 31)


def test_answers_that_hold_are_taken_and_the_others_are_named():
    stored = {"introduction": "소개", "contact_role": "가" * 81, "confirmed": True, "gone": "x", "employees": None}
    taken, left = answers(SectionKey.COMPANY, stored)
    assert taken == {"introduction": "소개"}
    assert left == {"contact_role": Left.TOO_LONG, "confirmed": Left.DECLARED_ANEW, "gone": Left.NOT_ASKED}
    assert answers(SectionKey.PROJECT, {"regulatory_route": "NO_SUCH"})[1] == {"regulatory_route": Left.NOT_OFFERED}


def why(kind, days, *, open_=True, papers=(), paper_days=PAPER_DAYS):
    uploaded_on = CLOSING - timedelta(days=days)
    return document(kind, uploaded_on, CLOSING, open_=open_, papers=papers, paper_days=paper_days)


def test_files_are_taken_while_they_hold():
    assert why("PROJECT_PLAN", 900) is None and why("PROJECT_PLAN", 1, open_=False) == Left.FILE_CLOSED
    assert why("TAX_CLEARANCE", 30) is None and why("TAX_CLEARANCE", 31) == Left.TOO_OLD
    assert why("TAX_CLEARANCE", 31, paper_days={"TAX_CLEARANCE": 60}) is None, "how long is the call's to say"
    assert why("SECURITY_PLEDGE", 0) == Left.SIGNED_FOR_ONE
    assert why("SIZE_CERTIFICATE", 0) == Left.PAPER_NOT_VALID and why("SIZE_CERTIFICATE", 0, papers={"SIZE_CERTIFICATE"}) is None
