"""Uploads, the scanner's protocol against a process that speaks it, and the one way out."""

import hashlib
import socket
import socketserver
import struct
import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.http import Http404

from portal.documents import actions, gateways, queries, tasks
from portal.documents.links import link
from portal.documents.models import Document
from portal.documents.responses import download
from portal.journal.models import Event, Notice
from portal.kit import clock
from portal.kit.errors import NotAllowed, Refused
from portal.kit.scanner import EICAR
from tests.factories.accounts import make_member, make_organisation, make_pdf, make_person, make_staff
from tests.factories.files import stored_files

pytestmark = pytest.mark.django_db


class Clamd(socketserver.StreamRequestHandler):
    """INSTREAM as clamd(8) speaks it: z-terminated commands, chunks with a length in network order, zero ends."""

    def handle(self):
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        if command == b"zPING\0":
            self.wfile.write(b"PONG\0")
            return
        assert command == b"zINSTREAM\0"
        data = b""
        while size := struct.unpack("!I", self.rfile.read(4))[0]:
            data += self.rfile.read(size)
            if len(data) > self.server.limit:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.seen.append(data)
        self.wfile.write(self.server.answer or (b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0"))


@pytest.fixture
def clamd(settings):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd) as server:
        server.seen, server.answer, server.limit = [], b"", 10**9
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.CLAMD_URL = f"tcp://127.0.0.1:{server.server_address[1]}"
        yield server
        server.shutdown()


def upload(**facts):
    org = facts.pop("organisation", None) or make_organisation()
    file = facts.pop("file") if "file" in facts else make_pdf()
    return actions.upload(file=file, kind="PLAN", organisation=org, by=facts.pop("by", None), **facts)


def test_upload_hashes_records_and_keeps_the_name():
    person = make_person()
    document = upload(by=person)
    content = document.file.read()
    assert document.sha256 == hashlib.sha256(content).hexdigest() and document.size == len(content)
    assert (document.name, document.media_type, document.scan_state) == ("계획서.pdf", "application/pdf", "UNSCANNED")
    assert "계획서" not in document.file.name and document.ref in document.file.name
    assert Event.objects.filter(subject_ref=document.ref, name="document.uploaded", by=person).exists()
    assert upload().file.name != document.file.name


@pytest.mark.parametrize(("name", "content", "code"), [
    ("a.exe", b"MZ", "type"), ("", b"x", "name"), ("a.pdf", b"not a pdf", "content"), ("pdf", b"%PDF-", "name"),
])  # fmt: skip
def test_upload_refuses_and_stores_nothing(name, content, code):
    file = SimpleUploadedFile(name or "x", content)
    file._name = name
    with pytest.raises(Refused) as refused:
        upload(file=file, field="plan")
    assert (refused.value.code, refused.value.field) == (code, "plan")
    assert not Document.objects.exists()


def explode(*_args, **_more):
    raise RuntimeError("the disk is full, the database went away …")


@pytest.mark.parametrize("where", ["portal.documents.actions.journal.record", "portal.documents.models.Document.save"])
def test_an_upload_that_fails_leaves_nothing_in_the_storage(monkeypatch, where):
    before = stored_files()
    monkeypatch.setattr(where, explode)
    with pytest.raises(RuntimeError):
        upload()
    assert stored_files() == before and not Document.objects.exists()


def test_half_a_file_goes_too(monkeypatch):
    before, storage = stored_files(), Document._meta.get_field("file").storage
    whole = storage._save

    def half(name, content):
        whole(name, content)
        raise OSError("no space left")

    monkeypatch.setattr(storage, "_save", half)
    with pytest.raises(OSError, match="no space"):
        upload()
    assert stored_files() == before


def test_a_file_and_what_is_done_with_it_are_one():
    before = stored_files()
    with pytest.raises(Refused), actions.all_or_nothing():
        with actions.all_or_nothing():
            upload()
        upload()
        raise Refused("no", "no")
    assert stored_files() == before and not Document.objects.exists()
    with actions.all_or_nothing():
        first = upload()
        with pytest.raises(RuntimeError), actions.all_or_nothing():
            upload()
            explode()
    assert Document.objects.get() == first and len(stored_files() - before) == 1


def test_document_is_never_empty_in_the_database():
    document = upload()
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(size=0)


def test_scan_passes_and_refuses(clamd):
    person = make_person()
    clean, bad = upload(by=person), upload(by=person, file=SimpleUploadedFile("b.pdf", b"%PDF-1.4\n" + EICAR + b"\n%%EOF"))
    assert clean.scan_state == "QUARANTINED"
    with pytest.raises(Refused):
        download(clean, by=person, case=clean)
    assert tasks.scan_waiting() == 2 and tasks.scan_waiting() == 0
    clean.refresh_from_db(), bad.refresh_from_db()
    assert (clean.scan_state, bad.scan_state) == ("CLEAN", "INFECTED")
    assert bad.scan_note == "Eicar-Test-Signature"
    assert Notice.objects.get(template="document_infected").user == person
    with pytest.raises(Refused) as refused:
        download(bad, by=person, case=bad)
    assert refused.value.code == "infected"
    assert b"".join(clamd.seen).count(b"%PDF") == 2


def test_scan_fails_closed(clamd, settings):
    document = upload()
    for answer in (b"stream: Something ERROR\0", b"nonsense\0", b"\0", b"stream: OK but\0"):
        clamd.answer = answer
        assert tasks.scan_waiting() == 0
    assert Document.objects.get().scan_note == ""
    clamd.answer, clamd.limit = b"", 10
    assert tasks.scan_waiting() == 0
    assert "size limit" in Document.objects.get().scan_note and queries.waiting_for_scan() == [], "it rests for an hour"
    with clock.at(clock.now() + timedelta(minutes=61)):
        assert queries.waiting_for_scan() == [document.pk]
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        settings.CLAMD_URL = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        assert tasks.scan_waiting() == 0 and not gateways.ping(settings.CLAMD_URL)
    document.refresh_from_db()
    assert document.scan_state == "QUARANTINED"


def test_scanner_that_comes_later_sees_the_unscanned(clamd, settings):
    url, settings.CLAMD_URL = settings.CLAMD_URL, ""
    document = upload()
    assert document.scan_state == "UNSCANNED" and tasks.scan_waiting() == 0
    settings.CLAMD_URL = url
    assert gateways.ping(url) and tasks.scan_waiting() == 1
    document.refresh_from_db()
    assert document.scan_state == "CLEAN"


def test_unscanned_opens_only_for_its_organisation():
    org = make_organisation()
    owner, colleague = make_member(org), make_member(org)
    document = upload(organisation=org, by=owner)
    for reader in (owner, colleague):
        assert download(document, by=reader, case=document).status_code == 200
    for stranger in (make_member(make_organisation()), make_staff("MINISTRY_OFFICER"), make_staff("AUDITOR")):
        with pytest.raises(NotAllowed):
            download(document, by=stranger, case=document)


def test_download_headers_and_stream():
    document = actions.store_generated(
        name="협약서 1.pdf", content=b"%PDF-1.7 generated %%EOF", media_type="application/pdf", kind="AGREEMENT", by=None
    )
    assert document.scan_state == "CLEAN"
    response = download(document, by=make_staff("AUDITOR"), case=document)
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%ED%98%91%EC%95%BD%EC%84%9C%201.pdf"
    assert response["X-Content-Type-Options"] == "nosniff" and "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "private, no-store" and response.streaming
    assert b"".join(response.streaming_content) == b"%PDF-1.7 generated %%EOF"
    assert download(document, by=make_person(), case=document, inline=True)["Content-Disposition"].startswith("inline")
    document.file.storage.delete(document.file.name)
    with pytest.raises(Http404):
        download(document, by=make_person(), case=document)


def test_a_link_is_shown_to_whoever_may_open_the_file_and_the_reason_to_the_others():
    org = make_organisation()
    owner, document = make_member(org), upload(organisation=org)
    assert link(document, "/x/", by=owner) == f'<a class="underline" href="/x/">{document.name}</a>'
    for stranger in (make_staff("OPERATOR_CASE"), None):
        shown = link(document, "/x/", by=stranger)
        assert "<a " not in shown and document.name in shown and "아직 바이러스 검사를 하지 않아" in shown
    document.scan_state = "CLEAN"
    assert "<a " in link(document, "/x/", by=make_staff("OPERATOR_CASE"))
    document.scan_state, document.name = "INFECTED", "<b>.pdf"
    assert "<a " not in link(document, "/x/", by=owner) and "&lt;b&gt;.pdf" in link(document, "/x/", by=owner)
