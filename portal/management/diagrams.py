"""State diagrams for vouchers/README.md, printed from the lifecycles."""

from collections.abc import Iterable

from portal.kit.lifecycle import Lifecycle

BEGIN, END = "<!-- diagrams: begin (manage.py diagrams --write) -->", "<!-- diagrams: end -->"


def printed(lifecycles: Iterable[Lifecycle]) -> str:
    """One mermaid diagram a lifecycle, in alphabetical order, between the markers."""
    parts = [BEGIN]
    for one in sorted(lifecycles, key=lambda item: item.name):
        parts += ["", f"### {one.name.replace('_', ' ')}", "", "```mermaid", one.mermaid(), "```"]
    return "\n".join([*parts, "", END])
