"""The application as a story: what happened, who has the ball, what comes and how long it usually takes."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts.rules import STAFF_ROLES, Role
from portal.journal.models import Event
from portal.kit.words import korean, pick
from vouchers.applications import queries, rules
from vouchers.applications.models import Application

S = rules.ApplicationStatus


def timeline(application: Application) -> list[dict[str, Any]]:
    """Past solid, the present with who has the ball, the future with the usual wait."""
    members = queries.members_of(application)
    entries = [_past(event, members) for event in queries.history(application)]
    duty = queries.ball(application)
    status = S(application.status)
    if status in rules.ENDED:
        return entries
    if status == S.SELECTED:
        return [*entries, {"title": _("Award and agreement"), "state": "present", "text": _("See the award for the next step.")}]
    entries.append(
        {
            "title": status.label,
            "state": "present",
            "ball": _holder(application, duty),
            "due": duty.due_at if duty else None,
        }
    )
    return [*entries, *_future(application)]


def _past(event: Event, members: frozenset[int]) -> dict[str, Any]:
    return {
        "title": rules.EVENT_WORDS[event.name],
        "state": "past",
        "when": event.at,
        "who": _who(event, members),
        "text": reason_words(event),
    }


def reason_words(event: Event) -> str:
    """The reason as it was written; where it was given in both languages, in the reader's."""
    return event.reason if korean() else str(event.data.get("reason_en") or event.reason)


def outcome_words(application: Application) -> str:
    """The reason of a released outcome, or of its lapse, in the reader's language."""
    told = rules.OUTCOME_EVENTS | {"application.lapsed"}
    found = [event for event in queries.history(application) if event.name in told]
    return reason_words(found[-1]) if found else ""


def _who(event: Event, members: frozenset[int]) -> str:
    """People of the company by name; officials by their office; results, released all at once, by the portal."""
    if event.by is None or event.name in rules.OUTCOME_EVENTS:
        return _("The portal")
    if event.by_id in members:
        return event.by.get_full_name()
    role = next((r for r in event.roles if r in set(STAFF_ROLES)), None)
    return str(Role(role).label) if role else _("A former member")


def _holder(application: Application, duty: Any) -> str:
    if duty is not None and duty.organisation_id == application.company.organisation_id:
        return _("you (%(company)s)") % {"company": pick(application.company, "name")}
    if duty is not None and duty.role:
        return str(Role(duty.role).label)
    return _("the ministry")


def _future(application: Application) -> list[dict[str, Any]]:
    policy = queries.policy_of(application)
    steps = [
        (S.ELIGIBLE, _("Result of the eligibility check"), policy.days("eligibility")),
        (S.IN_EVALUATION, _("Evaluation"), policy.days("evaluation")),
        (S.SELECTED, _("Results for all applicants at the same time"), None),
    ]
    order = [S.SUBMITTED, S.ELIGIBILITY_CHECK, S.SUPPLEMENT_REQUESTED, S.ELIGIBLE, S.IN_EVALUATION, S.RESERVE, S.SELECTED]
    now = order.index(S(application.status))
    return [
        {"title": title, "state": "future", "usual": _target(days) if days else ""}
        for state, title, days in steps
        if order.index(state) > now
    ]


def _target(days: int) -> str:
    return ngettext("Target: %(days)d working day", "Target: %(days)d working days", days) % {"days": days}


def what_next(application: Application) -> list[str]:
    """What happens after the receipt, and by when."""
    days = queries.policy_of(application).days("eligibility")
    return [
        _("An officer checks eligibility within %(days)d working days.") % {"days": days},
        _("If something must be supplied, you get a notice with a due day."),
        _("Evaluators score the application. All applicants hear the results at the same time."),
        _("You can withdraw until the agreement is signed."),
    ]
