"""Until when an objection may be filed, and who may decide it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from vouchers.objections import rules

SEOUL = ZoneInfo("Asia/Seoul")
LAST = date(2027, 3, 5)
END = datetime(2027, 3, 6, 0, 0, tzinfo=SEOUL)


def test_the_last_day_counts_to_its_end_at_the_microsecond():
    assert rules.in_time(LAST, END - timedelta(microseconds=1))
    assert not rules.in_time(LAST, END)
    assert rules.in_time(None, END + timedelta(days=400)), "a letter that was not served starts no clock"


def test_who_decided_does_not_decide_again():
    assert not rules.may_decide(7, [3, 7])
    assert rules.may_decide(8, [3, 7])


def test_the_deciding_unit_has_until_its_due_day():
    assert rules.opinion_awaited(None, END, END - timedelta(microseconds=1))
    assert not rules.opinion_awaited(None, END, END)
    assert not rules.opinion_awaited(END, END + timedelta(days=1), END)


def test_every_outcome_has_its_verb():
    for verb, status in rules.OUTCOMES.items():
        assert rules.LIFECYCLE.step(rules.ObjectionStatus.UNDER_REVIEW, verb) == status
    for status in rules.DECIDED | {rules.ObjectionStatus.WITHDRAWN}:
        assert set(rules.LIFECYCLE.verbs(status)) <= {"record_remedy", "waive_remedy"}


def test_the_decision_is_put_off_by_days_that_begin_after_the_first_time_ran_out():
    later = rules.extended(END, 10)  # due on 5 March 2027; ten days later is Monday, 15 March
    assert later == datetime(2027, 3, 16, 0, 0, tzinfo=SEOUL)
    assert rules.extended(END, 8) == datetime(2027, 3, 16, 0, 0, tzinfo=SEOUL), "the 13th is a Saturday"
    assert rules.may_extend(END, 10, END - timedelta(microseconds=1), before=False)
    assert not rules.may_extend(END, 10, END, before=False), "too late"
    assert not rules.may_extend(END, 10, END - timedelta(days=1), before=True), "once"
    assert not rules.may_extend(END, 0, END - timedelta(days=1), before=False), "the policy gives no days"
