"""Quote requests, quotes and matches as both sides see them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext

from portal.accounts import queries as accounts
from portal.journal import queries as journal
from portal.journal.models import AccessLog
from portal.kit import clock
from portal.kit.models import Row
from portal.kit.words import pick
from providers.catalogue import queries as catalogue
from providers.institutions.models import Institution
from vouchers.matching.models import Match, Need, Quote, QuoteDraft, QuoteLine, QuoteRequest
from vouchers.matching.models.needs import READING
from vouchers.matching.queries.lines import amount_of, main_line, titles_of, too_few
from vouchers.matching.rules import feasibility, sourcing, stages


def requests_of(need: Need) -> list[QuoteRequest]:
    """The need's requests with their quotes (newest first) and lines: what the comparison shows. Three queries."""
    quotes = Quote.objects.order_by("-number").select_related("draft").prefetch_related("lines")
    return list(
        need.quote_requests.select_related("institution", "dataset", "offer", "need")
        .prefetch_related(Prefetch("quotes", quotes))
        .order_by("pk")
    )


@dataclass(frozen=True)
class Standing:
    """One request on the need's page. quote: its newest; turn: who has to do what; due_at: until when; ended: nobody has to.

    quantity: of the line that the data stands in; short: in words that it is less than the need has to have.
    """

    request: QuoteRequest
    quote: Quote | None
    mode: str
    turn: str
    side: str  # company, provider or ""
    due_at: datetime | None
    ended: bool
    quantity: str = ""
    short: str = ""


def standings(need: Need, requests: Iterable[QuoteRequest]) -> list[Standing]:
    """The need's requests: what can be decided first, the cheapest first, what is over last. At most two queries."""
    rows = list(requests)
    modes = mode_words() if any(row.quotes.all() for row in rows) else {}
    accepted = any(row.status == stages.QuoteStatus.ACCEPTED for row in rows)
    matches = {m.quote_id: m for m in need.matches.order_by("pk")} if accepted else {}
    told = [_standing(row, modes, matches) for row in rows]
    return sorted(told, key=lambda t: (t.ended, t.quote is None, t.quote.supply_amount_won if t.quote else 0, t.request.pk))


def _standing(row: QuoteRequest, modes: dict[str, str], matches: dict[int, Match]) -> Standing:
    quotes = list(row.quotes.all())  # the newest first
    quote = quotes[0] if quotes else None
    match = next((matches[q.pk] for q in quotes if q.pk in matches), None)
    side, turn = _turn(row, match)
    due_at = row.due_at if row.waiting else None
    ended = not side and not (match and match.status == stages.MatchStatus.CONFIRMED)
    mode = mode_of(quote, modes) if quote else ""
    return Standing(row, quote, mode, turn, side, due_at, ended, *(_quantity(quote, row.need) if quote else ()))


def _quantity(quote: Quote, need: Need) -> tuple[str, str]:
    lines = list(quote.lines.all())
    line = main_line(lines)
    return amount_of(line.quantity, line.unit) if line is not None else "", too_few(lines, need.document)


def _turn(row: QuoteRequest, match: Match | None) -> tuple[str, str]:
    """(side, words): who has the ball."""
    status = stages.QuoteStatus
    told: dict[str, tuple[str, str]] = {
        status.SENT: ("provider", gettext("The provider writes its quote")),
        status.VIEWED: ("provider", gettext("The provider writes its quote")),
        status.CLARIFYING: ("company", gettext("The company answers the question")),
        status.QUOTED: ("company", gettext("The company accepts or declines")),
    }
    if row.status in told:
        return told[row.status]
    if match is None or match.status in stages.MATCH_OVER:
        return "", gettext("Nobody has to do anything")
    if match.company_confirmed_at is None:
        return "company", gettext("The company confirms the match")
    if match.provider_confirmed_at is None:
        return "provider", gettext("The provider confirms the match")
    if match.offered_quote_id is not None:
        return "company", gettext("The company decides on the final quote")
    return "", gettext("Both sides confirmed")


INBOX = {
    "waiting": ("SENT", "VIEWED"),
    "asked": ("CLARIFYING",),
    "quoted": ("QUOTED",),
    "ended": ("ACCEPTED", "DECLINED_BY_PROVIDER", "DECLINED_BY_COMPANY", "EXPIRED", "WITHDRAWN", "MATCH_ENDED"),
}


def inbox(user: Any, box: str = "") -> QuerySet[QuoteRequest]:
    """Requests to the person's institutions, the most urgent first."""
    rows = QuoteRequest.objects.filter(institution__organisation_id__in=accounts.organisation_ids_where(user, *READING))
    if box in INBOX:
        rows = rows.filter(status__in=INBOX[box])
    newest = Quote.objects.filter(request=OuterRef("pk")).order_by("-number").values("supply_amount_won")[:1]
    rows = rows.select_related("dataset", "offer", "need__company").only(
        "ref",
        "status",
        "due_at",
        "dataset__key",
        "dataset__title_ko",
        "dataset__title_en",
        "offer__title_ko",
        "offer__title_en",
        "need__title",
        "need__company__name_ko",
        "need__company__name_en",
    )
    waits = QuoteDraft.objects.filter(request=OuterRef("pk"), status="PREPARED")
    return rows.annotate(quoted_won=Subquery(newest), in_agreement=Exists(waits)).order_by(
        "-pk" if box == "ended" else F("due_at").asc(), "pk"
    )


def inbox_counts(user: Any) -> dict[str, int]:
    """How many requests lie in each box. One query."""
    rows = QuoteRequest.objects.filter(institution__organisation_id__in=accounts.organisation_ids_where(user, *READING))
    return rows.aggregate(**{name: Count("pk", filter=Q(status__in=codes)) for name, codes in INBOX.items()})


def quotes_of(request: QuoteRequest) -> list[Quote]:
    """All versions, the newest first, with lines and their institutions. Two queries."""
    lines = QuoteLine.objects.select_related("data_holder", "contracting_party", "reviewing_board", "payee")
    return list(
        request.quotes.order_by("-number")
        .select_related("quoted_by", "request__need", "draft")
        .prefetch_related(Prefetch("lines", lines))
    )


def match_of(request: QuoteRequest) -> Match | None:
    return Match.objects.filter(quote__request=request).first()


def institutions_choice(request: QuoteRequest) -> list[tuple[str, str]]:
    """(id, name) of institutions that may stand in a quote's line; the asked one first. One query."""
    demo = request.institution.is_demo
    rows = Institution.objects.active().filter(is_demo=demo).order_by("name_ko")
    others = [(str(row.pk), pick(row, "name")) for row in rows if row.pk != request.institution_id]
    return [(str(request.institution_id), pick(request.institution, "name")), *others]


# ── Matches and history ──────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class LineShown:
    """A line; title: what is done, in the reader's language; others: the institutions that differ from the quoting one, in words."""

    line: QuoteLine
    title: str
    quantity: str
    others: str


@dataclass(frozen=True)
class Sheet:
    """A quote as its page shows it. mode: the way of use in words; departs: in what it falls short of the need, in words."""

    quote: Quote
    lines: list[LineShown]
    mode: str
    departs: tuple[str, ...] = ()


def sheets(quotes: Iterable[Quote]) -> list[Sheet]:
    """The quotes with words. One query for all words."""
    modes = mode_words()
    return [_sheet(quote, modes) for quote in quotes]


def _sheet(quote: Quote, modes: dict[str, str]) -> Sheet:
    lines, titles, own = list(quote.lines.all()), titles_of(quote), quote.request.institution_id
    short = too_few(lines, quote.request.need.document)
    shown = [_line_shown(line, titles[line.position], own) for line in lines]
    return Sheet(quote, shown, mode_of(quote, modes), (short,) if short else ())


def _line_shown(line: QuoteLine, title: str, own: int) -> LineShown:
    parties = (
        (gettext("Data holder"), line.data_holder),
        (gettext("Contracting party"), line.contracting_party),
        (gettext("Reviewing board"), line.reviewing_board),
        (gettext("Payee"), line.payee),
    )
    others = "; ".join(f"{label}: {pick(party, 'name')}" for label, party in parties if party.pk != own)
    return LineShown(line, title, amount_of(line.quantity, line.unit), others)


def mode_words() -> dict[str, str]:
    return catalogue.words("access_mode").get("access_mode", {})


def mode_of(quote: Quote, modes: dict[str, str]) -> str:
    return modes.get(quote.access_mode, quote.access_mode)


EVENT_WORDS = {**stages.EVENT_WORDS, **feasibility.EVENT_WORDS, **sourcing.EVENT_WORDS}


def timeline(*subjects: Row) -> list[dict[str, Any]]:
    """What happened to the subjects, in time order."""
    events = journal.histories([subject.ref for subject in subjects])
    return [
        {
            "title": str(EVENT_WORDS.get(event.name, event.name)),
            "when": event.at,
            "who": event.by.get_full_name() if event.by else gettext("The portal"),
            "text": event.reason,
            "state": "past",
        }
        for event in sorted(events, key=lambda e: (e.at, e.pk))
    ]


def expirable(now: datetime) -> list[int]:
    """Ids of requests that the sweep must look at: quoted and over, of a call that has closed, or unanswered beyond their due day."""
    newest = Quote.objects.filter(request=OuterRef("pk")).order_by("-number").values("valid_until")[:1]
    rows = QuoteRequest.objects.annotate(valid=Subquery(newest)).filter(
        Q(status="QUOTED", valid__lt=clock.to_kst(now).date())
        | Q(status="QUOTED", latest_at__isnull=False, need__round__closes_at__lte=now)
        | Q(status__in=["SENT", "VIEWED", "CLARIFYING"], due_at__lt=now)
    )
    return list(rows.order_by("pk").values_list("pk", flat=True))


def viewed() -> list[tuple[int, int, datetime]]:
    """(request, who, when) of requests that somebody of the institution opened since they were sent: as the access log has it."""
    ours = AccessLog.objects.filter(
        subject_ref=OuterRef("ref"), by__memberships__organisation=OuterRef("institution__organisation"),
        by__memberships__status="ACTIVE",
    ).order_by("at", "pk")  # fmt: skip
    rows = QuoteRequest.objects.filter(status=stages.QuoteStatus.SENT).annotate(
        who=Subquery(ours.values("by")[:1]), when=Subquery(ours.values("at")[:1])
    )
    return list(rows.filter(who__isnull=False).order_by("pk").values_list("pk", "who", "when"))


# ── Whose page ───────────────────────────────────────────────────────────────────────────────────────
_PARTS = ("need__company", "need__round", "institution", "dataset__institution", "offer")


def asked_by(user: Any) -> QuerySet[QuoteRequest]:
    """Requests that the person's company sent; ministry, operator and auditor see every one."""
    rows = QuoteRequest.objects.visible_to(user).select_related(*_PARTS)
    if accounts.sees_all(user):
        return rows
    return rows.filter(need__company__organisation_id__in=accounts.organisation_ids_of(user))


def asked_of(user: Any) -> QuerySet[QuoteRequest]:
    """Requests to the person's institution that the person reads or is named in; ministry, operator and auditor see every one."""
    rows = QuoteRequest.objects.select_related(*_PARTS)
    return rows if accounts.sees_all(user) else rows.answered_by(user)


def matches_for(user: Any) -> QuerySet[Match]:
    """Matches of the person's company or institution, with all that their page shows."""
    return Match.objects.visible_to(user).select_related(
        "need__company", "need__round", "institution", "quote__request__dataset", "quote__request__institution",
        "quote__request__offer", "company_confirmed_by", "provider_confirmed_by", "final_quote", "offered_quote",
    )  # fmt: skip


def lines_of(quote: Quote) -> Quote:
    """The quote with lines and their institutions. Two queries."""
    lines = QuoteLine.objects.select_related("data_holder", "contracting_party", "reviewing_board", "payee")
    return (
        Quote.objects.select_related("request__need", "quoted_by", "draft")
        .prefetch_related(Prefetch("lines", lines))
        .get(pk=quote.pk)
    )
