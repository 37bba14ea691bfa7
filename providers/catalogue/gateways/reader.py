"""The process that parses one foreign document: `python -m providers.catalogue.gateways.reader <length of the question>`.

Reads the question (pickled by its own parent) and the document from standard input, writes JSON. Knows neither the database nor
the network.
"""

import json
import pickle
import resource
import socket
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import Any

TOO_MUCH = 3  # exit code


class _Shut:
    def __init__(self, *args: Any, **more: Any) -> None:
        raise OSError("a reader of documents has no network")


def main() -> int:
    from django.conf import settings

    settings.configure(USE_I18N=False)  # words are said by whoever asked
    asked: dict[str, Any] = pickle.loads(sys.stdin.buffer.read(int(sys.argv[1])))  # written by gateways.reading
    limit = asked.pop("megabytes") * 1024 * 1024
    with suppress(ValueError, OSError):  # a system that does not know this limit still has that of time
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    socket.socket = _Shut  # type: ignore[assignment, misc]
    try:
        text = json.dumps(_answer(sys.stdin.buffer.read(), asked), ensure_ascii=False).encode("utf-8", "replace")
    except (MemoryError, SystemError):  # the interpreter itself may stumble where there is no memory
        return TOO_MUCH
    sys.stdout.buffer.write(text)
    return 0


def _answer(content: bytes, asked: dict[str, Any]) -> dict[str, Any]:
    from providers.catalogue.rules.reading import Unreadable, read_document, read_page

    size, count = 0, None
    try:
        if asked.pop("page", False):
            reads, size, count = read_page(content, **asked)
        else:
            reads = read_document(content, **asked)
    except Unreadable as unreadable:
        return {"code": unreadable.code, "about": unreadable.about}
    return {"size": size, "count": count, "reads": [{**asdict(one), "partial": sorted(one.partial)} for one in reads]}


if __name__ == "__main__":
    sys.exit(main())
