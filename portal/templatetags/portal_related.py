"""What stands in relation to a page's subject, from rooms that the page's own room does not know."""

from collections.abc import Iterable
from typing import Any

from django import template

from portal.desk.related import moved_on, presented, related
from portal.kit.words import pick
from vouchers.evaluation.queries.presenting import absent_on, slot_for_company

register = template.Library()


@register.inclusion_tag("components/related.html")
def related_to(subject: Any, user: Any) -> dict[str, Any]:
    """`{% related_to row user %}`: a section of links; nothing at all where nothing is related yet."""
    return {"groups": related(user, subject)}


@register.filter
def names_of(rows: Iterable[Any]) -> str:
    """Names of several rows, in the reader's language, with commas."""
    return ", ".join(str(pick(row, "name")) for row in rows)


@register.simple_tag
def story_of(entries: list[dict[str, Any]], application: Any, user: Any) -> list[dict[str, Any]]:
    """`{% story_of entries application user as entries %}`: an application's story with its presentation, gone on to its
    agreement."""
    return moved_on(presented(entries, application, user), application, user)


@register.inclusion_tag("components/presentation.html")
def presentation_of(application: Any, user: Any) -> dict[str, Any]:
    """`{% presentation_of application user %}`: when and where the company presents; nothing before it was invited."""
    slot = slot_for_company(application, user)
    return {"slot": slot, "absent": absent_on(application) if slot and slot.status == "MISSED" else []}
