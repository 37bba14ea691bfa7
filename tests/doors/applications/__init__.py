"""Applications in the browser and in the admin: as owner, colleague, stranger, anonymous, officer."""

from django.urls import reverse

from tests.factories import applications as make

HTMX = {"HTTP_HX_REQUEST": "true"}


def url(name: str, *args: str) -> str:
    return reverse(f"applications:{name}", args=args)


def form(application, key: str, **changes) -> dict:
    """What the browser sends for a section: every field, the version."""
    section = application.sections.get(key=key)
    section.refresh_from_db()
    sent = {k: ("on" if v is True else v) for k, v in make.answers(key).items() if v not in (None, False)}
    return {**sent, "version": section.version, **changes}
