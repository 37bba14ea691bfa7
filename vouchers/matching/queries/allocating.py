"""What an allocation depends on, and what of a computed one holds now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case as Case_
from django.db.models import QuerySet, When

from portal.kit import clock
from portal.kit.errors import Refused
from providers.catalogue import queries as catalogue
from providers.institutions.queries import match_facts
from providers.offers import queries as offers
from vouchers.matching import rules
from vouchers.matching.models import Allocation, Need, QuoteRequest
from vouchers.matching.queries.needs import engine_policy, of_demo, rounds_for_new_needs
from vouchers.matching.rules import replaying, stages
from vouchers.matching.rules.allocations import Pair, Parted, Standing, check_proposed, check_round, parted
from vouchers.matching.rules.score import components
from vouchers.rounds.models import Round
from vouchers.rounds.rules import AllocatingPolicy

WAITING = (stages.NeedStatus.POSTED, stages.NeedStatus.NO_MATCH)  # a matched need lacks nothing


@dataclass(frozen=True)
class Case:
    """needs: ref → parsed need; chosen: ref → candidate of the newest quote that the company has, else of its newest request, among those that still stand.
    seen: need or candidate → how it was when it was read; policy_number: version of the policy that decides."""

    needs: dict[str, rules.Need]
    candidates: list[rules.Candidate]
    policy: rules.Policy
    chosen: dict[str, str]
    seen: dict[str, Any]
    policy_number: int | None


def allocatable_rounds() -> QuerySet[Round]:
    """Calls in which a match can still count, the one that closes last first."""
    return rounds_for_new_needs(clock.now())


def waiting_needs(round_: Round) -> QuerySet[Need]:
    """Posted needs of the call whose company has accepted no quote, or none whose match still stands: others may be quoted for
    them at the moment, and are proposed all the same."""
    agreed = QuoteRequest.objects.filter(status=stages.QuoteStatus.ACCEPTED).values("need")
    return Need.objects.filter(round=round_, status__in=WAITING).exclude(pk__in=agreed)


def terms_of(round_: Round) -> AllocatingPolicy:
    """What the call's policy says about proposals; a call without one has what any new call would have."""
    version = round_.policy_version()
    return version.parsed().allocating if version is not None else AllocatingPolicy()


def open_allocation(round_: Round) -> Allocation | None:
    return Allocation.objects.filter(round=round_, status__in=["ORDERED", "COMPUTED"]).only("pk").first()


def case_of(round_: Round) -> Case:
    """The number of queries does not depend on needs or offers. A need that no longer reads as one is left out."""
    code_lists = catalogue.code_lists()
    known = {entry["key"]: [item["code"] for item in entry["items"]] for entry in code_lists}
    needs, seen = {}, dict[str, Any]()
    for ref, document in waiting_needs(round_).order_by("ref").values_list("ref", "document"):
        try:
            needs[ref] = rules.parse_need(document, known)
        except Refused:
            continue
        seen[ref] = replaying.sha256(document)
    candidates = []
    for facts in offers.match_facts(demo=of_demo(round_)):
        one = rules.candidate(*facts)
        candidates.append(one)
        seen[one.id] = standing_of(one, facts).kept()
    requests = QuoteRequest.objects.filter(need__round=round_, status__in=[*stages.LIVE], dataset__isnull=False)
    chosen: dict[str, str] = {}
    quoted = Case_(When(status=stages.QuoteStatus.QUOTED, then=0), default=1)
    for ref, key, offer in requests.order_by(quoted, "-pk").values_list("need__ref", "dataset__key", "offer__ref"):
        chosen.setdefault(ref, f"{key}:{offer or ''}")
    chosen = {ref: name for ref, name in chosen.items() if ref in needs}
    return Case(needs, candidates, engine_policy(round_, code_lists), chosen, seen, policy_number(round_))


def policy_number(round_: Round) -> int | None:
    version = round_.policy_version()
    return version.number if version else None


def standing_of(one: rules.Candidate, facts: offers.Facts) -> Standing:
    """A candidate as it stands, of the facts that it was made of."""
    dataset, institution, offer = facts
    told = {name: value for name, value in (offer or {}).items() if name not in ("floor_won", "open_capacity")}
    return Standing(
        mark=replaying.sha256([dataset, institution, told]),
        floor_won=one.offer.floor_won if one.offer else None,
        room=one.offer.open_capacity if one.offer else None,
        available=one.status == "AVAILABLE",
        active=one.holder.active,
    )


def scored(case: Case) -> dict[str, tuple[str, int | None]]:
    """What companies chose, with its score; None where a filter stands against it or it is offered no longer."""
    by_id = {one.id: one for one in case.candidates}
    found: dict[str, tuple[str, int | None]] = {}
    for ref, name in case.chosen.items():
        one, need = by_id.get(name), case.needs[ref]
        fits = one is not None and rules.judge(need, one, case.policy).passed
        found[ref] = (name, sum(components(need, one, case.policy).values()) if one is not None and fits else None)
    return found


def reasons_of(case: Case, pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, list[str]]]:
    """`need candidate` → why it fits, in both languages."""
    from vouchers.matching.rules.reasons import reasons

    by_id = {one.id: one for one in case.candidates}
    found = {}
    for need, name in pairs:
        said = reasons(case.needs[need], by_id[name], case.policy)
        found[f"{need} {name}"] = {"ko": [ko for ko, _en in said], "en": [en for _ko, en in said]}
    return found


def holding(row: Allocation) -> Parted:
    """What of a computed one holds now, and what is left out and why. The number of queries does not depend on the pairs."""
    pairs: list[Pair] = [(need, name, score, cost) for need, name, score, cost in row.outputs.get("pairs", ())]
    needs = waiting_needs(row.round).filter(ref__in={need for need, *_rest in pairs})
    marks = {ref: replaying.sha256(document) for ref, document in needs.values_list("ref", "document")}
    keys = {name.partition(":")[0] for _need, name, *_rest in pairs}
    demo = of_demo(row.round)
    now = standings(offers.marks(catalogue.for_needs(demo=demo).filter(key__in=keys), demo=demo))
    return parted(pairs, row.outputs.get("seen", {}), marks, now)


MOST_STANDINGS = 60_000  # a process; about 0.5 kB each
_standings: dict[offers.Marked, tuple[str, Standing]] = {}  # what a mark names never changes


def standings(marked: Sequence[offers.Marked]) -> dict[str, Standing]:
    """Candidate → how it stands, of datasets with their offers as they were marked. What a process has seen it does not read again:
    four queries for what is new to it. What went since it was marked is left out."""
    global _standings
    if len(_standings) > MOST_STANDINGS:
        _standings = {}
    known = _standings  # another thread may begin anew meanwhile
    if unknown := [row for row in marked if row not in known]:
        datasets, institutions = catalogue.dataset_facts([*{row[0] for row in unknown}]), match_facts()
        priced = offers.facts_of([row[4] for row in unknown if row[4] is not None])
        for row in unknown:
            offer = priced.get(row[4]) if row[4] is not None else None
            if row[0] not in datasets or (row[4] is not None and offer is None):
                continue
            facts = datasets[row[0]][1], institutions[row[2]], offer
            one = rules.candidate(*facts)
            known[row] = one.id, standing_of(one, facts)
    return dict(known[row] for row in marked if row in known)


def hindrance(row: Allocation, found: Parted | None = None) -> str:
    """Why nothing of a computed one can be published now; "": something can. The action asks the same. found: of `holding`, where the caller knows."""
    try:
        check_open(row)
        check_proposed(found or holding(row), row.budget_won)
    except Refused as error:
        return str(error)
    return ""


def check_open(row: Allocation) -> None:
    """Raises Refused where nothing of it may be published, whatever stands in it."""
    check_round(allocatable_rounds().filter(pk=row.round_id).exists())
