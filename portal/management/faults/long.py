"""The long form: every fault in an act of its own, both designs beside each other, then all of it at random."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from portal.management.faults import acts, stage, world
from portal.management.faults.naive import Naive
from portal.management.faults.play import Outcome, Play, milestones_of, table

EACH = 12  # kills an act


def play(source: str, payments: int, kills: int, say: Callable[[str], Any], seed: int) -> tuple[list[Outcome], Outcome]:
    """Acts with about equal shares of the payments, the last one at random; at least so many kills when nothing ends early.

    source: address of the demo's database for its owner, which is only read. Returns: each act's outcome, and all together.
    Raises: Broken, CommandError.
    """
    killers, moods = [*acts.PEOPLES, *acts.STEPS, *acts.MACHINES], [*acts.BANK, acts.DOWN]
    share = payments // (len(killers) + len(moods) + 8)
    with stage.opened(source) as opened:
        cast = world.cast(payments)
        drama = Play(opened, cast, milestones_of(cast.agreement), seed=seed, naive=Naive(opened.services, opened.folder))
        drama.few = max(1, share // 3)
        try:
            drama.open()
            say(table([])[0])
            drama.act(acts.NONE.name, [acts.NONE], share, 1)
            say(table(drama.outcomes[-1:])[1])
            for fault in (*killers, *moods):
                drama.act(fault.name, [fault], share, min(EACH, kills // len(killers) + 1) if fault in killers else 3)
                say(table(drama.outcomes[-1:])[1])
            struck = sum(one.times for one in drama.outcomes if one.name in {fault.name for fault in killers})
            storm = acts.storm(drama.dice)
            drama.act(storm.name, [storm], len(drama.milestones), max(kills - struck, EACH) + EACH)
            say(table(drama.outcomes[-1:])[1])
            total = replace(drama.end(), name="all together")
            say(table([total])[1])
            return drama.outcomes, total
        finally:
            drama.close()
