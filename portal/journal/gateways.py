"""Hands one mail to the mail server, and says honestly what came of it (docs/adr/0002-mail-outcome.md)."""

import json
import re
import smtplib
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from email.message import MIMEPart
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from portal.journal.rules import Outcome


@dataclass(frozen=True)
class Sent:
    """outcome: Outcome; error: the server's words, or the exception's name."""

    outcome: Outcome
    error: str = ""


def message_id(ref: str) -> str:
    """The same for every attempt at the same notice, so that a mail server can see a repetition."""
    return f"<{ref}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}>"


def send(*, ref: str, to: str, subject: str, body: str, calendar: str = "") -> Sent:
    """Sends one mail. calendar: an iCalendar file that goes with it. Never raises for what the network or the server may do.

    What fails before the mail was handed over is NOT_SENT; a server's answer is an answer (4xx NOT_SENT, 5xx REFUSED);
    a connection that breaks after that is UNKNOWN.
    """
    connection = get_connection()
    try:
        connection.open()
    except Exception as error:
        return Sent(Outcome.NOT_SENT, _words(error))
    message = EmailMessage(
        subject,
        body,
        settings.DEFAULT_FROM_EMAIL,
        [to],
        headers={"Message-ID": message_id(ref), "Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    if calendar:
        message.attach(_calendar(calendar))
    try:
        connection.send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        code = max((int(answer[0]) for answer in error.recipients.values()), default=550)
        return Sent(_answered(code), _words(error))
    except smtplib.SMTPResponseException as error:
        return Sent(_answered(int(error.smtp_code)), _words(error))
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        return Sent(Outcome.UNKNOWN, _words(error))
    except (smtplib.SMTPException, ValueError, UnicodeError) as error:  # an address or a header that cannot be sent
        return Sent(Outcome.REFUSED, _words(error))
    finally:
        _close(connection)
    return Sent(Outcome.SENT)


def _calendar(text: str) -> MIMEPart:
    """Mail programs offer an invitation where the part says the file's own method."""
    part = MIMEPart()
    found = re.search(r"^METHOD:(\w+)", text, re.M)
    part.set_content(
        text, subtype="calendar", charset="utf-8", params={"method": found[1] if found else "PUBLISH"}, disposition="attachment",
        filename="invite.ics",
    )  # fmt: skip
    return part


def was_received(ref: str) -> bool | None:
    """Does the other side know this mail? None: it cannot be asked (SMTP)."""
    ask = getattr(get_connection(), "knows", None)
    return None if ask is None else bool(ask(message_id(ref)))


def _answered(code: int) -> Outcome:
    return Outcome.REFUSED if 500 <= code < 600 else Outcome.NOT_SENT


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def _close(connection: object) -> None:
    with suppress(Exception):  # the mail's outcome is already known
        connection.close()  # type: ignore[attr-defined]


def waiting(queues: Iterable[str]) -> dict[str, tuple[int, float]]:
    """Queue → (messages that wait at the broker, age of the oldest in seconds); {} where it does not answer. The age is what the
    sender wrote into the message (portal.celery)."""
    names = list(queues)
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as broker:
            asked = broker.pipeline(transaction=False)
            for name in names:
                asked.llen(name)
                asked.lindex(name, -1)  # the oldest: new ones come in at the other end
            found = asked.execute()
    except redis.RedisError:
        return {}
    return {name: (found[2 * n], _age(found[2 * n + 1])) for n, name in enumerate(names)}


def _age(message: bytes | None) -> float:
    if message is None:
        return 0.0
    sent = json.loads(message).get("headers", {}).get("sent_at")
    return max(0.0, time.time() - sent) if isinstance(sent, int | float) else 0.0
