"""An import writes drafts, never what is published; what says nothing new writes nothing at all (docs/adr/0013)."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.rules import Role
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock, prepared
from portal.kit.errors import NotAllowed, Refused, Stale
from providers.catalogue import actions, queries, rules, tasks
from providers.catalogue.actions import batches
from providers.catalogue.models import Dataset, DatasetVersion, Draft, ImportedRecord, ImportLine, ImportRun, Variable
from providers.catalogue.rules.reading import Lookup, Read, Reason, read_document
from tests.factories import providers

pytestmark = pytest.mark.django_db
BASE = "https://portal.example"
TURTLE = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<https://data.hospital.example/d/1> a dcat:Dataset ; dct:identifier "h-1" ; dct:title "심전도 모음"@ko, "ECG collection"@en ;
  dct:description "2015년부터 모은 심전도입니다."@ko ; dcat:keyword "심전도"@ko .
<https://data.hospital.example/d/2> a dcat:Dataset ; dct:identifier "h-2" ; dct:title "병리 영상"@ko .
<https://data.hospital.example/d/3> a dcat:Dataset ; dct:identifier "h-3" ; dct:description "no title"@en .
"""


@pytest.fixture(autouse=True)
def _address(settings) -> None:
    settings.BASE_URL = BASE


@pytest.fixture
def owner() -> providers.Provider:
    providers.code_lists()
    return providers.provider("fictional")


@pytest.fixture
def reference() -> None:
    providers.reference()


@pytest.fixture
def registrar() -> Any:
    return providers.person(Role.OPERATOR_CASE)


def document(text: str | bytes, name: str = "catalogue.ttl") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())


def imported(text: str | bytes, *, by: Any, institution: Any = None, name: str = "catalogue.ttl") -> ImportRun:
    """The whole run, as the worker does it."""
    run = actions.start_import(file=document(text, name), institution=institution, by=by)
    return gone_through(run, text if isinstance(text, bytes) else text.encode(), name)


def gone_through(run: ImportRun, text: bytes, name: str = "catalogue.ttl") -> ImportRun:
    taken = actions.take_up(now=clock.now())
    assert taken is not None and taken.pk == run.pk
    lookup = Lookup(queries.reading_world())
    reads = read_document(text, lookup.world, name=name)
    actions.take_records(run_id=run.pk, turn=taken.turn, reads=reads, lookup=lookup, total=len(reads))
    return actions.finish(run_id=run.pk, turn=taken.turn)


def rows() -> dict[str, int]:
    """What an import that changes nothing leaves as it was, besides its own report."""
    models = (Dataset, Draft, DatasetVersion, Variable, ImportedRecord, Duty)
    count = {model.__name__: model.objects.count() for model in models}
    events = Event.objects.exclude(subject_type__in=("importrun", "document")).count()
    return count | {"Event": events, "saved": sum(Dataset.objects.values_list("version", flat=True))}


def body(path: str) -> bytes:
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


# ── The portal's own exports ─────────────────────────────────────────────────────────────────────────
def test_the_whole_real_catalogue_and_every_own_document_change_nothing(reference, registrar) -> None:
    owner = providers.provider("fictional")
    providers.own_dataset(owner, published=True, key="own", access_body="fictional", custodian="fictional")
    keys = list(Dataset.objects.published().values_list("key", flat=True))
    assert len(keys) >= 175
    before = rows()
    for path in ("/catalogue.ttl", "/catalogue.jsonld", "/catalogue.ttl?profile=dcat-ap", "/catalogue.jsonld?profile=dcat-ap"):
        run = imported(body(path), by=registrar, name=path[1:].split("?")[0])
        assert (run.unchanged, run.done) == (len(keys), len(keys)), list(ImportLine.objects.exclude(outcome="UNCHANGED").values())
        assert not ImportLine.objects.filter(run=run).exclude(reasons=[]).exists()
    assert rows() == before


@pytest.mark.parametrize("ending", [".ttl", ".jsonld", "/schema-org.jsonld"])
def test_every_dataset_s_own_document_changes_nothing(reference, registrar, ending) -> None:
    keys = sorted(Dataset.objects.published().values_list("key", flat=True))
    keys = keys if ending == "/schema-org.jsonld" else keys[::6]  # of the others the whole catalogue's document says it of all
    before, lookup = rows(), Lookup(queries.reading_world())
    run = actions.start_import(file=document(TURTLE), institution=None, by=registrar)
    taken = actions.take_up(now=clock.now())
    reads = [read for key in keys for read in read_document(body(f"/catalogue/{key}{ending}"), lookup.world)]
    assert sorted(read.key for read in reads) == keys
    run = actions.take_records(run_id=run.pk, turn=taken.turn, reads=reads, lookup=lookup)
    assert run.unchanged == len(keys), list(ImportLine.objects.exclude(outcome="UNCHANGED").values())[:3]
    assert rows() == before


def test_an_open_dataset_s_croissant_document_changes_nothing(owner) -> None:
    file = {"title_ko": "표본", "title_en": "Sample", "access_url": "https://data.hospital.example/x.csv", "format": "CSV",
            "licence": "CC_BY", "availability": "STABLE"}  # fmt: skip
    columns = [{"name": "age", "label_ko": "나이", "label_en": "Age", "datatype": "integer", "unit": "year", "values": "",
                "description_ko": "만 나이", "description_en": "", "required": True}]  # fmt: skip
    own = providers.own_dataset(
        owner, key="open", access_rights="PUBLIC", profile="DCAT_AP", distributions=[file], access_body="fictional", custodian="fictional"
    )  # fmt: skip
    actions.import_variables(dataset_id=own.pk, version=1, variables=[rules.Variable(**one) for one in columns], by=owner.user)
    providers.publish_dataset(own, owner)
    before = rows()
    run = imported(body("/catalogue/open/croissant.json"), by=owner.user, institution=owner.institution, name="croissant.json")
    assert (run.unchanged, run.done) == (1, 1) and rows() == before


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ('"흉부 CT와 판독문"@ko', '"흉부 CT와 병리 판독문"@ko', "title_ko"),
        ("Chest CT images and reports", "Chest X-ray images and reports", "description_en"),
        ("numberOfUniqueIndividuals", "numberOfRecords", "records"),
    ],
)
def test_one_changed_statement_of_an_own_export_is_one_changed_field_of_a_draft(owner, before, after, field) -> None:
    own = providers.own_dataset(
        owner, published=True, key="own", individuals=4200, access_body="fictional", custodian="fictional"
    )
    text = body("/catalogue/own.ttl").decode()
    assert before in text
    run = imported(text.replace(before, after), by=owner.user, institution=owner.institution)
    assert run.changed == 1 and ImportLine.objects.get(run=run).fields == [field]
    draft = Draft.objects.get(dataset=own)
    assert draft.state == "DRAFT" and draft.content[field] != getattr(own, field)
    stays = Dataset.objects.get(pk=own.pk)
    assert (stays.published_number, stays.published_sha256) == (own.published_number, own.published_sha256)
    assert getattr(stays, field) == getattr(own, field)
    event = Event.objects.filter(subject_ref=own.ref).order_by("seq").last()
    assert (event.name, event.by_id, event.data["import"]) == ("dataset.drafted", owner.user.pk, run.ref)


# ── New entries ──────────────────────────────────────────────────────────────────────────────────────
def test_an_institution_s_upload_makes_drafts_of_its_own(owner) -> None:
    run = imported(TURTLE, by=owner.user, institution=owner.institution)
    assert (run.created, run.changed, run.unchanged, run.refused, run.state) == (2, 0, 0, 1, "DONE")
    first = Dataset.objects.get(title_ko="심전도 모음")
    assert (first.institution, first.publication, first.origin) == (owner.institution, "DRAFT", "HOLDER")
    content = Draft.objects.get(dataset=first).content
    assert (
        content["keywords_ko"] == ["심전도"] and content["other_identifiers"] == ["h-1"] and content["source"] == "catalogue.ttl"
    )
    line = ImportLine.objects.get(run=run, outcome="REFUSED")
    assert line.identifier == "h-3" and line.reasons[0]["code"] == "no_title"
    event = Event.objects.get(subject_ref=first.ref)
    assert (event.name, event.by_id, event.data["import"]) == ("dataset.drafted", owner.user.pk, run.ref)
    assert event.organisations == [owner.organisation.pk] and not event.public
    assert Notice.objects.get(template="import_finished").user_id == owner.user.pk


def test_a_record_in_english_alone_is_a_draft_that_waits_for_its_korean_title(owner) -> None:
    run = imported(TURTLE.replace('"심전도 모음"@ko, ', ""), by=owner.user, institution=owner.institution)
    dataset = Dataset.objects.get(title_en="ECG collection")
    assert run.created == 2 and str(dataset) == "ECG collection" and dataset.title_ko == ""
    with pytest.raises(Refused) as lacking:
        actions.edit(dataset_id=dataset.pk, version=1, values={"description_en": "x"}, by=owner.user)
    assert lacking.value.field == "title_ko"
    actions.edit(dataset_id=dataset.pk, version=1, values={"title_ko": "심전도"}, by=owner.user)


def test_the_same_upload_again_changes_nothing(owner) -> None:
    imported(TURTLE, by=owner.user, institution=owner.institution)
    before = rows()
    run = imported(TURTLE, by=owner.user, institution=owner.institution)
    assert (run.created, run.changed, run.unchanged, run.refused) == (0, 0, 2, 1) and rows() == before


def test_a_draft_that_only_an_import_wrote_is_written_again_by_the_next(owner) -> None:
    imported(TURTLE, by=owner.user, institution=owner.institution)
    run = imported(TURTLE.replace("병리 영상", "병리 슬라이드"), by=owner.user, institution=owner.institution)
    assert (run.changed, run.unchanged) == (1, 1)
    assert Dataset.objects.get(title_ko="병리 슬라이드").publication == "DRAFT"


def test_what_a_person_wrote_is_never_written_over(owner) -> None:
    imported(TURTLE, by=owner.user, institution=owner.institution)
    dataset = Dataset.objects.get(title_ko="병리 영상")
    actions.edit(dataset_id=dataset.pk, version=1, values={"title_en": "Pathology"}, by=owner.user)
    run = imported(TURTLE.replace("병리 영상", "병리 슬라이드"), by=owner.user, institution=owner.institution)
    line = ImportLine.objects.get(run=run, identifier="h-2")
    assert (line.outcome, line.reasons[0]["code"]) == ("REFUSED", "being_written")
    assert Draft.objects.get(dataset=dataset).content["title_ko"] == "병리 영상"


def test_the_registrar_s_new_entry_goes_to_the_check_when_nothing_is_missing(owner, registrar) -> None:
    providers.own_dataset(owner, published=True, key="own", access_body="fictional", custodian="fictional")
    text = body("/catalogue/own.ttl").decode().replace("/catalogue/own/", "/elsewhere/").replace('"own"', '"other"')
    run = imported(text, by=registrar)
    assert run.created == 1
    new = Dataset.objects.exclude(key="own").get()
    assert (new.origin, new.publication, new.institution) == ("SOURCE", "SUBMITTED", owner.institution)
    assert Draft.objects.get(dataset=new).state == "SUBMITTED"
    assert Duty.objects.get(subject_ref=new.ref, closed_at=None).verb == "check_dataset"
    actions.start_check(dataset_id=new.pk, by=registrar)
    assert actions.publish(dataset_id=new.pk, by=registrar).publication == "PUBLISHED"


def test_the_registrar_does_not_change_what_an_institution_wrote(owner, registrar) -> None:
    providers.own_dataset(owner, published=True, key="own", access_body="fictional", custodian="fictional")
    text = body("/catalogue/own.ttl").decode().replace("흉부 CT와 판독문", "다른 이름")
    run = imported(text, by=registrar)
    assert run.refused == 1 and ImportLine.objects.get(run=run).reasons[0]["code"] == "held"
    assert not Draft.objects.exists()


def test_nobody_imports_into_another_institution(owner) -> None:
    other = providers.provider("elsewhere")
    providers.own_dataset(other, published=True, key="theirs", access_body="elsewhere", custodian="elsewhere")
    with pytest.raises(NotAllowed):
        actions.start_import(file=document(TURTLE), institution=other.institution, by=owner.user)
    with pytest.raises(NotAllowed):
        actions.start_import(file=document(TURTLE), institution=None, by=owner.user)
    text = body("/catalogue/theirs.ttl").decode().replace("흉부 CT와 판독문", "다른 이름")
    run = imported(text, by=owner.user, institution=owner.institution)
    assert ImportLine.objects.get(run=run).reasons[0]["code"] == "other_institution"
    anonymous = text.replace("dct:publisher", "dct:rightsHolder").replace("dct:contributor", "dct:rightsHolder")
    run = imported(anonymous.replace("healthdcatap:hdab", "dct:rightsHolder"), by=owner.user, institution=owner.institution)
    assert ImportLine.objects.get(run=run).outcome == "REFUSED" and Dataset.objects.count() == 1 and not Draft.objects.exists()


def test_whoever_lost_the_role_meanwhile_imports_nothing(owner) -> None:
    run = actions.start_import(file=document(TURTLE), institution=owner.institution, by=owner.user)
    taken = actions.take_up(now=clock.now())
    owner.user.is_active = False
    owner.user.save()
    lookup = Lookup(queries.reading_world())
    with pytest.raises(NotAllowed):
        actions.take_records(run_id=run.pk, turn=taken.turn, reads=read_document(TURTLE.encode(), lookup.world), lookup=lookup)
    assert not Dataset.objects.exists()


# ── What does not fit ────────────────────────────────────────────────────────────────────────────────
def test_unknown_codes_stay_open_with_a_note_and_known_ones_are_kept(owner) -> None:
    more = TURTLE.replace('dcat:keyword "심전도"@ko', "dcat:theme <http://publications.europa.eu/resource/authority/data-theme/HEAL>, "
                          "<http://example.org/theme/unknown> ; dct:accrualPeriodicity <http://example.org/weekly>")  # fmt: skip
    run = imported(more, by=owner.user, institution=owner.institution)
    content = Draft.objects.get(dataset__title_ko="심전도 모음").content
    assert content["theme"] == ["HEAL"] and content["update_frequency"] == ""
    codes = [(one["code"], one["field"]) for one in ImportLine.objects.get(run=run, identifier="h-1").reasons]
    assert ("unknown_code", "theme") in codes and ("unknown_code", "update_frequency") in codes


def test_ages_that_contradict_each_other_are_left_out_with_a_note(owner) -> None:
    ages = "healthdcatap:minTypicalAge 60 ; healthdcatap:maxTypicalAge 20"
    text = "@prefix healthdcatap: <http://healthdataportal.eu/ns/health#> .\n" + TURTLE.replace('dcat:keyword "심전도"@ko', ages)
    run = imported(text, by=owner.user, institution=owner.institution)
    content = Draft.objects.get(dataset__title_ko="심전도 모음").content
    assert (content["min_age"], content["max_age"]) == (60, None)
    assert ("misfit", "max_age") in [(one["code"], one["field"]) for one in ImportLine.objects.get(run=run, place=1).reasons]


@pytest.mark.parametrize("late", [False, True])
def test_one_record_that_the_database_refuses_harms_no_other(owner, monkeypatch, late) -> None:
    insert = prepared.insert

    def broken() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")

    def refusing(rows: Any, **more: Any) -> int:
        if not late and any(isinstance(row, Dataset) and row.title_ko == "병리 영상" for row in rows):
            broken()
        return insert(rows, **more)

    def refusing_late(batch: Any, dataset: Dataset, *args: Any) -> None:
        """When the rows are there already, and the first record is remembered."""
        go_on(batch, dataset, *args)
        if late and dataset.title_ko == "병리 영상":
            broken()

    go_on = batches.go_on
    monkeypatch.setattr("providers.catalogue.actions.taking.go_on", refusing_late)
    monkeypatch.setattr("providers.catalogue.actions.taking.prepared.insert", refusing)
    run = imported(TURTLE, by=owner.user, institution=owner.institution)
    assert (run.created, run.refused) == (1, 2)
    assert {line.identifier: line.outcome for line in ImportLine.objects.filter(run=run)} == {
        "h-1": "CREATED", "h-2": "REFUSED", "h-3": "REFUSED",
    }  # fmt: skip
    assert [one["code"] for one in ImportLine.objects.get(run=run, identifier="h-1").reasons] == ["lacking"]
    assert [one.identifier for one in ImportedRecord.objects.all()] == ["h-1"]
    assert [one.title_ko for one in Dataset.objects.all()] == ["심전도 모음"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("catalogue.ttl", b"PK\x03\x04" + b"\0" * 60, "content"),
        ("catalogue.xlsx", b"PK\x03\x04" + b"\0" * 60, "type"),
        ("catalogue.ttl", b"", "empty"),
    ],
)
def test_a_file_that_is_no_text_is_refused_before_it_is_kept(owner, name, content, code) -> None:
    with pytest.raises(Refused) as refused:
        actions.start_import(file=document(content, name), institution=owner.institution, by=owner.user)
    assert refused.value.code == code and not ImportRun.objects.exists()


# ── One worker at a time ─────────────────────────────────────────────────────────────────────────────
def test_a_dead_worker_s_run_is_taken_up_and_the_dead_one_writes_no_more(owner) -> None:
    run = actions.start_import(file=document(TURTLE), institution=owner.institution, by=owner.user)
    now, lookup = clock.now(), Lookup(queries.reading_world())
    reads = read_document(TURTLE.encode(), lookup.world)
    first = actions.take_up(now=now)
    assert actions.take_up(now=now) is None
    actions.take_records(run_id=run.pk, turn=first.turn, reads=reads[:1], lookup=lookup)
    second = actions.take_up(now=clock.now() + 2 * actions.importing.LEASE)
    assert second is not None and second.turn == first.turn + 1
    with pytest.raises(Stale):
        actions.take_records(run_id=run.pk, turn=first.turn, reads=reads[1:], lookup=lookup)
    left = queries.not_answered(queries.answered(second), reads)
    assert [read.identifier for read in left] == ["h-2", "h-3"]
    actions.take_records(run_id=run.pk, turn=second.turn, reads=left, lookup=lookup)
    assert actions.finish(run_id=run.pk, turn=second.turn).created == 2 and Dataset.objects.count() == 2


def test_a_document_that_kills_its_workers_is_given_up(owner) -> None:
    actions.start_import(file=document(TURTLE), institution=owner.institution, by=owner.user)
    now = clock.now()
    for turn in range(1, actions.importing.MOST_DEATHS + 1):
        assert actions.take_up(now=now + 2 * turn * actions.importing.LEASE).turn == turn
    last = actions.take_up(now=now + 99 * actions.importing.LEASE)
    assert (last.state, last.reason["code"]) == ("FAILED", "died")
    assert Notice.objects.get(template="import_failed").user_id == owner.user.pk


def test_a_run_that_cannot_even_be_given_up_is_left_to_its_lease(owner, monkeypatch) -> None:
    run = actions.start_import(file=document(TURTLE), institution=owner.institution, by=owner.user)

    def lost(*_args, **_more):
        raise OperationalError("the database is gone")

    monkeypatch.setattr(tasks, "_take_all", lost)
    monkeypatch.setattr(actions, "fail", lost)
    assert tasks.go_on_imports() == 1  # the sweep itself ends well
    monkeypatch.undo()
    run.refresh_from_db()
    assert run.state == "RUNNING"
    again = actions.take_up(now=clock.now() + 2 * actions.importing.LEASE)
    assert again.pk == run.pk and again.turn == 2 and again.deaths == 1


def test_a_stopped_run_writes_no_more(owner) -> None:
    run = actions.start_import(file=document(TURTLE), institution=owner.institution, by=owner.user)
    taken = actions.take_up(now=clock.now())
    with pytest.raises(NotAllowed):
        actions.stop(run_id=run.pk, by=providers.provider("elsewhere").user)
    actions.stop(run_id=run.pk, by=owner.user)
    with pytest.raises(Stale):
        actions.finish(run_id=run.pk, turn=taken.turn)
    assert ImportRun.objects.get().state == "STOPPED"


def test_a_run_that_is_given_up_says_why_and_keeps_what_it_wrote(owner) -> None:
    run = actions.start_import(file=document(TURTLE), institution=owner.institution, by=owner.user)
    taken = actions.take_up(now=clock.now())
    failed = actions.fail(run_id=run.pk, turn=taken.turn, reason=Reason("syntax", {"line": 3, "words": "oh"}))
    assert failed.state == "FAILED" and failed.ended_at is not None
    notice = Notice.objects.get(template="import_failed")
    assert "3" in notice.body and "oh" in notice.body


# ── The database's own word ──────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"importer": "SOURCE"}, "import_run_from_one"),
        ({"institution": None}, "import_run_from_one"),
        ({"created": 1}, "import_run_adds_up"),
        ({"ended_at": "2026-11-27T00:00Z"}, "import_run_ends_once"),
        ({"state": "DONE"}, "import_run_ends_once"),
    ],
)
def test_the_database_refuses_a_run_that_lies(owner, changes, constraint) -> None:
    run = actions.start_import(file=document(TURTLE), institution=owner.institution, by=owner.user)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(**changes)


def test_a_name_of_an_institution_s_catalogue_is_remembered_once(owner) -> None:
    imported(TURTLE, by=owner.user, institution=owner.institution)
    one = ImportedRecord.objects.first()
    with pytest.raises(IntegrityError, match="imported_record_once"), transaction.atomic():
        ImportedRecord.objects.create(institution=one.institution, identifier=one.identifier, dataset=one.dataset, run=one.run)


def test_a_batch_of_thirty_takes_as_many_queries_as_one(owner) -> None:
    lookup = Lookup(queries.reading_world())

    def cost(first: int, count: int) -> int:
        run = actions.start_import(file=document(TURTLE), institution=owner.institution, by=owner.user)
        taken = actions.take_up(now=clock.now())
        reads = [
            Read(identifier=f"n-{n}", names=(f"n-{n}",), values={"title_ko": f"자료 {n}"}) for n in range(first, first + count)
        ]
        with CaptureQueriesContext(connection) as asked:
            actions.take_records(run_id=run.pk, turn=taken.turn, reads=reads, lookup=lookup)
        actions.finish(run_id=run.pk, turn=taken.turn)
        return len(asked)

    cost(0, 1)
    assert cost(10, 1) == cost(100, 30)


def test_one_import_runs_at_a_time_and_the_one_with_fewer_turns_comes_first(owner) -> None:
    first, second = (
        actions.start_import(file=document(TURTLE), institution=owner.institution, by=owner.user) for _turn in range(2)
    )
    taken = actions.take_up(now=clock.now())
    assert taken.pk == first.pk and actions.take_up(now=clock.now()) is None
    actions.give_back(run_id=first.pk, turn=taken.turn)
    assert actions.take_up(now=clock.now()).pk == second.pk


def test_a_draft_that_only_an_import_wrote_follows_the_document_back_to_what_is_published(owner) -> None:
    own = providers.own_dataset(owner, published=True, key="own", access_body="fictional", custodian="fictional")
    text = body("/catalogue/own.ttl").decode()
    imported(text.replace("흉부 CT와 판독문", "다른 이름"), by=owner.user, institution=owner.institution)
    assert Draft.objects.get(dataset=own).content["title_ko"] == "다른 이름"
    run = imported(text, by=owner.user, institution=owner.institution)
    assert run.changed == 1 and Draft.objects.get(dataset=own).content["title_ko"] == "흉부 CT와 판독문"
    assert imported(text, by=owner.user, institution=owner.institution).unchanged == 1


def test_verify_names_an_import_whose_counts_lie(owner) -> None:
    run = imported(TURTLE, by=owner.user, institution=owner.institution)
    assert list(queries.import_faults()) == []
    ImportLine.objects.filter(run=run, outcome="REFUSED").update(outcome="CREATED")
    assert sorted(queries.import_faults()) == [
        f"import {run.ref}: stores 1 refused, its report has 0", f"import {run.ref}: stores 2 created, its report has 3",
    ]  # fmt: skip
