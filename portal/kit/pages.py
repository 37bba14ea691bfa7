"""Pages of lists whose length somebody knows already, or that is too long to be counted at every click."""

from typing import Any

from django.core.cache import cache
from django.core.paginator import Paginator

LARGE = 1000  # rows; a shorter list is counted every time
SECONDS = 30  # as long may the number of rows of a large list be behind


class Counted(Paginator):  # type: ignore[type-arg]
    """A list whose length its view has asked together with something else."""

    def __init__(self, object_list: Any, per_page: int, count: int, **more: Any) -> None:
        super().__init__(object_list, per_page, **more)
        self.__dict__["count"] = count


class Recounted(Paginator):  # type: ignore[type-arg]
    """A list whose length, when it is large, is counted again only after SECONDS.

    place: names rows and filters, with the person where the rows depend on who looks.
    """

    def __init__(self, object_list: Any, per_page: int, place: str, **more: Any) -> None:
        super().__init__(object_list, per_page, **more)
        known: int | None = cache.get(place)
        if known is None:
            known = self.count
            if known >= LARGE:
                cache.set(place, known, SECONDS)
        self.__dict__["count"] = known
