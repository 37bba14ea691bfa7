"""Unmet demand as providers see it: groups large enough that no company can be told from them.

Only three coarse views (kind of data, chapter of the disease classification, what stood in the way), never crossed with
region, round or time; companies are counted, not needs; numbers are rounded down to multiples of the smallest group, so that
neither a difference of two views nor a comparison with last week's page gives a number of few.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

MOST_OBSTACLES = 3


@dataclass(frozen=True)
class UnmetNeed:
    """company: id; modality: codes; chapters: of its diseases; obstacles: filters, the most frequent first."""

    company: int
    modality: tuple[str, ...] = ()
    chapters: tuple[str, ...] = ()
    obstacles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """companies: at least so many, a multiple of the smallest group; obstacles: those that enough of them share."""

    code: str
    companies: int
    obstacles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Demand:
    """What may be told; total 0: too few companies to tell anything."""

    total: int
    least: int
    modality: tuple[Group, ...] = ()
    chapters: tuple[Group, ...] = ()
    obstacles: tuple[Group, ...] = ()


def demand(needs: Iterable[UnmetNeed], least: int) -> Demand:
    """least: companies of which a group must consist at least."""
    every = tuple(needs)
    total = floored({need.company for need in every}, least)
    if not total:
        return Demand(0, least)
    return Demand(
        total,
        least,
        modality=_groups(every, least, lambda need: need.modality),
        chapters=_groups(every, least, lambda need: need.chapters),
        obstacles=_groups(every, least, lambda need: need.obstacles[:MOST_OBSTACLES], obstacles=False),
    )


def floored(companies: Iterable[int], least: int) -> int:
    """How many different companies, rounded down to a multiple of `least`; 0 below it."""
    return len(set(companies)) // least * least


def _groups(
    needs: Sequence[UnmetNeed], least: int, codes: Callable[[UnmetNeed], Iterable[str]], *, obstacles: bool = True
) -> tuple[Group, ...]:
    found: dict[str, list[UnmetNeed]] = {}
    for need in needs:
        for code in set(codes(need)):
            found.setdefault(code, []).append(need)
    told = []
    for code, inside in found.items():
        if companies := floored((need.company for need in inside), least):
            shared = _groups(inside, least, lambda need: need.obstacles[:MOST_OBSTACLES], obstacles=False) if obstacles else ()
            told.append(Group(code, companies, tuple(group.code for group in shared)))
    return tuple(sorted(told, key=lambda group: (-group.companies, group.code)))
