"""Imports with several workers and people at once, on real connections."""

import threading
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.kit import clock
from portal.kit.errors import DomainError, Stale
from providers.catalogue import actions, queries
from providers.catalogue.models import Dataset, Draft, HarvestSource, ImportLine, ImportRun
from providers.catalogue.rules.reading import Lookup, Read, Reason
from tests.committed import second, together
from tests.factories import providers

pytestmark = pytest.mark.usefixtures("committed_db")


def read(title: str) -> Read:
    return Read(identifier="h-1", names=("h-1",), values={"title_ko": title})


def begun(owner: providers.Provider) -> ImportRun:
    file = SimpleUploadedFile("a.ttl", b"<https://a.example/> <https://b.example/> 1 .")
    actions.start_import(file=file, institution=owner.institution, by=owner.user)
    taken = actions.take_up(now=clock.now())
    assert taken is not None
    return taken


def test_four_workers_take_up_one_import():
    providers.code_lists()
    owner = providers.provider()
    for _turn in range(3):
        file = SimpleUploadedFile("a.ttl", b"<https://a.example/> <https://b.example/> 1 .")
        actions.start_import(file=file, institution=owner.institution, by=owner.user)
    taken = together(*[lambda: actions.take_up(now=clock.now())] * 4)
    assert sum(isinstance(one, ImportRun) for one in taken) == 1, taken
    assert ImportRun.objects.filter(state="RUNNING").count() == 1


def test_a_source_that_is_due_begins_once_though_two_clocks_strike():
    owner = providers.provider()
    source = HarvestSource.objects.create(
        institution=owner.institution,
        name="목록",
        kind="DOCUMENT",
        address="https://h.example/a",
        state="ACTIVE",
        next_at=clock.now(),
        ref="hsc-0",
    )
    together(*[lambda: actions.start_harvest(source_id=source.pk, by=None)] * 4)
    assert ImportRun.objects.filter(source=source).count() == 1


def test_what_a_person_saves_at_the_same_moment_is_not_lost():
    providers.code_lists()
    owner = providers.provider()
    lookup = Lookup(queries.reading_world())
    run = begun(owner)
    actions.take_records(run_id=run.pk, turn=run.turn, reads=[read("처음")], lookup=lookup)
    actions.finish(run_id=run.pk, turn=run.turn)
    dataset = Dataset.objects.get()
    for turn in range(5):
        run, draft = begun(owner), Draft.objects.get()
        words = f"사람이 쓴 제목 {turn}"
        results = together(
            lambda v=draft.version, w=words: actions.edit(
                dataset_id=dataset.pk, version=v, values={"title_en": w}, by=owner.user
            ),
            lambda run=run, n=turn: actions.take_records(run_id=run.pk, turn=run.turn, reads=[read(f"문서 {n}")], lookup=lookup),
        )
        actions.finish(run_id=run.pk, turn=run.turn)
        saved, line = not isinstance(results[0], DomainError), ImportLine.objects.get(run=run)
        kept = Draft.objects.get().content
        assert saved == (kept["title_en"] == words)  # saved and there, or refused as stale
        assert (line.outcome == "CHANGED") == (kept["title_ko"] == f"문서 {turn}")
        if saved:
            assert line.outcome == "REFUSED"  # from now on a person writes it
            break


# ── A source and its run: the source first, whoever it is ────────────────────────────────────────────
def harvested() -> ImportRun:
    """A run of a source, in a worker's hands."""
    providers.code_lists()
    source = HarvestSource(
        institution=providers.provider().institution, name="목록", kind="DOCUMENT", address="https://h.example/a", state="ACTIVE",
        next_at=clock.now(), every_hours=24,
    )  # fmt: skip
    source.save()
    actions.start_harvest(source_id=source.pk, by=None)
    taken = actions.take_up(now=clock.now())
    assert taken is not None
    return taken


ENDS = {
    "finish": lambda run: actions.finish(run_id=run.pk, turn=run.turn),
    "fail": lambda run: actions.fail(run_id=run.pk, turn=run.turn, reason=Reason("unread")),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("stop", ["pause", "retire", "change"])
def test_a_source_that_is_stopped_while_its_run_ends(end: str, stop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("providers.catalogue.actions.harvesting.check_source", lambda _address: None)
    run = harvested()
    source = run.source
    assert source is not None
    source.refresh_from_db()
    stops = {
        "pause": lambda: actions.pause_source(source_id=source.pk, by=None),
        "retire": lambda: actions.retire_source(source_id=source.pk, reason="더 이상 운영하지 않음", by=None),
        "change": lambda: actions.change_source(
            source_id=source.pk, version=source.version, address="https://h.example/b", by=None
        ),
    }
    results = together(stops[stop], lambda: second(lambda: ENDS[end](run)), behind=source)
    assert isinstance(results[0], HarvestSource) and isinstance(results[1], Stale), (
        results
    )  # nobody was thrown out by the database
    run.refresh_from_db()
    assert run.state == "STOPPED"


def test_a_source_that_is_stopped_while_a_lost_run_is_given_up() -> None:
    run = harvested()
    ImportRun.objects.filter(pk=run.pk).update(deaths=actions.importing.MOST_DEATHS)
    later = clock.now() + 2 * actions.importing.LEASE
    results = together(
        lambda: actions.pause_source(source_id=run.source_id, by=None),
        lambda: second(lambda: actions.take_up(now=later)),
        behind=run.source,
    )
    assert isinstance(results[0], HarvestSource) and results[1] is None, results
    run.refresh_from_db()
    assert run.state == "STOPPED"


def test_a_source_that_is_paused_while_its_run_writes_names_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a batch writes points to the source; whoever holds the source and waits for the run must let it."""
    run, begun_, take = harvested(), threading.Event(), actions.importing.take

    def slowly(*args: Any) -> Any:
        begun_.set()
        return second(lambda: take(*args))

    monkeypatch.setattr(actions.importing, "take", slowly)
    lookup = Lookup(queries.reading_world())
    results = together(
        lambda: actions.take_records(run_id=run.pk, turn=run.turn, reads=[read("심전도")], lookup=lookup),
        lambda: begun_.wait(20) and actions.pause_source(source_id=run.source_id, by=None),
    )
    assert isinstance(results[0], ImportRun) and isinstance(results[1], HarvestSource), results
    assert ImportLine.objects.get().outcome == "CREATED"
    run.refresh_from_db()
    assert (run.state, run.done) == ("STOPPED", 1)


def test_two_people_who_take_the_same_identifier_at_once_make_one_entry_and_one_reads_why() -> None:
    owners = [providers.provider(), providers.provider()]
    values = {"title_ko": "흉부 CT"}
    results = together(
        *[
            lambda one=one: actions.create_dataset(institution=one.institution, key="same-name", values=values, by=one.user)  # type: ignore[misc]
            for one in owners
        ]
    )
    refused = [one for one in results if isinstance(one, DomainError)]
    assert Dataset.objects.filter(key="same-name").count() == 1 and [(one.code, one.field) for one in refused] == [
        ("taken", "key")
    ]
    assert sum(isinstance(one, Dataset) for one in results) == 1, results
    with pytest.raises(DomainError):
        actions.create_dataset(institution=owners[0].institution, key="same-name", values=values, by=owners[0].user)
