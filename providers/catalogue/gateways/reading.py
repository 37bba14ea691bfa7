"""Foreign documents are parsed in a process of their own: whatever a document does to a parser, it has little memory and time, and
dies alone."""

import json
import pickle
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from providers.catalogue.gateways.reader import TOO_MUCH
from providers.catalogue.rules.reading import Read, Reason, Unreadable
from providers.catalogue.rules.world import World

SECONDS = 120  # of one document, on a busy machine
PLAIN = {"PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}  # neither passwords nor addresses of ours
MEGABYTES = 1024  # of address space; Python and rdflib take a hundred


def read(content: bytes, world: World, *, name: str = "", media_type: str = "", base: str = "") -> list[Read]:
    """As rules.reading.read_document, at arm's length. Raises Unreadable, also for a document that takes too long or too much."""
    answer = _asked(content, world=world, name=name, media_type=media_type, base=base)
    return [_read(one) for one in answer["reads"]]


@dataclass(frozen=True)
class Page:
    """One page of a CKAN search. size: datasets on it; count: of the whole search, None where the answer does not say it."""

    reads: list[Read]
    size: int
    count: int | None


def read_page(content: bytes, world: World) -> Page:
    """As rules.reading.read_page, at arm's length. Raises Unreadable."""
    answer = _asked(content, world=world, page=True)
    return Page([_read(one) for one in answer["reads"]], answer["size"], answer["count"])


def _asked(content: bytes, **about: Any) -> dict[str, Any]:
    asked = pickle.dumps({**about, "megabytes": MEGABYTES})
    command = [sys.executable, "-m", "providers.catalogue.gateways.reader", str(len(asked))]
    try:
        done = subprocess.run(
            command, input=asked + content, capture_output=True, timeout=SECONDS, cwd=settings.BASE_DIR, env=PLAIN,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unreadable("slow", seconds=SECONDS) from None
    if done.returncode == TOO_MUCH or done.returncode < 0 or b"MemoryError" in done.stderr:  # ended by its limits
        raise Unreadable("heavy")
    if done.returncode:
        raise RuntimeError(done.stderr.decode("utf-8", "replace")[-2000:])
    answer: dict[str, Any] = json.loads(done.stdout)
    if "code" in answer:
        raise Unreadable(answer["code"], **answer["about"])
    return answer


def _read(said: dict[str, Any]) -> Read:
    refusal, notes = said.pop("refusal"), said.pop("notes")
    read = Read(**{**said, "names": tuple(said["names"]), "partial": set(said["partial"])})
    read.refusal = Reason(**refusal) if refusal else None
    read.notes = [Reason(**one) for one in notes]
    return read
