"""What a company's desk shows beside its duties: applications as task lists, projects as timelines with who has the ball.

The only place that reads several stages at once for one page. Three statements by hand, whatever the number of projects:
each is short enough for the database to plan in less time than it runs.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts.rules import Role
from portal.desk import duty_words, figures
from portal.journal.memory import remembered
from portal.kit import clock
from portal.kit.words import korean
from vouchers.access.rules import RequestStatus
from vouchers.applications.rules import ApplicationStatus, SectionKey, SectionState
from vouchers.milestones.rules import Limit, MilestoneStatus
from vouchers.payments.rules import DisbursementStatus

MOMENT = 10  # seconds for which the rows are remembered while no event comes
SHOWN = 5  # applications and projects of one company on its desk; lists hold the rest
_TASK = {
    SectionState.COMPLETE: "done", SectionState.IN_PROGRESS: "draft", SectionState.NEEDS_WORK: "fix", SectionState.NOT_STARTED: "todo",
}  # fmt: skip


@dataclass(frozen=True)
class ApplicationCard:
    """tasks: sections of a draft or a supplement, as components/task_list wants them; ball: who acts now, and until when."""

    ref: str
    title: str
    status: ApplicationStatus
    place: str
    closes_at: datetime | None
    receipt_no: str
    tasks: list[dict[str, Any]] = field(default_factory=list)
    done: int = 0
    ball: list[dict[str, Any]] = field(default_factory=list)
    closed: bool = False  # a draft whose call closed before it was handed in


@dataclass(frozen=True)
class ProjectCard:
    """entries: as components/timeline wants them: past, present with the ball, future."""

    ref: str
    title: str
    number: str
    url: str
    ends_on: date | None
    entries: list[dict[str, Any]]
    issued_won: int | None = None  # the voucher's, whole won; None before it is issued
    paid_won: int = 0
    left_won: int = 0
    warning: dict[str, Any] | None = None  # needed, left (working days) and limit, while the plan does not fit
    project_plan_url: str = ""
    plan_url: str = ""  # where the data access plan is begun or gone on with, while none was handed in


def under_way(organisations: frozenset[int]) -> tuple[list[ApplicationCard], list[ProjectCard]]:
    """Applications of these companies that did not end, and awards with all that follows; the newest first.

    Three queries, or none while nothing has happened for some seconds; the usual waits are remembered numbers.
    """
    place = f"under_way:{','.join(map(str, sorted(organisations)))}"
    applications, awards, owed = remembered(place, lambda: _read(organisations), MOMENT)
    usual = figures.usual_waits() if awards else {}
    return [_application(row, owed) for row in applications], [_project(row, owed, usual) for row in awards]


def _read(organisations: frozenset[int]) -> tuple[list[dict[str, Any]], ...]:
    """Applications, awards with their steps, and what is owed on any of them."""
    given: dict[str, Any] = {"organisations": list(organisations), "limit": SHOWN}
    applications, awards = _rows(_APPLICATIONS, given), _rows(_PROJECTS, given)
    refs = [ref for row in applications for ref in (row["ref"], *(row["slots"] or []))]
    for row in awards:
        refs += [row["award"], row["agreement"] or "", *(step["ref"] for step in row["steps"] or [])]
    return applications, awards, _rows(_DUTIES, {**given, "refs": refs}) if refs else []


def _rows(sql: str, given: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        found: list[dict[str, Any]] = cursor.fetchone()[0]
    return found or []


def _application(row: dict[str, Any], owed: list[dict[str, Any]]) -> ApplicationCard:
    status = ApplicationStatus(row["status"])
    states = dict(row["sections"] or [])
    closes_at = _moment(row["closes_at"])
    closed = status == ApplicationStatus.DRAFT and closes_at is not None and closes_at <= clock.now()
    writing = not closed and status in (ApplicationStatus.DRAFT, ApplicationStatus.SUPPLEMENT_REQUESTED)
    tasks = [
        {
            "title": key.label, "url": _here(f"/applications/{row['ref']}/sections/{key}/"),
            "state": _TASK[SectionState(states.get(key, SectionState.NOT_STARTED))],
        }
        for key in SectionKey
    ] if writing else []  # fmt: skip
    return ApplicationCard(
        ref=row["ref"], title=row["title"] or _("Project without a title yet"), status=status,
        place=f"{_word(row, 'round')} · {_word(row, 'track')}", closes_at=closes_at, closed=closed,
        receipt_no=row["receipt_no"] or "", tasks=tasks, done=sum(task["state"] == "done" for task in tasks),
        ball=[_ball(duty) for duty in owed if duty["subject_ref"] in {row["ref"], *(row["slots"] or [])}],
    )  # fmt: skip


def _project(row: dict[str, Any], owed: list[dict[str, Any]], usual: dict[str, Any]) -> ProjectCard:
    steps = row["steps"] or []
    refs = {row["award"], row["agreement"], *(step["ref"] for step in steps)}
    duties = [duty for duty in owed if duty["subject_ref"] in refs]
    steps = [step for step in steps if step["kind"] != "access" or step["status"] not in _NOT_BEGUN]
    past = (
        [_past(_("Award accepted"), _moment(row["decided_at"]), f"/evaluation/awards/{row['award']}/")]
        if row["decided_at"]
        else []
    )
    if row["activated_at"]:
        past.append(
            _past(_("Agreement in force, voucher issued"), _moment(row["activated_at"]), f"/agreements/{row['agreement']}/")
        )
    waiting = {duty["subject_ref"] for duty in duties}
    past += [_step(step) for step in steps if step["at"]]
    past.sort(key=lambda one: one["when"])
    future = [_step(step) for step in steps if step["status"] == MilestoneStatus.PLANNED and step["ref"] not in waiting]
    names = {step["ref"]: f"{_name(step)}: " for step in steps}
    present = [
        {
            "title": f"{names.get(one['subject_ref'], '')}{duty['title']}", "state": "present", "ball": duty["who"],
            "due": duty["due_at"], "url": duty["url"], "usual": _usual(usual.get(duty["verb"])),
        }
        for one, duty in ((one, _ball(one)) for one in duties)
    ]  # fmt: skip
    future.sort(key=lambda one: one["when"] or date.max)
    agreement = row["agreement"]
    return ProjectCard(
        ref=row["award"], title=row["title"], number=row["number"] or row["project_no"],
        url=_here(f"/agreements/{agreement}/" if agreement else f"/evaluation/awards/{row['award']}/"),
        ends_on=date.fromisoformat(row["ends_on"]) if row["ends_on"] else None, entries=[*past[-6:], *present, *future[:4]],
        issued_won=row["issued_won"], paid_won=row["paid_won"], left_won=row["left_won"], plan_url=_plan_url(row),
        warning=_warning(row), project_plan_url=_here(f"/payments/plan/{agreement}/") if row["activated_at"] else "",
    )  # fmt: skip


def _warning(row: dict[str, Any]) -> dict[str, Any] | None:
    if not row["warning"]:
        return None
    return {**row["warning"], "left": max(row["warning"]["left"], 0), "year_end": row["warning"]["limit"] == Limit.YEAR_END}


def _plan_url(row: dict[str, Any]) -> str:
    """Once the voucher is issued the data access plan is the company's next step, until a request was handed in."""
    live = [s for s in row["steps"] or [] if s["kind"] == "access" and s["status"] != RequestStatus.WITHDRAWN]
    if not row["activated_at"] or any(step["status"] != RequestStatus.DRAFT for step in live):
        return ""
    return f"/access/requests/{live[0]['ref']}/" if live else "/access/new/"


def _step(step: dict[str, Any]) -> dict[str, Any]:
    """One milestone, review or payment: past when it carries a moment, else to come."""
    kind, status, name = step["kind"], step["status"], _name(step)
    if kind == "access":
        title, url = f"{name}: {RequestStatus.word(status)}", f"/access/requests/{step['ref']}/"
    elif kind == "milestone":
        title, url = f"{name}: {MilestoneStatus.word(status)}", f"/milestones/{step['ref']}/"
    else:
        title, url = f"{name}: {DisbursementStatus.word(status)}", f"/payments/{step['ref']}/"
    if step["at"]:
        return _past(title, _moment(step["at"]), url)
    when = date.fromisoformat(step["due_on"]) if step["due_on"] else None
    return {"title": title, "state": "future", "when": when, "url": _here(url)}


def _name(step: dict[str, Any]) -> str:
    return str(step["name_ko"] if korean() else step["name_en"] or step["name_ko"])


def _past(title: Any, when: datetime | None, url: str) -> dict[str, Any]:
    return {"title": title, "state": "past", "when": when, "url": _here(url)}


def _ball(duty: dict[str, Any]) -> dict[str, Any]:
    """Who owes what: an organisation, or an office by its role. The company's own duties lead to where they are done."""
    who = (duty["org_ko"] if korean() else duty["org_en"] or duty["org_ko"]) or (
        str(Role.word(duty["role"])) if duty["role"] else ""
    )
    title = duty_words.words(duty["verb"], duty["title_ko"] if korean() else duty["title_en"])
    return {
        "title": title, "who": who, "mine": duty["mine"], "due_at": None if duty["paused_at"] else _moment(duty["due_at"]),
        "url": _here(duty["url"]) if duty["mine"] else "", "verb": duty["verb"],
    }  # fmt: skip


def _usual(wait: Any) -> str:
    if wait is None:
        return ""
    days = max(round(wait.median_days), 1)
    return ngettext("Usually takes %(n)d day", "Usually takes %(n)d days", days) % {"n": days}


def _word(row: dict[str, Any], name: str) -> str:
    return str(row[f"{name}_ko"] if korean() else row[f"{name}_en"] or row[f"{name}_ko"])


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(clock.KST) if text else None


def _here(address: str) -> str:
    """The address in the reader's language."""
    return address if korean() or not address.startswith("/") else f"/en{address}"


_DUTIES = """
SELECT json_agg(json_build_object('title_ko', d.title_ko, 'title_en', d.title_en, 'verb', d.verb, 'subject_ref', d.subject_ref,
    'role', d.role, 'url', d.url, 'org_ko', o.name_ko, 'org_en', o.name_en,
    'mine', coalesce(d.organisation_id = ANY(%(organisations)s), false), 'due_at', d.due_at, 'paused_at', d.paused_at)
  ORDER BY d.due_at NULLS LAST, d.id)
FROM journal_duty d LEFT JOIN accounts_organisation o ON o.id = d.organisation_id
WHERE d.closed_at IS NULL AND d.user_id IS NULL AND d.subject_ref = ANY(%(refs)s)
"""
_APPLICATIONS = """
SELECT json_agg(a ORDER BY a.id DESC) FROM (
  SELECT a.id, a.ref, a.title, a.status, a.receipt_no, r.title_ko round_ko, r.title_en round_en,
    GREATEST(r.closes_at, (SELECT max(l.until) FROM vouchers_lateentry l WHERE l.status = 'ENTERED' AND r.status = 'ANNOUNCED'
      AND l.company_id = a.company_id AND l.round_id = a.round_id AND l.track_id = a.track_id)) closes_at,
    t.name_ko track_ko, t.name_en track_en,
    (SELECT json_agg(json_build_array(s.key, s.state)) FROM vouchers_applicationsection s WHERE s.application_id = a.id) sections,
    (SELECT json_agg(p.ref) FROM vouchers_presentationslot p WHERE p.application_id = a.id AND p.status = 'INVITED') slots
  FROM vouchers_application a JOIN vouchers_company c ON c.id = a.company_id
    JOIN vouchers_round r ON r.id = a.round_id JOIN vouchers_track t ON t.id = a.track_id
  WHERE c.organisation_id = ANY(%(organisations)s) AND a.status NOT IN ('WITHDRAWN', 'INELIGIBLE', 'NOT_SELECTED', 'LAPSED', 'SELECTED')
    AND a.forgotten_at IS NULL
  ORDER BY a.id DESC LIMIT %(limit)s) a
"""
_PROJECTS = """
SELECT json_agg(p ORDER BY p.id DESC) FROM (
  SELECT w.id, w.ref award, w.project_no, w.decided_at, a.title, g.ref agreement, g.number, g.activated_at, g.ends_on, v.grant_won issued_won,
    (SELECT json_build_object('needed', n.needed_days, 'left', n.left_days, 'limit', n."limit") FROM vouchers_planwarning n
      WHERE n.agreement_id = g.id AND n.relieved_at IS NULL) warning,
    (SELECT coalesce(sum(c.balance_won), 0) FROM vouchers_account c WHERE c.owner_ref = v.ref AND c.kind = 'PAID') paid_won,
    (SELECT coalesce(sum(c.balance_won), 0) FROM vouchers_account c WHERE c.owner_ref = v.ref AND c.kind = 'COMMITTED') left_won,
    (SELECT json_agg(s) FROM (
      SELECT 'access' kind, q.ref, i.name_ko, i.name_en, q.status, q.provided_at at, NULL::date due_on
      FROM vouchers_accessrequest q JOIN providers_institution i ON i.id = q.institution_id
        JOIN vouchers_applicationmatch m ON m.match_id = q.match_id
      WHERE m.application_id = a.id
      UNION ALL
      SELECT 'milestone', m.ref, m.title, m.title, m.status, m.accepted_at, m.due_on FROM vouchers_milestone m WHERE m.agreement_id = g.id
      UNION ALL
      SELECT 'payment', d.ref, CASE d.kind WHEN 'ADVANCE' THEN '선급금' ELSE m.title END, CASE d.kind WHEN 'ADVANCE' THEN 'Advance' ELSE m.title END, d.status, d.paid_at, NULL
      FROM vouchers_disbursement d JOIN vouchers_milestone m ON m.id = d.milestone_id WHERE m.agreement_id = g.id
    ) s) steps
  FROM vouchers_award w JOIN vouchers_application a ON a.id = w.application_id JOIN vouchers_company c ON c.id = a.company_id
    LEFT JOIN vouchers_agreement g ON g.award_id = w.id LEFT JOIN vouchers_voucher v ON v.agreement_id = g.id
  WHERE c.organisation_id = ANY(%(organisations)s) AND w.status NOT IN ('DECLINED', 'LAPSED', 'CANCELLED')
    AND coalesce(g.status, '') NOT IN ('COMPLETED', 'TERMINATED')
  ORDER BY w.id DESC LIMIT %(limit)s) p
"""
_NOT_BEGUN = {RequestStatus.DRAFT, RequestStatus.WITHDRAWN, RequestStatus.REFUSED}  # no step to show, but perhaps a duty
