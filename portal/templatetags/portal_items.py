"""The structured list, written for speed: a page shows twenty items of a dozen parts each."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import template
from django.utils.html import conditional_escape as safe
from django.utils.safestring import SafeString

from portal.templatetags.portal import status_tag

register = template.Library()


@register.simple_tag
def structured_list(items: Iterable[Mapping[str, Any]], level: int | str = 2) -> SafeString:
    """items: title, and as wanted url, badge (with tone) and kicker, text, facts (label, value), tags, action with action_url."""
    level = int(level or 2)
    return SafeString(f'<ul class="item-list">{"".join(_item(one, level) for one in items)}</ul>')


def _item(item: Mapping[str, Any], level: int) -> str:
    url, action_url = item.get("url"), item.get("action_url")
    title = safe(item["title"])
    named = f'<a href="{safe(url)}">{title}</a>' if url else title
    action = (
        f'<p class="item-action"><a class="krds-btn medium secondary" href="{safe(action_url)}">{safe(item["action"])}'
        f'<span class="sr-only"> – {title}</span></a></p>'
        if action_url
        else ""
    )
    head = f'<h{level} class="item-title">{named}</h{level}>'
    return f'<li class="item"><div class="item-main">{_top(item)}{head}{"".join(_parts(item))}</div>{action}</li>'


def _top(item: Mapping[str, Any]) -> str:
    badge, kicker = item.get("badge"), item.get("kicker")
    if not badge:
        return ""
    said = f' <span class="item-kicker">{safe(kicker)}</span>' if kicker else ""
    return f'<p class="item-top">{status_tag("", badge, item.get("tone") or "neutral")}{said}</p>'


def _parts(item: Mapping[str, Any]) -> Iterator[str]:
    if text := item.get("text"):
        yield f'<p class="item-text">{safe(text)}</p>'
    if facts := item.get("facts"):
        lines = (f"<div><dt>{safe(one['label'])}</dt><dd>{safe(one['value'])}</dd></div>" for one in facts)
        yield f'<dl class="item-facts">{"".join(lines)}</dl>'
    if tags := item.get("tags"):
        yield f'<ul class="item-tags">{"".join(f"<li>{safe(tag)}</li>" for tag in tags)}</ul>'
