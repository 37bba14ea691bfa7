"""The demo's own virus scanner: speaks clamd's protocol over TCP, knows only the EICAR test file, and says so.

A process of its own, light and without Django: `python -m portal.kit.scanner PORT`. It answers PING, VERSION and INSTREAM as
clamd(8) does, so that demo and tests go through the very gateway that production uses. It protects nobody.
"""

import asyncio
import contextlib
import signal
import struct
import sys

VERSION = "Demo scanner 1 (knows only the EICAR test file)"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"  # in two, so that no scanner meets it here
FOUND = b"stream: Eicar-Test-Signature FOUND"
LIMIT = 100 * 1024 * 1024  # bytes in one stream, clamd's StreamMaxLength
COMMAND_LIMIT = 64
PATIENCE = 60.0  # seconds for the next piece


async def _command(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """The command's word and the byte that ends its answer: `zPING\\0` or `nPING\\n`. An unknown form gives no word."""
    start = await reader.readexactly(1)
    end = {b"z": b"\0", b"n": b"\n"}.get(start)
    if end is None:
        return "", b"\n"
    words = await reader.readuntil(end)
    return (words[:-1].decode("ascii", "replace") if len(words) <= COMMAND_LIMIT else ""), end


async def _stream(reader: asyncio.StreamReader, limit: int) -> bytes:
    """Pieces with their length before them in network order; an empty one ends the file. Nothing is kept but its tail."""
    size, tail, found = 0, b"", False
    while length := struct.unpack("!I", await asyncio.wait_for(reader.readexactly(4), PATIENCE))[0]:
        size += length
        if size > limit:
            return b"INSTREAM size limit exceeded. ERROR"
        seen = tail + await asyncio.wait_for(reader.readexactly(length), PATIENCE)
        found = found or EICAR in seen
        tail = seen[1 - len(EICAR) :]
    return FOUND if found else b"stream: OK"


async def listen(port: int, limit: int = LIMIT) -> asyncio.Server:
    """Listens on 127.0.0.1:`port` (0: any free one); the caller runs the loop and closes the server."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            word, end = await asyncio.wait_for(_command(reader), PATIENCE)
            match word:
                case "PING":
                    said = b"PONG"
                case "VERSION":
                    said = VERSION.encode()
                case "INSTREAM":
                    said = await _stream(reader, limit)
                case _:
                    said = b"UNKNOWN COMMAND"
            writer.write(said + end)
            await writer.drain()
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", port)


async def _run(port: int) -> None:
    server = await listen(port)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    print(f"{VERSION}: tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await ended.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1])))
