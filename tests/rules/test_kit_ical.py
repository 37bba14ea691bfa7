"""Calendar files as other programs read them: escaped, folded between letters, moments in UTC, last days included."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from portal.kit import ical

STAMP = datetime(2027, 1, 1, tzinfo=UTC)


def lines(*entries: ical.Entry) -> list[str]:
    content = ical.calendar("달력", entries, lang="ko")
    assert content.endswith(b"\r\n") and all(len(one) <= 75 for one in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    return content.decode().replace("\r\n ", "").split("\r\n")


def test_a_moment_is_written_in_utc_and_a_last_day_is_included():
    kst = timezone(timedelta(hours=9))
    found = lines(
        ical.Entry("a@x", "마감", datetime(2027, 3, 1, 18, tzinfo=kst), STAMP, sequence=4),
        ical.Entry("b@x", "과제", date(2027, 4, 1), STAMP, end=date(2027, 4, 30)),
    )
    assert "DTSTART:20270301T090000Z" in found and "SEQUENCE:4" in found and "UID:a@x" in found
    assert "DTSTART;VALUE=DATE:20270401" in found and "DTEND;VALUE=DATE:20270501" in found
    assert found[0] == "BEGIN:VCALENDAR" and found[-2] == "END:VCALENDAR"


def test_text_is_escaped_and_folded_between_letters():
    title = "가나다, 라마바; \\ 사아자\n" * 8 + "\x07"
    (said,) = [one for one in lines(ical.Entry("a@x", title, STAMP, STAMP)) if one.startswith("SUMMARY")]
    assert said == "SUMMARY;LANGUAGE=ko:" + "가나다\\, 라마바\\; \\\\ 사아자\\n" * 8


def test_no_line_can_be_smuggled_in():
    found = lines(ical.Entry("a@x", "x\r\nATTENDEE:mailto:who@x.example", STAMP, STAMP))
    assert not [one for one in found if one.startswith("ATTENDEE")]


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        lines(ical.Entry("a@x", "x", datetime(2027, 3, 1, 18), STAMP))
