"""Imports with several workers and people at once, on real connections."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.kit import clock
from portal.kit.errors import DomainError
from providers.catalogue import actions, queries
from providers.catalogue.models import Dataset, Draft, HarvestSource, ImportLine, ImportRun
from providers.catalogue.rules.reading import Lookup, Read
from tests.committed import together
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
