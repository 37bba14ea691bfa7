"""Lifecycles are closed tables (state × verb → state). The same table drives actions, buttons, tests and diagrams."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.kit.codes import Codes
from portal.kit.errors import IllegalStep


@dataclass(frozen=True)
class Lifecycle:
    """name: the noun; states: its codes; initial: where a new row starts; moves: (state, verb) → state."""

    name: str
    states: type[Codes]
    initial: str
    moves: Mapping[tuple[str, str], str] = field(repr=False)

    def __post_init__(self) -> None:
        known = {member.value for member in self.states}
        for (start, _verb), end in self.moves.items():
            assert {str(start), str(end)} <= known, f"{self.name}: {start} → {end} names an unknown state"

    def step(self, status: str, verb: str) -> str:
        """The state after `verb`. Raises IllegalStep when the table has no such move."""
        try:
            return str(self.moves[(status, verb)])
        except KeyError:
            raise IllegalStep(self.name, status, verb) from None

    def can(self, status: str, verb: str) -> bool:
        return (status, verb) in self.moves

    def verbs(self, status: str) -> tuple[str, ...]:
        """What may happen now, in the order of the table."""
        return tuple(verb for (start, verb) in self.moves if start == status)

    def all_verbs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(verb for _start, verb in self.moves))

    def mermaid(self) -> str:
        """The diagram of vouchers/README.md, printed from the table."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        lines += [f"    {start} --> {end}: {verb}" for (start, verb), end in self.moves.items()]
        ends = [m.value for m in self.states if not self.verbs(m.value)]
        return "\n".join(lines + [f"    {end} --> [*]" for end in ends])
