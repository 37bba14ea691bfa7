"""A database of the rush alone, and thousands of complete drafts in it: one written by the actions, the rest copies of it."""

import copy
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.db.models import Model
from psycopg import sql

from portal.accounts.models import Membership, RoleGrant, User
from portal.documents.models import Document
from portal.journal.models import Duty, Event
from portal.kit import clock
from portal.kit.models import Row, make_ref
from portal.management import scale
from portal.management.demo import calls, market, people
from portal.management.demo.people import Cast
from vouchers.applications import queries
from vouchers.applications.models import Application, ApplicationDocument, ApplicationMatch, ApplicationSection
from vouchers.companies.models import Company, SizeCertificate
from vouchers.matching.models import Match, Quote, QuoteLine, QuoteRequest
from vouchers.rounds import actions as rounds
from vouchers.rounds.actions import demo
from vouchers.rounds.models import Round, Track

NAME = "portal_rush"
DROP_TURNS = 50  # of a fifth of a second: its connections were closed, the server needs a moment to know it
BACKEND = "django.contrib.auth.backends.ModelBackend"  # Django's own, of the bare view
Key = tuple[type[Model], Any]


class NoCopy(CommandError):
    """The portal's database cannot be copied now."""


@dataclass(frozen=True)
class Entrant:
    """One company's representative at a browser. session: value of the session cookie."""

    ref: str
    session: str


# ── The database ─────────────────────────────────────────────────────────────────────────────────────
@contextmanager
def own_database() -> Iterator[str]:
    """Clones the portal's database, points Django at the clone and gives its address; drops it at the end.

    Raises: NoCopy where the portal runs (a template must be at rest) or the role may not make databases.
    """
    home = settings.MIGRATE_DATABASE_URL or _url()
    template, address = connection.settings_dict["NAME"], _with_name(_url(), NAME)
    connection.close()
    try:
        _drop(home)
        with psycopg.connect(_with_name(home, "postgres"), autocommit=True) as there:
            there.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(NAME), sql.Identifier(template)))
    except psycopg.Error as error:
        raise NoCopy(
            f"The rush needs a copy of the database. Stop the portal, and any other bench, and run it again. ({error})"
        ) from error
    connection.settings_dict["NAME"] = NAME
    try:
        yield address
    finally:
        connection.close()
        connection.settings_dict["NAME"] = template
        _drop(home, forced=True)


def owner_of(database: str) -> str:
    """The same database for the role that may make tables."""
    return _with_name(settings.MIGRATE_DATABASE_URL or database, NAME)


def settle(database: str) -> None:
    """What was poured in at once is known to the planner, as what people write within weeks is long before."""
    with psycopg.connect(owner_of(database), autocommit=True) as there:
        there.execute("VACUUM ANALYZE")


def _url() -> str:
    found = connection.settings_dict
    host = f"{found['USER']}:{found['PASSWORD']}@{found['HOST']}" + (f":{found['PORT']}" if found["PORT"] else "")
    return f"postgres://{host}/{found['NAME']}"


def _with_name(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _drop(home: str, *, forced: bool = False) -> None:
    """Waits for the server's own cleaner, which nobody may send away. Raises psycopg.Error while another run uses it.

    forced: whoever is still connected is sent away.
    """
    words = sql.SQL("DROP DATABASE IF EXISTS {}" + (" WITH (FORCE)" if forced else "")).format(sql.Identifier(NAME))
    with psycopg.connect(_with_name(home, "postgres"), autocommit=True) as there:
        for turn in range(DROP_TURNS):
            try:
                there.execute(words)
                return
            except (psycopg.errors.ObjectInUse, psycopg.errors.InsufficientPrivilege):
                if turn == DROP_TURNS - 1:
                    raise
                time.sleep(0.2)


# ── Rounds ───────────────────────────────────────────────────────────────────────────────────────────
def make_round(key: str) -> Round:
    """A call like the demo's, reviewed and not announced yet."""
    now, day = clock.now(), clock.today()
    row = rounds.create_round(
        key=key, kind="DEMO", title_ko="[시연] 마감 부하 시험", title_en="[Demo] Deadline rush", fiscal_year=day.year,
        match_timing="BEFORE_SUBMISSION", opens_at=now, closes_at=now + timedelta(days=1), budget_won=demo.BUDGET_WON,
        project_start_on=day + timedelta(days=30), project_end_on=day + timedelta(days=330), by=None,
    )  # fmt: skip
    rounds.set_tracks(round_id=row.pk, tracks=demo.TRACKS, by=None)
    rounds.set_criteria(round_id=row.pk, criteria=demo.CRITERIA, by=None)
    rounds.save_policy(round_id=row.pk, body={**demo.POLICY, "selection": demo.SELECTION}, reason="rush", by=None)
    return rounds.submit_for_review(round_id=row.pk, by=None)


def announce(row: Round, closes_at: datetime) -> Round:
    """Opens it now; closes at that moment."""
    Round.objects.filter(pk=row.pk).update(opens_at=clock.now() - timedelta(seconds=1), closes_at=closes_at)
    return rounds.announce(round_id=row.pk, by=None)


# ── Drafts ───────────────────────────────────────────────────────────────────────────────────────────
def first_draft(round_: Round) -> Application:
    """A complete draft, written step by step through the actions: what the others are copies of."""
    cast = Cast(people={name: User.objects.get(email=f"{name}@demo.example") for name in ("officer", "provider", "provider2")})
    user = people.background_user(70)
    company = people.register_company(cast, 70, user, size="SMALL")
    need = market.post_need(round_, company, user, ecg=False, supply_won=90_000_000, track="SMALL")
    match = market.confirmed_match(cast, need, user, dataset_key="demo-hanbit-chest-ct", supply_won=90_000_000)
    written = calls.draft(
        round_, company, user, 70, track="SMALL", supply_won=90_000_000, ecg=False, need=need, matches=(match,), sections=6
    )
    return Application.objects.select_related("round", "track", "need", "company__organisation", "created_by").get(pk=written.pk)


def pour(first: Application, round_: Round, count: int) -> list[Entrant]:
    """`count` companies, each with a person who is signed in and a draft like `first` in `round_`. Writes by COPY."""
    press = _Press(
        count, {(Round, first.round_id): round_.pk, (Track, first.track_id): round_.tracks.get(key=first.track.key).pk}
    )
    numbers = iter(scale._brns(60_000_000 + round_.pk * 100_000))
    with transaction.atomic():
        for rows in _of(first):
            press.copy(rows, numbers)
        _begin(press.made[Application, first.pk])
        return _sign_in(press, first)


def _of(first: Application) -> list[list[Model]]:
    """The rows that a draft stands on, each table after those that it points to."""
    company, need = first.company, first.need
    organisation = company.organisation
    matches = Match.objects.filter(need=need)
    request = QuoteRequest.objects.filter(need=need)
    quote = Quote.objects.filter(request__in=request)
    papers = ApplicationDocument.objects.filter(application=first)
    found: list[Any] = [
        [organisation], [first.created_by], Membership.objects.filter(organisation=organisation),
        RoleGrant.objects.filter(organisation=organisation), [company], SizeCertificate.objects.filter(company=company), [need],
        request, quote, QuoteLine.objects.filter(quote__in=quote), matches, [first],
        ApplicationSection.objects.filter(application=first), ApplicationMatch.objects.filter(application=first),
        Document.objects.filter(pk__in=papers.values("document")), papers,
        Duty.objects.filter(subject_ref=first.ref, closed_at__isnull=True),
    ]  # fmt: skip
    return [list(rows) for rows in found]


class _Press:
    """Copies of rows: new keys and refs, and what pointed to a copied row points to its copy."""

    def __init__(self, count: int, fixed: dict[Key, Any]) -> None:
        self.count, self.fixed = count, fixed
        self.made: dict[Key, list[Any]] = {}

    def copy(self, templates: list[Model], numbers: Iterator[str]) -> None:
        rows = []
        for template in templates:
            model = type(template)
            ids = scale._reserve(model, self.count)
            copies = [self._one(template, i, ids[i], numbers) for i in range(self.count)]
            self.made[model, template.pk] = copies
            rows += copies
        if rows:
            scale._copy(rows)

    def _one(self, template: Model, i: int, pk: int, numbers: Iterator[str]) -> Any:
        row: Any = copy.copy(template)
        row._state = copy.copy(template._state)
        row._state.fields_cache = {}
        for column in template._meta.concrete_fields:
            if column.is_relation:
                key: Key = (column.related_model, getattr(row, column.attname))  # type: ignore[assignment]
                if key in self.made:
                    setattr(row, column.attname, self.made[key][i].pk)
                elif key in self.fixed:
                    setattr(row, column.attname, self.fixed[key])
        row.pk = pk
        if isinstance(row, Row):
            row.ref = make_ref(row.REF_PREFIX)
        if isinstance(row, User):
            row.email = f"rush{pk}@demo.example"
        elif isinstance(row, Company):
            row.brn = next(numbers)
        elif isinstance(row, Duty):
            row.subject_ref = next(copies[i].ref for (model, _pk), copies in self.made.items() if model is Application)
        return row


def _begin(applications: list[Application]) -> None:
    events = [
        scale._event(one, "DRAFT", clock.now(), organisation)
        for one, organisation in zip(applications, _organisations(applications), strict=True)
    ]
    for event, pk in zip(events, scale._reserve(Event, len(events)), strict=True):
        event.pk = pk
    scale._copy(events)


def _organisations(applications: list[Application]) -> list[int]:
    known = dict(Company.objects.filter(pk__in=[a.company_id for a in applications]).values_list("pk", "organisation_id"))
    return [known[a.company_id] for a in applications]


def _sign_in(press: _Press, first: Application) -> list[Entrant]:
    """A session for each copied person: the password is the template's, so is the hash of it."""
    people_, proof = press.made[User, first.created_by_id], first.created_by.get_session_auth_hash()
    sessions = [_session("rush", user, proof, settings.AUTHENTICATION_BACKENDS[0]) for user in people_]
    scale._copy([*sessions, _session("bare", people_[0], proof, BACKEND)])
    return [
        Entrant(application.ref, session.session_key)
        for application, session in zip(press.made[Application, first.pk], sessions, strict=True)
    ]


def _session(name: str, user: User, proof: str, backend: str) -> Session:
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore()
    body = {"_auth_user_id": str(user.pk), "_auth_user_backend": backend, "_auth_user_hash": proof}
    until = datetime.now(UTC) + timedelta(hours=2)
    return Session(session_key=f"{name}{user.pk:028d}", session_data=store.encode(body), expire_date=until)


def at_the_bare_view(entrant: Entrant) -> str:
    """The session with which the first of those poured is signed in there."""
    return f"bare{entrant.session[4:]}"


def pages_of(entrants: Sequence[Entrant]) -> dict[str, str]:
    """Ref → what the page of the last look carries in its form, read the short way; the first one as the page itself reads it."""
    whole_rows = Application.objects.select_related("created_by", "round", "track", "need")
    rows = whole_rows.in_bulk([one.ref for one in entrants], field_name="ref")
    long_before = datetime(2000, 1, 1, tzinfo=UTC)  # no number is drawn
    found = {}
    for ref, row in rows.items():
        whole = queries.at_once(row.pk, row.created_by, long_before)
        with queries.asked_once(whole.known):
            found[ref] = queries.content_hash(whole.application)
    first = rows[entrants[0].ref]
    if found[first.ref] != queries.content_hash(first):
        raise CommandError("A draft is not read at once as it is read piece by piece.")
    return found


Say = Callable[[str], Any]
