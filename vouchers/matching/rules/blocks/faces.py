"""A face: what one check or component reads of a need and of a candidate, and its points for every such pair at once.

Needs that read alike are counted once, candidates too: a table of the distinct ones says it for all. Pure; numpy is loaded
with this package, which only those processes import that score whole rounds or a need against a large market.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from vouchers.matching.rules.facts import Candidate
from vouchers.matching.rules.need import Need
from vouchers.matching.rules.policy import Policy
from vouchers.matching.rules.verdict import Check, Failure

OUT = -1_000_000  # far below the least sum: one contrary fact outweighs every point
FULL = 1000
FEW = 40  # classes of needs whose points for every candidate are kept from block to block

type Array = np.ndarray[Any, Any]
type Component = Callable[[Need, Candidate, Policy], int]


@dataclass(frozen=True)
class Classes:
    """keys: the distinct ones, as they first came; of: the class of each row; first: a row of each class."""

    keys: list[Any]
    of: Array
    first: list[int]

    @property
    def apart(self) -> bool:
        """No two rows read alike."""
        return len(self.keys) == len(self.of)


def classes(rows: Iterable[Hashable]) -> Classes:
    place: dict[Hashable, int] = {}
    first: list[int] = []
    of: list[int] = []
    for number, key in enumerate(rows):
        found = place.setdefault(key, len(first))
        if found == len(first):
            first.append(number)
        of.append(found)
    return Classes(list(place), np.array(of, dtype=np.int32), first)


class Stock:
    """Candidates, and what the faces read of them, which is read once for all needs that they are scored for."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self.candidates = tuple(candidates)
        self._kept: dict[Hashable, Any] = {}

    def kept[T](self, name: Hashable, make: Callable[[], T]) -> T:
        """What depends on the candidates and on the name alone."""
        if name not in self._kept:
            self._kept[name] = make()
        found: T = self._kept[name]
        return found

    def classes(self, name: Hashable, read: Callable[[Candidate], Hashable]) -> Classes:
        """name: None where what is read depends on the needs, so that it is not kept."""
        if name is None:
            return classes(map(read, self.candidates))
        return self.kept(name, lambda: classes(map(read, self.candidates)))


@dataclass(frozen=True)
class Face:
    """table: classes of needs → their points (or OUT) for every class of candidates."""

    needs: Classes
    candidates: Classes
    table: Callable[[Array], Array]

    def add(self, total: Array, low: int) -> None:
        """Adds the points of the block of needs that begins at `low` to `total` (needs × candidates)."""
        of = self.needs.of[low : low + len(total)]
        if len(self.needs.keys) <= FEW:
            points, local = self._every, of
        else:
            used, local = np.unique(of, return_inverse=True)
            points = self._wide(used)
        for row, number in zip(total, local.tolist(), strict=True):
            row += points[number]

    def row(self, number: int, candidates: Array) -> Array:
        """The points of one need for the candidates of these numbers."""
        of = candidates if self.candidates.apart else self.candidates.of[candidates]
        made: Array = self.table(np.array([self.needs.of[number]]))[0].take(of)
        return made

    @cached_property
    def _every(self) -> Array:
        return self._wide(np.arange(len(self.needs.keys)))

    def _wide(self, used: Array) -> Array:
        points = self.table(used)
        return points if self.candidates.apart else points.take(self.candidates.of, axis=1)


def points(part: Array, weight: int) -> Array:
    """Thousandths → points, as in `score.components`."""
    return (weight * part // FULL).astype(np.int32)


def told(
    name: Hashable,
    needs: Sequence[Need],
    stock: Stock,
    policy: Policy,
    read: tuple[Callable[[Need], Hashable], Callable[[Candidate], Hashable]],
    check: Check | None = None,
    part: tuple[str, Component] | None = None,
) -> Face:
    """The face of a check and a component with few distinct cases: the engine's own functions are asked for each of them.

    name: of what is read of the candidates; read: all that these functions read of a need and of a candidate.
    """
    of_needs, of_candidates = classes(map(read[0], needs)), stock.classes(name, read[1])

    def one(need: Need, found: Candidate) -> int:
        if check is not None and any(isinstance(item, Failure) for item in check(need, found, policy)):
            return OUT
        return policy.weights[part[0]] * part[1](need, found, policy) // FULL if part else 0

    known: dict[int, Array] = {}
    shown = [stock.candidates[number] for number in of_candidates.first]

    def row(number: int) -> Array:
        if number not in known:
            need = needs[of_needs.first[number]]
            known[number] = np.array([one(need, found) for found in shown], dtype=np.int32)
        return known[number]

    return Face(of_needs, of_candidates, lambda used: np.stack([row(int(number)) for number in used]))


# ── Arrays of facts ──────────────────────────────────────────────────────────────────────────────────
def places(rows: Iterable[Iterable[Hashable]]) -> dict[Any, int]:
    """Code → column, of all the codes that occur."""
    return {code: number for number, code in enumerate(dict.fromkeys(code for row in rows for code in row))}


def marks(rows: Sequence[Iterable[Hashable]], place: Mapping[Any, int]) -> Array:
    """1 where a row holds a code; rows × codes. Codes without a column are left out."""
    table = np.zeros((len(rows), len(place)), dtype=np.float32)
    for number, row in enumerate(rows):
        table[number, [place[code] for code in row if code in place]] = 1
    return table


def wider(place: Mapping[Any, int], table: Array, rows: Iterable[Iterable[Hashable]]) -> tuple[dict[Any, int], Array]:
    """The columns of `marks`, and after them one for each further code that these rows hold, which nothing in the table does."""
    columns = dict(place)
    for row in rows:
        for code in row:
            columns.setdefault(code, len(columns))
    return columns, np.pad(table, ((0, 0), (0, len(columns) - len(place)))) if len(columns) > len(place) else table


def common(left: Array, right: Array) -> Array:
    """How many codes each pair of rows shares."""
    return left @ right.T


def numbers(values: Iterable[int | None], instead: int = 0) -> Array:
    """What is not known reads as `instead`."""
    return np.array([instead if value is None else value for value in values], dtype=np.int64)


def known(values: Iterable[Any]) -> Array:
    return np.array([value is not None for value in values], dtype=bool)
