"""A catalogue comes in by the browser: upload, progress, report, table; owner, colleague, stranger, anonymous."""

import csv
import io
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.rules import Role
from portal.documents import actions as documents
from portal.documents.models import Document
from portal.journal.models import Notice
from portal.kit import clock
from providers.catalogue import actions, tasks
from providers.catalogue.models import Dataset, Draft, ImportLine, ImportRun
from tests.factories import providers

pytestmark = pytest.mark.django_db
PAGE = "/providers/imports/"
HEAD = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
TURTLE = HEAD + "".join(
    f'<https://data.hospital.example/d/{n}> a dcat:Dataset ; dct:identifier "h-{n}" ; dct:title "자료 {n}"@ko ; dcat:theme <http://x.example/{n}> .\n'
    for n in range(3)
)


@pytest.fixture
def owner() -> providers.Provider:
    providers.code_lists()
    return providers.provider("fictional")


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def upload(client: Client, content: str | bytes = TURTLE, name: str = "catalogue.ttl", **more: Any) -> Any:
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())
    return client.post(PAGE, {"file": file, **more})


def text(answer: Any) -> str:
    return answer.content.decode()  # type: ignore[no-any-return]


def test_from_the_file_to_the_report_and_the_table(owner) -> None:
    client = browser(owner.user)
    answer = upload(client, institution=owner.institution.pk)
    run = ImportRun.objects.get()
    assert answer.status_code == 303 and answer["Location"] == f"{PAGE}{run.ref}/"
    waiting = text(client.get(answer["Location"]))
    assert "문서를 읽고 있습니다" in waiting and "가져오기 멈추기" in waiting
    assert tasks.go_on_imports() == 1
    run.refresh_from_db()
    assert (run.state, run.created, run.total) == ("DONE", 3, 3)
    page = text(client.get(answer["Location"]))
    dataset = Dataset.objects.get(title_ko="자료 0")
    assert f"/providers/datasets/{dataset.key}/" in page and "http://x.example/0" in page and "게시하려면" in page
    table = client.get(f"{PAGE}{run.ref}.csv")
    rows = list(csv.reader(io.StringIO(b"".join(table.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 4 and rows[1][:4] == ["1", "h-0", "자료 0", "CREATED"] and rows[1][4] == dataset.key
    assert "가져오기를 마쳤습니다" in Notice.objects.get(template="import_finished").title
    listed = text(client.get(PAGE))
    assert "catalogue.ttl" in listed and f"{PAGE}{run.ref}/" in listed
    assert client.get(f"/providers/datasets/{dataset.key}/").status_code == 200


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.ttl", "빈 파일|비어"),
        (b"PK\x03\x04" + b"\0" * 100, "a.ttl", "TTL"),
        (b"PK\x03\x04" + b"\0" * 100, "a.xlsx", "TTL"),
        (b"text", "a", "이름|TTL"),
    ],
)
def test_what_is_no_catalogue_is_refused_at_once_with_a_sentence(owner, content, name, words) -> None:
    answer = upload(browser(owner.user), content, name, institution=owner.institution.pk)
    assert answer.status_code == 422 and not ImportRun.objects.exists() and not Document.objects.exists()
    assert any(one in text(answer) for one in words.split("|")) and 'aria-invalid="true"' in text(answer)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (HEAD + "<https://a.example/> a dcat:Dataset ; ", "문장 중간에서 끝났습니다"),
        (HEAD + "<https://a.example/> is what ; .\n", "2번째 줄, “"),
        ('{"@context": "https://evil.example/c", "@type": "Dataset"}', "evil.example"),
        ("<!DOCTYPE html><html></html>", "웹 페이지"),
        ("가나다".encode("cp949") + b" <a>", "UTF-8"),
    ],
)
def test_a_broken_document_is_given_up_with_the_reason_and_nothing_is_saved(owner, content, words) -> None:
    client = browser(owner.user)
    page = upload(client, content, "a.jsonld" if str(content).startswith("{") else "a.ttl", institution=owner.institution.pk)[
        "Location"
    ]
    tasks.go_on_imports()
    run = ImportRun.objects.get()
    assert run.state == "FAILED" and not Dataset.objects.exists()
    assert words in text(client.get(page)) and words in Notice.objects.get(template="import_failed").body
    assert "evil.example" not in words or "evil.example" in text(client.get(f"/en{page}"))


def test_owner_colleague_stranger_and_anonymous(owner) -> None:
    upload(browser(owner.user), institution=owner.institution.pk)
    tasks.go_on_imports()
    run = ImportRun.objects.get()
    colleague = providers.person(Role.PROVIDER_MANAGER, owner.organisation)
    stranger, secretary = providers.provider("elsewhere"), providers.person(Role.PROVIDER_DRB_SECRETARY, owner.organisation)
    for path in (f"{PAGE}{run.ref}/", f"{PAGE}{run.ref}.csv"):
        assert browser(owner.user).get(path).status_code == browser(colleague).get(path).status_code == 200
        assert browser(stranger.user).get(path).status_code == 404
        assert browser(secretary).get(path).status_code == 403
        assert Client().get(path).status_code == 302
    assert "catalogue.ttl" not in text(browser(stranger.user).get(PAGE))
    assert browser(stranger.user).post(f"{PAGE}{run.ref}/stop/").status_code == 404
    answer = upload(browser(stranger.user), institution=owner.institution.pk)
    assert answer.status_code == 422 and ImportRun.objects.count() == 1  # no choice of the form


def test_the_registrar_imports_for_whoever_the_records_name(owner) -> None:
    registrar = browser(providers.person(Role.OPERATOR_CASE))
    named = TURTLE.replace(
        "dcat:theme <http://x.example/1>", 'dct:publisher [ <http://xmlns.com/foaf/0.1/name> "가상병원 fictional"@ko ]'
    )
    page = upload(registrar, named)["Location"]
    tasks.go_on_imports()
    run = ImportRun.objects.get()
    assert (run.created, run.refused) == (1, 2)
    shown = text(registrar.get(page))
    assert "어느 기관의 데이터인지 알 수 없습니다" in shown and "/admin/providers/dataset/" in shown
    assert Dataset.objects.get().origin == "SOURCE"


def test_the_progress_is_told_alone_and_the_end_reloads_the_page(owner) -> None:
    client = browser(owner.user)
    page = upload(client, institution=owner.institution.pk)["Location"]
    part = client.get(page, headers={"HX-Request": "true"})
    assert part.status_code == 200 and "<html" not in text(part) and 'hx-trigger="every 2s"' in text(part)
    tasks.go_on_imports()
    assert client.get(page, headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_a_stopped_import_says_so(owner) -> None:
    client = browser(owner.user)
    page = upload(client, institution=owner.institution.pk)["Location"]
    assert client.post(f"{page}stop/").status_code == 303
    assert "가져오기를 멈췄습니다" in text(client.get(page)) and tasks.go_on_imports() == 0
    assert client.post(f"{page}stop/").status_code == 303  # a second click
    assert ImportRun.objects.get().state == "STOPPED"


def test_a_file_waits_for_the_virus_scan_and_an_infected_one_is_not_read(owner, settings) -> None:
    settings.CLAMD_URL = "tcp://127.0.0.1:1"
    upload(browser(owner.user), institution=owner.institution.pk)
    assert tasks.go_on_imports() == 0 and ImportRun.objects.get().state == "WAITING"
    documents.settle_scan(document_id=Document.objects.get().pk, clean=False, note="Eicar")
    assert tasks.go_on_imports() == 1
    run = ImportRun.objects.get()
    assert (run.state, run.reason["code"]) == ("FAILED", "infected") and not Dataset.objects.exists()


def test_a_run_that_takes_long_is_given_back_and_goes_on(owner, monkeypatch) -> None:
    upload(browser(owner.user), institution=owner.institution.pk)
    monkeypatch.setattr(tasks, "BATCH", 1)
    moments = iter([0.0, 0.0, tasks.RUN_SECONDS + 1])
    monkeypatch.setattr(tasks, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    taken = actions.take_up(now=clock.now())
    tasks._go_through(taken)
    run = ImportRun.objects.get()
    assert (run.state, run.done) == ("WAITING", 1)
    monkeypatch.undo()
    assert tasks.go_on_imports() == 1
    run.refresh_from_db()
    assert (run.state, run.created, run.done) == ("DONE", 3, 3) and ImportLine.objects.count() == 3


def test_a_fault_of_the_portal_gives_the_run_up_and_says_so(owner, monkeypatch) -> None:
    upload(browser(owner.user), institution=owner.institution.pk)
    monkeypatch.setattr(tasks.reading, "read", lambda *_args, **_more: 1 / 0)
    tasks.go_on_imports()
    assert ImportRun.objects.get().reason["code"] == "unread" and not Draft.objects.exists()


def test_pages_of_one_and_of_thirty_records_cost_the_same(owner) -> None:
    client = browser(owner.user)

    def cost(n: int) -> int:
        many = HEAD + "".join(f'<https://h.example/{n}-{i}> a dcat:Dataset ; dct:title "자료 {i}"@ko .\n' for i in range(n))
        page = upload(client, many, institution=owner.institution.pk)["Location"]
        tasks.go_on_imports()
        client.get(page)
        with CaptureQueriesContext(connection) as asked:
            client.get(page)
            client.get(PAGE)
        return len(asked)

    assert cost(1) == cost(30)
