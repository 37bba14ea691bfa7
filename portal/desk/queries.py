"""Each role's home: what do I owe, by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.accounts.queries import standing_in
from portal.accounts.rules import COMPANY_ROLES, PROVIDER_ROLES, SEES_ALL_ROLES, STAFF_ROLES, Role
from portal.desk import figures, next_steps, projects
from portal.journal import queries as journal
from portal.journal.memory import remembered
from portal.kit import clock, workdays
from providers.catalogue.models import Dataset
from providers.institutions.models import Institution
from providers.offers.models import Offer
from vouchers.milestones.models import PlanWarning
from vouchers.rounds import queries as rounds
from vouchers.rounds.models import Round


class Owed(NamedTuple):
    """One open duty of the reader. organisation_ko, organisation_en: for whom, "" when for the reader or the office. holder: who looks
    after it, "" when nobody in particular; can_be_handed: it is not asked of the reader alone."""

    ref: str
    verb: str
    title_ko: str
    title_en: str
    url: str
    organisation_ko: str
    organisation_en: str
    subject_ref: str
    holder: str
    can_be_handed: bool
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

    late: past due, no clock stopped; today: due until 24:00; soon: due within five working days after today; total: all of them.
    as_of: when the duties of the person's offices were counted (colleagues share them); None without an office.
    """

    duties: list[Owed]
    kinds: list[Kind]
    late: int
    today: int
    soon: int
    total: int
    due: str
    kind: str
    as_of: datetime | None

    @property
    def shown(self) -> int:
        """How many the chosen filter holds (the list may be cut)."""
        if self.kind:
            return sum(one.open for one in self.kinds if one.verb == self.kind)
        return {"late": self.late, "today": self.today, "soon": self.soon}.get(self.due, self.total)


class Counted(NamedTuple):
    """Open duties of one kind, counted. oldest: since when the oldest is open; due_at: the next due day."""

    verb: str
    late: int
    today: int
    soon: int
    open: int
    oldest: datetime
    due_at: datetime | None


URGENCIES = ("late", "today", "soon")
SOON_DAYS = 5  # working days left, as `workdays.left` counts them beside each due day
_WHEN = {
    "late": "paused_at IS NULL AND due_at <= %(now)s",  # a stopped clock is nobody's delay
    "today": "paused_at IS NULL AND due_at > %(now)s AND due_at <= %(tonight)s",
    "soon": "paused_at IS NULL AND due_at > %(tonight)s AND due_at <= %(week)s",
    "": "true",
}


def desk(user: Any, limit: int = 30, *, due: str = "", kind: str = "") -> DeskView:
    """What this person owes now. due: one of URGENCIES, kind: a duty's verb; anything else shows all.

    One query for the list and for the counts of what is owed personally or by an organisation; the duties of an office
    (a role without organisation, up to tens of thousands) are counted once for all who hold it, as of the last event.
    """
    grants = accounts.grants_of(user)
    offices = sorted({role for role, _organisation in grants if role in STAFF_ROLES})
    due = due if due in URGENCIES else ""
    kind = kind if kind.isidentifier() and len(kind) <= 40 else ""
    counts, duties = _own(grants, user.pk, offices, due, kind, limit)
    as_of = None
    if offices:
        as_of, shared = remembered(f"offices:{','.join(offices)}", lambda: (clock.now(), _offices(offices)))
        counts = [*counts, *shared]
    return DeskView(
        duties, _kinds(counts), *(sum(getattr(one, name) for one in counts) for name in (*URGENCIES, "open")),
        due=due, kind=kind, as_of=as_of,
    )  # fmt: skip


def _kinds(counts: list[Counted]) -> list[Kind]:
    """One line a kind, the most late first, then by the next due day."""
    found: dict[str, Kind] = {}
    for one in counts:
        before = found.get(one.verb) or Kind(one.verb, 0, 0, one.oldest, None)
        next_due = min((day for day in (before.due_at, one.due_at) if day), default=None)
        found[one.verb] = Kind(one.verb, before.open + one.open, before.late + one.late, min(before.oldest, one.oldest), next_due)
    return sorted(found.values(), key=lambda one: (-one.late, one.due_at is None, one.due_at or one.oldest, one.verb))


def _times() -> dict[str, datetime]:
    now = clock.now()
    return {"now": now, "tonight": clock.end_of_day(clock.today()), "week": workdays.end_of_days(now, SOON_DAYS)}


def _own(
    grants: list[tuple[str, int | None]], user_id: int, offices: list[str], due: str, kind: str, limit: int
) -> tuple[list[Counted], list[Owed]]:
    """Counts of what is owed without an office, and the list of everything. One query, by hand: both read the same rows."""
    owed, values = _owed(tuple(grants), user_id, tuple(offices))
    named: dict[str, Any] = {**_times(), "kind": kind, "limit": limit}
    for i, value in enumerate(values):
        named[f"owed{i}"] = value
        owed = owed.replace("%s", f"%(owed{i})s", 1)
    wanted = f"{_WHEN[due]} AND {'verb = %(kind)s' if kind else 'true'} ORDER BY due_at NULLS LAST, id LIMIT %(limit)s"
    parts = [f"(SELECT id, due_at FROM own WHERE {wanted})"]
    for i, role in enumerate(offices):
        named[f"role{i}"] = role
        parts.append(f"(SELECT id, due_at FROM journal_duty WHERE role = %(role{i})s AND {_OFFICE} AND {wanted})")
    with connection.cursor() as cursor:
        cursor.execute(_DESK_SQL.format(owed=owed, parts=" UNION ALL ".join(parts)), named)
        counts, duties = cursor.fetchone()
    return (
        [Counted(*row[:5], datetime.fromisoformat(row[5]), _moment(row[6])) for row in counts or []],
        [Owed(*row[:10], *(_moment(one) for one in row[10:])) for row in duties or []],  # type: ignore[arg-type]
    )


@lru_cache(maxsize=2000)
def _owed(grants: tuple[tuple[str, int | None], ...], user_id: int, offices: tuple[str, ...]) -> tuple[str, tuple[Any, ...]]:
    """The words of the question, not its answer: the same for as long as somebody's grants are the same."""
    own = journal.duties_of(grants, user_id, without=offices).order_by().values("id", "verb", "opened_at", "due_at", "paused_at")
    return own.query.sql_with_params()  # type: ignore[no-any-return]


def _offices(offices: list[str]) -> list[Counted]:
    """What the holders of these roles owe in common. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COUNTS} FROM journal_duty WHERE role = ANY(%(offices)s) AND {_OFFICE} GROUP BY verb",
            {**_times(), "offices": offices},
        )
        return [Counted(*row) for row in cursor.fetchall()]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


# A draft is not owed once its call has closed: nothing can be handed in any more, though the sweep ends the duty a little later.
_OFFICE = "user_id IS NULL AND organisation_id IS NULL AND closed_at IS NULL"
_NEXT_DUE = "min(due_at) FILTER (WHERE paused_at IS NULL)"
_COUNTS = ", ".join(
    ["verb", *(f"count(*) FILTER (WHERE {_WHEN[name]})" for name in URGENCIES), "count(*)", "min(opened_at)", _NEXT_DUE]
)
_DESK_SQL = f"""
WITH own (id, verb, opened_at, due_at, paused_at) AS MATERIALIZED (
  SELECT * FROM ({{owed}}) o WHERE NOT (o.verb = 'submit_application' AND o.due_at <= %(now)s))
SELECT
  (SELECT json_agg(json_build_array(verb, late, today, soon, open, oldest, due))
   FROM (SELECT {_COUNTS} FROM own GROUP BY verb) k (verb, late, today, soon, open, oldest, due)),
  (SELECT json_agg(json_build_array(d.ref, d.verb, d.title_ko, d.title_en, d.url, coalesce(o.name_ko, ''), coalesce(o.name_en, ''),
                                    d.subject_ref, coalesce(nullif(h.name, ''), h.email, ''), d.user_id IS NULL, d.opened_at, d.due_at, d.paused_at) ORDER BY d.due_at NULLS LAST, d.id)
   FROM (SELECT id FROM ({{parts}}) f ORDER BY due_at NULLS LAST, id LIMIT %(limit)s) f
   JOIN journal_duty d ON d.id = f.id LEFT JOIN accounts_organisation o ON o.id = d.organisation_id
   LEFT JOIN accounts_user h ON h.id = d.holder_id)
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
    """When the next open call closes, or None. Rehearsals too: whoever asks moves their clock as well."""
    return Round.objects.open_at(now).order_by("closes_at").values_list("closes_at", flat=True).first()


def home(user: Any) -> dict[str, Any]:
    """What stands beside the duties: a company's applications and projects, a provider's offers, the rooms that this
    person's roles use, and the newest notices. A constant number of queries for each role."""
    roles = accounts.roles_of(user)
    company = bool(roles & COMPANY_ROLES)
    organisations = accounts.organisation_ids_of(user, *COMPANY_ROLES)
    applications, awarded = projects.under_way(organisations) if company else ([], [])
    offers = _offers(user) if Role.PROVIDER_MANAGER in roles else None
    return {
        "next_steps": next_steps.of_company(organisations, awarded) if company else _without_company(user, roles, offers),
        "rooms": [(label, url) for label, url, wanted in _ROOMS if not wanted or roles & wanted],
        "next_closing": next_closing(clock.now()) if settings.DEMO and Role.SYSADMIN in roles else None,
        "is_company": company,
        "applications": applications,
        "projects": awarded,
        "offers": offers,
        "late_plans": _late_plans(user) if roles & WATCH_PLANS and not company else [],
        "in_my_hands": standing_in.in_my_hands(user),
        "notices": journal.worded(journal.newest(user, 5), "en" if get_language() == "en" else "ko"),
    }


WATCH_PLANS = frozenset({Role.PROVIDER_MANAGER, Role.OPERATOR_CASE, Role.MINISTRY_OFFICER})
FIRST_LATE = 10


def _late_plans(user: Any) -> list[PlanWarning]:
    """Projects of this person that run late, the tightest first. One query."""
    found = PlanWarning.objects.visible_to(user).standing().select_related("agreement__company")
    return list(found.order_by(F("left_days") - F("needed_days"), "id")[:FIRST_LATE])


def late_plans(user: Any) -> list[PlanWarning]:
    """The same for the admin's home."""
    return _late_plans(user) if accounts.roles_of(user) & WATCH_PLANS else []


def _without_company(user: Any, roles: frozenset[str], offers: Sequence[Any] | None) -> list[next_steps.NextStep]:
    """Whoever offers something already is verified."""
    if offers is not None and not offers:
        return next_steps.of_provider(user)
    return [] if roles else next_steps.register()


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
    (_("Quote requests"), "/matching/requests/", frozenset({Role.PROVIDER_MANAGER, Role.PROVIDER_APPROVER})),
    (_("Counts of patients"), "/matching/feasibility/", frozenset({Role.PROVIDER_MANAGER})),
    (_("Proposed needs"), "/matching/proposals/", frozenset({Role.PROVIDER_MANAGER})),
    (
        _("What is looked for"),
        "/matching/demand/",
        frozenset({Role.PROVIDER_MANAGER, Role.OPERATOR_CASE, Role.MINISTRY_OFFICER, Role.AUDITOR}),
    ),
    (_("Needs that nothing fits"), "/matching/sourcing/", frozenset({Role.OPERATOR_CASE})),
    (_("Datasets and offers"), "/providers/", frozenset({Role.PROVIDER_MANAGER})),
    (_("Import datasets"), "/providers/imports/", frozenset({Role.OPERATOR_CASE, Role.MINISTRY_OFFICER})),
    (_("Evaluation"), "/evaluation/", frozenset({Role.EVALUATOR})),
    (_("Assign evaluators"), "/admin/vouchers/assignment/assign/", frozenset({Role.MINISTRY_OFFICER})),
    (_("Propose a selection"), "/admin/vouchers/selectionrun/propose/", frozenset({Role.MINISTRY_OFFICER})),
    (_("Objections"), "/objections/", COMPANY_ROLES | SEES_ALL_ROLES | {Role.OBJECTION_REVIEWER}),
    (_("Agreements"), "/agreements/", COMPANY_ROLES | PROVIDER_ROLES | SEES_ALL_ROLES),
    (_("Data access"), "/access/", COMPANY_ROLES | PROVIDER_ROLES | STAFF_ROLES),
    (_("Milestones"), "/milestones/", COMPANY_ROLES | PROVIDER_ROLES | STAFF_ROLES),
    (_("Disbursements"), "/payments/", COMPANY_ROLES | PROVIDER_ROLES | STAFF_ROLES),
    (_("Settlements"), "/settlements/", COMPANY_ROLES | PROVIDER_ROLES | STAFF_ROLES),
    (_("Surveys after projects"), "/outcomes/", COMPANY_ROLES | SEES_ALL_ROLES),
    (
        _("Samples of payments"),
        "/settlements/samples/",
        frozenset({Role.AUDITOR, Role.OPERATOR_CASE, Role.OPERATOR_FINANCE, Role.MINISTRY_OFFICER}),
    ),
    (_("Case work (admin)"), "/admin/", STAFF_ROLES),
)
