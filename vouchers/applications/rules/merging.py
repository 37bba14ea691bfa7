"""Two writers in one section: whose text stands in which field. Pure; on what was stored, what was sent and what was seen."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from portal.journal.rules import canonical


def mark(value: Any) -> str:
    """A short digest of an answer, by which a writer says later what it saw; every way of being empty has the same one."""
    if value is None or value is False or value in ("", []):  # a typed 0 is an answer
        return "-"
    return hashlib.sha256(canonical({"answer": value})).hexdigest()[:16]


def file_mark(ref: str | None) -> str:
    """The same of a file that answers a question. ref: of its document; None: no file."""
    return mark(ref)


@dataclass(frozen=True)
class Merged:
    """taken: what is stored of what was sent. theirs: fields that only the other one changed. conflicts: that both changed.

    over: fields in which the writer, knowing the other's text, kept the own one.
    """

    taken: Mapping[str, Any]
    theirs: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    over: tuple[str, ...] = ()


def merge(
    stored: Mapping[str, Any],
    given: Mapping[str, Any],
    seen: Mapping[str, str],
    keep: Mapping[str, str],
    drop: Collection[str] = (),
) -> Merged:
    """By field. seen: mark of each answer as the writer's page first showed it; a field without one was not watched and counts
    as changed by both. keep: field → mark of the other's text over which the writer keeps the own one; it holds only while
    that very text stands there. drop: fields in which the writer takes the other's."""
    taken: dict[str, Any] = {}
    theirs, conflicts, over = [], [], []
    for name, value in given.items():
        now = mark(stored.get(name))
        if mark(value) == now:
            continue
        if name in drop or mark(value) == seen.get(name):
            theirs.append(name)
        elif now == seen.get(name):
            taken[name] = value
        elif keep.get(name) == now:
            taken[name] = value
            over.append(name)
        else:
            conflicts.append(name)
    return Merged(taken, tuple(theirs), tuple(conflicts), tuple(over))
