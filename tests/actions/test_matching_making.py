"""A ranking that is kept is narrowed in a large market: it says the same as the whole one, and is made again from what was kept."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.management.market import made, poured
from providers.catalogue import actions as catalogue
from providers.catalogue import queries as catalogue_queries
from providers.catalogue.models import Dataset
from providers.institutions import actions as institutions
from providers.offers import queries as offers_queries
from providers.offers.models import Offer
from tests.factories import matching as real
from tests.factories import providers, quotes
from tests.factories.played import played
from vouchers.matching import actions, queries, rules
from vouchers.matching.actions.needs import _kept as kept
from vouchers.matching.models import MatchFacts, MatchRun, Need
from vouchers.matching.queries import Replayed, narrowing
from vouchers.matching.rules import replaying

pytestmark = pytest.mark.django_db
LABELLED = sorted((Path(__file__).resolve().parents[1] / "labelled").glob("**/needs/*.json"))
EXACT = ("engine_version", "weights", "results", "bundles", "linkage_unmet", "remarks", "unmet")


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every market counts as a large one."""
    monkeypatch.setattr(narrowing, "READ_WHOLE", 0)


def made_of(document: dict[str, Any], *, narrowed: bool, monkeypatch: pytest.MonkeyPatch) -> queries.making.Ranking:
    with monkeypatch.context() as how:
        how.setattr(narrowing, "READ_WHOLE", 0 if narrowed else 10**6)
        return queries.ranking(Need(document=document))


def run_from(document: dict[str, Any], ranking: queries.making.Ranking) -> MatchRun:
    """As `post_need` keeps it."""
    return MatchRun(
        engine_version=ranking.document["engine_version"], document=document, policy=ranking.policy, facts=kept(ranking.parts),
        sha256=replaying.sha256(ranking.document), result=replaying.stored(ranking.document, ranking.scored),
    )  # fmt: skip


def same(document: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """Both ways say the same, and the narrowed one is made again byte by byte. (whole, narrowed)"""
    whole, near = (made_of(document, narrowed=how, monkeypatch=monkeypatch) for how in (False, True))
    for name in EXACT:
        assert near.document[name] == whole.document[name], (name, document)
    assert near.parts[: 2 + replaying.BUCKETS] == whole.parts  # the whole market is kept by both, in the same parts
    assert near.policy == whole.policy
    told = {entry["dataset"]: entry for entry in whole.document["excluded"]}
    assert all(told[entry["dataset"]] == entry for entry in near.document["excluded"])
    results = replaying.stored(whole.document), replaying.stored(near.document, near.scored)
    assert results[0]["excluded_total"] == results[1]["excluded_total"] == len(told)
    if near.document["results"]:
        assert near.scored is not None
        assert len(near.parts) == len(whole.parts) + 1
    else:
        assert near.document == whole.document and near.scored is None and len(near.parts) == len(whole.parts)
    assert queries.replay(run_from(document, near)) == Replayed.SAME
    return whole, near


def test_the_real_datasets_for_the_labelled_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    providers.reference()
    everything, fewer = Dataset.objects.published().count(), 0
    for path in LABELLED:
        _whole, near = same(json.loads(path.read_text()), monkeypatch)
        fewer += near.scored is not None and near.scored < everything
    assert fewer >= 20 and everything >= 174


def test_made_up_offers_for_made_up_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    providers.reference()
    poured.pour(250)
    found = [same(document, monkeypatch)[1] for document in made.documents(30, seed=11)]
    assert sum(one.scored is not None for one in found) > 20
    assert len({replaying.sha256(one.document) for one in found}) > 25


@pytest.fixture
def market() -> quotes.Firm:
    return crowded()


@played
def crowded() -> quotes.Firm:
    """The whole real catalogue, and a hospital's offers of each kind of trouble."""
    providers.code_lists()
    for record in real.records("institutions"):
        institutions.register_reference(record=record)
    for record in real.records("datasets"):
        catalogue.register_reference(record=record)
    hospital = providers.provider("beside-the-poured", is_demo=False)  # `poured` numbers its own
    facts: tuple[dict[str, Any], ...] = (
        {},
        {"status": "PLANNED"},
        {"modality": ["WSI"]},
        {"disease_areas": [{"system": "KCD", "codes": ["C50"], "label_ko": "유방암", "label_en": "breast cancer"}]},
        {"max_age": 10},
    )
    for number, changes in enumerate(facts):
        data = providers.own_dataset(hospital, published=True, **changes)
        offer = providers.offer(hospital, data, published=data.status == "AVAILABLE", lead_time_days=20 + number * 60)
        Offer.objects.filter(pk=offer.pk).update(floor_won=(1 + number) * 100_000_000)
    return quotes.firm()


def reasons(run: MatchRun) -> dict[str, Any]:
    rows = Dataset.objects.published().select_related("institution")
    return {row.key: queries.why_not(run, row, None) for row in rows}


@pytest.mark.parametrize("joined", [{}, {"modality": ["CT", "CLAIMS"], "linkage": ["nhis"]}])
def test_why_not_says_of_every_dataset_what_the_whole_ranking_says(
    market: quotes.Firm, joined: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = quotes.document(**joined)
    whole, near = same(document, monkeypatch)
    runs = run_from(document, whole), run_from(document, near)
    said = reasons(runs[1])
    assert said == reasons(runs[0]) and near.scored < len(said)
    assert all(one.then and not one.not_there for one in said.values())
    excluded = {entry["dataset"]: entry for entry in whole.document["excluded"]}
    beyond = set(excluded) - {entry["dataset"] for entry in near.document["excluded"]}
    assert len(beyond) > 50
    for key in beyond:  # nobody read them, and the first reason is the same
        assert said[key].reasons[0].fact == excluded[key]["reason_ko"] and not said[key].fits
    for record in real.records("datasets"):  # years later the catalogue is another one
        catalogue.register_reference(record={**record, "modality": ["WSI"], "title_ko": "다른 제목"})
    Offer.objects.update(status="PAUSED", floor_won=1)
    later = reasons(runs[1])
    assert {key: one.reasons for key, one in later.items()} == {key: one.reasons for key, one in said.items()}
    assert queries.replay(runs[1]) == Replayed.SAME


def test_posting_keeps_the_narrowing_and_the_pages_say_so(market: quotes.Firm, large: None) -> None:
    need = quotes.need(market)
    run = queries.latest_run(need)
    assert run is not None and len(run.facts) == replaying.BUCKETS + 3 and run.result["scored"] < 174
    assert queries.replay(run) == Replayed.SAME
    answer = queries.answer(need)
    assert answer is not None and answer.scored == run.result["scored"]
    assert answer.left_total == Dataset.objects.published().count() - len(queries.inputs(run).answer().fitting)
    actions.run_match(need_id=need.pk, by=market.user)
    assert queries.latest_run(need).facts == run.facts  # type: ignore[union-attr]
    assert queries.replay(MatchRun.objects.get(pk=run.pk)) == Replayed.SAME


def test_a_ranking_of_before_is_made_again_as_it_was(market: quotes.Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    run = queries.latest_run(quotes.need(market))
    assert run is not None and len(run.facts) == replaying.BUCKETS + 2 and "scored" not in run.result
    monkeypatch.setattr(narrowing, "READ_WHOLE", 0)
    monkeypatch.setattr(replaying, "MOST_EXCLUDED", 7)
    assert queries.replay(run) == Replayed.SAME and queries.inputs(run).beyond is None


def test_how_many_were_told_is_kept_with_the_narrowing(market: quotes.Firm, large: None, monkeypatch: pytest.MonkeyPatch) -> None:
    need = quotes.need(market)
    monkeypatch.setattr(replaying, "MOST_EXCLUDED", 1)
    assert queries.replay(queries.latest_run(need)) == Replayed.SAME  # type: ignore[arg-type]


def test_where_nothing_fits_all_is_read_and_what_stood_in_the_way_is_counted(market: quotes.Firm, large: None) -> None:
    need = quotes.need(market, modality=["EEG"])
    run, everything = queries.latest_run(need), Dataset.objects.published().count()
    assert run is not None and need.status == "NO_MATCH" and "scored" not in run.result
    assert len(run.facts) == replaying.BUCKETS + 2 and run.result["excluded_total"] == everything
    first = run.result["unmet"][0]
    assert (first["filter"], first["datasets"]) == ("MODALITY", everything) and queries.replay(run) == Replayed.SAME


@pytest.mark.parametrize("when", ["listed", "read"])
def test_an_entry_that_changes_meanwhile_is_kept_as_it_was_read(
    market: quotes.Firm, large: None, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    record = next(one for one in real.records("datasets") if "CT" in (one["modality"] or ()) and one["status"] == "AVAILABLE")
    room: Any = {"listed": offers_queries, "read": catalogue_queries}[when]
    name = {"listed": "listed", "read": "dataset_facts"}[when]
    step = getattr(room, name)
    number = Dataset.objects.get(key=record["key"]).published_number

    def meanwhile(*args: Any, **options: Any) -> Any:
        found = step(*args, **options)
        catalogue.register_reference(record={**record, "title_ko": f"{when} 다음의 제목"})
        return found

    queries.reading.forget()
    monkeypatch.setattr(room, name, meanwhile)
    run = queries.latest_run(quotes.need(market))
    assert run is not None and queries.replay(run) == Replayed.SAME
    entries = {one.key: one for one in queries.inputs(run).candidates}
    assert (entries[record["key"]].title_ko != record["title_ko"]) == (when == "listed")
    assert Dataset.objects.get(key=record["key"]).published_number == (number or 0) + 1


def test_the_number_of_statements_does_not_grow_with_the_market(market: quotes.Firm, large: None) -> None:
    need = quotes.need(market)

    def asked() -> int:
        actions.run_match(need_id=need.pk, by=market.user)  # what is new to the process
        with CaptureQueriesContext(connection) as found:
            actions.run_match(need_id=need.pk, by=market.user)
        return len(found)

    few = asked()
    poured.pour(80)
    assert asked() == few <= 40


# ── What is kept ─────────────────────────────────────────────────────────────────────────────────────
def test_the_narrowing_is_small_whatever_the_market() -> None:
    listed = [[[f"set-{part}-{number}", 1, "h", []] for number in range(1600)] for part in range(replaying.BUCKETS)]
    near = {entry[0] for part in listed for number, entry in enumerate(part) if number % 3 == 0}
    narrowing_ = replaying.narrowed(listed, near)
    assert len(replaying.canonical(narrowing_)) < 18_000  # of 102,400 datasets
    assert {entry[0] for entry in replaying.within(listed, narrowing_)} == near
    assert replaying.within([[], [["a", 1, "h", []]]], replaying.narrowed([[], [["a", 1, "h", []]]], {"a"})) == [
        ["a", 1, "h", []]
    ]
    assert replaying.within([], replaying.narrowed([], set())) == []


def test_a_narrowing_is_a_part_with_its_digest(market: quotes.Firm, large: None) -> None:
    run = queries.latest_run(quotes.need(market))
    assert run is not None
    part = MatchFacts.objects.get(pk=run.facts[-1])
    assert set(part.body) == {"inside", "told"} and part.sha256 == replaying.sha256(part.body)
    assert run.engine_version == rules.ENGINE_VERSION
