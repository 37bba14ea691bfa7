"""Searches that somebody keeps. Everybody decides for themselves; nobody needs a role for it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.kit import clock
from portal.kit.access import require_somebody
from portal.kit.errors import Refused
from providers.catalogue import notices, queries
from providers.catalogue.models import SavedSearch

MOST_SAVED = 20  # of one person
SHOWN = 5  # titles that a notice names


@transaction.atomic
def save_search(*, wish: queries.Wish, by: Any) -> SavedSearch:
    """Keeps a search; from now on `by` is told of what is new in it. Twice is once. Writes: SavedSearch.

    Raises: Refused for a search that asks nothing or is too long, and when MOST_SAVED are kept already.
    """
    require_somebody(by)
    query = queries.address_of(wish)
    if not wish.narrowed:
        raise Refused(_("Type a word or choose a filter first: the whole catalogue is no search."), "nothing_asked")
    if len(query) > 500:
        raise Refused(_("This search is too long to be kept. Take some filters away."), "too_long")
    own = SavedSearch.objects.filter(user=by)
    found = own.filter(query=query).first()
    if found is not None:
        return found
    type(by).objects.select_for_update().get(pk=by.pk)  # two windows at once
    if own.count() >= MOST_SAVED:
        raise Refused(_("You keep %(n)d searches already. Remove one first.") % {"n": MOST_SAVED}, "too_many")
    now = clock.now()
    return own.get_or_create(user=by, query=query, defaults={"since": now, "told_until": now, "known": queries.marks(wish)})[0]


@transaction.atomic
def forget_search(*, search_id: int, by: Any) -> None:
    """`by` keeps this search no longer. Writes: SavedSearch (gone)."""
    require_somebody(by)
    SavedSearch.objects.filter(pk=search_id, user=by).delete()


@transaction.atomic
def tell_search(*, search_id: int, now: datetime) -> int:
    """Tells whoever keeps the search which datasets fit now and did not when it was last looked at, whether they were published,
    changed or resumed since; and which planned releases are open. Idempotent (sweep).

    Writes: SavedSearch.told_until, known, Notice. Returns: how many are new.
    """
    search = SavedSearch.objects.select_for_update(of=("self",)).select_related("user").filter(pk=search_id).first()
    if search is None or search.told_until >= now:
        return 0
    fitting = queries.marks_of(search)
    new = [] if search.known is None else sorted({*fitting} - {*search.known})
    search.told_until, search.known = now, fitting
    search.save(update_fields=["told_until", "known"])
    if new:
        notices.search_found(search, queries.named_first(search, new, SHOWN), len(new))
    return len(new)
