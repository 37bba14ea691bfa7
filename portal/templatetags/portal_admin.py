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
    return {"events": told_events(subject)}


@register.inclusion_tag("admin/verbs/standing.html")
def admin_standing(
    subject: Any, number: str, state: tuple[str, Any] | None, since: Any = None, ball_at: Any = None
) -> dict[str, Any]:
    """Where a row stands, since when; who has the ball, since when and until when.

    ball_at: the row whose duties count where the subject has none.
    since: where no event says when a state came (the clock alone opens and closes a call). Without either nothing is said.
    """
    came = [since] if since else [one.at for one in told_events(subject) if state and one.to == state[0] != one.frm]
    duties = _duties(subject) or _duties(ball_at)
    return {"number": number, "state": state, "since": came[-1] if came and state else None, "duties": duties}


def _duties(subject: Any) -> list[Any]:
    return list(queries.open_duties(subject).order_by("due_at", "id")) if hasattr(subject, "ref") else []


def told_events(subject: Any) -> list[Any]:
    """A row's history, read once a page."""
    if not hasattr(subject, "ref"):
        return []
    if "_told" not in subject.__dict__:
        subject.__dict__["_told"] = list(queries.history(subject))
    return list(subject.__dict__["_told"])


@register.filter
def owed_by(duty: Any) -> str:
    """Who has the ball: the person, the organisation, or the role."""
    from portal.desk.admin_words import owed_by as words

    return words(duty)


@register.filter
def event_words(event: Any) -> str:
    """The event's name as a sentence in the reader's language."""
    from portal.desk.event_words import words

    return words(event.name)


@register.filter
def by_the_portal(event: Any) -> bool:
    """Done by the portal itself, perhaps in consequence of somebody's act."""
    from portal.desk.event_words import by_the_portal as told

    return told(event)


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
    """`for 3 working days` since a moment; the first day says so."""
    days = workdays.working_days_between(clock.to_kst(since).date(), clock.today())
    return (
        ngettext("for %(n)d working day", "for %(n)d working days", days) % {"n": days}
        if days > 0
        else gettext("for less than a working day")
    )


@register.simple_tag(takes_context=True)
def admin_subjects(context: Any, refs: Any) -> Any:
    """Reference → record, for `admin_link`: one query a kind of record."""
    from portal.desk.admin_subjects import named

    return named(refs, context["request"])


@register.simple_tag
def admin_link(ref: str, subjects: Any) -> Any:
    """The record's name as a link; its reference where this person may not open it."""
    from portal.desk.admin_subjects import linked

    return linked(ref, subjects)
