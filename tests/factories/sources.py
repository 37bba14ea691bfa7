"""A real server on this machine that behaves as badly as the internet: hangs, drips, lies, leads on, sends without end."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

type Answer = Callable[[BaseHTTPRequestHandler], None]


def loopback(address: str, port: int) -> str:
    """In tests alone: the server below may be asked, nothing else."""
    return "" if address == "127.0.0.1" else "private"


class Server:
    """pages: path → what is done there; asked: (path, headers) in order; ended: lets every hanging answer go."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.ended = threading.Event()
        self.sent = 0
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.http.daemon_threads = True

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append((self.path, {name.title(): value for name, value in self.headers.items()}))
                answer = server.pages.get(self.path) or server.pages.get(self.path.split("?")[0])
                with suppress(OSError):  # whoever asked went away
                    answer(self) if answer else self.send_error(404)

            def log_message(self, *_args: Any) -> None:
                pass

        return Handler

    # ── What a page does ─────────────────────────────────────────────────────────────────────────────
    def says(self, path: str, content: str | bytes, kind: str = "text/turtle", status: int = 200, **headers: str) -> None:
        body = content.encode() if isinstance(content, str) else content

        def answer(to: BaseHTTPRequestHandler) -> None:
            mark = headers.get("ETag")
            known = mark is not None and to.headers.get("If-None-Match") == mark
            to.send_response(304 if known else status)
            for name, value in {"Content-Type": kind, **headers}.items():
                to.send_header(name.replace("_", "-"), value)
            to.send_header("Content-Length", "0" if known else str(len(body)))
            to.end_headers()
            to.wfile.write(b"" if known else body)

        self.pages[path] = answer

    def leads(self, path: str, there: str, status: int = 302) -> None:
        self.says(path, "", status=status, Location=there)

    def hangs(self, path: str) -> None:
        """Takes the question and never answers."""
        self.pages[path] = lambda _to: (self.ended.wait(60), None)[1]

    def drips(self, path: str, head: bool = False) -> None:
        """One byte at a time, of the document or already of its head."""

        def answer(to: BaseHTTPRequestHandler) -> None:
            if not head:
                to.send_response(200)
                to.end_headers()
            while not self.ended.is_set():
                to.wfile.write(b"a")
                time.sleep(0.02)

        self.pages[path] = answer

    def floods(self, path: str, length: int | None = None, packed: bool = False) -> None:
        """Ten gigabytes, as fast as they are taken; length: what the head says instead."""
        piece = b"# much\n" * 10_000
        whole = gzip.compress(b"\0" * (200 << 20)) if packed else b""

        def answer(to: BaseHTTPRequestHandler) -> None:
            to.send_response(200)
            to.send_header("Content-Type", "text/turtle")
            if packed:
                to.send_header("Content-Encoding", "gzip")
            if length is not None:
                to.send_header("Content-Length", str(length))
            to.end_headers()
            if packed:
                to.wfile.write(whole)
                return
            while self.sent < 10 << 30:
                to.wfile.write(piece)
                self.sent += len(piece)

        self.pages[path] = answer


@contextmanager
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.ended.set()
        made.http.shutdown()
        made.http.server_close()
        thread.join(5)
