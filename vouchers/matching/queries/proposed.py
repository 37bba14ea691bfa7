"""Proposed offers as the company of the need and the institution of the data read them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from portal.kit.words import korean
from providers.catalogue import queries as catalogue
from vouchers.matching.models import Need, OfferProposal, QuoteRequest
from vouchers.matching.queries.allocated import dataset_titles
from vouchers.matching.rules import stages


@dataclass(frozen=True)
class Proposed:
    """A proposal as the company reads it. asked: its request for the same, if there is one."""

    proposal: OfferProposal
    why: str
    reasons: list[str]
    asked: QuoteRequest | None


def proposed_for(need: Need, requests: Iterable[QuoteRequest]) -> list[Proposed]:
    """What stands for a need, with why it is this one. requests: the need's own. One query, two when there is something."""
    rows = need.offer_proposals.open().select_related("institution", "dataset", "offer").order_by("pk")
    asked = {(one.dataset_id, one.offer_id): one for one in requests if one.status in {*stages.LIVE, stages.QuoteStatus.ACCEPTED}}
    found = list(rows)
    titles = dataset_titles(row.words["first"].partition(":")[0] for row in found)
    return [
        Proposed(
            row, _why(row, titles), row.words.get("ko" if korean() else "en", []),
            asked.get((row.dataset_id, row.offer_id)),
        )
        for row in found
    ]  # fmt: skip


def _why(row: OfferProposal, titles: dict[str, str]) -> str:
    """Whether it is what the need's own ranking has first, or what is best for it where that is scarce."""
    first = row.words["first"]
    if first == row.value:
        return gettext("It is also the first of your own ranking, of what the voucher can pay.")
    words = gettext("First of your ranking would be “%(title)s”; for all needs together this one is the better choice.")
    if row.words["place"]:
        words = gettext("First of your ranking would be “%(title)s”, whose few places bring more to other needs.")
    key = first.partition(":")[0]
    return words % {"title": titles.get(key, key)}


@dataclass(frozen=True)
class Offered:
    """A proposal as the institution reads it: what is needed, not by whom."""

    proposal: OfferProposal
    asked: str


def proposals_to(user: Any) -> QuerySet[OfferProposal]:
    """What stands for the data of the institutions for which the person acts, newest first."""
    rows = OfferProposal.objects.open().read_by(user)
    return rows.select_related("need", "dataset", "offer").order_by("-pk")


def without_company(rows: Sequence[OfferProposal]) -> list[Offered]:
    """One query."""
    words = catalogue.words("modality").get("modality", {}) if rows else {}
    return [Offered(row, _asked(row.need.document, words)) for row in rows]


def _asked(document: dict[str, Any], words: dict[str, str]) -> str:
    kinds = ", ".join(words.get(code, code) for code in document.get("modality") or ())
    codes = ", ".join((document.get("disease_codes") or {}).get("include") or ())
    least = document.get("patients_minimum")
    patients = gettext("at least %(n)s patients") % {"n": f"{least:,}"} if least else ""
    return " · ".join(part for part in (kinds, codes, patients) if part)


def lapsing(now: datetime) -> list[int]:
    return list(OfferProposal.objects.open().filter(lapses_at__lte=now).order_by("pk").values_list("pk", flat=True))
