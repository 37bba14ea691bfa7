"""Quote requests, quotes and matches as both sides see them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext

from portal.accounts import queries as accounts
from portal.journal import queries as journal
from portal.kit import clock
from portal.kit.models import Row
from portal.kit.words import pick
from providers.institutions.models import Institution
from providers.offers import queries as offers
from vouchers.matching.models import Match, Need, Quote, QuoteLine, QuoteRequest
from vouchers.matching.rules import stages


def requests_of(need: Need) -> list[QuoteRequest]:
    """The need's requests with their quotes (newest first) and lines: what the comparison shows. Three queries."""
    quotes = Quote.objects.order_by("-number").prefetch_related("lines")
    return list(
        need.quote_requests.select_related("institution", "dataset", "offer", "need")
        .prefetch_related(Prefetch("quotes", quotes))
        .order_by("pk")
    )


def comparison(requests: Iterable[QuoteRequest]) -> list[tuple[QuoteRequest, Quote]]:
    """The newest quote of every request that has one and is still open or accepted, the cheapest first."""
    rows = [(r, r.quotes.all()[0]) for r in requests if r.status in ("QUOTED", "ACCEPTED") and r.quotes.all()]
    return sorted(rows, key=lambda row: (row[1].supply_amount_won, row[0].pk))


INBOX = {
    "waiting": ("SENT",),
    "asked": ("CLARIFYING",),
    "quoted": ("QUOTED",),
    "ended": ("ACCEPTED", "DECLINED_BY_PROVIDER", "DECLINED_BY_COMPANY", "EXPIRED", "WITHDRAWN"),
}


def inbox(user: Any, box: str = "") -> QuerySet[QuoteRequest]:
    """Requests to the person's institutions, the most urgent first."""
    rows = QuoteRequest.objects.filter(institution__organisation_id__in=accounts.organisation_ids_of(user))
    if box in INBOX:
        rows = rows.filter(status__in=INBOX[box])
    newest = Quote.objects.filter(request=OuterRef("pk")).order_by("-number").values("supply_amount_won")[:1]
    rows = rows.select_related("institution", "dataset", "need__company", "need__round")
    return rows.annotate(quoted_won=Subquery(newest)).order_by("-pk" if box == "ended" else F("due_at").asc(), "pk")


def inbox_counts(user: Any) -> dict[str, int]:
    """How many requests lie in each box. One query."""
    rows = QuoteRequest.objects.filter(institution__organisation_id__in=accounts.organisation_ids_of(user))
    return rows.aggregate(**{name: Count("pk", filter=Q(status__in=codes)) for name, codes in INBOX.items()})


def quotes_of(request: QuoteRequest) -> list[Quote]:
    """All versions, the newest first, with lines and their institutions. Two queries."""
    lines = QuoteLine.objects.select_related("data_holder", "contracting_party", "reviewing_board", "payee")
    return list(
        request.quotes.order_by("-number").select_related("quoted_by").prefetch_related(Prefetch("lines", lines))
    )


def match_of(request: QuoteRequest) -> Match | None:
    return Match.objects.filter(quote__request=request).first()


def offer_lines(request: QuoteRequest) -> list[dict[str, Any]]:
    """The price list of the asked offer as a first version of quote lines."""
    if request.offer is None:
        return []
    return [
        {
            "kind": line.kind,
            "description": pick(line, "title"),
            "unit": str(line.get_unit_display()),
            "quantity": max(line.minimum, 1),
            "unit_price_won": line.unit_price_won,
            "tax_kind": line.tax_kind,
        }
        for line in offers.lines_of(request.offer)
    ]


def institutions_choice(request: QuoteRequest) -> list[tuple[str, str]]:
    """(id, name) of institutions that may stand in a quote's line; the asked one first. One query."""
    demo = request.institution.is_demo
    rows = Institution.objects.active().filter(is_demo=demo).order_by("name_ko")
    others = [(str(row.pk), pick(row, "name")) for row in rows if row.pk != request.institution_id]
    return [(str(request.institution_id), pick(request.institution, "name")), *others]


# ── Matches and history ──────────────────────────────────────────────────────────────────────────────────
def line_rows(quote: Quote) -> list[dict[str, Any]]:
    """The lines with the institutions that differ from the quoting one named."""
    rows = []
    for line in quote.lines.all():
        own = quote.request.institution_id
        others = [
            f"{label}: {pick(party, 'name')}"
            for label, party in (
                (gettext("Data holder"), line.data_holder),
                (gettext("Contracting party"), line.contracting_party),
                (gettext("Reviewing board"), line.reviewing_board),
                (gettext("Payee"), line.payee),
            )
            if party.pk != own
        ]
        rows.append({"line": line, "others": "; ".join(others)})
    return rows


def timeline(*subjects: Row) -> list[dict[str, Any]]:
    """What happened to the subjects, newest first."""
    events = journal.histories([subject.ref for subject in subjects])
    return [
        {
            "title": str(stages.EVENT_WORDS.get(event.name, event.name)),
            "when": event.at,
            "who": event.by.get_full_name() if event.by else gettext("The portal"),
            "text": event.reason,
            "state": "past",
        }
        for event in sorted(events, key=lambda e: (e.at, e.pk), reverse=True)
    ]


def expirable(now: datetime) -> list[int]:
    """Ids of requests that the sweep must look at: quoted and over, or unanswered beyond their due day."""
    newest = Quote.objects.filter(request=OuterRef("pk")).order_by("-number").values("valid_until")[:1]
    rows = QuoteRequest.objects.annotate(valid=Subquery(newest)).filter(
        Q(status="QUOTED", valid__lt=clock.to_kst(now).date()) | Q(status__in=["SENT", "CLARIFYING"], due_at__lt=now)
    )
    return list(rows.order_by("pk").values_list("pk", flat=True))
