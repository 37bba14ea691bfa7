"""Code lists and the words of their codes."""

import json
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from portal.kit.words import korean
from providers.catalogue.models import Code, CodeList


def code_lists(*keys: str) -> list[dict[str, Any]]:
    """Records shaped like seeds/reference/code_lists.json; all lists when no key is given. One query."""
    rows = Code.objects.order_by("code_list__key", "position")
    if keys:
        rows = rows.filter(code_list__key__in=keys)
    lists: dict[str, dict[str, Any]] = {}
    written = rows.annotate(written=Cast("more", TextField()))  # hardly any says more: only these are read
    for key, code, name_ko, name_en, more in written.values_list("code_list__key", "code", "name_ko", "name_en", "written"):
        entry = lists.setdefault(key, {"key": key, "items": []})
        item = {"code": code, "name_ko": name_ko, "name_en": name_en}
        entry["items"].append(item if more == "{}" else {**item, **json.loads(more)})
    return list(lists.values())


_lists: dict[str, list[dict[str, Any]]] = {}  # mark → what was written then


def code_lists_kept() -> list[dict[str, Any]]:
    """All lists, read once a process as long as no code was written since: to be read, not changed. One small query, or two."""
    with connection.cursor() as cursor:  # asked for every need that is matched: written out, it costs a third
        cursor.execute("SELECT count(*), sum(hashtextextended(xmin::text || ctid::text, 0)) FROM providers_code")
        mark = str(cursor.fetchone())
    read = _lists.get(mark)  # other threads may empty it meanwhile
    if read is None:
        read = code_lists()
        _lists.clear()
        _lists[mark] = read
    return read


def known_codes() -> dict[str, list[str]]:
    """Code list key → its codes, in order."""
    return {entry["key"]: [item["code"] for item in entry["items"]] for entry in code_lists()}


VOCABULARY_PLACE = "search_vocabulary"  # beside WORDS_PLACE
MODALITY_PLACE = "modality_words"  # beside WORDS_PLACE
EXPORT_PLACE = "export_words"  # beside WORDS_PLACE
WORDS_PLACE = "code_words:{}"  # in the cache; `actions.register_code_list` empties it


def words(*keys: str) -> dict[str, dict[str, str]]:
    """Code list key → code → word in the reader's language. One query, or none: lists change with a new seed only."""
    place = WORDS_PLACE.format("ko" if korean() else "en")
    kept: dict[str, dict[str, str]] | None = cache.get(place)
    if kept is None:
        name, kept = "name_ko" if korean() else "name_en", {}
        rows = Code.objects.order_by("code_list__key", "position").values_list("code_list__key", "code", name)
        for key, code, word in rows:
            kept.setdefault(key, {})[code] = word
        cache.set(place, kept, 60)
    return {key: kept[key] for key in keys if key in kept} if keys else kept


def known_codes_kept() -> dict[str, list[str]]:
    """As known_codes, from the words that are kept: no query as a rule."""
    return {key: list(codes) for key, codes in words().items()}


def modality_words() -> dict[str, tuple[str, str]]:
    """Code → (Korean, English), kept like the words. One query, or none."""
    kept: dict[str, tuple[str, str]] | None = cache.get(MODALITY_PLACE)
    if kept is None:
        rows = Code.objects.filter(code_list__key="modality").values_list("code", "name_ko", "name_en")
        kept = {code: (korean_name, english_name) for code, korean_name, english_name in rows}
        cache.set(MODALITY_PLACE, kept, 60)
    return kept


def word_of(key: str, column: str) -> Subquery:
    """An annotation for lists: the word of the code in `column`, in the reader's language. No query of its own."""
    name = "name_ko" if korean() else "name_en"
    return Subquery(Code.objects.filter(code_list__key=key, code=OuterRef(column)).values(name)[:1])


def choices(key: str) -> list[tuple[str, str]]:
    """(code, word) of one list, for a form field."""
    return list(words(key).get(key, {}).items())


def lists() -> QuerySet[CodeList]:
    return CodeList.objects.prefetch_related("codes")
