"""What a company does next where nobody owes anything: nothing is late, but the ball lies with the company. And for whom somebody
who has no duty waits.

Derived from what is there; no duty, because a company is free to stop.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from portal.desk.projects import MOMENT, ProjectCard
from portal.journal import queries as journal
from portal.journal.memory import remembered
from portal.kit import clock, words
from portal.kit.words import pick
from providers.institutions import queries as institutions
from providers.institutions.rules import APPLYING
from vouchers.applications.rules import ENDED


@dataclass(frozen=True)
class NextStep:
    """title: what; text: why now; label: the button. url: without a language prefix. waits: somebody else has the ball."""

    title: str
    text: str
    url: str
    label: str
    waits: bool = False


def register() -> list[NextStep]:
    """For a person without any role: a company's or an institution's, which the portal cannot know."""
    return [
        NextStep(
            _("Register your company first"),
            _("With the business registration number you register your company, or ask to join it when a colleague has done so."),
            "/companies/register/", _("Register my company"),
        ),
        NextStep(
            _("Do you supply data for a hospital or another institution?"),
            _("Apply for your institution. Where a colleague has done so already, ask that colleague to invite you."),
            "/providers/apply/", _("Apply as a provider"),
        ),
    ]  # fmt: skip


def of_provider(user: Any) -> list[NextStep]:
    """Who applied as a provider, or asked to act for an institution, waits for the operating agency. Two queries."""
    found = institutions.applied_by(user)
    if found is None or (found.organisation_id is not None and found.status not in APPLYING):
        return []
    duty = journal.open_duties(found).filter(verb="verify_institution").first()
    if duty is None:
        return []
    since = _("%(institution)s: waiting since %(day)s.") % {
        "institution": pick(found, "name"),
        "day": words.day(_day(duty.opened_at)),
    }
    until = (
        _("Its answer is due on %(day)s.") % {"day": words.day(_day(duty.due_at - timedelta(seconds=1)))} if duty.due_at else ""
    )
    title = _("The operating agency verifies your institution")
    return [NextStep(title, f"{since} {until}".strip(), "/providers/application/", _("Where the application stands"), waits=True)]


def _day(moment: datetime) -> date:
    return clock.to_kst(moment).date()


def of_company(organisations: frozenset[int], projects: Sequence[ProjectCard]) -> list[NextStep]:
    """A confirmed match without an application, an issued voucher without a data access plan.

    Two queries at the most, none while nothing has happened for some seconds.
    """
    return [*_apply(organisations), *(_plan(project) for project in projects if project.plan_url)]


def _apply(organisations: frozenset[int]) -> list[NextStep]:
    place = f"to_apply:{','.join(map(str, sorted(organisations)))}"
    return [
        NextStep(
            _("Apply in the open call"),
            _("Your match with %(institution)s is confirmed. With it you apply in “%(round)s”.")
            % {"institution": pick(institution, "name"), "round": pick(title, "title")},
            f"/applications/start/{key}/", _("Start an application"),
        )
        for institution, key, title in remembered(place, lambda: _match_and_call(organisations), MOMENT)
    ]  # fmt: skip


def _match_and_call(organisations: frozenset[int]) -> list[tuple[dict[str, str], str, dict[str, str]]]:
    """The match's institution, the call's key and title; empty when there is nothing to apply for."""
    ended = [str(status) for status in ENDED]
    hidden = ["REHEARSAL"] if settings.DEMO else ["REHEARSAL", "DEMO"]
    with connection.cursor() as cursor:
        cursor.execute(_MATCHED, {"organisations": list(organisations), "ended": ended})
        match = cursor.fetchone()
        if match is None:
            return []
        institution, company_id, round_id = match
        cursor.execute(_OPEN, {"now": clock.now(), "hidden": hidden, "company": company_id, "round": round_id, "ended": ended})
        call = cursor.fetchone()
    return [(institution, *call)] if call else []


def _plan(project: ProjectCard) -> NextStep:
    begun = not project.plan_url.endswith("/new/")
    return NextStep(
        _("Finish the data access plan and hand it in") if begun else _("Start the data access plan"),
        _("The voucher of “%(title)s” is issued. The data come after the reviews of your data access plan.")
        % {"title": project.title},
        project.plan_url, _("Go on with the plan") if begun else _("Start the plan"),
    )  # fmt: skip


# The newest confirmed match that no live application stands on.
_MATCHED = """
SELECT json_build_object('name_ko', i.name_ko, 'name_en', i.name_en), n.company_id, n.round_id
FROM vouchers_match m JOIN vouchers_need n ON n.id = m.need_id JOIN providers_institution i ON i.id = m.institution_id
WHERE n.company_id IN (SELECT id FROM vouchers_company WHERE organisation_id = ANY(%(organisations)s)) AND m.status = 'CONFIRMED'
  AND NOT EXISTS (SELECT 1 FROM vouchers_applicationmatch am JOIN vouchers_application a ON a.id = am.application_id
                  WHERE am.match_id = m.id AND a.status <> ALL(%(ended)s))
ORDER BY m.id DESC LIMIT 1
"""
# The call to apply in: the need's own, else the next to close, where the company has no live application yet.
_OPEN = """
SELECT r.key, json_build_object('title_ko', r.title_ko, 'title_en', r.title_en) FROM vouchers_round r
WHERE r.status = 'ANNOUNCED' AND r.opens_at <= %(now)s AND r.closes_at > %(now)s AND r.kind <> ALL(%(hidden)s)
  AND NOT EXISTS (SELECT 1 FROM vouchers_application a WHERE a.round_id = r.id AND a.company_id = %(company)s
                  AND a.status <> ALL(%(ended)s))
ORDER BY r.id IS NOT DISTINCT FROM %(round)s DESC, r.closes_at LIMIT 1
"""
