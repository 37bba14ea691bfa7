"""Connections of a harvest: the address is checked when the connection is made, and the whole conversation has one deadline.

A name is resolved once, every address that it has is judged, and the connection goes to one that was judged: no second answer of
a name server, no redirect and no proxy leads elsewhere.
"""

import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore
import httpx
from django.conf import settings
from django.utils.module_loading import import_string

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0  # between two pieces


class Forbidden(Exception):
    """The name leads to an address that is not public, or to a port that is not asked. Says which, as a code of Unreadable."""


class Backend(httpcore.SyncBackend):
    """deadline: by the monotonic clock."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None, socket_options: Any = None
    ) -> httpcore.NetworkStream:
        for address in self._judged(host, port):
            try:
                return _Timed(super().connect_tcp(address, port, timeout=_left(self.deadline, timeout)), self.deadline)
            except httpcore.ConnectError as error:
                last = error
        raise last

    def _judged(self, host: str, port: int) -> list[str]:
        """Raises Forbidden when any of the name's addresses is not public, or no catalogue answers at this port."""
        against = import_string(settings.HARVEST_AGAINST)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from None
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        if said := [code for address in addresses if (code := against(address, port))]:
            raise Forbidden(said[0])
        return addresses[:4]


class _Timed(httpcore.NetworkStream):
    """A stream whose every wait ends at the deadline, however slowly the other side drips."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self.inner, self.deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.inner.read(max_bytes, _left(self.deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.inner.write(buffer, _left(self.deadline, timeout))

    def close(self) -> None:
        self.inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self.inner.start_tls(ssl_context, server_hostname, _left(self.deadline, timeout)), self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.inner.get_extra_info(info)


def _left(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for this source is over")
    return min(left, timeout if timeout is not None else left)


class Transport(httpx.BaseTransport):
    """What httpx hands its requests to: no proxy, no environment, connections by `Backend` alone."""

    def __init__(self, deadline: float) -> None:
        self.pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False), max_connections=2, network_backend=Backend(deadline)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        answer = self.pool.handle_request(asked)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer.stream), extensions=answer.extensions)

    def close(self) -> None:
        self.pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Any) -> None:
        self.stream: Iterable[bytes] = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self.stream

    def close(self) -> None:
        close = getattr(self.stream, "close", None)
        if close is not None:
            close()


def client(seconds: float) -> httpx.Client:
    """For one conversation of so many seconds with one source. Redirects are not followed by themselves."""
    return httpx.Client(
        transport=Transport(time.monotonic() + seconds), timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        follow_redirects=False, trust_env=False,
        headers={"User-Agent": f"{AGENT}/1.0 (+{settings.BASE_URL}/)", "Accept-Encoding": "identity"},
    )  # fmt: skip


AGENT = "HealthDataVoucherHarvester"
