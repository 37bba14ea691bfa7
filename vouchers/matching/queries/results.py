"""A ranking as the page shows it, in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from portal.kit.words import korean, pick
from providers.catalogue.models import Dataset
from providers.catalogue.queries import count_words, years_words
from providers.institutions.models import Institution
from providers.offers.models import Offer
from vouchers.matching import rules
from vouchers.matching.models import FeasibilityQuery, MatchRun, Need, QuoteRequest
from vouchers.matching.queries.feasibility import answer_words
from vouchers.matching.queries.joined import Asked, Joined, Market, cannot_ask, joined, market_of, offers_named, value_of
from vouchers.matching.queries.needs import latest_run
from vouchers.matching.rules import stages
from vouchers.matching.rules.asking import NOT_IN_PORTAL
from vouchers.rounds.rules import WEIGHT_TEXTS, WEIGHT_WORDS

COMPONENT_WORDS = WEIGHT_WORDS


TOP_REASONS, TOP_RESULTS = 3, 5  # shown at once; the rest unfolds


@dataclass(frozen=True)
class Component:
    label: Any
    points: int  # hundredths, as the score
    most: int
    text: Any = ""


@dataclass(frozen=True)
class Shown:
    """One result as the page shows it. asked: a live request to the same dataset and offer; cannot: why not to ask."""

    rank: int
    score: int
    dataset: Dataset
    institution: Institution
    offer: Offer | None
    size: str
    years: str
    components: list[Component]
    reasons: list[str]
    warnings: list[str]
    asked: QuoteRequest | None
    cannot: Any
    raises: list[str] = field(default_factory=list)  # what would bring more points, in words
    counted: FeasibilityQuery | None = None  # the newest question about it that is open or answered

    @property
    def counted_words(self) -> str:
        return answer_words(self.counted) if self.counted else ""

    @property
    def first_reasons(self) -> list[str]:
        return self.reasons[:TOP_REASONS]

    @property
    def more_reasons(self) -> list[str]:
        return self.reasons[TOP_REASONS:]

    @property
    def apply_at(self) -> str:
        """Where one applies when the institution does not answer here: the page that the catalogue knows, or ""."""
        page = self.dataset.landing_page
        return page if self.cannot == NOT_IN_PORTAL and page.startswith(("https://", "http://")) else ""

    @property
    def value(self) -> str:
        """The value of the button: dataset key and offer ref."""
        return value_of(self.dataset, self.offer)


@dataclass(frozen=True)
class Left:
    """A filter with the datasets that it excluded and why."""

    code: str
    word: str
    entries: list[tuple[str, str, str]]  # title, address, reason


@dataclass(frozen=True)
class Answer:
    run: MatchRun
    results: list[Shown]
    joined: list[Joined]
    left: list[Left]
    left_total: int
    unmet: list[str]
    linkage_unmet: list[str]
    remarks: list[str]
    scored: int | None = None  # datasets that were compared one by one, where the market was narrowed first

    @property
    def nobody_here(self) -> bool:
        """Something fits, and nobody can be asked for it in the portal."""
        return bool(self.results) and all(one.cannot for one in self.results)

    @property
    def sets_here(self) -> bool:
        return any(bundle.askable for bundle in self.joined)

    @property
    def left_listed(self) -> int:
        return sum(len(group.entries) for group in self.left)

    @property
    def first(self) -> list[Shown]:
        return self.results[:TOP_RESULTS]

    @property
    def rest(self) -> list[Shown]:
        return self.results[TOP_RESULTS:]


def answer(need: Need, counts: Sequence[FeasibilityQuery] = (), run: MatchRun | None = None) -> Answer | None:
    """A ranking, the newest unless one is given, in the reader's language, or None. counts: the need's questions, the newest first. The number of queries does not depend on the results."""
    run = run or latest_run(need)
    if run is None:
        return None
    lang, found = "ko" if korean() else "en", run.result
    keys = {r["dataset"] for r in [*found["results"], *found["excluded"]]} | {
        key for bundle in found["bundles"] for key in bundle["datasets"]
    }
    datasets = {row.key: row for row in Dataset.objects.filter(key__in=keys).select_related("institution__organisation")}
    refs = [*(r["offer"] for r in found["results"] if r["offer"]), *offers_named(found["bundles"])]
    by_ref = {row.ref: row for row in Offer.objects.filter(ref__in=refs).select_related("institution")}
    market = market_of(need, refs)
    requests = need.quote_requests.filter(status__in=[*stages.LIVE, stages.QuoteStatus.ACCEPTED])
    asked = {(row.dataset_id, row.offer_id): row for row in requests}
    most = found.get("weights", rules.WEIGHTS)  # rankings before 1.3 were made with the usual ones
    told = {row.dataset_id: row for row in reversed(counts) if row.status in ("ASKED", "ANSWERED")}
    results = [
        replace(
            _shown(record, datasets[record["dataset"]], by_ref.get(record["offer"] or ""), asked, lang, most, market),
            counted=told.get(datasets[record["dataset"]].pk),
        )
        for record in found["results"]
        if record["dataset"] in datasets
    ]
    return Answer(
        run=run,
        results=results,
        joined=[joined(bundle, datasets, by_ref, asked, lang, market) for bundle in found["bundles"]],
        left=_left(found["excluded"], datasets, lang),
        left_total=found.get("excluded_total", len(found["excluded"])),
        unmet=[item[f"reason_{lang}"] for item in found["unmet"]],
        linkage_unmet=[item[f"reason_{lang}"] for item in found["linkage_unmet"]],
        remarks=[item[f"reason_{lang}"] for item in found.get("remarks", ())],  # rankings before 1.1 have none
        scored=found.get("scored"),
    )


def _shown(
    record: Mapping[str, Any],
    dataset: Dataset,
    offer: Offer | None,
    asked: Asked,
    lang: str,
    most: Mapping[str, int],
    market: Market,
) -> Shown:
    cannot = cannot_ask(dataset, record["offer"], market)
    return Shown(
        rank=record["rank"],
        score=record["score"],
        dataset=dataset,
        institution=dataset.institution,
        offer=offer,
        size=count_words(dataset),
        years=years_words(dataset),
        components=sorted(
            (
                Component(COMPONENT_WORDS.get(name, name), points, most.get(name, points), WEIGHT_TEXTS.get(name, ""))
                for name, points in record["components"].items()
            ),
            key=lambda part: -part.most,
        ),
        reasons=record[f"reasons_{lang}"],
        warnings=[
            sentence
            for code, sentence in zip(record["warnings"], record[f"warnings_{lang}"], strict=True)
            if not (cannot and code == rules.ASK_FOR_QUOTE)
        ],
        asked=asked.get((dataset.pk, offer.pk if offer else None)),
        cannot=cannot,
        raises=[item[f"reason_{lang}"] for item in record.get("raises", ())],  # rankings before 1.7 say none
    )


def _left(excluded: Iterable[Mapping[str, Any]], datasets: Mapping[str, Dataset], lang: str) -> list[Left]:
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for entry in excluded:
        dataset = datasets.get(entry["dataset"])
        title = pick(dataset, "title") if dataset else entry["dataset"]
        groups.setdefault(entry["filter"], []).append((title, f"/catalogue/{entry['dataset']}/", entry[f"reason_{lang}"]))
    words = rules.engine.UNMET_WORDS
    told = [Left(code, words[code][0 if lang == "ko" else 1], entries) for code, entries in groups.items()]
    return sorted(told, key=lambda group: (-len(group.entries), group.code))


def stands_against(need: Need, chosen: Iterable[tuple[Dataset | None, Offer | None]]) -> list[tuple[Dataset, str]]:
    """Of what one is about to ask for: what the need's newest ranking left out, with its reason in the reader's language. One query."""
    run, lang = latest_run(need), "ko" if korean() else "en"
    found = run.result["excluded"] if run else ()
    lacking = [entry for entry in found if entry["filter"] != "SITES" or entry["also"]]  # sites are had together with others
    excluded = {entry["dataset"]: entry[f"reason_{lang}"] for entry in lacking}
    return [(dataset, excluded[dataset.key]) for dataset, _offer in chosen if dataset and dataset.key in excluded]
