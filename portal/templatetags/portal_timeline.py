"""A subject's timeline: what happened, who has the ball now. The viewer was allowed to fetch the subject."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from portal.accounts import queries as accounts
from portal.accounts.queries import standing_in
from portal.desk.event_words import by_the_portal, reason, words
from portal.journal import queries
from portal.kit.words import pick

register = template.Library()


@register.inclusion_tag("components/timeline.html")
def timeline_of(*subjects: Any, user: Any = None) -> dict[str, Any]:
    """Past events of the subjects in time order, then their open duties (a paused one is nobody's turn). Names of persons only for their own side."""
    refs = [subject.ref for subject in subjects if subject is not None]
    entries = [
        {"title": words(event.name), "state": "past", "when": event.at, "who": _who(event, user), "text": reason(event)}
        for event in queries.histories(refs)
    ]
    entries = sorted([*entries, *_done_for(refs, user)], key=lambda entry: entry["when"])
    for subject in subjects:
        for duty in queries.open_duties(subject).filter(paused_at__isnull=True) if subject is not None else []:
            entries.append(
                {
                    "title": pick(duty, "title"), "state": "present", "due": duty.due_at,
                    "ball": _ball(duty), "when": duty.opened_at,
                }
            )  # fmt: skip
    return {"entries": entries}


def _done_for(refs: list[str], user: Any) -> list[dict[str, Any]]:
    """What deputies did in the place of somebody who was away; whose place, for those who read names."""
    named = user is not None and accounts.sees_all(user)
    return [
        {
            "title": words(event.name), "state": "past", "when": event.at, "who": _who(event, user),
            "text": _("In the place of %(name)s, who was away.") % {"name": name} if named and name else "",
        }
        for event, name in standing_in.done_for(refs)
    ]  # fmt: skip


def _who(event: Any, user: Any) -> str:
    """The person's own name for themselves and for those who see all; else the role with which they acted."""
    from portal.accounts.rules import Role

    if by_the_portal(event):
        return _("The portal")
    if user is not None and (accounts.sees_all(user) or event.by_id == getattr(user, "pk", None)):
        return str(event.by)
    return ", ".join(str(Role.word(role)) for role in event.roles) or _("A person in charge")


def _ball(duty: Any) -> str:
    from portal.accounts.rules import Role

    if duty.organisation is not None:
        return pick(duty.organisation, "name")
    return str(Role.word(duty.role)) if duty.role else str(duty.user)
