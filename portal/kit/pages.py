"""Pages of lists that are counted only where that says something: not when one page holds all, not at every click."""

from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.core.paginator import Page, Paginator

LARGE = 1000  # rows; a shorter list is counted every time
SECONDS = 30  # as long may the number of rows of a large list be behind


class Pages(Paginator):  # type: ignore[type-arg]
    """A list that is counted only when its first page does not hold all of it."""

    def get_page(self, number: Any) -> Page[Any]:
        if number not in (None, "", 1, "1") or "count" in self.__dict__:
            return super().get_page(number)
        rows = list(self.object_list[: self.per_page + 1])
        if len(rows) <= self.per_page:
            self.__dict__["count"] = len(rows)
        return Page(rows[: self.per_page], 1, self)


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
        self.__dict__["count"] = recounted(place, lambda: (self.count,))[0]


def recounted(place: str, count: Callable[[], tuple[int, ...]]) -> tuple[int, ...]:
    """Numbers of rows, which may be SECONDS old when they are large together. place: as of Recounted."""
    known: tuple[int, ...] | None = cache.get(place)
    if known is None:
        known = count()
        if sum(known) >= LARGE:
            cache.set(place, known, SECONDS)
    return known
