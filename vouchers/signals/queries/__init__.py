"""Questions about signs of fraud."""

from vouchers.signals.queries.deciding import clawbacks_for, concerned, inspections_for, known_in, parties_of
from vouchers.signals.queries.facts import facts_of, rounds_to_sweep
from vouchers.signals.queries.picturing import MOST_SIGNALS, Graph, Seen, graph_of, shown_to

__all__ = [
    "MOST_SIGNALS",
    "Graph",
    "Seen",
    "clawbacks_for",
    "concerned",
    "facts_of",
    "graph_of",
    "inspections_for",
    "known_in",
    "parties_of",
    "rounds_to_sweep",
    "shown_to",
]
