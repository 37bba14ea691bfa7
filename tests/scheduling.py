"""Which tests stay together on one worker, and which begin first.

Tests of a file begin with the same worlds, which a worker plays once (tests/factories/played.py), so a file stays together; those in
the browser share one live portal. Groups by mark do not work: xdist 3.8 writes them into a name that pytest 9.2 no longer reads,
silently. So the place of a test is its group.
"""

from collections import defaultdict
from typing import Any

from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/journeys/",)
SECONDS = {  # of a test, about: what takes longest begins first, so that the workers end together
    "tests/journeys/": 1000.0, "tests/faults/": 10.0, "tests/doors/": 0.5, "tests/architecture/": 0.5, "tests/actions/": 0.4,
    "tests/rules/": 0.05,
}  # fmt: skip


def scope_of(nodeid: str) -> str:
    """Tests of one scope run on one worker, in their order."""
    return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid.partition("::")[0])


def longest_first(items: list[Any]) -> None:
    """Sorts what was collected, scope by scope; within a scope the order stays."""
    takes: defaultdict[str, float] = defaultdict(float)
    for item in items:
        takes[scope_of(item.nodeid)] += next((s for place, s in SECONDS.items() if item.nodeid.startswith(place)), 0.5)
    items.sort(key=lambda item: (-takes[scope_of(item.nodeid)], scope_of(item.nodeid)))


class ByPlace(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def scheduler(config: Any, log: Any) -> ByPlace:
    config.option.loadscopereorder = False  # they come in their order: the number of tests says little about their time
    return ByPlace(config, log)
