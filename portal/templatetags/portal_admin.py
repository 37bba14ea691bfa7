"""Tags of the ministry's admin."""

from typing import Any

from django import template
from django.utils.translation import gettext, ngettext

from portal.journal import queries
from portal.kit import clock, workdays
from portal.kit.words import pick

register = template.Library()


@register.inclusion_tag("admin/verbs/history.html")
def admin_history(subject: Any) -> dict[str, Any]:
    """What happened to this row: who, when, from, to, why."""
    return {"events": queries.history(subject) if hasattr(subject, "ref") else []}


@register.filter
def event_words(event: Any) -> str:
    """The event's name as a sentence in the reader's language."""
    from portal.desk.event_words import words

    return words(event.name)


@register.filter
def event_reason(event: Any) -> str:
    """Why, in the reader's language where the portal itself gave the reason."""
    from portal.desk.event_words import reason

    return reason(event)


@register.filter
def duty_kind(one: Any) -> str:
    """The name of a kind of duty: of a queue, a waiting time, a duty (all carry verb and titles)."""
    from portal.desk.duty_words import words

    return words(one.verb, pick(one, "title") if hasattr(one, "title_ko") else "")


@register.filter
def waited(since: Any) -> str:
    """`for 3 working days` since a moment; today says so."""
    days = workdays.working_days_between(clock.to_kst(since).date(), clock.today())
    return ngettext("for %(n)d working day", "for %(n)d working days", days) % {"n": days} if days > 0 else gettext("since today")
