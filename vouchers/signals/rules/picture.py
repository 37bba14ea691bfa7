"""A graph of signals as a picture in three columns: companies, what they have in common, providers. All numbers are of the picture."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vouchers.signals.rules.stages import Side

WIDTH, ROW, TOP, BOX_WIDTH, BOX_HEIGHT = 720, 44, 30, 190, 30
COLUMNS = {Side.COMPANY.value: 10, "EVIDENCE": 265, Side.INSTITUTION.value: 520}
MOST_ROWS = 60  # of one column; the table below names all


@dataclass(frozen=True)
class Node:
    """ref: of a party; of evidence "". what: Side, Trait or kind of evidence."""

    key: str
    column: str
    what: str
    ref: str
    x: int
    y: int

    @property
    def middle(self) -> int:
        return self.y + BOX_HEIGHT // 2

    @property
    def right(self) -> int:
        return self.x + BOX_WIDTH


@dataclass(frozen=True)
class Edge:
    """A line from a party to what it has in common."""

    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True)
class Picture:
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    height: int
    left_out: int
    width: int = WIDTH


def picture(evidence: Iterable[tuple[str, Mapping[str, Any]]], sides: Mapping[str, str]) -> Picture:
    """evidence: (key of the signal, as it is kept), the strongest first. sides: reference of a party → Side. The same value seen by
    two signals is one node. Parties stand beside what they have in common, so that few lines cross."""
    rows: dict[str, tuple[str, list[str]]] = {}  # key of evidence → (what, parties)
    for place, (signal, one) in enumerate(evidence):
        key = f"{one['what']}:{one['digest']}" if one["digest"] else f"{signal}:{place}"
        _what, parties = rows.setdefault(key, (str(one["what"]), []))
        parties += [ref for ref in one["parties"] if ref in sides and ref not in parties]
    kept = dict(list(rows.items())[:MOST_ROWS])
    order: dict[str, list[str]] = {column: [] for column in COLUMNS}
    for key, (_what, parties) in kept.items():
        order["EVIDENCE"].append(key)
        for ref in parties:
            if ref not in order[sides[ref]]:
                order[sides[ref]].append(ref)
    most = max((len(keys) for keys in order.values()), default=0)
    nodes = {key: node for column, keys in order.items() for key, node in _column(column, keys, most, kept, sides)}
    edges = tuple(_edge(nodes[ref], nodes[key]) for key, (_what, parties) in kept.items() for ref in parties)
    return Picture(tuple(nodes.values()), edges, TOP + most * ROW, len(rows) - len(kept))


def _column(
    column: str, keys: Sequence[str], most: int, rows: Mapping[str, tuple[str, list[str]]], sides: Mapping[str, str]
) -> Iterable[tuple[str, Node]]:  # fmt: skip
    """Spread over the height of the longest column."""
    step = ROW * most // max(1, len(keys))
    for place, key in enumerate(keys):
        party = key in sides
        what = sides[key] if party else rows[key][0]
        yield key, Node(key, column, what, key if party else "", COLUMNS[column], TOP + place * step + (step - ROW) // 2)


def _edge(party: Node, evidence: Node) -> Edge:
    left = party.column == Side.COMPANY
    return Edge(party.right if left else party.x, party.middle, evidence.x if left else evidence.right, evidence.middle)
