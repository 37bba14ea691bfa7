"""Answers of surveys after projects, in the reader's words."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from portal.kit.won import won
from portal.kit.words import korean
from portal.templatetags.portal import digits

register = template.Library()


@register.filter
def outcome_name(one: Any) -> str:
    """Of a question or of a public figure."""
    return str(one.ko if korean() else one.en)


@register.filter
def outcome_value(one: Any) -> str:
    """Of a public figure."""
    return outcome_answer(one.value, one.kind)


@register.filter
def outcome_answer(value: Any, kind: str) -> str:
    """An answer by the kind of its question; – where there is none."""
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return (won(value) if kind == "WON" else str(digits(value))) if isinstance(value, int) else str(value)
