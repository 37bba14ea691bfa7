"""How the admin's lists and read-only fields say things: words for codes, the reader's language, facts."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.html import format_html_join

from portal.kit.words import pick


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
