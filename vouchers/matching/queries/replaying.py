"""Stored rankings: made again from what they were made from, and asked why a dataset is not in them (ADR 16)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.words import korean
from providers.catalogue import queries as catalogue
from providers.catalogue.models import Dataset, DatasetVersion
from providers.offers import queries as offers
from vouchers.matching import rules
from vouchers.matching.models import MatchFacts, MatchRun, Need
from vouchers.matching.queries.needs import engine_policy, of_demo
from vouchers.matching.queries.words import document_facts
from vouchers.matching.rules import replaying
from vouchers.rounds.models import Round


class Replayed(Codes):
    """What a ranking made again says."""

    SAME = "SAME", _("The same inputs give the same ranking, byte by byte.")
    OTHER = (
        "OTHER",
        _("The same inputs give another ranking now, although the engine says that it has not changed. Tell the operator."),
    )
    ENGINE = "ENGINE", _("The engine has changed since, so it is not made again: what you see is what was stored then.")
    NOT_KEPT = "NOT_KEPT", _("This ranking is older than the record of its inputs: what you see is what was stored then.")


def replay(run: MatchRun) -> Replayed:
    """Makes a stored ranking again from its stored inputs. Two queries."""
    if not run.facts:
        return Replayed.NOT_KEPT
    if run.engine_version != rules.ENGINE_VERSION:
        return Replayed.ENGINE
    found = inputs(run).answer().document()
    return Replayed.SAME if replaying.sha256(found) == run.sha256 else Replayed.OTHER


def inputs(run: MatchRun) -> replaying.Inputs:
    """Need, candidates and policy as they were: datasets from their versions, all else from the stored facts."""
    kept = MatchFacts.objects.in_bulk(run.facts)
    code_lists, holders, market, narrowing = replaying.parts_of([kept[pk].body for pk in run.facts])
    near = [entry for part in market for entry in part] if narrowing is None else replaying.within(market, narrowing)
    beyond = None if narrowing is None else replaying.Beyond(sum(map(len, market)) - len(near), narrowing["told"])
    policy = replaying.policy_of(run.policy, code_lists, holders)
    return replaying.Inputs(_need(run, code_lists), _candidates(near, holders), policy, beyond)


def _need(run: MatchRun, code_lists: Sequence[dict[str, Any]]) -> rules.Need:
    return rules.parse_need(run.document, {e["key"]: [i["code"] for i in e["items"]] for e in code_lists})


def _candidates(entries: Sequence[Sequence[Any]], holders: dict[str, Any]) -> list[rules.Candidate]:
    versions = {
        (key, number): content
        for key, number, content in DatasetVersion.objects.filter(dataset__key__in=[entry[0] for entry in entries]).values_list(
            "dataset__key", "number", "content"
        )
    }
    found: list[rules.Candidate] = []
    for key, number, holder, own, *above in entries:  # rankings before 1.4 did not keep what a dataset is part of
        facts = Dataset(**{name: value for name, value in versions[key, number].items() if name in _COLUMNS}, key=key).facts()
        facts["part_of"] = above[0] if above else None
        found += [rules.candidate(facts, holders[holder], offer) for offer in own or (None,)]
    return found


_COLUMNS = frozenset(Dataset.MATCHED) - {"key"}


# ── Why not this one? ────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Reason:
    """A filter that excludes: what it is called, the fact that stands against the need, and what would have to change."""

    word: str
    fact: str
    change: Any


@dataclass(frozen=True)
class WhyNot:
    """rank: where it stands, when it fits and is shown; fits: it fits but is not shown; reasons: the first one excluded it.

    then: judged by what the ranking was made from; otherwise (not_there, or inputs not kept) by what is published now. engine: the
    version that made the ranking, where it is not today's; stored: the answer is what that engine wrote down, not today's judgement.
    """

    dataset: Dataset
    rank: int | None
    fits: bool
    reasons: list[Reason]
    then: bool
    not_there: bool
    engine: str = ""
    stored: bool = False


def why_not(run: MatchRun, dataset: Dataset, round_: Round | None) -> WhyNot:
    """Why a dataset is not among the results of a ranking: of an older engine's what it wrote down, as far as it did. At most a dozen
    queries, whatever the catalogue's size."""
    rank = next((entry["rank"] for entry in run.result["results"] if entry["dataset"] == dataset.key), None)
    engine = run.engine_version if run.engine_version != rules.ENGINE_VERSION else ""
    written = next((entry for entry in run.result["excluded"] if entry["dataset"] == dataset.key), None)
    if engine and (rank is not None or written is not None):
        return WhyNot(dataset, rank, rank is not None, _written(written), True, False, engine, stored=True)
    there = _then(run, dataset.key)
    if there is None:
        need, found, policy = _now(run, dataset, round_)
    else:
        need, found, policy = there
    verdict = replaying.judged(need, found, policy) if found else replaying.Judged(False, ())
    place = 0 if korean() else 1
    reasons = [
        Reason(rules.engine.UNMET_WORDS[one.filter][place], (one.ko, one.en)[place], CHANGES[one.filter])
        for one in verdict.failures
    ]
    return WhyNot(dataset, rank, verdict.fits, reasons, there is not None, bool(run.facts) and there is None, engine)


def _written(entry: dict[str, Any] | None) -> list[Reason]:
    """What a ranking says of a dataset that it left out: the fact of the first filter, the others by their names."""
    if entry is None:
        return []
    place, said = (0, entry["reason_ko"]) if korean() else (1, entry["reason_en"])
    words = rules.engine.UNMET_WORDS
    others = [Reason(words[code][place], "", CHANGES[code]) for code in entry.get("also", ())]
    return [Reason(words[entry["filter"]][place], said, CHANGES[entry["filter"]]), *others]


def _then(run: MatchRun, key: str) -> tuple[rules.Need, list[rules.Candidate], rules.Policy] | None:
    """The dataset as it was; None when it was not in the market, or when that was not kept."""
    if not run.facts:
        return None
    joined = set(run.document.get("linkage") or ())
    wanted = run.facts[: 2 + replaying.BUCKETS] if joined else [run.facts[0], run.facts[1], run.facts[2 + replaying.bucket(key)]]
    kept = MatchFacts.objects.in_bulk(wanted)
    code_lists, holders, *parts = (kept[pk].body for pk in wanted)
    entries = [entry for part in parts for entry in part if entry[0] == key or {entry[0], entry[2]} & joined]
    found = _candidates(entries, holders)
    own = [one for one in found if one.key == key]
    need, policy = _need(run, code_lists), replaying.policy_of(run.policy, code_lists, holders)
    return (need, own, rules.with_partners(need, found, policy)) if own else None


def _now(run: MatchRun, dataset: Dataset, round_: Round | None) -> tuple[rules.Need, list[rules.Candidate], rules.Policy]:
    code_lists = catalogue.code_lists()
    need = rules.parse_need(run.document or run.need.document)
    holder = dataset.institution.facts()
    own = offers.offer_facts(demo=of_demo(round_), of=Dataset.objects.filter(pk=dataset.pk)).get(dataset.pk, [])
    found = [rules.candidate(dataset.facts(), holder, offer) for offer in own or (None,)]
    return need, found, engine_policy(round_, code_lists)


def run_facts(run: MatchRun) -> list[tuple[str, list[tuple[str, str]], str]]:
    """The description as it was ranked, in words; nothing for rankings of before."""
    return document_facts(run.document, run.need.round) if run.document else []


def rankings_of(need: Need) -> list[MatchRun]:
    """The need's rankings, the newest first, without their content. One query."""
    return list(
        need.match_runs.only("ref", "created_at", "engine_version", "need_version", "need_id").order_by("-pk")[:MOST_RANKINGS]
    )


MOST_RANKINGS = 20
CHANGES = {
    "STATUS": _("It must be open for applications again."),
    "SUPPLIER": _("Its holder must become a supplier of the call."),
    "PURPOSE": _("The holder must allow your purpose; or you need the data for a purpose that it allows."),
    "DATA_KIND": _("You would have to accept data that is not of real patients."),
    "MODALITY": _("You would have to ask for a kind of data that is inside."),
    "DISEASE": _("You would have to accept the diseases that are inside, or leave the disease open."),
    "BODY_PART": _("You would have to accept this body part, or leave it open."),
    "COHORT": _("You would have to accept the patients that are inside."),
    "AGE": _("You would have to accept these ages."),
    "VARIABLE": _("You would have to do without this variable, or have it joined from elsewhere."),
    "FOLLOW_UP": _("A shorter follow-up would have to be enough."),
    "PERIOD": _("You would have to accept these years."),
    "PATIENTS": _("Fewer patients would have to be enough."),
    "ACCESS_MODE": _("You would have to accept this way of use."),
    "EXPORT": _("You would have to do without taking this out."),
    "LINKAGE": _("You would have to do without the linkage."),
    "SITES": _("Data of fewer institutions would have to be enough, or you ask several."),
    "BUDGET": _("Your budget would have to reach the price floor."),
    "LEAD_TIME": _("Your project would have to be longer, or the delivery quicker."),
}
