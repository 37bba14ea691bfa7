"""A notice in words: plain text from templates/emails/<app>/<notice>.<language>.txt, first line = subject line."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils.translation import override

from portal.kit.particles import fit


def render(app: str, template: str, language: str, context: dict[str, Any]) -> tuple[str, str]:
    """(subject line, body) in `language`; nothing is escaped, and the caller's language is back afterwards.

    Raises: TemplateDoesNotExist.
    """
    with override(language):
        found = get_template(f"emails/{app}/{template}.{language}.txt")
        text: str = found.template.render(Context(_days(context), autoescape=False))  # type: ignore[attr-defined]
    if language == "ko":
        text = fit(text)
    title, _line, body = text.strip().partition("\n")
    return title.strip()[:200], body.strip()


def _days(context: dict[str, Any]) -> dict[str, Any]:
    """A context is kept as JSON: the days and instants of its `…_on`, `…_at` and `…until` are dates again for the template."""
    return {name: _day(value) if name.endswith(("_on", "_at", "until")) else value for name, value in context.items()}


def _day(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if len(value) == len("2026-11-23") else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value


def absolute(url: str, language: str) -> str:
    """The full address of a page in the reader's language."""
    if not url or url.startswith("http"):
        return url
    return f"{settings.BASE_URL}{'/en' if language == 'en' else ''}{url}"
