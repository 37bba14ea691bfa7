"""A project's whole file: made by a worker, whoever dies; whole; and telling by itself when a byte of it is changed."""

import hashlib
import io
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client

from portal.documents.queries import content_of
from portal.journal.models import AccessLog, Notice
from portal.kit import clock
from portal.kit.errors import NotAllowed
from tests.doors import as_
from tests.factories import settling as s
from tests.factories.providers import person
from vouchers.settlements import actions, tasks
from vouchers.settlements.actions import auditing
from vouchers.settlements.models import AuditFile

pytestmark = pytest.mark.django_db


def made(at):
    auditor = person("AUDITOR")
    row = actions.ask_audit_file(agreement_id=at.agreement.pk, by=auditor)
    assert tasks.make_audit_files() == 1 and tasks.make_audit_files() == 0
    row.refresh_from_db()
    return auditor, row


def unpacked(row, folder):
    content = content_of(row.document)
    assert hashlib.sha256(content).hexdigest() == row.sha256
    zipfile.ZipFile(io.BytesIO(content)).extractall(folder)
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def check(folder):
    """What an auditor runs, offline: fingerprints, then the script in the archive."""
    sums = subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False)
    chains = subprocess.run([sys.executable, "-I", "check.py"], cwd=folder, capture_output=True, text=True, check=False)
    return sums.returncode == 0, chains.returncode == 0, chains.stdout


def test_the_archive_is_whole_and_proves_itself(tmp_path):
    at, _desk, settlement = s.fixed(interest_won=1_000)
    auditor, row = made(at)
    assert (
        row.status == "READY"
        and row.done == row.total
        and Notice.objects.filter(template="audit_file_ready", user=auditor).exists()
    )
    names = unpacked(row, tmp_path)
    assert {
        "README.txt",
        "SHA256SUMS",
        "check.py",
        "events.jsonl",
        "approvals.csv",
        "ledger.csv",
        "policy.json",
        "proofs.json",
        "documents.csv",
    } <= names
    assert (
        sum(name.startswith("documents/") for name in names) >= 6
    )  # agreement, deliverable, invoice, own share, evidence, report
    events, money = (tmp_path / "events.jsonl").read_text(), (tmp_path / "ledger.csv").read_text(encoding="utf-8-sig")
    for told in (
        "application.submitted",
        "agreement.signed",
        "milestone.",
        "disbursement.approved",
        "settlement.confirmed",
        "money.paid",
    ):
        assert told in events, told
    assert settlement.ref in events and money.count("PAID") >= 2 and "False" not in (tmp_path / "documents.csv").read_text()
    assert check(tmp_path)[:2] == (True, True) and check(tmp_path)[2].startswith("OK: ")
    manifest = (tmp_path / "SHA256SUMS").read_bytes()
    assert hashlib.sha256(manifest).hexdigest() == row.manifest_sha256
    for name, old, new, sums_alone in (
        ("events.jsonl", "disbursement.approved", "disbursement.returned", False), ("ledger.csv", ",320000000,", ",320000001,", False),
        ("policy.json", '"0.85"', '"0.95"', True),
    ):  # fmt: skip
        kept = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(kept.replace(old.encode(), new.encode(), 1))
        sums, chains, _words = check(tmp_path)
        assert not sums and chains is sums_alone, name
        (tmp_path / name).write_bytes(kept)
    assert "인터넷 없이" in (tmp_path / "README.txt").read_text() and "offline" in (tmp_path / "README.txt").read_text()


def test_who_may_have_it_made_and_each_download_is_written_down():
    at, desk, row = s.ended()
    with pytest.raises(NotAllowed):
        actions.ask_audit_file(agreement_id=at.agreement.pk, by=at.operator)
    path = f"/settlements/audit/of/{at.agreement.ref}/"
    assert [as_(who).post(path).status_code for who in (at.company, at.manager, at.operator)] == [403] * 3
    assert Client().post(path).status_code == 302
    auditor = person("AUDITOR")
    place = as_(auditor).post(path)["Location"]
    assert as_(auditor).post(path)["Location"] == place  # asked twice, made once
    waiting = as_(auditor).get(place).content.decode()
    assert "every 3s" in waiting and as_(auditor).get(f"{place}download/").status_code == 404
    assert tasks.make_audit_files() == 1
    page = as_(auditor).get(f"/en{place}").content.decode()
    assert "Download the archive" in page and "every 3s" not in page and "sha256sum -c" in page
    before = AccessLog.objects.filter(by=auditor, task__startswith="file ").count()
    for _turn in range(2):
        answer = as_(auditor).get(f"{place}download/")
        assert answer.status_code == 200 and answer["Content-Type"] == "application/zip"
    assert AccessLog.objects.filter(by=auditor, task__startswith="file ").count() >= before + 2
    assert [as_(who).get(place).status_code for who in (at.company, at.operator, desk.finance)] == [403, 403, 200]
    assert as_(auditor).get(f"/settlements/{row.ref}/").content.decode().count("과제 전체 파일 만들기") == 1
    assert "과제 전체 파일 만들기" not in as_(at.company).get(f"/settlements/{row.ref}/").content.decode()
    papers = as_(auditor).get("/admin/documents/document/").content.decode()
    assert "과제 전체 파일" in papers and "Audit file" not in papers
    assert as_(auditor).get(f"/admin/vouchers/auditfile/{AuditFile.objects.get().pk}/change/").status_code == 200


def test_anybody_verifies_the_list_of_fingerprints(tmp_path):
    at, _desk, _row = s.ended()
    _auditor, row = made(at)
    unpacked(row, tmp_path)
    manifest, path = (tmp_path / "SHA256SUMS").read_bytes(), "/settlements/verify/"

    def sent(content):
        return Client().post(path, {"file": SimpleUploadedFile("SHA256SUMS", content)}).content.decode()

    assert Client().get(path).status_code == 200 and Client().post(path, {}).status_code == 422
    assert at.agreement.number in sent(manifest) and at.agreement.number in sent(content_of(row.document))
    changed = sent(manifest.replace(b"a", b"b", 1))
    assert "포털이 만든 파일이 아닙니다" in changed and at.agreement.number not in changed


def test_a_worker_that_dies_leaves_it_to_the_next_and_one_that_fails_tells_a_person(monkeypatch):
    at, _desk, _row = s.ended()
    auditor = person("AUDITOR")
    row = actions.ask_audit_file(agreement_id=at.agreement.pk, by=auditor)
    assert auditing._claim() is not None  # killed right after
    assert tasks.make_audit_files() == 0
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert tasks.make_audit_files() == 1
    row.refresh_from_db()
    assert (row.status, row.tries) == ("READY", 2)
    other = actions.ask_audit_file(agreement_id=at.agreement.pk, by=auditor)
    monkeypatch.setattr(auditing, "_parts", lambda *_given: 1 / 0)
    for _turn in range(3):
        with pytest.raises(ZeroDivisionError):
            tasks.make_audit_files()
    other.refresh_from_db()
    assert (other.status, other.document) == ("FAILED", None) and Notice.objects.filter(
        template="audit_file_failed", user=auditor
    ).exists()


def test_what_the_database_keeps_of_it():
    at, _desk, _row = s.ended()
    _auditor, row = made(at)
    for sql, word in (
        ("UPDATE vouchers_auditfile SET sha256 = repeat('0', 64)", "stays as it was made"), ("DELETE FROM vouchers_auditfile", "never deleted"),
        ("INSERT INTO vouchers_auditfile (ref, created_at, updated_at, version, agreement_id, status, asked_by_id, done, total, tries, sha256, manifest_sha256, reason)"
         " SELECT 'auf-x', created_at, updated_at, 1, agreement_id, 'READY', asked_by_id, 0, 0, 0, '', '', '' FROM vouchers_auditfile", "audit_file_ready_whole"),
        ("INSERT INTO vouchers_auditfile (ref, created_at, updated_at, version, agreement_id, status, asked_by_id, done, total, tries, sha256, manifest_sha256, reason)"
         " SELECT n, created_at, updated_at, 1, agreement_id, 'WAITING', asked_by_id, 0, 0, 0, '', '', '' FROM vouchers_auditfile, (VALUES ('auf-1'), ('auf-2')) v(n)", "audit_file_one_under_way"),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match=word), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert row.status == "READY"
