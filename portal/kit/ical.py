"""iCalendar files (RFC 5545): folded at 75 octets, escaped, moments in UTC. A day has no time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

MEDIA_TYPE = "text/calendar; charset=utf-8"
OCTETS = 75


@dataclass(frozen=True)
class Entry:
    """One date. uid: the same for ever, unique in the world. start, end: a moment with its zone, or a day (end: its last day).

    stamp: when it was last changed; sequence: rises with every change. end None: a moment, or one whole day. organizer,
    attendee: mail addresses, of an appointment to which somebody is asked (RFC 5546); cancelled: it is not held any more.
    """

    uid: str
    title: str
    start: datetime | date
    stamp: datetime
    end: datetime | date | None = None
    sequence: int = 0
    url: str = ""
    text: str = ""
    place: str = ""
    organizer: str = ""
    attendee: str = ""
    cancelled: bool = False


def calendar(name: str, entries: Sequence[Entry], *, lang: str, method: str = "PUBLISH") -> bytes:
    """A calendar of its entries in their order. lang: ko or en. method: PUBLISH, or of RFC 5546 REQUEST and CANCEL, which ask one
    attendee each. Raises: ValueError for a moment without a zone."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//Healthcare data voucher//Calls//{lang.upper()}", "CALSCALE:GREGORIAN"]
    lines += [f"METHOD:{method}", f"X-WR-CALNAME:{escaped(name)}"]
    for entry in entries:
        lines += _lines(entry, lang)
    lines.append("END:VCALENDAR")
    return b"".join(piece + b"\r\n" for line in lines for piece in folded(line))


def escaped(text: str) -> str:
    """TEXT of RFC 5545, 3.3.11; other control characters are left out."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = "".join(sign for sign in plain if sign in "\n\t" or (sign >= " " and sign != "\x7f"))
    for sign, instead in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        plain = plain.replace(sign, instead)
    return plain


def folded(line: str) -> Iterator[bytes]:
    """One content line as pieces of at most 75 octets; a letter is never cut, every further piece begins with a space."""
    piece = b""
    for sign in line:
        octets = sign.encode()
        if len(piece) + len(octets) > OCTETS:
            yield piece
            piece = b" "
        piece += octets
    yield piece


def _lines(entry: Entry, lang: str) -> list[str]:
    lines = ["BEGIN:VEVENT", f"UID:{escaped(entry.uid)}", f"DTSTAMP:{_utc(entry.stamp)}", f"SEQUENCE:{entry.sequence}"]
    lines.append(f"DTSTART{_when(entry.start)}")
    if entry.end is not None:
        end = entry.end if isinstance(entry.end, datetime) else entry.end + timedelta(days=1)  # DTEND is exclusive
        lines.append(f"DTEND{_when(end)}")
    lines.append(f"SUMMARY;LANGUAGE={lang}:{escaped(entry.title)}")
    named = (("DESCRIPTION", entry.text), ("LOCATION", entry.place))
    lines += [f"{name};LANGUAGE={lang}:{escaped(words)}" for name, words in named if words]
    lines += [f"URL:{entry.url}"] if entry.url else []
    return [*lines, *_meeting(entry), "END:VEVENT"]


def _meeting(entry: Entry) -> list[str]:
    """A date that one may know takes no time of its reader; an appointment does, and says who asks whom."""
    if not entry.attendee:
        return ["TRANSP:TRANSPARENT"]
    return [
        "TRANSP:OPAQUE", f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}", f"ORGANIZER:mailto:{_address(entry.organizer)}",
        f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:{_address(entry.attendee)}",
    ]  # fmt: skip


def _address(mail: str) -> str:
    """Without what could end the line."""
    return "".join(sign for sign in mail if sign.isprintable() and sign not in " ;:,")


def _when(moment: datetime | date) -> str:
    return f":{_utc(moment)}" if isinstance(moment, datetime) else f";VALUE=DATE:{moment:%Y%m%d}"


def _utc(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
