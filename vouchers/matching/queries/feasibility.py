"""Counts asked for, as the company and the institution see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vouchers.matching.models import FeasibilityQuery, Need
from vouchers.matching.queries.words import document_facts
from vouchers.matching.rules import feasibility as rules
from vouchers.rounds.models import Round
from vouchers.rounds.rules import FEASIBILITY_BANDS, FEASIBILITY_THRESHOLD, TARGET_STEPS

CANNOT_COUNT = _("This institution does not answer questions in the portal yet. Ask through its own page.")
BOXES = {"waiting": ("ASKED",), "answered": ("ANSWERED", "REFUSED"), "ended": ("WITHDRAWN", "EXPIRED")}
_PARTS = ("need__company", "need__round", "institution", "dataset", "answered_by")


@dataclass(frozen=True)
class FeasibilityTerms:
    """threshold: the smallest count that is told; steps: where the further bands begin."""

    threshold: int
    steps: tuple[int, ...]


def feasibility_terms(round_: Round | None) -> FeasibilityTerms:
    """Of the round's policy, else the programme's usual ones."""
    found = round_.policy_version() if round_ is not None else None
    if found is None:
        return FeasibilityTerms(FEASIBILITY_THRESHOLD, FEASIBILITY_BANDS)
    policy = found.parsed()
    return FeasibilityTerms(policy.feasibility_threshold, tuple(policy.feasibility_bands))


def counts_for(user: Any) -> QuerySet[FeasibilityQuery]:
    """What this person may see: their company's and their institution's; every one for ministry, operator and auditor."""
    return FeasibilityQuery.objects.visible_to(user).select_related(*_PARTS)


def counts_of(need: Need) -> list[FeasibilityQuery]:
    """The need's questions, the newest first. One query."""
    return list(need.feasibility_queries.select_related("institution", "dataset").order_by("-pk"))


def counts_inbox(user: Any, box: str) -> QuerySet[FeasibilityQuery]:
    """Questions to the institutions for which the person answers, the most urgent first."""
    rows = FeasibilityQuery.objects.answered_by(user)
    order = F("due_at").asc() if box == "waiting" else "-pk"
    return rows.filter(status__in=BOXES[box]).select_related("need__company", "dataset").order_by(order, "pk")


def counts_in_boxes(user: Any) -> dict[str, int]:
    """How many lie in each box. One query."""
    rows = FeasibilityQuery.objects.answered_by(user)
    return rows.aggregate(**{name: Count("pk", filter=Q(status__in=codes)) for name, codes in BOXES.items()})


def unanswered_counts(now: datetime) -> list[int]:
    """Ids of questions whose day is over."""
    return list(FeasibilityQuery.objects.filter(status="ASKED", due_at__lt=now).order_by("pk").values_list("pk", flat=True))


def count_facts(query: FeasibilityQuery) -> list[tuple[str, list[tuple[str, str]], str]]:
    """The conditions in words, section by section, without what was not said."""
    return [(title, rows, "") for title, rows, _unsaid in document_facts(query.criteria, None) if rows]


def answer_words(query: FeasibilityQuery) -> str:
    """`30 to 99 patients`, or "" while there is no answer."""
    return gettext("%(band)s patients") % {"band": rules.band_words(query.band)} if query.band else ""


def band_choices(query: FeasibilityQuery) -> list[tuple[str, str]]:
    return [(band.value, rules.band_words(band)) for band in rules.bands(query.bounds)]


def asking_facts(need: Need) -> dict[str, Any]:
    """What the page that asks shows: the conditions that go along, the working days for an answer, the smallest count told."""
    sections = [(title, rows, "") for title, rows, _unsaid in document_facts(rules.criteria(need.document), None) if rows]
    days = need.round.days("feasibility") if need.round is not None else TARGET_STEPS["feasibility"]
    return {"sections": sections, "days": days, "smallest": feasibility_terms(need.round).threshold}
