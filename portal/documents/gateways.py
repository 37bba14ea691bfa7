"""Asks clamd about a file: INSTREAM over TCP (clamd(8)). Fails closed: no clear answer is no answer."""

import socket
import struct
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlsplit

PIECE = 64 * 1024


class NoAnswer(Exception):
    """The scanner could not be asked, or said nothing that counts as a verdict. The file stays in quarantine."""


class TooLarge(NoAnswer):
    """This one file is beyond the scanner's own limit (StreamMaxLength, to be set above MAX_UPLOAD_BYTES)."""


@dataclass(frozen=True)
class Verdict:
    """clean, or the name of what was found."""

    clean: bool
    found: str = ""


def scan(file: BinaryIO, url: str, timeout: float = 60.0) -> Verdict:
    """url: tcp://host:3310. Raises: NoAnswer."""
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 3310), timeout=5) as connection:
            connection.settimeout(timeout)
            return _verdict(_stream(connection, file))
    except OSError as error:
        raise NoAnswer(f"{type(error).__name__}: {error}") from error


def ping(url: str) -> bool:
    """Does the scanner answer?"""
    return _ask(url, b"zPING\0") == "PONG"


def version(url: str) -> str:
    """Which scanner this is and how old its signatures are, in its own words (`ClamAV 1.4.3/27500/…`); empty: no answer."""
    return _ask(url, b"zVERSION\0")


def _ask(url: str, command: bytes, timeout: float = 2.0) -> str:
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 3310), timeout=timeout) as connection:
            connection.settimeout(timeout)
            connection.sendall(command)
            return _answer(connection).decode("utf-8", "replace")
    except OSError:
        return ""


def _stream(connection: socket.socket, file: BinaryIO) -> bytes:
    connection.sendall(b"zINSTREAM\0")
    try:
        while piece := file.read(PIECE):
            connection.sendall(struct.pack("!I", len(piece)) + piece)
        connection.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        pass  # clamd closes early when its own size limit is reached; its answer is still to be read
    return _answer(connection)


def _answer(connection: socket.socket) -> bytes:
    answer = b""
    while len(answer) < 4096 and (piece := connection.recv(1024)):
        answer += piece
        if piece.endswith(b"\0"):
            break
    return answer.rstrip(b"\0\n")


def _verdict(answer: bytes) -> Verdict:
    words = answer.decode("utf-8", "replace").strip()
    if words == "stream: OK":
        return Verdict(True)
    if words.startswith("stream: ") and words.endswith(" FOUND"):
        return Verdict(False, words[8:-6])
    raise (TooLarge if "size limit" in words.lower() else NoAnswer)(words or "no answer")
