"""Reference data reaches the catalogue completely, idempotently and with errors that name file and record."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portal.journal.models import Event
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from portal.management import reference
from providers.catalogue import actions, queries
from providers.catalogue.models import Code, CodeList, Dataset, DatasetSeries, DatasetVersion
from providers.institutions.models import Institution
from tests.factories import matching, providers

pytestmark = pytest.mark.django_db


def test_load_reference_brings_everything_and_twice_changes_nothing() -> None:
    out = io.StringIO()
    reference.load_reference(out)
    assert "33 code lists, 64 institutions, 174 datasets" in out.getvalue()
    assert (CodeList.objects.count(), Institution.objects.count(), Dataset.objects.count()) == (33, 64, 174)
    assert Institution.objects.suppliers().count() == 43
    assert Code.objects.get(code_list__key="modality", code="CT").more["data_kind"] == "IMAGING"
    lung = Dataset.objects.get(key="kc-snuh-lung")
    assert lung.part_of is not None and lung.part_of.key == "kcure-clinical-lung"
    assert lung.individuals == 19254 and lung.publication == "PUBLISHED"
    assert Dataset.objects.get(key="nbbd-main").status == "PLANNED"
    assert Dataset.objects.published().count() == 174 == DatasetVersion.objects.filter(number=1, profile="DCAT_AP").count()
    assert lung.custodian == "snuh" and {"custodian", "theme", "coding_systems"} <= set(lung.derived_fields)
    assert lung.coding_systems == [{"system": "KCD", "version": "8"}] and not lung.contact_email
    assert list(queries.faults()) == []
    series = DatasetSeries.objects.get()
    assert [row.key for row in queries.releases_of(series)] == ["knih-bbd-pilot", "nbbd-release1", "nbbd-main"]
    events = Event.objects.count()
    reference.load_reference(out)
    assert Event.objects.count() == events

    for name in ("chest-ct", "ecg", "claims"):  # the command sees in the database what the engine sees in the files
        printed = io.StringIO()
        call_command("match", str(matching.SEEDS / "demo" / "needs" / f"{name}.json"), stdout=printed)
        document = json.loads(printed.getvalue())
        need = matching.rules.parse_need(matching.document(name), matching.known())
        same = matching.rules.match(need, matching.candidates(), matching.policy()).document()
        for result in [*document["results"], *same["results"]]:
            result.pop("reasons_ko"), result.pop("reasons_en")
        assert document["results"] == same["results"]
        assert {e["dataset"]: e["filter"] for e in document["excluded"]} == {e["dataset"]: e["filter"] for e in same["excluded"]}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{", "JSON"),
        ("[]", "modality"),
        ("{}", "modality"),
        ('{"modality": ["XX"]}', "modality"),
        ('{"modality": ["CT"], "budget_won": -5}', "budget_won"),
    ],
)
def test_match_answers_bad_input_with_a_sentence(tmp_path: Path, text: str, word: str) -> None:
    providers.code_lists()
    path = tmp_path / "need.json"
    path.write_text(text)
    with pytest.raises(CommandError) as error:
        call_command("match", str(path))
    if text == "[]":
        word = "object"
    assert word in str(error.value) and str(path) in str(error.value)


def test_match_names_a_missing_file() -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("match", "/nowhere/need.json")


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        ("datasets.json", {"modality": ["NONSENSE"]}, ["datasets.json", "kcure-cpld-v1", "NONSENSE"]),
        ("datasets.json", {"institution": "nobody"}, ["datasets.json", "kcure-cpld-v1", "nobody"]),
        ("institutions.json", {"region": "MOON"}, ["institutions.json", "snuh", "MOON"]),
    ],
)
def test_a_bad_record_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, change: dict[str, Any], words: list[str]
) -> None:
    for name in ("code_lists", "institutions", "datasets", "rounds"):
        records = json.loads(json.dumps(list(matching.records(name))))
        if f"{name}.json" == file:
            records[0].update(change)
        (tmp_path / f"{name}.json").write_text(json.dumps(records))
    monkeypatch.setattr(reference, "folder", lambda: tmp_path)
    with pytest.raises(reference.BadReference) as error:
        reference.load_reference(io.StringIO())
    assert all(word in str(error.value) for word in words)
    assert not Dataset.objects.exists()


def test_register_refuses_missing_metadata() -> None:
    owner = providers.provider()
    with pytest.raises(Refused):
        providers.dataset(owner, title_en="")


def test_pause_resume_retire_a_dataset() -> None:
    owner = providers.provider()
    dataset = providers.dataset(owner)
    with pytest.raises(NotAllowed):
        actions.pause(dataset_id=dataset.pk, by=providers.provider().user)
    actions.pause(dataset_id=dataset.pk, by=owner.user)
    assert not Dataset.objects.published().exists()
    assert dataset in Dataset.objects.visible_to(owner.user) and dataset not in Dataset.objects.visible_to(None)
    actions.resume(dataset_id=dataset.pk, by=owner.user)
    with pytest.raises(IllegalStep):
        actions.resume(dataset_id=dataset.pk, by=owner.user)
    with pytest.raises(Refused):
        actions.retire(dataset_id=dataset.pk, reason="", by=owner.user)
    assert actions.retire(dataset_id=dataset.pk, reason="자료 종료", by=owner.user).publication == "RETIRED"


def test_search_reads_both_languages() -> None:
    providers.code_lists()
    dataset = providers.dataset(providers.provider(aliases=["가상의료원"]))
    for text in ("폐암", "lung CANCER", "c34", "ct", "가상의료원", "전산화단층", "fictional hospital"):
        assert dataset in queries.fitting_text(Dataset.objects, text), text
    assert dataset not in queries.fitting_text(Dataset.objects, "당뇨")
