"""Structured list and timeline, written for speed: a page shows twenty items of a dozen parts each."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import template
from django.utils.html import conditional_escape as safe
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from portal.templatetags.portal import due, here, kst, kst_from, status_tag

register = template.Library()


@register.simple_tag
def structured_list(items: Iterable[Mapping[str, Any]], level: int | str = 2) -> SafeString:
    """items: title, and as wanted url, badge (with tone) and kicker, text, facts (label, value), tags, action with action_url, more with more_url
    (a small link at the end)."""
    level = int(level or 2)
    return SafeString(f'<ul class="item-list">{"".join(_item(one, level) for one in items)}</ul>')


def _item(item: Mapping[str, Any], level: int) -> str:
    url, action_url = item.get("url"), item.get("action_url")
    title = safe(item["title"])
    named = f'<a href="{safe(here(url))}">{title}</a>' if url else title
    action = (
        f'<p class="item-action"><a class="krds-btn medium secondary" href="{safe(here(action_url))}">{safe(item["action"])}'
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
    if more_url := item.get("more_url"):
        named = f'<span class="sr-only"> – {safe(item["title"])}</span>'
        yield f'<p class="item-more"><a href="{safe(here(more_url))}">{safe(item["more"])}{named}</a></p>'


@register.simple_tag
def timeline_items(entries: Iterable[Mapping[str, Any]]) -> SafeString:
    """The items of components/timeline.html. An entry: title, and as wanted state, when (begins: something
    begins then), who, took, ball with due, text, usual, url, link."""
    return SafeString("".join(_entry(one) for one in entries))


def _entry(entry: Mapping[str, Any]) -> str:
    state = entry.get("state") or "past"
    step = ' aria-current="step"' if state == "present" else ""
    mark = {
        "present": f'<span class="timeline-mark">{gettext("Now")}</span>',
        "future": f'<span class="sr-only">{gettext("Still to come")}</span>',
    }.get(state, "")
    head = f'<div class="timeline-head">{mark}<span class="timeline-title">{safe(entry["title"])}</span></div>'
    return f'<li class="timeline-item is-{safe(state)}"{step}>{head}{"".join(_lines(entry))}</li>'


def _lines(entry: Mapping[str, Any]) -> Iterator[str]:
    said = [(kst_from if entry.get("begins") else kst)(entry["when"])] if entry.get("when") else []
    said += [safe(entry["who"])] if entry.get("who") else []
    said += [safe(entry["took"])] if entry.get("took") else []
    if said:
        yield f'<p class="timeline-meta">{" · ".join(said)}</p>'
    if ball := entry.get("ball"):
        until = f" {due(entry['due'])}" if entry.get("due") else ""
        yield f'<p class="timeline-ball"><span>{gettext("Waiting for: %(who)s") % {"who": safe(ball)}}</span>{until}</p>'
    if text := entry.get("text"):
        yield f'<p class="timeline-text">{safe(text)}</p>'
    if usual := entry.get("usual"):
        yield f'<p class="timeline-usual">{safe(usual)}</p>'
    if url := entry.get("url"):
        link = safe(entry.get("link") or gettext("See details"))
        yield f'<p class="timeline-text"><a href="{safe(here(url))}">{link}</a></p>'
