"""Each role's home: what do I owe, by when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.accounts.rules import COMPANY_ROLES, PROVIDER_ROLES, STAFF_ROLES, Role
from portal.desk import figures, projects
from portal.journal import queries as journal
from portal.kit import clock, workdays
from providers.catalogue.models import Dataset
from providers.institutions.models import Institution
from providers.offers.models import Offer
from vouchers.rounds import queries as rounds
from vouchers.rounds.models import Round


class Owed(NamedTuple):
    """One open duty of the reader. organisation_ko, organisation_en: for whom, "" when for the reader or the office."""

    ref: str
    verb: str
    title_ko: str
    title_en: str
    url: str
    organisation_ko: str
    organisation_en: str
    subject_ref: str
    opened_at: datetime
    due_at: datetime | None
    paused_at: datetime | None


class Kind(NamedTuple):
    """One kind of duty of the reader: how many, how many late, the oldest since, the next due day."""

    verb: str
    open: int
    late: int
    oldest: datetime
    due_at: datetime | None


@dataclass(frozen=True)
class DeskView:
    """What a person owes now. duties: the first ones by due day, of the kind and urgency asked for; the counts are over all.

    late: past due; today: due until 24:00; soon: due within five working days after today; total: all of them.
    """

    duties: list[Owed]
    kinds: list[Kind]
    late: int
    today: int
    soon: int
    total: int
    due: str
    kind: str

    @property
    def shown(self) -> int:
        """How many the chosen filter holds (the list may be cut)."""
        if self.kind:
            return sum(one.open for one in self.kinds if one.verb == self.kind)
        return {"late": self.late, "today": self.today, "soon": self.soon}.get(self.due, self.total)


URGENCIES = ("late", "today", "soon")
_WHEN = {
    "late": "due_at <= %(now)s",
    "today": "due_at > %(now)s AND due_at <= %(tonight)s",
    "soon": "due_at > %(tonight)s AND due_at <= %(week)s",
    "": "true",
}


def desk(user: Any, limit: int = 30, *, due: str = "", kind: str = "") -> DeskView:
    """What this person owes now. due: one of URGENCIES, kind: a duty's verb; anything else shows all. One query.

    Written by hand since counts, kinds and list come from one reading of the reader's duties.
    """
    mine = journal.duties_of(accounts.grants_of(user), user.pk).order_by()
    owed, values = mine.values("id", "verb", "opened_at", "due_at").query.sql_with_params()
    due = due if due in URGENCIES else ""
    kind = kind if kind.isidentifier() and len(kind) <= 40 else ""
    now = clock.now()
    named = {
        "now": now, "tonight": clock.end_of_day(clock.today()), "week": workdays.due_at(now, 5), "kind": kind, "limit": limit,
    }  # fmt: skip
    for i, value in enumerate(values):
        named[f"owed{i}"] = value
        owed = owed.replace("%s", f"%(owed{i})s", 1)
    with connection.cursor() as cursor:
        cursor.execute(_DESK_SQL.format(owed=owed, when=_WHEN[due], kind="verb = %(kind)s" if kind else "true"), named)
        counts, kinds, duties = cursor.fetchone()
    return DeskView(
        [Owed(*row[:8], *(_moment(one) for one in row[8:])) for row in duties or []],
        [Kind(*row[:3], _moment(row[3]), _moment(row[4])) for row in kinds or []],  # type: ignore[arg-type]
        *counts, due=due, kind=kind,
    )  # fmt: skip


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


_DESK_SQL = """
WITH mine (id, verb, opened_at, due_at) AS MATERIALIZED ({owed})
SELECT
  (SELECT json_build_array(count(*) FILTER (WHERE due_at <= %(now)s),
          count(*) FILTER (WHERE due_at > %(now)s AND due_at <= %(tonight)s),
          count(*) FILTER (WHERE due_at > %(tonight)s AND due_at <= %(week)s), count(*)) FROM mine),
  (SELECT json_agg(json_build_array(verb, n, late, oldest, due) ORDER BY late DESC, due NULLS LAST, verb)
   FROM (SELECT verb, count(*) n, count(*) FILTER (WHERE due_at <= %(now)s) late, min(opened_at) oldest, min(due_at) due
         FROM mine GROUP BY verb) k),
  (SELECT json_agg(json_build_array(d.ref, d.verb, d.title_ko, d.title_en, d.url, coalesce(o.name_ko, ''), coalesce(o.name_en, ''),
                                    d.subject_ref, d.opened_at, d.due_at, d.paused_at) ORDER BY d.due_at NULLS LAST, d.id)
   FROM (SELECT id FROM mine WHERE {when} AND {kind} ORDER BY due_at NULLS LAST, id LIMIT %(limit)s) f
   JOIN journal_duty d ON d.id = f.id LEFT JOIN accounts_organisation o ON o.id = d.organisation_id)
"""


def front() -> dict[str, Any]:
    """The public home: open calls first, and what one finds here. A constant number of queries."""
    shown = [(found, found.phase) for found in rounds.public_rounds()[:8]]
    return {
        "open_rounds": [found for found, phase in shown if phase == "OPEN"],
        "other_rounds": [(found, phase) for found, phase in shown if phase != "OPEN"][:5],
        "datasets": Dataset.objects.published().count(),
        "institutions": Institution.objects.count(),
        "figures": figures.ministry_figures(),
    }


def next_closing(now: Any) -> Any:
    """When the next open call closes, or None."""
    return Round.objects.open_at(now).order_by("closes_at").values_list("closes_at", flat=True).first()


def home(user: Any) -> dict[str, Any]:
    """What stands beside the duties: a company's applications and projects, a provider's offers, the rooms that this
    person's roles use, and the newest notices. A constant number of queries for each role."""
    roles = accounts.roles_of(user)
    company = bool(roles & COMPANY_ROLES)
    mine = accounts.organisation_ids_of(user, *COMPANY_ROLES) if company else frozenset()
    return {
        "rooms": [(label, url) for label, url, wanted in _ROOMS if not wanted or roles & wanted],
        "needs_company": not roles,
        "is_company": company,
        "applications": projects.applications(mine) if company else [],
        "projects": projects.projects(mine) if company else [],
        "offers": _offers(user) if Role.PROVIDER_MANAGER in roles else None,
        "notices": journal.worded(journal.newest(user, 5), "en" if get_language() == "en" else "ko"),
    }


class OfferLine(NamedTuple):
    """An offer as far as the desk needs it to pause it or take it up again."""

    ref: str
    title_ko: str
    title_en: str
    status: str
    capacity: int | None
    open_capacity: int | None


def _offers(user: Any) -> list[OfferLine]:
    """Published and paused offers of the person's institutions, the first ten. One query."""
    mine = accounts.organisation_ids_of(user, Role.PROVIDER_MANAGER)
    found = Offer.objects.filter(institution__organisation_id__in=mine, status__in=["PUBLISHED", "PAUSED"]).order_by(
        "status", "id"
    )
    return [OfferLine(*row) for row in found.values_list(*OfferLine._fields)[:10]]


_ROOMS: tuple[tuple[Any, str, frozenset[str]], ...] = (
    (_("My company"), "/companies/", COMPANY_ROLES),
    (_("Data needs and quotes"), "/matching/needs/", COMPANY_ROLES),
    (_("Applications"), "/applications/", COMPANY_ROLES),
    (_("Quote requests"), "/matching/requests/", frozenset({Role.PROVIDER_MANAGER})),
    (_("Datasets and offers"), "/providers/", frozenset({Role.PROVIDER_MANAGER})),
    (_("Evaluation"), "/evaluation/", frozenset({Role.EVALUATOR})),
    (_("Agreements"), "/agreements/", COMPANY_ROLES | PROVIDER_ROLES | {Role.OPERATOR_CASE}),
    (_("Data access"), "/access/", COMPANY_ROLES | PROVIDER_ROLES | STAFF_ROLES),
    (_("Milestones"), "/milestones/", COMPANY_ROLES | PROVIDER_ROLES | STAFF_ROLES),
    (_("Disbursements"), "/payments/", COMPANY_ROLES | PROVIDER_ROLES | STAFF_ROLES),
    (_("Case work (admin)"), "/admin/", STAFF_ROLES),
)
