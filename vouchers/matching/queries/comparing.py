"""All quotes for one need side by side, what changed between versions, and to whom one message went. For the company alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, ngettext

from portal.journal import queries as journal
from portal.kit import clock, workdays
from portal.kit.won import won
from portal.kit.words import day
from providers.catalogue import queries as catalogue
from providers.catalogue.models import Dataset
from providers.offers import rules as offers
from providers.offers.models import Offer
from vouchers.matching.models import Need, Quote, QuoteRequest
from vouchers.matching.queries.lines import amount_of, main_line, titles_of, too_few
from vouchers.matching.rules import asking, comparing, stages
from vouchers.rounds.rules import Policy, money


@dataclass(frozen=True)
class Cell:
    """value: empty where nothing is known. warning: what nobody may overlook."""

    value: str = ""
    note: str = ""
    warning: str = ""


@dataclass(frozen=True)
class Column:
    """A provider's newest quote."""

    request: QuoteRequest
    quote: Quote
    versions: int


@dataclass(frozen=True)
class Changed:
    """A line of a version's history, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class NewVersion:
    quote: Quote
    changes: list[Changed]


@dataclass(frozen=True)
class Comparison:
    """rows: (label, a cell for each column). histories: of the providers that sent more than one version, the newest first."""

    columns: list[Column]
    rows: list[tuple[str, list[Cell]]]
    histories: list[tuple[QuoteRequest, list[NewVersion]]]


@dataclass(frozen=True)
class _World:
    """What the cells are read with. policy and cap_won: of the need's round and track; None where nobody knows."""

    words: dict[str, dict[str, str]]
    policy: Policy | None
    size: str
    region: str
    cap_won: int | None
    begins: date  # not before it: today, or the first day of the round's projects
    wanted: Mapping[str, Any]  # the need's document


def comparison(need: Need, requests: Iterable[QuoteRequest]) -> Comparison:
    """The cheapest first. requests: with quotes (newest first) and lines, as requests_of gives them. At most four more queries."""
    quoted = [(row, list(row.quotes.all())) for row in requests]
    columns = [Column(row, quotes[0], len(quotes)) for row, quotes in quoted if quotes]
    columns.sort(key=lambda one: (one.request.status not in stages.COMPARABLE, one.quote.supply_amount_won, one.request.pk))
    world = _world(need) if columns else _World({}, None, "", "", None, clock.today(), {})
    rows = [(str(label()), [cell(one, world) for one in columns]) for label, cell in _ROWS]
    histories = [(row, _history(quotes, world)) for row, quotes in quoted if len(quotes) > 1]
    return Comparison(columns, rows, histories)


def _world(need: Need) -> _World:
    version = need.round.policy_version() if need.round is not None else None
    track = need.round.tracks.filter(key=need.document.get("track") or "").first() if need.round is not None else None
    company = need.company
    return _World(
        catalogue.words("access_mode", "exit_kind"), version.parsed() if version is not None else None, company.size,
        company.region, track.cap_won if track is not None else None,
        max(clock.today(), (need.round.project_start_on if need.round is not None else None) or clock.today()), need.document,
    )  # fmt: skip


def _state(one: Column, world: _World) -> Cell:
    versions = ngettext("%(n)d version", "%(n)d versions", one.versions) % {"n": one.versions}
    return Cell(one.request.get_status_display(), versions)


def _supply(one: Column, world: _World) -> Cell:
    least_won = one.quote.band_min_won
    if least_won is None:
        return Cell(won(one.quote.supply_amount_won))
    band = gettext("%(least)s to %(most)s") % {"least": won(least_won), "most": won(one.quote.supply_amount_won)}
    return Cell(band, gettext("Letter of intent; the application reckons with the upper bound"))


def _quantity(one: Column, world: _World) -> Cell:
    """Of the line that the data itself stands in."""
    lines = list(one.quote.lines.all())
    line = main_line(lines)
    if line is None:
        return Cell()
    return Cell(amount_of(line.quantity, line.unit), titles_of(one.quote)[line.position], too_few(lines, world.wanted))


def _unit_price(one: Column, world: _World) -> Cell:
    line = main_line(one.quote.lines.all())
    if line is None:
        return Cell()
    return Cell(gettext("%(won)s for %(amount)s") % {"won": won(line.unit_price_won), "amount": amount_of(Decimal(1), line.unit)})


def _all_lines(one: Column, world: _World) -> Cell:
    titles = titles_of(one.quote)
    return Cell("\n".join(f"{titles[line.position]}: {_times(line)}" for line in one.quote.lines.all()))


def _times(line: Any) -> str:
    return f"{amount_of(line.quantity, line.unit)} × {won(line.unit_price_won)} = {won(line.amount_won)}"


def _vat(one: Column, world: _World) -> Cell:
    return Cell(won(one.quote.vat_won))


def _maximum(one: Column, world: _World) -> Cell:
    total = one.quote.supply_amount_won + one.quote.vat_won
    return Cell(
        won(one.quote.supply_amount_won), gettext("%(won)s with VAT; no more while its assumptions hold") % {"won": won(total)}
    )


def _own(one: Column, world: _World) -> Cell:
    """What the company itself would pay if it were selected with this quote alone."""
    if world.policy is None or world.size not in world.policy.grant_rates:
        return Cell()
    taxable = sum(line.amount_won for line in one.quote.lines.all() if line.tax_kind == stages.TaxKind.TAXABLE)
    found = money(
        supply_won=one.quote.supply_amount_won, taxable_won=taxable, company_size=world.size, cap_won=world.cap_won,
        policy=world.policy, region=world.region,
    )  # fmt: skip
    words = gettext("%(vat)s of it is VAT; the grant would be %(grant)s") % {
        "vat": won(found.vat_won),
        "grant": won(found.grant_won),
    }
    return Cell(won(found.company_pays_won), words)


def _valid(one: Column, world: _World) -> Cell:
    return Cell(day(one.quote.valid_until))


def _delivery(one: Column, world: _World) -> Cell:
    """The day that the institution names itself, and whether the steps below reach it at all."""
    named = one.quote.earliest_delivery_on
    if named is None:
        return Cell()
    soonest = workdays.add_working_days(world.begins, _route(one).after_quote[0])
    if named >= soonest:
        return Cell(day(named), gettext("The institution names this day itself"))
    early = gettext("Earlier than reviews, contract and lead time allow (%(day)s at the earliest): ask for the reason")
    return Cell(day(named), early % {"day": day(soonest)})


def _lead(one: Column, world: _World) -> Cell:
    """Only what is left when agreement and reviews are there; the whole way stands in the next line."""
    if not one.quote.lead_time_days:
        return Cell()
    words = gettext("After the signed agreement and the positive reviews")
    if comparing.Departure.SLOWER in _departs(one, world):
        words = gettext("Longer than the offer says; after the signed agreement and the positive reviews")
    return Cell(_days(one.quote.lead_time_days), words)


def _route(one: Column) -> offers.Route:
    """The way that the dataset's page shows, with the lead time of this quote."""
    holder, offer = one.request.institution, one.request.offer
    lead = [one.quote.lead_time_days] if one.quote.lead_time_days else []
    return offers.route(
        promised=holder.target_days, measured=holder.measured_days, lead_days=lead, joint=bool(offer and offer.joint_drb)
    )


def _time_to_data(one: Column, world: _World) -> Cell:
    least, most = _route(one).after_quote
    days = _days(least) if least == most else gettext("%(least)d–%(most)d working days") % {"least": least, "most": most}
    words = gettext("Reviews, contract and lead time together. Begun on %(start)s: until about %(day)s") % {
        "start": day(world.begins),
        "day": day(workdays.add_working_days(world.begins, most)),
    }
    if not one.quote.lead_time_days:
        words = gettext("Reviews, contract and the usual preparation together; the quote names no lead time")
    return Cell(days, words)


def _review(one: Column, world: _World) -> Cell:
    joint = bool(one.request.offer and one.request.offer.joint_drb)
    stage = _route(one).stage(offers.DATA_REVIEW)
    days = _days(stage.most) if stage.least == stage.most else f"{stage.least}–{_days(stage.most)}"
    basis = str(offers.Basis.word(stage.basis)) % {"n": stage.n}
    return Cell(
        gettext("Takes part in the joint data review") if joint else gettext("The institution's own review"), f"{days} · {basis}"
    )


def _mode(one: Column, world: _World) -> Cell:
    found = [str(departure.label) for departure in _departs(one, world) if departure != comparing.Departure.SLOWER]
    return Cell(world.words.get("access_mode", {}).get(one.quote.access_mode, one.quote.access_mode), " ".join(found))


def _departs(one: Column, world: _World) -> tuple[comparing.Departure, ...]:
    return comparing.departures_of(one.quote, one.request.offer, world.wanted)


def _exits(one: Column, world: _World) -> Cell:
    offer = one.request.offer
    if offer is None:
        return Cell()
    codes = sorted({*offer.exits, *(["MODEL_EXPORT"] if offer.model_export else [])})
    labels = world.words.get("exit_kind", {})
    return Cell(", ".join(labels.get(code, code) for code in codes) or gettext("Nothing leaves"))


def _assumptions(one: Column, world: _World) -> Cell:
    return Cell(one.quote.assumptions)


_ROWS: tuple[tuple[Any, Any], ...] = (
    (lambda: gettext("State"), _state), (lambda: gettext("Quantity"), _quantity), (lambda: gettext("Unit price"), _unit_price),
    (lambda: gettext("Lines"), _all_lines), (lambda: gettext("Supply amount"), _supply), (lambda: gettext("VAT"), _vat),
    (lambda: gettext("At most (commitment)"), _maximum), (lambda: gettext("Your own share"), _own),
    (lambda: gettext("Valid until"), _valid), (lambda: gettext("Earliest delivery"), _delivery),
    (lambda: gettext("Lead time"), _lead), (lambda: gettext("From the award to the data"), _time_to_data),
    (lambda: gettext("Review route"), _review), (lambda: gettext("Access mode"), _mode),
    (lambda: gettext("What may be taken out"), _exits), (lambda: gettext("Assumptions"), _assumptions),
)  # fmt: skip


def _days(n: int | None) -> str:
    return ngettext("%(n)d working day", "%(n)d working days", n) % {"n": n} if n else ""


# ── Versions ─────────────────────────────────────────────────────────────────────────────────────────
def _history(quotes: list[Quote], world: _World) -> list[NewVersion]:
    """Each version but the first with what changed in it; quotes: the newest first."""
    versions = [_version(quote) for quote in quotes]
    pairs = zip(quotes, versions, versions[1:], strict=False)
    return [
        NewVersion(quote, [_changed(one, world) for one in comparing.differences(older, newer)]) for quote, newer, older in pairs
    ]


def _version(quote: Quote) -> comparing.Version:
    titles = titles_of(quote)
    lines = tuple(
        comparing.LineTerms(
            line.kind,
            titles[line.position],
            amount_of(line.quantity, line.unit),
            line.unit_price_won,
            line.amount_won,
            line.tax_kind,
        )
        for line in quote.lines.all()
    )
    return comparing.Version({name: getattr(quote, name) for name in comparing.TERMS}, lines)


def _changed(change: comparing.Change, world: _World) -> Changed:
    if change.what == "line":
        named = change.after or change.before
        label = f"{stages.LineKind.word(named.kind)}: {named.description}"
        return Changed(label, _line_words(change.before), _line_words(change.after))
    label, words = _TERMS[change.what]
    return Changed(str(label()), words(change.before, world), words(change.after, world))


def _line_words(line: comparing.LineTerms | None) -> str:
    if line is None:
        return ""
    return f"{line.quantity} × {won(line.unit_price_won)} = {won(line.amount_won)} ({stages.TaxKind.word(line.tax_kind)})"


_TERMS: dict[str, tuple[Any, Any]] = {
    "supply_amount_won": (lambda: gettext("Supply amount"), lambda value, world: won(value)),
    "band_min_won": (lambda: gettext("Lowest amount of the letter of intent"), lambda value, world: won(value) if value else ""),
    "vat_won": (lambda: gettext("VAT"), lambda value, world: won(value)),
    "valid_until": (lambda: gettext("Valid until"), lambda value, world: day(value)),
    "earliest_delivery_on": (lambda: gettext("Earliest delivery"), lambda value, world: day(value) if value else ""),
    "lead_time_days": (lambda: gettext("Lead time"), lambda value, world: _days(value)),
    "access_mode": (
        lambda: gettext("Access mode"), lambda value, world: world.words.get("access_mode", {}).get(value, value),
    ),
    "assumptions": (lambda: gettext("Assumptions"), lambda value, world: value),
}  # fmt: skip


# ── One message to several ───────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class AskedAtOnce:
    """not_sent: (dataset, offer of processing work, or None; why) of those that the message did not reach."""

    sent: list[QuoteRequest]
    not_sent: list[tuple[Dataset | Offer | None, str]]


def asked_at_once(need: Need, number: int) -> AskedAtOnce | None:
    """What one message of this need did, by the number of its event. At most four queries."""
    event = journal.history(need).filter(name="need.quotes_asked", seq=number).first()
    if event is None:
        return None
    sent = need.quote_requests.filter(ref__in=event.data["sent"]).select_related("institution", "dataset", "offer").order_by("pk")
    refused = event.data["refused"]
    datasets = Dataset.objects.select_related("institution").in_bulk([one["dataset"] for one in refused])
    alone = [one["offer"] for one in refused if one["dataset"] is None]
    work = Offer.objects.select_related("institution").in_bulk(alone) if alone else {}
    missed = [(datasets.get(one["dataset"]) or work.get(one["offer"]), str(asking.refused_words(one["code"]))) for one in refused]
    return AskedAtOnce(list(sent), missed)
