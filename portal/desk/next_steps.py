"""What a company does next where nobody owes anything: nothing is late, but the ball lies with the company.

Derived from what is there; no duty, because a company is free to stop.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from portal.desk.projects import ProjectCard
from portal.kit import clock
from portal.kit.words import pick


@dataclass(frozen=True)
class NextStep:
    """title: what; text: why now; label: the button. url: without a language prefix."""

    title: str
    text: str
    url: str
    label: str


def register() -> NextStep:
    """For a person without any role."""
    return NextStep(
        _("Register your company first"),
        _("With the business registration number you register your company, or ask to join it when a colleague has done so."),
        "/companies/register/", _("Register my company"),
    )  # fmt: skip


def of_company(organisations: frozenset[int], projects: Sequence[ProjectCard]) -> list[NextStep]:
    """A confirmed match without an application, an issued voucher without a data access plan. One query."""
    return [*_apply(organisations), *(_plan(project) for project in projects if project.plan_url)]


def _apply(organisations: frozenset[int]) -> list[NextStep]:
    hidden = ["REHEARSAL"] if settings.DEMO else ["REHEARSAL", "DEMO"]
    with connection.cursor() as cursor:
        cursor.execute(_MATCHED, {"organisations": list(organisations), "now": clock.now(), "hidden": hidden})
        columns = [column[0] for column in cursor.description]
        rows: list[dict[str, Any]] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return [
        NextStep(
            _("Apply in the open call"),
            _("Your match with %(institution)s is confirmed. With it you apply in “%(round)s”.")
            % {"institution": pick(row, "name"), "round": pick(row, "title")},
            f"/applications/start/{row['key']}/", _("Start an application"),
        )
        for row in rows
    ]  # fmt: skip


def _plan(project: ProjectCard) -> NextStep:
    begun = not project.plan_url.endswith("/new/")
    return NextStep(
        _("Finish the data access plan and hand it in") if begun else _("Start the data access plan"),
        _("The voucher of “%(title)s” is issued. The data come after the reviews of your data access plan.")
        % {"title": project.title},
        project.plan_url, _("Go on with the plan") if begun else _("Start the plan"),
    )  # fmt: skip


# The newest confirmed match that no live application stands on, with the call to apply in: the need's own, else the next to close.
_MATCHED = """
SELECT i.name_ko, i.name_en, r.key, r.title_ko, r.title_en
FROM vouchers_company c JOIN vouchers_need n ON n.company_id = c.id JOIN vouchers_match m ON m.need_id = n.id
  JOIN providers_institution i ON i.id = m.institution_id
  JOIN LATERAL (
    SELECT r.key, r.title_ko, r.title_en FROM vouchers_round r
    WHERE r.status = 'ANNOUNCED' AND r.opens_at <= %(now)s AND r.closes_at > %(now)s AND r.kind <> ALL(%(hidden)s)
      AND NOT EXISTS (SELECT 1 FROM vouchers_application a WHERE a.round_id = r.id AND a.company_id = c.id
                      AND a.status NOT IN ('WITHDRAWN', 'INELIGIBLE', 'NOT_SELECTED'))
    ORDER BY r.id IS NOT DISTINCT FROM n.round_id DESC, r.closes_at LIMIT 1) r ON true
WHERE c.organisation_id = ANY(%(organisations)s) AND m.status = 'CONFIRMED'
  AND NOT EXISTS (SELECT 1 FROM vouchers_applicationmatch am JOIN vouchers_application a ON a.id = am.application_id
                  WHERE am.match_id = m.id AND a.status NOT IN ('WITHDRAWN', 'INELIGIBLE', 'NOT_SELECTED'))
ORDER BY m.id DESC LIMIT 1
"""
