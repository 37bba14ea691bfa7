"""Which tests stay together on one worker: those in the browser, since they share one live portal.

Groups by mark do not work: xdist 3.8 writes them into a name that pytest 9.2 no longer reads, silently. So the place of a
test is its group.
"""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/journeys/",)


def scope_of(nodeid: str) -> str:
    """Tests of one scope run on one worker, in their order; the largest scope begins first."""
    return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)


class ByPlace(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def scheduler(config: Any, log: Any) -> ByPlace:
    return ByPlace(config, log)
