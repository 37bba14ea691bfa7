"""How the admin's lists and read-only fields say things: words for codes, the reader's language, facts."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join

from portal.kit.words import pick

_HEAD, _TAIL = 12, 12  # letters of a title that lists show of its beginning and of its end


def in_words(column: str, label: str | Promise, words: Callable[[], Iterable[tuple[str, Any]]]) -> type[admin.SimpleListFilter]:
    """A list filter over a column of codes that offers the words for them. words: code and word, in order."""

    class WordsFilter(admin.SimpleListFilter):
        title = label  # type: ignore[assignment]
        parameter_name = column

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
            return list(words())

        def queryset(self, request: HttpRequest, queryset: Any) -> Any:
            return queryset.filter(**{column: self.value()}) if self.value() else queryset

    return WordsFilter


def shortly(title: str) -> Any:
    """A long title by its first and last words, for a narrow column; the whole of it on demand. A short one as it is."""
    words = title.split()
    head, tail = words[:1], words[-1:]
    for word in words[1:-1]:
        if len(" ".join([*head, word])) > _HEAD:
            break
        head.append(word)
    for word in reversed(words[len(head) : -1]):
        if len(" ".join([word, *tail])) > _TAIL:
            break
        tail.insert(0, word)
    if len(head) + len(tail) >= len(words):
        return title
    return format_html('<abbr title="{}">{} … {}</abbr>', title, " ".join(head), " ".join(tail))


def bilingual(column: str, label: str | Promise) -> Callable[[Any], str]:
    """A list column that shows `<column>_ko` or `<column>_en`, whichever the reader reads; sorts by the Korean one."""

    def shown(row: Any) -> str:
        return pick(row, column)

    shown.short_description = label  # type: ignore[attr-defined]
    shown.admin_order_field = f"{column}_ko"  # type: ignore[attr-defined]
    return shown


def sheet(facts: Iterable[Any]) -> str:
    """Facts (label, value, note) as one read-only field: what the public page says, in the reader's language."""
    return format_html_join(
        "",
        '<p class="sheet-line"><strong>{}</strong> {}{}</p>',
        ((fact.label, fact.value, f" ({fact.note})" if fact.note else "") for fact in facts),
    )
