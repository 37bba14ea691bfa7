"""Cases of assisted sourcing, for the operator and for the company."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.http import QueryDict

from portal.kit.words import pick
from providers.catalogue import queries as catalogue
from providers.catalogue.models import Dataset
from providers.institutions import queries as institutions
from providers.institutions.models import Institution
from vouchers.matching.models import Need, SourcingCase, SourcingNote, SourcingProposal
from vouchers.matching.queries.needs import of_demo
from vouchers.matching.rules import sourcing as rules
from vouchers.rounds.models import Round

CASE_BOXES: dict[str, tuple[str, ...]] = {
    "open": ("OPEN",),
    "progress": ("IN_PROGRESS",),
    "ended": ("FOUND", "NOT_FOUND", "ENDED"),
}
MOST_FOUND = 10


def cases_for(user: Any) -> QuerySet[SourcingCase]:
    """What this person may see, with all that the page shows."""
    return SourcingCase.objects.visible_to(user).select_related("need__company", "need__round", "handler")


def cases_in(user: Any, box: str) -> QuerySet[SourcingCase]:
    """The operator's list, the most urgent first."""
    order = "-closed_at" if box == "ended" else F("due_at").asc()
    rows = cases_for(user).filter(status__in=CASE_BOXES[box])
    return rows.annotate(proposed=Count("proposals")).order_by(order, "pk")


def cases_in_boxes(user: Any) -> dict[str, int]:
    """How many lie in each box. One query."""
    rows = SourcingCase.objects.visible_to(user)
    return rows.aggregate(**{name: Count("pk", filter=Q(status__in=codes)) for name, codes in CASE_BOXES.items()})


def case_of(need: Need) -> SourcingCase | None:
    """The need's newest case; waiting: how many proposals in it the company has not answered. One query."""
    unanswered = Count("proposals", filter=Q(proposals__status="PROPOSED"))
    return need.sourcing_cases.annotate(waiting=unanswered).order_by("-pk").first()


def proposals_of(case: SourcingCase) -> list[SourcingProposal]:
    return list(case.proposals.select_related("institution__organisation", "dataset", "proposed_by").order_by("pk"))


def notes_of(case: SourcingCase) -> list[SourcingNote]:
    """For the operator and those who see every case; whoever shows them asks first."""
    return list(case.notes.select_related("written_by").order_by("-pk"))


@dataclass(frozen=True)
class Found:
    """What the words of somebody who looks for data may mean. value: `d:<key>` a dataset, `i:<key>` an institution."""

    value: str
    title: str
    institution: str


def meant_by(text: str, round_: Round | None, user: Any) -> list[Found]:
    """Published datasets and active institutions that these words name, a key or an address of the catalogue among them."""
    text = text.replace("\x00", "").strip()
    if not text:
        return []
    key = text.rstrip("/").rsplit("/", 1)[-1]
    shown = Dataset.objects.published().select_related("institution")
    shown = shown if of_demo(round_) else shown.filter(institution__is_demo=False)
    named = list(shown.filter(key=key)[:1])
    if not named:
        asked = QueryDict(mutable=True)
        asked["q"] = text[:200]
        wished = catalogue.wish(asked)
        ids = list(catalogue.in_order(catalogue.found(wished), wished).values_list("pk", flat=True)[: MOST_FOUND * 3])
        rank = {pk: n for n, pk in enumerate(ids)}
        named = sorted(shown.filter(pk__in=ids), key=lambda row: rank[row.pk])[:MOST_FOUND]
    holders = institutions.listed(user, text=text[:200]).filter(status="ACTIVE")
    holders = holders if of_demo(round_) else holders.filter(is_demo=False)
    datasets = [Found(f"d:{row.key}", pick(row, "title"), pick(row.institution, "name")) for row in named]
    return [*datasets, *(Found(f"i:{row.key}", pick(row, "name"), "") for row in holders[: MOST_FOUND // 2])]


def chosen(value: str) -> tuple[int, int | None] | None:
    """(institution id, dataset id or None) of a Found's value; None for what is none."""
    kind, _colon, key = value.replace("\x00", "").partition(":")
    if kind == "d":
        dataset = Dataset.objects.published().filter(key=key).only("pk", "institution_id").first()
        return (dataset.institution_id, dataset.pk) if dataset else None
    holder = Institution.objects.active().filter(key=key).only("pk").first() if kind == "i" else None
    return (holder.pk, None) if holder else None


def may_ask_sourcing(need: Need, case: SourcingCase | None) -> bool:
    return need.status in ("POSTED", "NO_MATCH") and (case is None or case.status not in rules.OPEN)
