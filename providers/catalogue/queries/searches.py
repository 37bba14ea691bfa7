"""Kept searches: whose they are, and what is new in them."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from providers.catalogue.models import Dataset, DatasetVersion, SavedSearch
from providers.catalogue.queries.searching import found, in_order, wish


def saved_searches(user: Any) -> QuerySet[SavedSearch]:
    return SavedSearch.objects.filter(user=user)


def untold(now: datetime) -> list[int]:
    """Keys of the searches whose people were not told up to the newest first publication."""
    newest = DatasetVersion.objects.filter(number=1, published_at__lte=now).order_by("-published_at").first()
    if newest is None:
        return []
    return list(SavedSearch.objects.filter(told_until__lt=newest.published_at).order_by("pk").values_list("pk", flat=True))


def new_in(search: SavedSearch, *, until: datetime) -> list[Dataset]:
    """Published datasets that fit and were first published after the person was last told, best fit first."""
    wished = wish(QueryDict(search.query))
    first = DatasetVersion.objects.filter(number=1, published_at__gt=search.told_until, published_at__lte=until)
    return list(in_order(found(wished).filter(pk__in=first.values("dataset")), wished))
