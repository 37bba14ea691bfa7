"""One truth for dashboard, public page, API and export."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, F, Q, QuerySet, Sum

from portal.journal.memory import remembered
from portal.kit import clock
from providers.catalogue import queries as catalogue
from vouchers.agreements.models import Agreement
from vouchers.applications.models import Application, ApplicationMatch
from vouchers.applications.rules import ApplicationStatus
from vouchers.evaluation.models import Award
from vouchers.ledger.models import Account
from vouchers.outcomes import queries as outcome_queries
from vouchers.outcomes import rules as outcome_rules
from vouchers.payments.models import Disbursement
from vouchers.rounds import queries as round_queries
from vouchers.rounds import rules as rounds_rules
from vouchers.rounds.models import PolicyVersion, Round
from vouchers.statistics import rules


def rounds() -> QuerySet[Round]:
    """Rounds that statistics may name, newest first: those with applications of the portal itself."""
    return Round.objects.announced().counted().filter(is_reference=False).order_by("-fiscal_year", "-id")


def _applications(chosen: Sequence[int]) -> tuple[Any, dict[str, str], Any]:
    rows = Application.objects.filter(submitted_at__isnull=False, round_id__in=chosen)
    return rows, {"track": "track__key", "region": "region", "state": "status"}, Count("id")


def _paid(chosen: Sequence[int]) -> tuple[Any, dict[str, str], Any]:
    rows = Disbursement.objects.filter(status="PAID", milestone__agreement__round_id__in=chosen)
    application = "milestone__agreement__award__application__"
    names = {"track": f"{application}track__key", "region": f"{application}region", "state": f"{application}status"}
    return rows, names, Sum("amount_won")


_SOURCES = {"applications": _applications, "paid_won": _paid}


def table(measure_key: str, *, by: Sequence[str] = (), round_key: str = "", public: bool = True) -> rules.Table:
    """One measure cut by dimensions, as it stands since the last event. public: under disclosure control.

    Raises KeyError for an unknown measure or round.
    """
    require_round(round_key)
    key = f"table:{measure_key}:{','.join(by)}:{round_key}:{public}"
    return remembered(key, lambda: _table(measure_key, by, _chosen(round_key), round_key, public))


def tables(*, by: Sequence[str], round_key: str = "", public: bool = True) -> "Page":
    """Every measure cut by the same dimensions, the rounds to choose from, and the moment of counting. One query mostly.

    Raises KeyError for an unknown round.
    """
    require_round(round_key)
    return remembered(f"tables:{','.join(by)}:{round_key}:{public}", lambda: _page(by, round_key, public))


def choices() -> tuple["RoundChoice", ...]:
    """The rounds that statistics may name, newest first."""
    return remembered("rounds", lambda: tuple(RoundChoice(r.key, r.title_ko, r.title_en, r.is_demo) for r in rounds()))


def require_round(round_key: str) -> None:
    """Raises KeyError for a round that statistics do not name; "" means all of them."""
    if round_key and all(one.key != round_key for one in choices()):
        raise KeyError(round_key)


class RoundChoice(NamedTuple):
    """A round as far as a page of numbers names it."""

    key: str
    title_ko: str
    title_en: str
    is_demo: bool


@dataclass(frozen=True)
class Page:
    """What a page of numbers shows: one truth, counted at `as_of`."""

    tables: tuple[rules.Table, ...]
    rounds: tuple[RoundChoice, ...]
    as_of: datetime


def _page(by: Sequence[str], round_key: str, public: bool) -> Page:
    chosen = _chosen(round_key)
    return Page(tuple(_table(key, by, chosen, round_key, public) for key in rules.MEASURES), choices(), clock.now())


def _chosen(round_key: str) -> list[Round]:
    return list(rounds().filter(key=round_key)) if round_key else list(rounds())


def _threshold(chosen: Sequence[Round]) -> int:
    """The strictest disclosure threshold of the rounds (smallest count that is shown). One query."""
    newest = PolicyVersion.objects.filter(round__in=chosen).order_by("round_id", "-number").distinct("round_id")
    return max((rounds_rules.parse_policy(version.body).disclosure_threshold for version in newest), default=1)


def _table(measure_key: str, by: Sequence[str], chosen: Sequence[Round], round_key: str, public: bool) -> rules.Table:
    measure = rules.MEASURES[measure_key]
    rows, names, value = _SOURCES[measure_key]([r.pk for r in chosen])
    columns = {f"d_{name}": F(names[name]) for name in by}
    found = (
        rows.order_by().annotate(**columns).values(*columns).annotate(value=value).order_by(*columns)
        if by
        else [{"value": rows.aggregate(value=value)["value"] or 0}]
    )
    words = _words(by)
    cells = [_cell(row, by, words) for row in found]
    total = sum(cell.value for cell in cells)
    threshold = _threshold(chosen) if public and not measure.register else 1
    shown, shown_total, suppressed = rules.disclose(cells, total=total, threshold=threshold, register=measure.register)
    return rules.Table(
        measure=measure, by=tuple(by), round_key=round_key, as_of=clock.today().isoformat(), cells=shown,
        total=shown_total, suppressed=suppressed, demo=any(r.is_demo for r in chosen),
    )  # fmt: skip


def _cell(row: dict[str, Any], by: Sequence[str], words: dict[str, dict[str, str]]) -> rules.Cell:
    codes = {name: str(row[f"d_{name}"] or "") for name in by}
    return rules.Cell(codes, {name: words[name].get(code, code) for name, code in codes.items()}, int(row["value"] or 0))


def _words(by: Sequence[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name in by:
        if name == "region":
            found[name] = catalogue.words("region").get("region", {})
        elif name == "state":
            found[name] = {code.value: str(code.label) for code in ApplicationStatus}
        else:
            found[name] = remembered("tracks", round_queries.track_words)
    return found


@dataclass(frozen=True)
class Headline:
    """The numbers on top of the ministry's desk, whole won where money, counted at `as_of`."""

    applications: int
    selected: int
    available_won: int
    reserved_won: int
    committed_won: int
    paid_won: int
    as_of: datetime


def headline(round_key: str = "") -> Headline:
    """Over the rounds that count (or one of them), as they stand since the last event."""
    require_round(round_key)
    return remembered(f"headline:{round_key}", lambda: _headline(_chosen(round_key)))


def _headline(chosen: Sequence[Round]) -> Headline:
    """paid_won is the very sum of the measure `paid_won`; the other money are balances of the rounds' accounts."""
    ids = [r.pk for r in chosen]
    counts = Application.objects.filter(submitted_at__isnull=False, round_id__in=ids).aggregate(
        all=Count("id"), selected=Count("id", filter=Q(status=ApplicationStatus.SELECTED))
    )
    money = dict(
        Account.objects.filter(round_id__in=ids).values("kind").annotate(won=Sum("balance_won")).values_list("kind", "won")
    )
    return Headline(
        applications=counts["all"], selected=counts["selected"], available_won=money.get("AVAILABLE", 0),
        reserved_won=money.get("RESERVED", 0), committed_won=money.get("COMMITTED", 0),
        paid_won=_table("paid_won", (), chosen, "", False).total or 0, as_of=clock.now(),
    )  # fmt: skip


def funnel(round_key: str = "") -> list[tuple[str, str, int]]:
    """From call to decision: (state's code, its word, applications), in the order of the journey."""
    counted = {
        cell.codes["state"]: cell.value for cell in table("applications", by=("state",), round_key=round_key, public=False).cells
    }
    return [(state.value, str(state.label), counted[state.value]) for state in ApplicationStatus if state.value in counted]


# ── The public register ──────────────────────────────────────────────────────────────────────────────
PUBLISHED = ("AWARDED", "RUNNING", "SETTLING", "ARCHIVED")  # states of a round whose selection is public
STANDING = ("NOTIFIED", "ACCEPTED", "AGREEMENT_READY")  # of an award that was not given up, nor ended before its agreement


def register() -> QuerySet[Award]:
    """The awards that stand of every published selection, by project number, the newest first."""
    rows = Award.objects.filter(
        status__in=STANDING, application__round__in=rounds(), application__round__status__in=PUBLISHED
    )  # fmt: skip
    return rows.select_related("application__round", "application__track", "application__company__organisation").order_by(
        "-project_no"
    )


@dataclass(frozen=True)
class DataUse:
    """Data that a project uses under an agreement that took force. dataset_*: "" where the institution offers it under no entry."""

    institution_key: str
    institution_ko: str
    institution_en: str
    dataset_key: str
    dataset_ko: str
    dataset_en: str


def data_uses(awards: Iterable[Award]) -> dict[int, list[DataUse]]:
    """application id → the data that its project uses. Two queries for all of them."""
    wanted = [award.application_id for award in awards]
    ruled = Agreement.objects.filter(award__application_id__in=wanted, activated_at__isnull=False)
    rows = ApplicationMatch.objects.filter(
        application_id__in=ruled.values("award__application_id"), match__status="CONFIRMED"
    ).select_related("match__institution", "match__quote__request__dataset")
    found: dict[int, list[DataUse]] = defaultdict(list)
    for row in rows.order_by("pk"):
        holder, dataset = row.match.institution, row.match.quote.request.dataset
        data = (dataset.key, dataset.title_ko, dataset.title_en) if dataset else ("", "", "")
        found[row.application_id].append(DataUse(holder.key, holder.name_ko, holder.name_en, *data))
    return found


@dataclass(frozen=True)
class Outcomes:
    """What is public of what projects answered afterwards, added up. projects: how many answered."""

    results: tuple[outcome_rules.Result, ...]
    projects: int


def outcomes(round_key: str = "") -> Outcomes:
    """Over the published rounds, or one of them, as of the last event. Nothing for a round that statistics do not name."""

    def counted() -> Outcomes:
        chosen = rounds().filter(status__in=PUBLISHED)
        found, projects = outcome_queries.results_in(
            (chosen.filter(key=round_key) if round_key else chosen).values_list("pk", flat=True)
        )
        return Outcomes(tuple(found), projects)

    return (
        remembered(f"outcomes:{round_key}", counted)
        if not round_key or any(one.key == round_key for one in choices())
        else Outcomes((), 0)
    )


def results(awards: Iterable[Award]) -> dict[int, list[outcome_rules.Result]]:
    """application id → what is public of what its project answered. One query for all of them."""
    return outcome_queries.results_of([award.application_id for award in awards])
