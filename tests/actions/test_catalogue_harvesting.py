"""A registered source is harvested on its schedule from a real server: what is new becomes drafts, what hangs is given up, what is
gone is told and stays."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import IntegrityError, transaction

from portal.accounts.rules import Role
from portal.journal.models import Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused, Stale
from providers.catalogue import actions, queries, tasks
from providers.catalogue.gateways import fetching
from providers.catalogue.models import Dataset, Draft, HarvestSource, ImportedRecord, ImportLine, ImportRun
from tests.factories import providers, sources

pytestmark = pytest.mark.django_db
HEAD = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"


def catalogue(*titles: str) -> str:
    return HEAD + "".join(
        f'<https://h.example/{n}> a dcat:Dataset ; dct:identifier "h-{n}" ; dct:title "{title}"@ko .\n'
        for n, title in enumerate(titles)
        if title
    )


@pytest.fixture
def there(settings, monkeypatch) -> Iterator[sources.Server]:
    settings.HARVEST_AGAINST = "tests.factories.sources.loopback"
    monkeypatch.setattr("providers.catalogue.actions.harvesting.check_source", lambda _address: None)  # else no server of a test
    with sources.server() as server:
        yield server


@pytest.fixture
def owner() -> providers.Provider:
    providers.code_lists()
    return providers.provider("fictional")


@pytest.fixture
def operator() -> Any:
    return providers.person(Role.OPERATOR_CASE)


def source(owner: providers.Provider, address: str, by: Any = None, kind: str = "DOCUMENT", **more: Any) -> HarvestSource:
    values = {
        "institution": owner.institution,
        "name": "병원 데이터 목록",
        "kind": kind,
        "address": address,
        "every_hours": 24,
        **more,
    }
    return actions.register_source(by=by, **values)


def harvested() -> ImportRun:
    """What the clock does."""
    assert tasks.start_harvests() == 1 and tasks.go_on_imports() == 1
    return ImportRun.objects.order_by("pk").last()  # type: ignore[return-value]


def due_again(one: HarvestSource) -> None:
    HarvestSource.objects.filter(pk=one.pk).update(next_at=clock.now())


# ── A document ───────────────────────────────────────────────────────────────────────────────────────
def test_a_source_makes_drafts_and_then_nothing_until_it_says_something_else(there, owner, operator) -> None:
    there.says("/a.ttl", catalogue("심전도", "병리"), ETag='"1"')
    one = source(owner, f"{there.base}/a.ttl", by=operator)
    run = harvested()
    assert (run.state, run.created, run.importer, run.started_by, run.institution) == (
        "DONE",
        2,
        "SOURCE",
        None,
        owner.institution,
    )
    assert tasks.start_harvests() == 0  # not due before its hours are over
    drafted = Dataset.objects.get(title_ko="심전도")
    assert (drafted.origin, drafted.publication) == ("HOLDER", "DRAFT")
    event = Event.objects.get(subject_ref=drafted.ref)
    assert event.by is None and event.data["import"] == run.ref
    assert Notice.objects.get(template="import_finished").user_id == owner.user.pk
    # the source knows the mark
    due_again(one)
    run = harvested()
    assert (run.state, run.done, run.reason["code"]) == ("DONE", 0, "not_modified")
    # another mark, the same words
    there.says("/a.ttl", catalogue("심전도", "병리") + "# new\n", ETag='"2"')
    due_again(one)
    before = Event.objects.exclude(subject_type__in=("importrun", "harvestsource")).count(), ImportedRecord.objects.count()
    run = harvested()
    assert (run.unchanged, run.created, run.changed) == (2, 0, 0)
    assert before == (
        Event.objects.exclude(subject_type__in=("importrun", "harvestsource")).count(),
        ImportedRecord.objects.count(),
    )
    # other words
    there.says("/a.ttl", catalogue("심전도", "병리 슬라이드"), ETag='"3"')
    due_again(one)
    run = harvested()
    assert (run.unchanged, run.changed) == (1, 1) and Dataset.objects.filter(title_ko="병리 슬라이드").exists()
    assert Notice.objects.filter(template="import_finished").count() == 2


def test_what_is_published_stays_and_the_source_s_words_stand_beside_it_once(there, owner) -> None:
    there.says("/a.ttl", catalogue("심전도"))
    one = source(owner, f"{there.base}/a.ttl")
    harvested()
    dataset = Dataset.objects.get()
    actions.edit(
        dataset_id=dataset.pk, version=1, values=providers.entry(access_body="fictional", title_ko="심전도"), by=owner.user
    )
    providers.publish_dataset(dataset, owner)
    published = Dataset.objects.get()
    # the institution changes its own words here; the source says the old ones still
    actions.edit(dataset_id=dataset.pk, version=0, values={"title_ko": "심전도(보완)"}, by=owner.user)
    providers.publish_dataset(dataset, owner)
    due_again(one)
    assert harvested().unchanged == 1 and not Draft.objects.exists()
    there.says("/a.ttl", catalogue("심전도 2026"))
    due_again(one)
    assert harvested().changed == 1
    now = Dataset.objects.get()
    assert (now.title_ko, now.publication, now.published_number) == ("심전도(보완)", "PUBLISHED", published.published_number + 1)
    assert Draft.objects.get().content["title_ko"] == "심전도 2026"


def test_what_the_source_no_longer_names_is_told_once_and_stays(there, owner) -> None:
    there.says("/a.ttl", catalogue("심전도", "병리"))
    one = source(owner, f"{there.base}/a.ttl")
    harvested()
    there.says("/a.ttl", catalogue("심전도"))
    due_again(one)
    run = harvested()
    line = ImportLine.objects.get(run=run, outcome="GONE")
    assert (run.gone, run.unchanged, line.identifier) == (1, 1, "h-1") and Dataset.objects.count() == 2
    due_again(one)
    assert harvested().gone == 0
    there.says("/a.ttl", catalogue("심전도", "병리"))
    due_again(one)
    assert harvested().unchanged == 2 and ImportedRecord.objects.get(identifier="h-1").gone_at is None


def test_a_source_of_an_institution_without_people_goes_to_the_check(there, operator) -> None:
    providers.code_lists()
    from providers.institutions import actions as institutions

    institution = institutions.register_reference(
        record={"key": "agency", "name_ko": "가상기관", "name_en": "Fictional Agency", "institution_type": "AGENCY", "region": "SEOUL",
                "capital_area": True, "voucher_supplier": False, "roles": [], "source": "fiction", "certainty": "published"}, is_demo=True,
    )  # fmt: skip
    there.says("/a.ttl", catalogue("통계"))
    actions.register_source(
        institution=institution, name="통계", kind="DOCUMENT", address=f"{there.base}/a.ttl", every_hours=24, by=operator
    )
    assert harvested().created == 1
    assert Dataset.objects.get().origin == "SOURCE" and Draft.objects.get().content["origin"] == "SOURCE"
    assert Notice.objects.get(template="import_finished").user_id == operator.pk


# ── What goes wrong ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (lambda there: there.hangs("/a.ttl"), "hangs"),
        (lambda there: there.drips("/a.ttl"), "hangs"),
        (lambda there: there.drips("/robots.txt", head=True), "hangs"),
        (lambda there: there.floods("/a.ttl"), "too_large"),
        (lambda there: there.says("/a.ttl", "<!doctype html><html>Sorry</html>", kind="text/turtle"), "page"),
        (lambda there: there.says("/a.ttl", b"PK\x03\x04" + b"\0" * 99, kind="text/turtle"), "no_text"),
        (lambda there: there.says("/a.ttl", catalogue("가")[:-9]), "ends"),
        (lambda there: there.says("/a.ttl", ""), "empty"),
        (lambda there: there.says("/a.ttl", "", status=503), "status"),
        (lambda there: there.leads("/a.ttl", "http://10.0.0.1/a.ttl"), "private"),
        (lambda there: there.says("/robots.txt", "User-agent: *\nDisallow: /", kind="text/plain"), "robots"),
    ],
)
def test_a_source_that_behaves_badly_is_given_up_with_the_reason_and_harms_nothing(
    there, owner, settings, monkeypatch, behaviour, code
) -> None:
    there.says("/a.ttl", catalogue("심전도"))
    one = source(owner, f"{there.base}/a.ttl")
    harvested()
    before = list(Dataset.objects.values()), list(Draft.objects.values())
    monkeypatch.setattr(fetching, "SECONDS", 1.0)
    settings.MAX_UPLOAD_BYTES = 1 << 20
    behaviour(there)
    due_again(one)
    run = harvested()
    assert (run.state, run.reason["code"]) == ("FAILED", code)
    assert before == (list(Dataset.objects.values()), list(Draft.objects.values()))
    one.refresh_from_db()
    assert one.failures == 1 and one.next_at > clock.now() and not Notice.objects.filter(template="harvest_failing").exists()


def test_people_are_told_once_when_a_source_keeps_failing(there, owner, operator) -> None:
    there.says("/a.ttl", "", status=404)
    one = source(owner, f"{there.base}/a.ttl")
    for _turn in range(5):
        due_again(one)
        assert harvested().state == "FAILED"
    told = Notice.objects.filter(template="harvest_failing")
    assert sorted(told.values_list("user_id", flat=True)) == sorted([owner.user.pk, operator.pk])
    assert "404" in told.first().body
    there.says("/a.ttl", catalogue("심전도"))
    due_again(one)
    harvested()
    one.refresh_from_db()
    assert one.failures == 0


def test_a_record_that_was_refused_is_asked_for_again_though_the_document_is_the_same(there, owner) -> None:
    there.says("/a.ttl", catalogue("심전도") + '<https://h.example/x> a dcat:Dataset ; dct:description "x"@en .', ETag='"1"')
    one = source(owner, f"{there.base}/a.ttl")
    assert harvested().refused == 1
    one.refresh_from_db()
    assert one.etag == ""
    due_again(one)
    assert harvested().done == 2


# ── CKAN ─────────────────────────────────────────────────────────────────────────────────────────────
def ckan(there: sources.Server, count: int, most: int = 1000, ignoring: bool = False) -> None:
    """A CKAN with so many packages, that gives at most `most` a page. ignoring: it always gives the first page."""

    def answer(to: Any) -> None:
        asked = parse_qs(urlsplit(to.path).query)
        start, rows = int(asked["start"][0]) * (not ignoring), min(int(asked["rows"][0]), most)
        found = [{"id": f"p-{n}", "title": f"자료 {n}", "private": n == 3} for n in range(start, min(start + rows, count))]
        body = json.dumps({"success": True, "result": {"count": count, "results": found}}).encode()
        to.send_response(200)
        to.send_header("Content-Type", "application/json")
        to.end_headers()
        to.wfile.write(body)

    there.pages["/api/3/action/package_search"] = answer


def test_a_ckan_is_read_page_after_page(there, owner, monkeypatch) -> None:
    monkeypatch.setattr(tasks, "ROWS", 4)
    ckan(there, 10)
    source(owner, there.base, kind="CKAN")
    run = harvested()
    assert (run.state, run.created, run.total) == ("DONE", 9, 10)  # one of them is private
    assert [parse_qs(urlsplit(path).query)["start"][0] for path, _headers in there.asked if "search" in path] == ["0", "4", "8"]


def test_a_ckan_that_gives_less_than_asked_is_asked_for_the_rest(there, owner) -> None:
    ckan(there, 7, most=3)
    source(owner, there.base, kind="CKAN")
    assert harvested().created == 6


def test_a_ckan_that_gives_the_same_page_again_and_again_is_given_up(there, owner) -> None:
    ckan(there, 7, most=3, ignoring=True)
    source(owner, there.base, kind="CKAN")
    run = harvested()
    assert (run.state, run.reason["code"], run.created) == ("FAILED", "paging", 3)


def test_a_ckan_with_too_much_is_given_up(there, owner, monkeypatch) -> None:
    monkeypatch.setattr(tasks, "MOST_RECORDS", 6)
    ckan(there, 7)
    source(owner, there.base, kind="CKAN")
    run = harvested()
    assert (run.reason["code"], run.created) == ("too_many", 0)


@pytest.mark.parametrize(
    "answer",
    ['{"success": false}', '{"result": {"results": "x"}}', "[]", "[" * 99_999, '{"result": {"count": -5, "results": []}}'],
)
def test_an_odd_answer_of_a_ckan_is_given_up_or_empty(there, owner, answer) -> None:
    there.says("/api/3/action/package_search", answer, kind="application/json")
    source(owner, there.base, kind="CKAN")
    run = harvested()
    assert run.state == "FAILED" or run.done == 0


# ── Registering ──────────────────────────────────────────────────────────────────────────────────────
def test_only_the_registrar_manages_sources(owner, operator, there) -> None:
    for by in (owner.user, providers.person(Role.EVALUATOR), providers.person(Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            source(owner, "https://h.example/a", by=by)
    one = source(owner, "https://h.example/a", by=operator)
    for verb in (actions.pause_source, actions.resume_source):
        with pytest.raises(NotAllowed):
            verb(source_id=one.pk, by=owner.user)
    with pytest.raises(NotAllowed):
        actions.start_harvest(source_id=one.pk, by=owner.user)


def test_an_address_is_registered_once(owner, operator, there) -> None:
    one = source(owner, "https://h.example/a", by=operator)
    with pytest.raises(Refused) as taken:
        source(owner, "https://h.example/a", by=operator)
    assert taken.value.field == "address"
    actions.retire_source(source_id=one.pk, reason="옮겼습니다", by=operator)
    source(owner, "https://h.example/a", by=operator)


def test_a_private_address_is_not_registered(owner, operator) -> None:
    with pytest.raises(Refused) as private:
        source(owner, "http://127.0.0.1:9000/a", by=operator)
    assert private.value.field == "address" and not HarvestSource.objects.exists()


def test_pause_resume_change_retire(owner, operator, there) -> None:
    one = source(owner, "https://h.example/a", by=operator)
    actions.pause_source(source_id=one.pk, by=operator)
    assert tasks.start_harvests() == 0
    with pytest.raises(IllegalStep):
        actions.pause_source(source_id=one.pk, by=operator)
    actions.resume_source(source_id=one.pk, by=operator)
    one.refresh_from_db()
    HarvestSource.objects.filter(pk=one.pk).update(etag='"1"', failures=4)
    with pytest.raises(Stale):
        actions.change_source(source_id=one.pk, version=one.version - 1, name="x", by=operator)
    live = actions.start_harvest(source_id=one.pk, by=operator)
    one.refresh_from_db()
    changed = actions.change_source(source_id=one.pk, version=one.version, address="https://h.example/b", by=operator)
    assert (changed.etag, changed.failures, changed.address) == ("", 0, "https://h.example/b")
    live.refresh_from_db()
    assert live.state == "STOPPED", "it read another address, and must not leave the marks of that one"
    with pytest.raises(Refused):
        actions.retire_source(source_id=one.pk, reason=" ", by=operator)
    actions.retire_source(source_id=one.pk, reason="끝", by=operator)
    with pytest.raises(Refused):
        actions.start_harvest(source_id=one.pk, by=operator)
    names = list(Event.objects.filter(subject_ref=one.ref).order_by("seq").values_list("name", flat=True))
    assert names == [f"harvest_source.{verb}" for verb in ("registered", "paused", "resumed", "changed", "retired")]


def test_a_run_begins_by_hand_and_not_twice(there, owner, operator) -> None:
    there.says("/a.ttl", catalogue("심전도"))
    one = source(owner, f"{there.base}/a.ttl", by=operator)
    run = actions.start_harvest(source_id=one.pk, by=operator)
    with pytest.raises(Refused):
        actions.start_harvest(source_id=one.pk, by=operator)
    assert tasks.start_harvests() == 0
    with pytest.raises(IntegrityError, match="import_run_one_a_source"), transaction.atomic():
        ImportRun.objects.create(importer="SOURCE", source=one, institution=owner.institution, state="WAITING", ref="imp-x")
    actions.pause_source(source_id=one.pk, by=operator)
    run.refresh_from_db()
    assert run.state == "STOPPED" and tasks.go_on_imports() == 0


@pytest.mark.parametrize("hours", [0, 9000])
def test_the_database_refuses_odd_hours(owner, hours, there) -> None:
    one = source(owner, "https://h.example/a")
    with pytest.raises(IntegrityError, match="harvest_source_hours"), transaction.atomic():
        HarvestSource.objects.filter(pk=one.pk).update(every_hours=hours)


def test_a_worker_that_dies_while_it_reads_is_followed_by_another(there, owner) -> None:
    """The lease ends; the next worker asks the source again and goes on with what the report does not name yet."""
    there.says("/a.ttl", catalogue("가", "나", "다"))
    source(owner, f"{there.base}/a.ttl")
    tasks.start_harvests()
    run = actions.take_up(now=clock.now())
    lookup = queries.reading_world()
    from providers.catalogue.rules.reading import Lookup, read_document

    reads = read_document(catalogue("가", "나", "다").encode(), lookup)
    actions.take_records(run_id=run.pk, turn=run.turn, reads=reads[:2], lookup=Lookup(lookup), total=3)
    ImportRun.objects.filter(pk=run.pk).update(leased_until=clock.now() - timedelta(seconds=1))
    assert tasks.go_on_imports() == 1
    run.refresh_from_db()
    assert (run.state, run.created, run.done, run.turn) == ("DONE", 3, 3, 2) and Dataset.objects.count() == 3
    assert threading.active_count() < 50


def test_a_ckan_that_was_given_back_goes_on_at_its_page(there, owner, monkeypatch) -> None:
    from types import SimpleNamespace

    monkeypatch.setattr(tasks, "ROWS", 4)
    monkeypatch.setattr(tasks, "BATCH", 3)
    ckan(there, 10)
    source(owner, there.base, kind="CKAN")
    tasks.start_harvests()
    taken = actions.take_up(now=clock.now())
    moments = iter([0.0, 0.0, 0.0, tasks.RUN_SECONDS + 1])  # the fourth question comes within the second page
    monkeypatch.setattr(tasks, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    tasks._go_through(taken)
    run = ImportRun.objects.get()
    assert (run.state, run.cursor, run.created) == ("WAITING", 4, 6)
    monkeypatch.setattr(tasks, "time", SimpleNamespace(monotonic=lambda: 0.0))
    before = len(there.asked)
    tasks._go_through(actions.take_up(now=clock.now()))
    run.refresh_from_db()
    assert (run.state, run.created, run.done) == ("DONE", 9, 9)
    asked = [parse_qs(urlsplit(path).query)["start"][0] for path, _headers in there.asked[before:] if "search" in path]
    assert asked == ["4", "8"]
