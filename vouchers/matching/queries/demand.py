"""Unmet demand, without a company: what providers and the ministry see."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery

from portal.kit import clock
from providers.catalogue import queries as catalogue
from providers.catalogue.rules import disease
from vouchers.matching.models import MatchRun, Need
from vouchers.matching.rules import demand as rules
from vouchers.matching.rules.engine import UNMET_WORDS
from vouchers.rounds.models import PolicyVersion
from vouchers.rounds.rules import DEMAND_THRESHOLD


def unmet_demand(now: datetime, *, demo: bool) -> rules.Demand:
    """What nothing fits now, of needs posted before this week, so that the page does not tell the day of a single posting.

    demo: of demonstration companies, which real providers never see, or of real ones. The threshold is the strictest of the
    rounds concerned. Two queries.
    """
    newest = MatchRun.objects.filter(need=OuterRef("pk")).order_by("-pk")
    rows = list(
        Need.objects.filter(status="NO_MATCH", posted_at__lt=week_begins(now), company__organisation__is_demo=demo)
        .annotate(unmet=Subquery(newest.values("result__unmet")[:1]))
        .values_list("company_id", "round_id", "document", "unmet")
    )
    least = _least({round_id for _company, round_id, _document, _unmet in rows})
    return rules.demand((_read(company, document, unmet) for company, _round, document, unmet in rows), least)


def week_begins(now: datetime) -> datetime:
    """Monday, 0:00 in Korea."""
    today = clock.to_kst(now).date()
    return clock.start_of_day(today - timedelta(days=today.weekday()))


def _least(round_ids: set[int | None]) -> int:
    """The strictest threshold; a need for no call counts by the programme's usual one."""
    newest = (
        PolicyVersion.objects.filter(round_id__in=[one for one in round_ids if one is not None])
        .order_by("round_id", "-number")
        .distinct("round_id")
    )
    found = [version.parsed().demand_threshold for version in newest]
    return max([*found, *([DEMAND_THRESHOLD] if None in round_ids or not found else [])])


def _read(company: int, document: dict[str, Any], unmet: list[dict[str, Any]] | None) -> rules.UnmetNeed:
    codes = (document.get("disease_codes") or {}).get("include") or ()
    return rules.UnmetNeed(
        company=company,
        modality=tuple(document.get("modality") or ()),
        chapters=disease.chapters(codes),
        obstacles=tuple(item["filter"] for item in unmet or () if item["filter"] in UNMET_WORDS),
    )


def demand_words(found: rules.Demand, *, korean: bool) -> dict[str, list[tuple[str, int, str]]]:
    """(word, companies at least, what stood in the way) of each view, in the reader's language."""
    words = catalogue.words("modality", "kcd_9_chapter")
    place = 0 if korean else 1

    def told(groups: tuple[rules.Group, ...], listed: str) -> list[tuple[str, int, str]]:
        labels = words.get(listed, {})
        return [
            (labels.get(one.code, one.code), one.companies, " · ".join(UNMET_WORDS[code][place] for code in one.obstacles))
            for one in groups
        ]

    return {
        "modality": told(found.modality, "modality"),
        "chapters": told(found.chapters, "kcd_9_chapter"),
        "obstacles": [(UNMET_WORDS[one.code][place], one.companies, "") for one in found.obstacles],
    }
