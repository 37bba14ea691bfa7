"""What the engine reads and answers, and the company's needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from portal.accounts import queries as accounts
from portal.kit import clock
from portal.kit.words import pick
from providers.catalogue import queries as catalogue
from providers.catalogue.models import Dataset, DatasetVersion
from providers.institutions.models import Institution
from providers.offers import queries as offers
from providers.offers.models import Offer
from vouchers.companies.models import Company
from vouchers.matching import rules
from vouchers.matching.models import Match, MatchRun, Need, QuoteRequest
from vouchers.matching.rules import stages
from vouchers.rounds.models import Round
from vouchers.rounds.rules import QuotingPolicy, RankingPolicy

CHECKED = tuple(sorted(set(rules.need.CHECKED_LISTS.values())))
NOT_CHOSEN = ("DRAFT", "REVIEW", "SETTLING", "ARCHIVED", "CANCELLED")


def known_codes() -> dict[str, list[str]]:
    """The codes that a need document may use: list key → codes. One query."""
    return {entry["key"]: [item["code"] for item in entry["items"]] for entry in catalogue.code_lists(*CHECKED)}


def of_demo(round_: Round | None) -> bool:
    """Does a need of this round see the demo's offers?"""
    return round_ is not None and round_.kind != "LIVE"


@dataclass(frozen=True)
class RoundTerms:
    """What a round says that the engine heeds; empty where it says nothing. task_prices: track → whole won, VAT excluded."""

    provider_types: frozenset[str] = frozenset()
    company_sizes: frozenset[str] = frozenset()
    task_prices: Mapping[str, int | None] = field(default_factory=dict)
    ranking: RankingPolicy = field(default_factory=RankingPolicy)


def round_terms(round_: Round | None) -> RoundTerms:
    """Who may supply, which companies may apply, and the tracks with their task prices. At most two queries."""
    if round_ is None:
        return RoundTerms()
    prices = {track.key: track.task_price_won for track in round_.tracks.all()}
    if round_.is_reference:
        types, sizes = (round_.reference.get(f"eligible_{name}") or () for name in ("provider_types", "company_sizes"))
        return RoundTerms(frozenset(types), frozenset(sizes), prices)
    if round_.policy_version() is None:
        return RoundTerms(task_prices=prices)
    policy = round_.policy()
    return RoundTerms(frozenset(policy.eligible_provider_types), frozenset(policy.eligible_company_sizes), prices, policy.ranking)


def engine_policy(round_: Round | None, code_lists: list[dict[str, Any]], *, suppliers_only: bool = False) -> rules.Policy:
    """What the round and the code lists bring to the engine, on today's date."""
    terms = round_terms(round_)
    return rules.Policy(
        words=rules.vocabulary(code_lists),
        year=clock.today().year,
        provider_types=terms.provider_types,
        company_sizes=terms.company_sizes,
        task_prices=terms.task_prices,
        weights=terms.ranking.weights,
        prefer_outside_capital=terms.ranking.prefer_outside_capital,
        suppliers_only=suppliers_only,
        agencies=tuple(rules.holder(record) for record in offers.linkage_agencies()),
    )


def round_by_key(key: str) -> Round | None:
    return Round.objects.filter(key=key).first()


def investigator_agrees(round_: Round | None) -> bool:
    """Whether the principal investigator must agree before a quote for this round leaves. One query."""
    version = round_.policy_version() if round_ is not None else None
    return version.parsed().quoting.investigator_agrees if version is not None else QuotingPolicy.investigator_agrees


def candidates_for(round_: Round | None) -> list[rules.Candidate]:
    """Published datasets with their offers, as the engine reads them; demo ones only for needs of demo rounds."""
    return [rules.candidate(*facts) for facts in offers.match_facts(demo=of_demo(round_))]


# ── Needs ────────────────────────────────────────────────────────────────────────────────────────────────
def companies_of(user: Any) -> list[Company]:
    """The companies for which the person may act, the first one first."""
    return list(Company.objects.filter(organisation_id__in=accounts.organisation_ids_of(user)).order_by("pk"))


def mine(user: Any) -> QuerySet[Need]:
    """The needs of the person's companies, newest first, with counts of requests, waiting quotes and matches."""
    requests = QuoteRequest.objects.all()
    return (
        Need.objects.filter(company__organisation_id__in=accounts.organisation_ids_of(user))
        .select_related("round")
        .only("ref", "title", "status", "created_at", "round__title_ko", "round__title_en")
        .annotate(
            asked=_of_need(requests.filter(status__in=[*stages.LIVE])),
            quoted=_of_need(requests.filter(status="QUOTED")),
            confirmed=_of_need(Match.objects.filter(status="CONFIRMED")),
        )
        .order_by("-created_at", "-id")
    )


def asking_needs(user: Any) -> QuerySet[Need]:
    """Those for which quotes may be asked now, newest first."""
    return mine(user).filter(status__in=[*stages.NEED_ASKING])


def once_published(user: Any) -> QuerySet[Dataset]:
    """Entries that this reader sees, or could see before they were taken out."""
    versions = DatasetVersion.objects.filter(dataset=OuterRef("pk"))
    found = Dataset.objects.visible_to(user) | Dataset.objects.filter(Exists(versions))
    return found.select_related("institution")


def once_offered(user: Any) -> QuerySet[Offer]:
    """Offers that this reader sees, or could see before they were paused or retired."""
    found = Offer.objects.visible_to(user) | Offer.objects.filter(published_at__isnull=False)
    return found.select_related("institution")


def _of_need(rows: QuerySet[Any]) -> Coalesce:
    """How many of these rows a need has; counted for the needs that are shown, not for all that are counted."""
    found = rows.filter(need=OuterRef("pk")).order_by().values("need")
    return Coalesce(Subquery(found.annotate(n=Count("pk")).values("n")), 0)


def choosable_rounds() -> QuerySet[Round]:
    """Calls for which a need may be described: announced and not over."""
    found = Round.objects.counted().filter(is_reference=False).exclude(status__in=NOT_CHOSEN)
    return found.prefetch_related("tracks").order_by("-closes_at", "-id")


def rounds_for_new_needs(now: datetime, besides: int | None = None) -> QuerySet[Round]:
    """Calls in which a match can still count: those to come and open ones, and later ones whose matches are confirmed before
    or after the selection, until their projects run. besides: a call that stands in the need already."""
    ahead = Q(closes_at__gt=now) | Q(closes_at__isnull=True)
    before, after = ["ANNOUNCED", "EVALUATING"], ["ANNOUNCED", "EVALUATING", "AWARDED"]
    later = Q(match_timing="AFTER_SELECTION", status__in=after) | Q(match_timing="BEFORE_SELECTION", status__in=before)
    return choosable_rounds().filter(ahead | later | Q(pk=besides))


def linkage_targets() -> list[tuple[str, str]]:
    """(key, name) of the institutions whose data is linked with others: the designated agencies. One query."""
    rows = Institution.objects.active().linkage_agencies().order_by("name_ko")
    return [(row.key, pick(row, "name")) for row in rows]


def latest_run(need: Need) -> MatchRun | None:
    return need.match_runs.order_by("-pk").first()


def confirmed_matches(need: Need) -> QuerySet[Match]:
    return need.matches.confirmed().select_related("quote__request", "institution").order_by("pk")
