"""The frame around every page: menu, the demonstration's banner, and what is rendered once for all readers of a language."""

from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar

from django import template
from django.conf import settings
from django.template import Context
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, gettext_lazy

from portal.kit import clock
from portal.kit.words import pick
from portal.templatetags.portal import in_language

register = template.Library()


class OnceNode(template.Node):
    """What is the same for every reader of a language is rendered once a process."""

    kept: ClassVar[dict[tuple[Any, ...], str]] = {}

    def __init__(self, name: str, depends: list[FilterExpression], nodelist: NodeList) -> None:
        self.name, self.depends, self.nodelist = name, depends, nodelist

    def render(self, context: Context) -> SafeString:
        key = (self.name, get_language(), *(str(one.resolve(context)) for one in self.depends))
        found = self.kept.get(key)
        if found is None:
            found = self.kept[key] = self.nodelist.render(context)
        return SafeString(found)


@register.tag
def once(parser: Parser, token: Token) -> OnceNode:
    """`{% once "footer" masthead %}…{% endonce %}`: nothing personal inside; named values with few states may follow."""
    _tag, name, *depends = token.split_contents()
    nodelist = parser.parse(("endonce",))
    parser.delete_first_token()
    return OnceNode(name.strip('"'), [parser.compile_filter(one) for one in depends], nodelist)


@register.simple_tag
def operator_name() -> str:
    """Who runs the programme's desk, in the reader's language."""
    return pick({"name_ko": settings.OPERATOR_NAME_KO, "name_en": settings.OPERATOR_NAME_EN}, "name") or str(
        gettext("Operating agency")
    )


_MENU = (
    ("/rounds/", gettext_lazy("Calls")), ("/catalogue/", gettext_lazy("Find data")), ("/stats/", gettext_lazy("Statistics")),
    ("/home/", gettext_lazy("My desk")),
)  # fmt: skip


@register.simple_tag(takes_context=True)
def main_menu(context: Context) -> SafeString:
    """The lines of the main menu; the one in which the reader is says so."""
    request = context.get("request")
    return _menu(get_language() or "ko", request.path if request else "")


@lru_cache(maxsize=500)
def _menu(language: str, here_: str) -> SafeString:
    lines = []
    for address, label in _MENU:
        target = in_language(address, language)
        place = "page" if here_ == target else "true" if here_.startswith(target) else ""
        mark = format_html(' aria-current="{}"', place) if place else ""
        lines.append(format_html('<li><a class="menu-link" href="{}"{}>{}</a></li>', target, mark, label))
    return SafeString("".join(lines))


@register.simple_tag
def demo_banner() -> SafeString:
    """Says on every page of a demonstration that it is one; with the demo clock's time when it was moved."""
    if not settings.DEMO:
        return SafeString("")
    return _banner(get_language() or "ko", clock.now().replace(second=0, microsecond=0) if clock.offset() else None)


@register.simple_tag(takes_context=True)
def rehearsal_banner(context: Context) -> SafeString:
    """Says on every page about a rehearsal that it is one."""
    found = import_string(settings.REHEARSAL_PAGE)(context)
    return _rehearsal(get_language() or "ko") if found else SafeString("")


@lru_cache(maxsize=2)
def _rehearsal(language: str) -> SafeString:
    return render_to_string("components/rehearsal_banner.html")


@lru_cache(maxsize=8)
def _banner(language: str, now: datetime | None) -> SafeString:
    return render_to_string("components/demo_banner.html", {"demo": True, "now": now})
