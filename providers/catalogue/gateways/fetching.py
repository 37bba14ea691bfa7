"""Asks a registered source, politely and with limits: its robots.txt first, then the document, piece by piece."""

import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import httpcore
import httpx
from django.conf import settings

from providers.catalogue.gateways.network import AGENT, Forbidden, client
from providers.catalogue.rules.reading import Unreadable

SECONDS = 120.0  # of one conversation: robots.txt, redirects and the document
MOST_REDIRECTS = 3
MOST_ROBOTS = 500 * 1024  # bytes, as RFC 9309 has it
MOST_ROBOTS_REDIRECTS = 5
NOT_NOW = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_EARLY)
LONGEST_DELAY = 10.0  # seconds between two pages that a robots.txt may ask for
ACCEPT = "text/turtle, application/ld+json, application/rdf+xml;q=0.9, application/json;q=0.8, */*;q=0.1"


@dataclass(frozen=True)
class Fetched:
    """content None: the source says that nothing changed since. delay: seconds that it asks to wait between two questions."""

    content: bytes | None
    address: str
    media_type: str = ""
    etag: str = ""
    last_modified: str = ""
    delay: float = 0.0


def fetch(address: str, *, etag: str = "", last_modified: str = "") -> Fetched:
    """The document at an address. etag, last_modified: of what is known already. Raises Unreadable with the reason."""
    known = {name: value for name, value in (("If-None-Match", etag), ("If-Modified-Since", last_modified)) if value}
    with client(SECONDS) as asking:
        try:
            return _followed(asking, address, known)
        except Forbidden as error:
            raise Unreadable(str(error)) from None
        except (httpx.TimeoutException, httpcore.TimeoutException):
            raise Unreadable("hangs", seconds=int(SECONDS)) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpcore.ConnectionNotAvailable, httpcore.NetworkError, httpcore.ProtocolError,
                OSError, ValueError, zlib.error) as error:  # fmt: skip
            raise Unreadable("unreachable", words=f"{type(error).__name__}: {error}"[:200]) from None


def _followed(asking: httpx.Client, address: str, known: dict[str, str]) -> Fetched:
    """Each redirect is a question of its own: the same checks, at most MOST_REDIRECTS, never from https back to http."""
    for _turn in range(MOST_REDIRECTS + 1):
        delay = _allowed(asking, address)
        with asking.stream("GET", address, headers={"Accept": ACCEPT, **known}) as answer:
            if not answer.has_redirect_location:
                return _read(answer, address, delay)
            address = _there(answer, address)
    raise Unreadable("redirect", address=address[:200])


def _read(answer: httpx.Response, address: str, delay: float) -> Fetched:
    if answer.status_code == httpx.codes.NOT_MODIFIED:
        return Fetched(None, address, delay=delay)
    if answer.status_code != httpx.codes.OK:
        raise Unreadable("status", status=answer.status_code)
    most = settings.MAX_UPLOAD_BYTES
    if int(answer.headers.get("Content-Length") or 0) > most:
        raise Unreadable("too_large", megabytes=most // 1024 // 1024)
    content = bytearray()
    for piece in _unpacked(answer, most):
        content += piece
        if len(content) > most:
            raise Unreadable("too_large", megabytes=most // 1024 // 1024)
    said = answer.headers
    return Fetched(
        bytes(content),
        address,
        said.get("Content-Type", ""),
        said.get("ETag", "")[:200],
        said.get("Last-Modified", "")[:60],
        delay,
    )


def _there(answer: httpx.Response, address: str) -> str:
    """Where a redirect leads. Raises Unreadable where that is not followed: another scheme, or from https back to http."""
    there = urljoin(address, answer.headers["Location"])
    if urlsplit(there).scheme not in ("http", "https") or (address.startswith("https:") and there.startswith("http:")):
        raise Unreadable("redirect", address=there[:200])
    return there


def _unpacked(answer: httpx.Response, most: int) -> Iterator[bytes]:
    """The pieces; packed ones, which were not asked for, unpacked no further than the limit."""
    packed = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if packed in ("", "identity"):
        yield from answer.iter_raw(65536)
        return
    if packed not in ("gzip", "x-gzip", "deflate"):
        raise Unreadable("packed", kind=packed[:40])
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    for piece in answer.iter_raw(65536):
        yield unpacking.decompress(piece, most + 1)
        if unpacking.unconsumed_tail:
            raise Unreadable("too_large", megabytes=most // 1024 // 1024)


def _allowed(asking: httpx.Client, address: str) -> float:
    """Asks the host's robots.txt, as RFC 9309 has it: none (4xx) allows everything; a server that is silent or busy (5xx, 429), and
    a redirect that leads nowhere, nothing now. Returns the delay that it wishes. Raises Unreadable."""
    text = _robots(asking, urljoin(address, "/robots.txt"))
    if text is None:
        return 0.0
    rules = RobotFileParser()
    rules.parse(text.decode("utf-8", "replace").splitlines())
    rules.modified()  # else it takes itself for never read and allows nothing
    if not rules.can_fetch(AGENT, address):
        raise Unreadable("robots")
    delay = 0.0
    with suppress(ValueError, TypeError):
        delay = float(rules.crawl_delay(AGENT) or 0)
    return min(delay, LONGEST_DELAY)


def _robots(asking: httpx.Client, address: str) -> bytes | None:
    """What it says, unpacked, as far as the limit; None where there is none. Redirects are followed with the checks of any other."""
    for _turn in range(MOST_ROBOTS_REDIRECTS + 1):
        with asking.stream("GET", address, headers={"Accept": "text/plain"}) as answer:
            if answer.has_redirect_location:
                address = _there(answer, address)
                continue
            if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or answer.status_code in NOT_NOW:
                raise Unreadable("robots")
            if answer.status_code != httpx.codes.OK:
                return None
            return _beginning(answer)
    raise Unreadable("robots")


def _beginning(answer: httpx.Response) -> bytes:
    """As much of a robots.txt as is read. What cannot be unpacked forbids everything, as a server that cannot be asked."""
    text = bytearray()
    try:
        for piece in _unpacked(answer, MOST_ROBOTS):
            text += piece
            if len(text) > MOST_ROBOTS:
                break
    except (Unreadable, zlib.error):
        if not text:
            raise Unreadable("robots") from None
    return bytes(text[:MOST_ROBOTS])


def wait(seconds: float) -> None:
    """As long as the source asked for between two pages."""
    if seconds > 0:
        time.sleep(seconds)
