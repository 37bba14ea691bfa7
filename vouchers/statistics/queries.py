"""One truth for dashboard, public page, API and export."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Sum

from portal.kit import clock
from portal.kit.words import pick
from providers.catalogue.models import Code
from vouchers.applications.models import Application
from vouchers.applications.rules import ApplicationStatus
from vouchers.ledger.models import Account
from vouchers.payments.models import Disbursement
from vouchers.rounds.models import Round
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
    """One measure cut by dimensions. public: under disclosure control. Three queries whatever the number of rows.

    Raises KeyError for an unknown measure or round.
    """
    measure = rules.MEASURES[measure_key]
    chosen = list(rounds().filter(key=round_key)) if round_key else list(rounds())
    if round_key and not chosen:
        raise KeyError(round_key)
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
    threshold = max((r.policy().disclosure_threshold for r in chosen), default=1) if public else 1
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
            found[name] = {code.code: pick(code, "name") for code in Code.objects.filter(code_list__key="region")}
        elif name == "state":
            found[name] = {code.value: str(code.label) for code in ApplicationStatus}
        else:
            from vouchers.rounds.models import Track

            found[name] = {track.key: pick(track, "name") for track in Track.objects.order_by("id")}
    return found


@dataclass(frozen=True)
class Headline:
    """The numbers on top of the ministry's desk, whole won where money."""

    applications: int
    selected: int
    available_won: int
    reserved_won: int
    committed_won: int
    paid_won: int


def headline(round_key: str = "") -> Headline:
    """Over the rounds that count (or one of them). Three queries."""
    chosen = [r.pk for r in (rounds().filter(key=round_key) if round_key else rounds())]
    applications = Application.objects.filter(submitted_at__isnull=False, round_id__in=chosen)
    counts = applications.aggregate(
        all=Count("id"), selected=Count("id", filter=_selected())
    )
    money = dict(
        Account.objects.filter(round_id__in=chosen).values("kind").annotate(won=Sum("balance_won")).values_list("kind", "won")
    )
    return Headline(
        applications=counts["all"], selected=counts["selected"], available_won=money.get("AVAILABLE", 0),
        reserved_won=money.get("RESERVED", 0), committed_won=money.get("COMMITTED", 0), paid_won=money.get("PAID", 0),
    )  # fmt: skip


def _selected() -> Any:
    from django.db.models import Q

    return Q(status="SELECTED")


def funnel(round_key: str = "") -> list[tuple[str, int]]:
    """From call to payment: state → applications, in the order of the journey. One query."""
    counted = {cell.codes["state"]: cell.value for cell in table("applications", by=("state",), round_key=round_key, public=False).cells}
    return [(str(state.label), counted[state.value]) for state in ApplicationStatus if state.value in counted]
