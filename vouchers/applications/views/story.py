"""The application as a story: what happened, who has the ball, what comes and how long it usually takes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts.rules import STAFF_ROLES, Role
from portal.journal.models import Event
from portal.kit import clock, workdays
from portal.kit.words import korean, pick
from portal.templatetags.portal import kst_text
from vouchers.applications import queries, rules
from vouchers.applications.models import Application

S = rules.ApplicationStatus


def timeline(application: Application) -> list[dict[str, Any]]:
    """Past solid with the working days between, the present with who has the ball, the future with the usual wait."""
    members, events = queries.members_of(application), queries.history(application)
    entries = [
        _past(event, members) | {"took": _after(before, event)} for before, event in zip([None, *events], events, strict=False)
    ]
    duty = queries.ball(application)
    status = S(application.status)
    if status in rules.ENDED:
        return entries
    if status == S.SELECTED:
        return [*entries, {"title": _("Award and agreement"), "state": "present", "text": _("See the award for the next step.")}]
    waits, steps = queries.usual_waits(application), _steps(application)
    since = next((event.at for event in reversed(events) if event.to == status), application.submitted_at)
    entries.append(
        {
            "title": status.label,
            "state": "present",
            "when": since,
            "took": _so_far(since),
            "ball": _holder(application, duty),
            "due": duty.due_at if duty else None,
            "usual": _wait_words(steps[status].days if status in steps else None, waits.get(status)),
        }
    )
    return [*entries, *_future(status, steps, waits, duty.due_at if duty else None)]


def _days_between(start: datetime, end: datetime) -> int:
    return workdays.working_days_between(clock.to_kst(start).date(), clock.to_kst(end).date())


def _after(before: Event | None, event: Event) -> str:
    days = _days_between(before.at, event.at) if before else 0
    return ngettext("%(days)d working day later", "%(days)d working days later", days) % {"days": days} if days else ""


def _so_far(since: datetime | None) -> str:
    days = _days_between(since, clock.now()) if since else 0
    return ngettext("%(days)d working day so far", "%(days)d working days so far", days) % {"days": days}


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
    """The reason of a released outcome, or of what ended it, in the reader's language."""
    found = [event for event in queries.history(application) if event.name in rules.OUTCOME_EVENTS | _ENDS | _AGAIN]
    if not found or found[-1].name in _AGAIN or all(event.name in _LEFT for event in found):
        return ""  # nothing decided yet, or decided anew just now: what was said before no longer holds
    return reason_words(found[-1])


def outcome_title(application: Application) -> str:
    """What the outcome is called: of an award that was given up, or cancelled before the agreement, that it was."""
    left = [event for event in queries.history(application) if event.name in _LEFT]
    if application.status != S.WITHDRAWN or not left or left[-1].frm != S.SELECTED:
        return str(S(application.status).label)
    return _("Award given up") if left[-1].by_id else _("The award ended before the agreement")


_LEFT = frozenset({"application.withdrawn"})
_ENDS = _LEFT | {"application.lapsed"}
_AGAIN = frozenset({"application.reopened", "application.check_reopened"})


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


@dataclass(frozen=True)
class _Step:
    """title: how its end is called, days: the policy's target in working days, None without one."""

    title: str
    days: int | None


ORDER = (S.SUBMITTED, S.ELIGIBILITY_CHECK, S.SUPPLEMENT_REQUESTED, S.ELIGIBLE, S.IN_EVALUATION, S.RESERVE)


def _steps(application: Application) -> dict[S, _Step]:
    """What an application waits for in each state, in order; of a supplement the company's own days."""
    days = queries.policy_of(application).days
    return {
        S.SUBMITTED: _Step(_("Eligibility check begins"), days("eligibility")),
        S.ELIGIBILITY_CHECK: _Step(_("Result of the eligibility check"), days("eligibility")),
        S.SUPPLEMENT_REQUESTED: _Step(_("Supplement"), days("supplement")),
        S.ELIGIBLE: _Step(_("Evaluation begins"), None),
        S.IN_EVALUATION: _Step(_("Results for all applicants at the same time"), days("evaluation")),
    }


def _future(status: S, steps: dict[S, _Step], waits: dict[str, rules.Usual], due_at: datetime | None) -> list[dict[str, Any]]:
    """What comes after the present step, each with target and usual wait. due_at: of the present step; the days on which the
    next ones would end by their targets are counted from it."""
    ahead = [state for state in steps if state != S.SUPPLEMENT_REQUESTED and ORDER.index(state) >= ORDER.index(status)]
    if status == S.SUPPLEMENT_REQUESTED:
        ahead = [S.ELIGIBILITY_CHECK, *ahead]
    found, at = [], due_at
    for state in ahead:
        step = steps[state]
        if state == status:
            found.append({"title": step.title, "state": "future"})
            continue
        at = workdays.due_at(at - timedelta(microseconds=1), step.days) if at and step.days else at
        words = _wait_words(step.days, waits.get(state))
        found.append({"title": step.title, "state": "future", "usual": " · ".join(filter(None, [words, _about(step, at)]))})
    return found


def _about(step: _Step, at: datetime | None) -> str:
    return _("by %(day)s if the targets are kept") % {"day": kst_text(at)} if at and step.days else ""


def _wait_words(target: int | None, found: rules.Usual | None) -> str:
    """The policy's target and the median of the cases so far; that there are too few where there are."""
    words = (
        [ngettext("Target: %(days)d working day", "Target: %(days)d working days", target) % {"days": target}] if target else []
    )
    if found is None:
        words.append(_("not enough cases yet to say how long it usually takes"))
    else:
        usual = ngettext("usually %(days)d working day", "usually %(days)d working days", found.days) % {"days": found.days}
        usual = usual if found.days else _("usually the same day")
        cases = ngettext("median of %(n)d case", "median of %(n)d cases", found.cases) % {"n": found.cases}
        words.append(f"{usual} ({cases})")
    text = " · ".join(words)
    return text[:1].upper() + text[1:]


def what_next(application: Application) -> list[str]:
    """What happens after the receipt, and by when."""
    days = queries.policy_of(application).days("eligibility")
    return [
        _("An officer checks eligibility within %(days)d working days.") % {"days": days},
        _("If something must be supplied, you get a notice with a due day."),
        _("Evaluators score the application. All applicants hear the results at the same time."),
        _("You can withdraw until the agreement is signed."),
    ]
