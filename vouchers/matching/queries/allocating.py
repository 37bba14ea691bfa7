"""What an allocation depends on now, and a computed one as its readers see it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from portal.kit import clock
from portal.kit.errors import Refused
from portal.kit.words import pick
from providers.catalogue import queries as catalogue
from providers.catalogue.models import Dataset
from vouchers.matching import rules
from vouchers.matching.models import Allocation, Need, QuoteRequest
from vouchers.matching.queries.needs import candidates_for, engine_policy, rounds_for_new_needs
from vouchers.matching.rules import stages
from vouchers.matching.rules.score import components
from vouchers.rounds.models import Round
from vouchers.rounds.rules import AllocatingPolicy

WAITING = (stages.NeedStatus.POSTED, stages.NeedStatus.NO_MATCH)  # a matched need lacks nothing


@dataclass(frozen=True)
class Case:
    """needs: ref → parsed need; chosen: ref → candidate that the company asked first for a quote, among those that still stand."""

    needs: dict[str, rules.Need]
    candidates: list[rules.Candidate]
    policy: rules.Policy
    chosen: dict[str, str]


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
    needs = {}
    for ref, document in waiting_needs(round_).order_by("ref").values_list("ref", "document"):
        try:
            needs[ref] = rules.parse_need(document, known)
        except Refused:
            continue
    requests = QuoteRequest.objects.filter(need__round=round_, status__in=[*stages.LIVE], dataset__isnull=False)
    chosen: dict[str, str] = {}
    for ref, key, offer in requests.order_by("pk").values_list("need__ref", "dataset__key", "offer__ref"):
        chosen.setdefault(ref, f"{key}:{offer or ''}")
    return Case(needs, candidates_for(round_), engine_policy(round_, code_lists), {k: v for k, v in chosen.items() if k in needs})


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


# ── A computed one ───────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Line:
    """One need: what the company chose, what is proposed, and what the need's own ranking has first. Scores of 10,000."""

    need: Need
    chosen: str
    chosen_score: int | None
    proposed: list[tuple[str, int]]
    first: str
    first_score: int | None
    place: int  # points that one more place of the first would bring

    @property
    def gain(self) -> int | None:
        """Points of the proposal more than of the company's own choice; None where there is nothing to compare."""
        if not self.chosen:
            return None
        return (self.proposed[0][1] if self.proposed else 0) - (self.chosen_score or 0)

    @property
    def gain_words(self) -> str:
        return "—" if self.gain is None else f"{self.gain:+,}" if self.gain else "0"

    @property
    def passed_over(self) -> bool:
        """The need's own best is not among what is proposed."""
        return bool(self.first) and self.first not in [title for title, _score in self.proposed]


@dataclass(frozen=True)
class Totals:
    needs: int
    served: int
    chosen: int
    gain: int
    lose: int
    same: int
    price_won: int
    unpriced: int
    worth: int
    bound: int
    greedy: int

    @property
    def gap(self) -> float:
        """Percent of the bound that may be missing."""
        return 100 * (self.bound - self.worth) / self.bound if self.bound else 0.0

    @property
    def greedy_loses(self) -> float:
        return 100 * (self.worth - self.greedy) / self.worth if self.worth else 0.0


def lines(allocation: Allocation) -> tuple[list[Line], Totals]:
    """Losers first, then gainers, then the rest. Three queries."""
    found = allocation.outputs
    pairs: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for need, name, score, _cost in found["pairs"]:
        pairs[need].append((name, score))
    refs = set(found["needs"])
    rows = {row.ref: row for row in Need.objects.filter(ref__in=refs).select_related("company")}
    names = {name for said in pairs.values() for name, _score in said}
    names |= {name for name, _score in [*found["chosen"].values(), *found["first"].values()]}
    titles = dataset_titles({name.partition(":")[0] for name in names})
    made = []
    for ref in sorted(refs & set(rows)):
        chosen, chosen_score = found["chosen"].get(ref, ("", None))
        first, first_score = found["first"].get(ref, ("", None))
        told = [(_title(titles, name), score) for name, score in sorted(pairs[ref], key=lambda pair: -pair[1])]
        made.append(
            Line(
                rows[ref], _title(titles, chosen), chosen_score, told, _title(titles, first), first_score,
                found["place"].get(first, 0),
            )
        )  # fmt: skip
    gains = [line.gain for line in made if line.gain is not None]
    costs = [cost for _need, _name, _score, cost in found["pairs"]]
    totals = Totals(
        len(made), sum(bool(line.proposed) for line in made), len(gains), sum(g > 0 for g in gains), sum(g < 0 for g in gains),
        gains.count(0), sum(cost or 0 for cost in costs), costs.count(None), found["worth"], found["bound"], found["greedy"],
    )  # fmt: skip
    made.sort(key=lambda line: (line.gain is None, line.gain if line.gain is None or line.gain < 0 else 1, line.need.ref))
    return made, totals


def dataset_titles(keys: Iterable[str]) -> dict[str, str]:
    return {row.key: pick(row, "title") for row in Dataset.objects.filter(key__in=set(keys)).only("key", "title_ko", "title_en")}


def _title(titles: dict[str, str], name: str) -> str:
    key = name.partition(":")[0]
    return titles.get(key, key)
