"""A project's whole file: asked for by one button, put together by a worker, verified by anybody who holds it."""

import tempfile
import zipfile
from collections.abc import Iterator
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal.documents import actions as documents
from portal.documents.models import Document
from portal.documents.queries import content_of
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from portal.kit.words import moment
from vouchers.agreements.models import Agreement
from vouchers.rounds.models import PolicyVersion
from vouchers.settlements import notices, queries, rules
from vouchers.settlements.models import AuditFile
from vouchers.settlements.queries.auditing import Project

S = rules.AuditFileStatus
OTHERS = 8  # tables, texts and the script beside the papers
STEP = 5  # files after which the progress is written down


@transaction.atomic
def ask_audit_file(*, agreement_id: int, by: Any) -> AuditFile:
    """A worker makes it; asked again while it is made, the one under way is given back. Writes: AuditFile WAITING, Event."""
    require(by, "vouchers.make_audit_file")
    agreement = Agreement.objects.select_related("round").get(pk=agreement_id)
    if agreement.activated_at is None:
        raise Refused(_("An agreement has a file once it took force."), "not_in_force")
    row = AuditFile(agreement=agreement, asked_by=by)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "audit_file_one_under_way" not in str(error):
            raise
        return AuditFile.objects.get(agreement=agreement, asked_by=by, status__in=[S.WAITING, S.MAKING])
    journal.record("audit_file.asked", row, by=by, to=row.status, data={"agreement": agreement.ref})
    return row


def make_next_audit_file() -> bool:
    """Claim → make → finish: the archive is written outside any transaction; a worker that dies leaves it to the next one. Returns:
    whether there was one."""
    row = _claim()
    if row is None:
        return False
    try:
        _make(row)
    except Exception as error:
        _give_back(row.pk, repr(error))
        raise
    return True


@transaction.atomic
def _claim() -> AuditFile | None:
    now = clock.now()
    found = queries.waiting_audit_file(now)
    row = AuditFile.objects.select_for_update(skip_locked=True).filter(pk=found).first() if found else None
    if (
        row is None
        or (row.status == S.MAKING and not rules.left_behind(row.claimed_at, now))
        or row.status not in {S.WAITING, S.MAKING}
    ):
        return None
    row.status = rules.AUDIT_LIFECYCLE.step(row.status, "claim")
    row.claimed_at, row.tries, row.done = now, row.tries + 1, 0
    row.save()
    return row


@transaction.atomic
def _give_back(audit_file_id: int, reason: str) -> None:
    """Once more, and after the last try a person is told. Writes: AuditFile, Event, Notice."""
    row = AuditFile.objects.select_for_update(of=("self",)).select_related("agreement", "asked_by").get(pk=audit_file_id)
    row.status = rules.AUDIT_LIFECYCLE.step(row.status, "give_back" if row.tries < rules.TRIES else "fail")
    row.reason, row.claimed_at = reason[:300], None
    row.save()
    if row.status == S.FAILED:
        journal.record("audit_file.failed", row, by=None, frm=S.MAKING, to=row.status, reason=row.reason)
        notices.audit_file_failed(row)


def _make(row: AuditFile) -> None:
    agreement = Agreement.objects.select_related("award__application", "company", "round").get(pk=row.agreement_id)
    project = Project(agreement)
    papers = list(project.documents())
    _progress(row, 0, len(papers) + OTHERS)
    sums: dict[str, str] = {}
    with tempfile.TemporaryFile() as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for done, (name, content) in enumerate(_parts(row, project, papers), 1):
                _put(archive, name, content, sums)
                if not done % STEP:
                    _progress(row, done, len(papers) + OTHERS)
            manifest = rules.manifest(sums).encode()
            _put(archive, "SHA256SUMS", manifest, {})
        _finish(row.pk, File(out, name=f"{agreement.number}.zip"), rules.sha256(manifest))


def _put(archive: zipfile.ZipFile, name: str, content: bytes, sums: dict[str, str]) -> None:
    """The same content gives the same bytes: no time of day stands in it."""
    archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    sums[name] = rules.sha256(content)


def _parts(row: AuditFile, project: Project, papers: list[Document]) -> Iterator[tuple[str, bytes]]:
    """(name in the archive, content), one after the other."""
    listed = []
    for paper in papers:
        name = f"documents/{paper.ref}-{paper.name}"
        content = content_of(paper)
        listed.append(
            (name, paper.kind, paper.created_at.isoformat(), paper.size, paper.sha256, rules.sha256(content) == paper.sha256)
        )
        yield name, content
    yield "documents.csv", rules.as_table(("file", "kind", "stored_at", "bytes", "sha256_when_stored", "unchanged"), listed)
    events = list(project.events())
    told = ({"content": one.content(), "previous_hash": one.previous_hash, "hash": one.hash} for one in events)
    yield "events.jsonl", rules.as_lines(told)
    acts = (
        (one.at.isoformat(), one.name, one.subject_ref, str(one.by or ""), " ".join(one.roles), one.frm, one.to, one.reason)
        for one in sorted(events, key=lambda one: (one.at, one.pk))
    )  # fmt: skip
    yield "approvals.csv", rules.as_table(("at", "event", "subject", "by", "roles", "from", "to", "reason"), acts)
    money = (
        (one.event.at.isoformat(), one.event.ref, one.event.kind, one.event.fiscal_year, one.account.kind, one.account.owner_ref, one.amount_won,
         one.event.reason, one.event.key)
        for one in project.entries()
    )  # fmt: skip
    head = ("at", "event", "movement", "fiscal_year", "pot", "owner", "amount_won", "reason", "booked_once_for")
    yield "ledger.csv", rules.as_table(head, money)
    versions = PolicyVersion.objects.filter(round=project.agreement.round).order_by("number")
    yield "policy.json", rules.as_json(list(versions.values("number", "body", "reason", "created_at")))
    yield "proofs.json", rules.as_json(project.proofs())
    address = journal.absolute("/settlements/verify/", "ko")
    guide = rules.GUIDE.format(number=project.agreement.number, made_at=moment(clock.now()), address=address)
    yield "README.txt", guide.encode()
    yield "check.py", rules.CHECK.encode()


@transaction.atomic
def _progress(row: AuditFile, done: int, total: int) -> None:
    AuditFile.objects.filter(pk=row.pk, status=S.MAKING).update(done=done, total=total, claimed_at=clock.now())


@documents.all_or_nothing()
def _finish(audit_file_id: int, file: Any, manifest_sha256: str) -> None:
    """Writes: Document, AuditFile READY, Event, Notice to who asked. One that another worker finished meanwhile stays as it is."""
    row = AuditFile.objects.select_for_update(of=("self",)).select_related("agreement", "asked_by").get(pk=audit_file_id)
    if row.status != S.MAKING:
        return
    document = documents.store_made(file=file, media_type="application/zip", kind="audit_file")
    row.status = rules.AUDIT_LIFECYCLE.step(row.status, "finish")
    row.document, row.sha256, row.manifest_sha256 = document, document.sha256, manifest_sha256
    row.done, row.reason = row.total, ""
    row.save()
    journal.record(
        "audit_file.made",
        row,
        by=None,
        frm=S.MAKING,
        to=row.status,
        data={"sha256": row.sha256, "manifest_sha256": manifest_sha256},
    )
    notices.audit_file_ready(row)
