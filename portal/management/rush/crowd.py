"""Browsers of the rush: plain sockets that are kept open, so that the machine's time goes to the servers."""

import heapq
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

TOKEN = "r" * 32  # of the form and of its cookie: the check compares the two
HANDS = 32  # requests that may be on their way at once in the rush
CLIENTS = 8  # in the comparison, which asks again as soon as it is answered


@dataclass(frozen=True)
class Answer:
    """due, sent, done: seconds of time.time(). Waiting counts from `due`: a crowd does not wait for its turn."""

    key: Any
    status: int
    due: float
    sent: float
    done: float
    body: bytes = b""

    @property
    def waited_ms(self) -> float:
        return (self.done - self.due) * 1000


class Line:
    """One open connection."""

    def __init__(self, port: int) -> None:
        self.port, self.socket = port, None

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """(status, body); connects anew where the server closed the line."""
        for _try in range(2):
            if self.socket is None:
                self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self.socket.sendall(request)
                return self._answer(self.socket)
            except (ConnectionError, BrokenPipeError, _Closed):
                self.socket.close()
                self.socket = None
        raise ConnectionError("the server closes every connection")

    def _answer(self, line: socket.socket) -> tuple[int, bytes]:
        got = b""
        while b"\r\n\r\n" not in got:
            got += _some(line)
        head, _blank, body = got.partition(b"\r\n\r\n")
        fields = head.lower().split(b"\r\n")
        length = next((int(f.split(b":")[1]) for f in fields if f.startswith(b"content-length:")), None)
        if length is None:
            assert any(b"chunked" in f for f in fields), head
            while not body.endswith(b"0\r\n\r\n"):
                body += _some(line)
        else:
            while len(body) < length:
                body += _some(line)
        return int(head.split(b" ", 2)[1]), body


class _Closed(Exception):
    pass


def _some(line: socket.socket) -> bytes:
    found = line.recv(65536)
    if not found:
        raise _Closed
    return found


def get(path: str, session: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={session}; csrftoken={TOKEN}\r\n\r\n".encode()


def post(path: str, session: str, content: str) -> bytes:
    body = f"csrfmiddlewaretoken={TOKEN}&content={content}&declaration=on"
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={session}; csrftoken={TOKEN}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


# ── Open: each at its moment, however long the others wait ───────────────────────────────────────────
def at_their_moments(port: int, plan: Iterable[tuple[float, Any, bytes]]) -> list[Answer]:
    """plan: (seconds of time.time(), key, request). Everybody comes at their moment; the answers in no order."""
    waiting = list(plan)
    heapq.heapify(waiting)
    answers: list[Answer] = []
    lock = threading.Lock()

    def hand() -> None:
        line = Line(port)
        while True:
            with lock:
                if not waiting:
                    return
                due, key, request = heapq.heappop(waiting)
            time.sleep(max(due - time.time(), 0))
            sent = time.time()
            status, _body = line.ask(request)
            answers.append(Answer(key, status, due, sent, time.time()))

    _all([hand] * HANDS)
    return answers


# ── Closed: the next as soon as the last is answered ─────────────────────────────────────────────────
def per_second(ask: Callable[[Line, bytes], Any], port: int, requests: Sequence[bytes]) -> float:
    """How many of these are answered in a second by CLIENTS at once."""
    left = iter(requests)
    lock = threading.Lock()

    def client() -> None:
        line = Line(port)
        while True:
            with lock:
                request = next(left, None)
            if request is None:
                return
            ask(line, request)

    begun = time.perf_counter()
    _all([client] * CLIENTS)
    return len(requests) / (time.perf_counter() - begun)


def _all(functions: Sequence[Callable[[], None]]) -> None:
    errors: list[BaseException] = []

    def run(function: Callable[[], None]) -> None:
        try:
            function()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=[function]) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
