"""One of several providers refuses before the agreement takes force: its lines go to others or are dropped, the rest goes on.
Source: domain.md §6.6 (multi-provider); issue 5.

A line goes whole to another provider that offers the same kind of work under the same tax, as far as that provider committed itself
in its quote; the one with the most room takes it. Where nobody has room it is dropped. The sum never rises.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """One line. match: whose quote says the most that it may come to with its neighbours; refused: its provider refuses. Whole won."""

    position: int
    match: int
    kind: str
    tax_kind: str
    amount_won: int
    refused: bool = False


def without(shares: Sequence[Share], most: Mapping[int, int]) -> dict[int, int]:
    """Position → whole won without the provider that refuses. most: match → supply amount of its quote."""
    amounts = {share.position: 0 if share.refused else share.amount_won for share in shares}
    room = dict(most)
    for share in shares:
        if not share.refused:
            room[share.match] = room.get(share.match, 0) - share.amount_won
    for gone in sorted((share for share in shares if share.refused), key=lambda share: share.position):
        takers = [
            share
            for share in shares
            if not share.refused
            and (share.kind, share.tax_kind) == (gone.kind, gone.tax_kind)
            and room.get(share.match, 0) >= gone.amount_won > 0
        ]
        if takers:
            taker = min(takers, key=lambda share: (-room[share.match], share.position))
            amounts[taker.position] += gone.amount_won
            room[taker.match] -= gone.amount_won
    return amounts
