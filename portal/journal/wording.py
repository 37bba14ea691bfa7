"""A notice in words: plain text from templates/emails/<app>/<notice>.<language>.txt, first line = subject line."""

import re
from datetime import date, datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils.translation import override

from portal.kit import clock
from portal.kit.particles import fit

# what marks a notice about a rehearsal: before its subject line, above its body
REHEARSAL = {
    "ko": ("[모의] ", "모의 회차의 알림입니다. 실제 절차가 아니며 효력이 없습니다."),
    "en": ("[Rehearsal] ", "This notice belongs to a rehearsal. It is no real procedure and has no effect."),
}
_IN_WORDS = re.compile(r"(\d{4})\. (\d{1,2})\. (\d{1,2})\.")


def always_by_mail(template: str) -> bool:
    """Is this a notice that nobody can switch off? The roof says which (settings.NOTICE_WORDS)."""
    return template in import_module(settings.NOTICE_WORDS).MANDATORY


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
    if context.get("rehearsal"):
        mark, sentence = REHEARSAL[language]
        title, body = mark + title.strip().removeprefix(mark), f"{sentence}\n\n{body.strip()}"
    return title.strip()[:200], body.strip()


def _days(context: dict[str, Any]) -> dict[str, Any]:
    """A context is kept as JSON: the days and instants of its `…_on`, `…_at` and `…until` are dates again for the template.

    Older notices kept the due day in words (`due_ko`: "2026. 11. 23."), and instants as Korean wall time.
    """
    found = {name: _day(value) if name.endswith(("_on", "_at", "until")) else value for name, value in context.items()}
    in_words = _IN_WORDS.fullmatch(str(context.get("due_ko", "")))
    if in_words and "due_at" not in found:
        found["due_at"] = date(*map(int, in_words.groups()))
    return found


def _day(value: Any) -> Any:
    try:
        if len(value) == len("2026-11-23"):
            return date.fromisoformat(value)
        moment = datetime.fromisoformat(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=clock.KST)
    except (TypeError, ValueError):
        return value


def absolute(url: str, language: str) -> str:
    """The full address of a page in the reader's language."""
    if not url or url.startswith("http"):
        return url
    return f"{settings.BASE_URL}{'/en' if language == 'en' else ''}{url}"
