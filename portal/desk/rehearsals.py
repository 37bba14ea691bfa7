"""Is what a page, a mail or a paper is about part of a rehearsal? Asked by the cellar and by the frame of every page."""

from typing import Any

from django.db.models import Model

_WAYS = ("round", "application", "run", "line")  # from a row towards the round that it belongs to
_NAMES = (
    "application", "round", "programme", "assignment", "run", "batch", "line", "letter", "award", "objection", "subject", "original",
    "company", "need",
)  # fmt: skip  # what pages call the row that they are about


def marked(subject: Any) -> bool:
    """The row is a rehearsal, a test company, or belongs to one."""
    for _step in range(4):
        if hasattr(subject, "is_rehearsal"):
            return bool(subject.is_rehearsal)
        way = next((name for name in _WAYS if isinstance(getattr(subject, name, None), Model)), "")
        if not way:
            return False
        subject = getattr(subject, way)
    return False


def page_marked(context: Any) -> bool:
    """A page about such a row. context: the template's."""
    rows = (context.get(name) for name in _NAMES)
    return any(marked(row) for row in rows if isinstance(row, Model))
