"""A computed allocation as its readers see it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from portal.kit.words import pick
from providers.catalogue.models import Dataset
from vouchers.matching.models import Allocation, Need
from vouchers.matching.queries.allocating import holding
from vouchers.matching.rules.allocations import LeftOut, Parted


@dataclass(frozen=True)
class Line:
    """One need: what the company chose, what is proposed, what was computed and is left out, with why, and what the need's own ranking
    has first. Scores in hundredths of a point, as the engine has them."""

    need: Need
    chosen: str
    chosen_score: int | None
    proposed: list[tuple[str, int]]
    left: list[tuple[str, Any]]
    first: str
    first_score: int | None
    place: int  # points that one more place of the first would bring

    @property
    def gain(self) -> int | None:
        """Points of the proposal more than of the company's own choice; None where there is nothing to compare."""
        if not self.chosen:
            return None
        return (self.proposed[0][1] if self.proposed else 0) - (self.chosen_score or 0)

    @property
    def gain_words(self) -> str:
        return "—" if self.gain is None else f"{self.gain / 100:+,.1f}" if self.gain else "0"

    @property
    def passed_over(self) -> bool:
        """The need's own best is not among what is proposed."""
        return bool(self.first) and self.first not in [title for title, _score in self.proposed]


@dataclass(frozen=True)
class Totals:
    needs: int
    proposed: int
    left: int
    served: int
    chosen: int
    gain: int
    lose: int
    same: int
    price_won: int
    unpriced: int
    worth: int
    bound: int
    greedy: int

    @property
    def gap(self) -> float:
        """Percent of the bound that may be missing."""
        return 100 * (self.bound - self.worth) / self.bound if self.bound else 0.0

    @property
    def greedy_loses(self) -> float:
        return 100 * (self.worth - self.greedy) / self.worth if self.worth else 0.0


def lines(allocation: Allocation, held: Parted | None = None) -> tuple[list[Line], Totals]:
    """held: what of a computed one holds now, where the caller knows. Losers first, then gainers, then the rest. What is left out: once published as it was then, before as it would be now.

    The number of queries does not depend on the needs.
    """
    found = allocation.outputs
    if held is None and allocation.status == "COMPUTED":
        held = holding(allocation)
    gone = held.left if held is not None else allocation.left_out
    why = {(need, name): LeftOut.word(code) for need, name, code in gone}
    pairs: dict[str, list[tuple[str, int]]] = defaultdict(list)
    left: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    costs = []
    for need, name, score, cost in found["pairs"]:
        if (need, name) in why:
            left[need].append((name, why[need, name]))
        else:
            pairs[need].append((name, score))
            costs.append(cost)
    refs = set(found["needs"])
    rows = {row.ref: row for row in Need.objects.filter(ref__in=refs).select_related("company").defer("document")}
    names = {name for said in [*pairs.values(), *left.values()] for name, _score in said}
    names |= {name for name, _score in [*found["chosen"].values(), *found["first"].values()]}
    titles = dataset_titles({name.partition(":")[0] for name in names})
    made = []
    for ref in sorted(refs & set(rows)):
        chosen, chosen_score = found["chosen"].get(ref, ("", None))
        first, first_score = found["first"].get(ref, ("", None))
        told = [(_title(titles, name), score) for name, score in sorted(pairs[ref], key=lambda pair: -pair[1])]
        dropped = [(_title(titles, name), word) for name, word in left[ref]]
        made.append(
            Line(
                rows[ref], _title(titles, chosen), chosen_score, told, dropped, _title(titles, first), first_score,
                found["place"].get(first, 0),
            )
        )  # fmt: skip
    gains = [line.gain for line in made if line.gain is not None]
    totals = Totals(
        len(made), len(costs), len(why), sum(bool(line.proposed) for line in made), len(gains), sum(g > 0 for g in gains), sum(g < 0 for g in gains),
        gains.count(0), sum(cost or 0 for cost in costs), costs.count(None), found["worth"], found["bound"], found["greedy"],
    )  # fmt: skip
    made.sort(key=lambda line: (line.gain is None, line.gain if line.gain is None or line.gain < 0 else 1, line.need.ref))
    return made, totals


def dataset_titles(keys: Iterable[str]) -> dict[str, str]:
    return {row.key: pick(row, "title") for row in Dataset.objects.filter(key__in=set(keys)).only("key", "title_ko", "title_en")}


def _title(titles: dict[str, str], name: str) -> str:
    key = name.partition(":")[0]
    return titles.get(key, key)
