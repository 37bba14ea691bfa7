"""A stored ranking: what it was made from, made again years later, and why a dataset is not in it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from portal.kit import clock
from providers.catalogue import actions as catalogue
from providers.catalogue.models import Dataset
from providers.institutions import actions as institutions
from providers.offers import actions as offers
from tests.factories import matching as real
from tests.factories import providers, quotes
from tests.factories.played import played
from vouchers.matching import actions, queries, rules
from vouchers.matching.models import MatchFacts, MatchRun, Need
from vouchers.matching.queries import Replayed
from vouchers.matching.rules import replaying

pytestmark = pytest.mark.django_db


def run_of(need: Need) -> MatchRun:
    run = queries.latest_run(need)
    assert run is not None
    return run


@pytest.fixture
def at() -> quotes.Stage:
    return quotes.stage()


@pytest.fixture
def market() -> quotes.Firm:
    return catalogued()


@played
def catalogued() -> quotes.Firm:
    """The whole real catalogue."""
    providers.code_lists()
    for record in real.records("institutions"):
        institutions.register_reference(record=record)
    for record in real.records("datasets"):
        catalogue.register_reference(record=record)
    return quotes.firm()


def test_the_same_inputs_give_the_same_bytes_whatever_happens_later(market: quotes.Firm) -> None:
    need = quotes.need(market, linkage=["nhis"], variables=["흡연력"], period=[2010, 2020])
    run = run_of(need)
    assert queries.replay(run) == Replayed.SAME
    assert run.document == need.document and run.policy["weights"] == dict(rules.WEIGHTS) and len(run.sha256) == 64
    for record in real.records("datasets")[:60]:  # the catalogue, its holders and the need go on
        catalogue.register_reference(record={**record, "modality": ["WSI"], "title_ko": "다른 제목"})
    for record in real.records("institutions")[:20]:
        institutions.register_reference(record={**record, "voucher_supplier": not record.get("voucher_supplier")})
    actions.save_need(
        need_id=need.pk,
        company_id=market.company.pk,
        round_id=None,
        title="다른 수요",
        document=quotes.document(modality=["WSI"]),
        by=market.user,
    )
    with clock.at(clock.now() + timedelta(days=1200)), override("en"):
        assert queries.replay(MatchRun.objects.get(pk=run.pk)) == Replayed.SAME
        assert actions.run_match(need_id=need.pk, by=market.user).sha256 != run.sha256


def test_offers_are_kept_as_they_were(at: quotes.Stage) -> None:
    run = run_of(at.need)
    assert queries.replay(run) == Replayed.SAME
    offers.pause(offer_id=at.offer.pk, by=at.hospital.user)
    assert queries.replay(run) == Replayed.SAME
    kept = queries.inputs(run)
    assert [c.offer and c.offer.ref for c in kept.candidates] == [at.offer.ref] and kept.policy.words.labels


def test_another_engine_is_said_and_not_used(at: quotes.Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of(at.need)
    monkeypatch.setattr(rules, "ENGINE_VERSION", "9.0.0")
    assert queries.replay(run) == Replayed.ENGINE


def test_an_engine_that_changed_unsaid_is_found_out(at: quotes.Stage) -> None:
    run = run_of(at.need)
    run.sha256 = "0" * 64
    assert queries.replay(run) == Replayed.OTHER
    run.facts = []
    assert queries.replay(run) == Replayed.NOT_KEPT


def test_a_change_of_the_catalogue_stores_one_part_anew_and_none_stores_nothing(market: quotes.Firm) -> None:
    need = quotes.need(market)
    first = MatchFacts.objects.count()
    assert first <= replaying.BUCKETS + 2 and len(run_of(need).facts) == replaying.BUCKETS + 2
    actions.run_match(need_id=need.pk, by=market.user)
    assert MatchFacts.objects.count() == first
    record = real.records("datasets")[5]
    catalogue.register_reference(record={**record, "title_ko": "다른 제목"})
    actions.run_match(need_id=need.pk, by=market.user)
    assert MatchFacts.objects.count() == first + 1


def test_of_the_excluded_the_nearest_are_kept_and_all_are_counted() -> None:
    entry = {"dataset": "", "filter": "DISEASE", "reason_ko": "", "reason_en": ""}
    many = [{**entry, "dataset": f"d{n:04}", "also": ["AGE"] * (n % 3)} for n in range(2000)]
    kept = replaying.stored({"results": [], "excluded": many})
    assert kept["excluded_total"] == 2000 and len(kept["excluded"]) == replaying.MOST_EXCLUDED
    assert all(not one["also"] for one in kept["excluded"])
    assert [one["dataset"] for one in kept["excluded"]] == sorted(one["dataset"] for one in kept["excluded"])


# ── Why not this one? ────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("joined", [{}, {"modality": ["CT", "CLAIMS"], "linkage": ["nhis"]}])
def test_why_not_names_the_filter_the_further_ones_and_what_would_have_to_change(
    market: quotes.Firm, joined: dict[str, Any]
) -> None:
    need = quotes.need(market, **joined)
    run = run_of(need)
    excluded = {entry["dataset"]: entry for entry in run.result["excluded"]}
    from providers.catalogue.models import Dataset

    for dataset in Dataset.objects.published().select_related("institution"):
        told = queries.why_not(run, dataset, None)
        assert told.then and not told.not_there
        if dataset.key in excluded:
            entry = excluded[dataset.key]
            place = rules.engine.UNMET_WORDS[entry["filter"]][0]
            assert not told.fits and told.reasons[0].word == place and len(told.reasons) == 1 + len(entry["also"])
            assert all(str(reason.change) for reason in told.reasons)
        else:
            assert told.fits and not told.reasons


def test_why_not_a_dataset_that_came_later_or_of_a_ranking_of_before(at: quotes.Stage) -> None:
    run = run_of(at.need)
    later = providers.offer(at.hospital, published=True).dataset
    told = queries.why_not(run, later, at.round)
    assert told.not_there and not told.then and told.fits
    run.facts = []
    told = queries.why_not(run, later, at.round)
    assert not told.not_there and not told.then and told.fits
    assert queries.why_not(run, at.offer.dataset, at.round).rank == 1


def test_why_not_of_an_older_engine_is_what_it_wrote_down(at: quotes.Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    out, silent = providers.offer(at.hospital, published=True).dataset, providers.offer(at.hospital, published=True).dataset
    run = run_of(at.need)
    said = {"dataset": out.key, "filter": "AGE", "reason_ko": "그때의 말", "reason_en": "Words of then", "also": ["BUDGET"]}
    run.result = {**run.result, "excluded": [said]}
    monkeypatch.setattr(rules, "ENGINE_VERSION", "9.0.0")
    monkeypatch.setattr(replaying, "judged", lambda *_args: pytest.fail("today's engine was asked"))
    with override("en"):
        told = queries.why_not(run, out, at.round)
    assert told.stored and told.engine == run.engine_version and not told.fits
    assert [(one.word, one.fact) for one in told.reasons] == [
        (rules.engine.UNMET_WORDS["AGE"][1], "Words of then"), (rules.engine.UNMET_WORDS["BUDGET"][1], "")
    ]  # fmt: skip
    first = queries.why_not(run, at.offer.dataset, at.round)
    assert (first.rank, first.stored, first.fits) == (1, True, True)
    monkeypatch.undo()
    monkeypatch.setattr(rules, "ENGINE_VERSION", "9.0.0")
    other = queries.why_not(run, silent, at.round)
    assert not other.stored and other.engine == run.engine_version, "judged today, and it is said"


def test_every_filter_says_what_would_have_to_change() -> None:
    from vouchers.matching.queries.replaying import CHANGES

    assert set(CHANGES) == set(rules.FILTERS)


def test_why_not_needs_as_many_queries_for_a_large_catalogue(at: quotes.Stage) -> None:
    def counted() -> int:
        actions.run_match(need_id=at.need.pk, by=at.firm.user)
        run = run_of(at.need)
        with CaptureQueriesContext(connection) as found:
            queries.why_not(run, at.offer.dataset, at.round)
        return len(found)

    assert at.offer.dataset.institution
    one = counted()
    for _ in range(20):
        providers.offer(at.hospital, published=True)
    assert counted() == one


# ── What the database keeps ──────────────────────────────────────────────────────────────────────────
def broken(sql: str, *values: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_rankings_and_their_facts_never_change(at: quotes.Stage) -> None:
    run = run_of(at.need)
    for sql in (
        "UPDATE vouchers_matchrun SET result = '{}' WHERE id = %s", "UPDATE vouchers_matchrun SET document = '{}' WHERE id = %s",
        "DELETE FROM vouchers_matchrun WHERE id = %s",
    ):  # fmt: skip
        broken(sql, run.pk)
    broken("UPDATE vouchers_matchfacts SET body = '[]' WHERE id = %s", run.facts[0])
    broken("DELETE FROM vouchers_matchfacts WHERE id = %s", run.facts[0])


def test_what_a_dataset_is_part_of_is_the_column_of_the_catalogue_then(market: quotes.Firm) -> None:
    above = Dataset.objects.get(key="kcure-clinical-breast")
    Dataset.objects.filter(key="kc-amc-breast").update(part_of=above)
    wish = {"system": "KCD", "version": "8", "include": ["C50"]}
    need = quotes.need(
        market, modality=["EHR"], disease_codes=wish, patients_wanted=60_000, patients_minimum=None, budget_won=None
    )
    run = run_of(need)
    shown = {entry["dataset"] for entry in run.result["results"]}
    assert "kcure-clinical-breast" in shown and "kc-amc-breast" not in shown
    Dataset.objects.filter(key="kc-amc-breast").update(part_of=None)
    assert queries.replay(run) == Replayed.SAME
