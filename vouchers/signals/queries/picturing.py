"""Signals as a graph: parties, what they have in common, and the table that says the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from vouchers.signals import rules
from vouchers.signals.models import Signal, SignalParty
from vouchers.signals.queries.deciding import parties_of

MOST_SIGNALS = 200


@dataclass(frozen=True)
class Seen:
    """One thing that was seen, with the signal that it belongs to."""

    signal: Signal
    what: str
    points: int
    parties: list[str]
    refs: list[str]
    digest: str
    numbers: dict[str, Any]


@dataclass(frozen=True)
class Graph:
    """picture: where things stand. parties: reference → row. seen: the same in lines, the strongest first."""

    picture: rules.Picture
    parties: dict[str, SignalParty]
    seen: list[Seen]

    def refs(self) -> set[str]:
        """Of every record that is named."""
        return {ref for one in self.seen for ref in (*one.refs, *one.parties)} | set(self.parties)


def graph_of(signals: Sequence[Signal]) -> Graph:
    """Of signals that the reader may see. One query for their parties."""
    parties = {p.whom.ref: p for rows in parties_of(signals).values() for p in rows}
    sides = {ref: (rules.Side.COMPANY if p.company_id else rules.Side.INSTITUTION).value for ref, p in parties.items()}
    seen = sorted(_seen(signals), key=lambda one: (-one.points, one.signal.pk))
    drawn = rules.picture(
        ((one.signal.ref, {"what": one.what, "digest": one.digest, "parties": one.parties}) for one in seen), sides
    )
    return Graph(drawn, parties, seen)


def _seen(signals: Sequence[Signal]) -> Iterator[Seen]:
    for signal in signals:
        for one in signal.evidence:
            yield Seen(signal, **{name: one[name] for name in ("what", "points", "parties", "refs", "digest", "numbers")})


def shown_to(user: Any, **chosen: Any) -> list[Signal]:
    """The strongest first, as many as a picture can hold. chosen: columns and values."""
    found = Signal.objects.visible_to(user).filter(**chosen).select_related("round")
    return list(found.order_by("-points", "-pk")[:MOST_SIGNALS])
