"""What stands in relation to a page's subject, from rooms that the page's own room does not know."""

from typing import Any

from django import template

from portal.desk.related import moved_on, related

register = template.Library()


@register.inclusion_tag("components/related.html")
def related_to(subject: Any, user: Any) -> dict[str, Any]:
    """`{% related_to row user %}`: a section of links; nothing at all where nothing is related yet."""
    return {"groups": related(user, subject)}


@register.simple_tag
def story_of(entries: list[dict[str, Any]], application: Any, user: Any) -> list[dict[str, Any]]:
    """`{% story_of entries application user as entries %}`: an application's story, gone on to its agreement."""
    return moved_on(entries, application, user)
