"""Kept searches: whose they are, and what is new in them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.http import QueryDict

from providers.catalogue import rules
from providers.catalogue.models import Dataset, SavedSearch
from providers.catalogue.queries.searching import Wish, found, in_order, wish

LATE = timedelta(minutes=15)  # a change may be committed so long after the time that it carries
ANYWAY = timedelta(days=1)  # what fits may change with the offers, too


def saved_searches(user: Any) -> QuerySet[SavedSearch]:
    return SavedSearch.objects.filter(user=user)


def untold(now: datetime) -> list[int]:
    """Keys of the searches to be looked at: something changed since, or so lately that not all of it could be seen."""
    newest = Dataset.objects.aggregate(newest=Max("updated_at"))["newest"]
    if newest is None:
        return []
    due = Q(told_until__lt=min(newest + LATE, now)) | Q(told_until__lt=now - ANYWAY)
    return list(SavedSearch.objects.filter(due).order_by("pk").values_list("pk", flat=True))


def marks(wished: Wish) -> list[int]:
    """What fits now: the numbers of datasets that are open, and with a minus of releases that are planned. What another one has
    superseded is news to nobody."""
    rows = found(wished).order_by("pk").values_list("pk", "status")
    return sorted(pk if status == rules.AVAILABLE else -pk for pk, status in rows if status in (rules.AVAILABLE, rules.PLANNED))


def marks_of(search: SavedSearch) -> list[int]:
    return marks(wish(QueryDict(search.query)))


def named_first(search: SavedSearch, new: Iterable[int], most: int) -> list[Dataset]:
    """Of these marks the datasets that fit best."""
    wished = wish(QueryDict(search.query))
    return list(in_order(found(wished).filter(pk__in=[abs(one) for one in new]), wished)[:most])
