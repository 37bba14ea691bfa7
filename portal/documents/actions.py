"""Files come in here: checked, hashed, quarantined. Who may attach a file is asked by the owning room's action."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.documents import queries, rules
from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.errors import Refused
from portal.kit.models import make_ref

log = structlog.get_logger("documents")

_stored: ContextVar[list[tuple[Any, str]] | None] = ContextVar("stored", default=None)


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """A file and what is done with it are one: when anything in the block fails, neither its rows nor the stored file stay.

    One database transaction, which alone would leave the file behind. May stand inside another block of its kind.
    """
    around, mine = _stored.get(), list[tuple[Any, str]]()
    token = _stored.set(mine)
    try:
        with transaction.atomic():
            yield
    except BaseException:
        for storage, name in mine:
            storage.delete(name)
        raise
    finally:
        _stored.reset(token)
    if around is not None:
        around.extend(mine)


@all_or_nothing()
def upload(
    *, file: Any, kind: str, organisation: Any = None, by: Any, field: str = "file", types: Mapping[str, str] = rules.TYPES
) -> Document:
    """Takes an uploaded file. file: django UploadedFile; kind: what it is for ("CERTIFICATE"); field: of the form; types: those of
    an office's documents, or rules.CATALOGUES, rules.ANSWERS.

    Writes: the file, Document (QUARANTINED, or UNSCANNED where no scanner is set up), Event document.uploaded.
    Raises: Refused with a sentence for a wrong type, content, size or name.
    """
    name = rules.clean_name(file.name or "")
    if not rules.extension(name):
        raise Refused(_("The file has no usable name. Give it a name such as “plan.pdf” and upload it again."), "name", field)
    media_type = rules.inspect(file, name, file.size, settings.MAX_UPLOAD_BYTES, field, types)
    state = rules.ScanState.QUARANTINED if settings.CLAMD_URL else rules.ScanState.UNSCANNED
    return _store(
        file, name=name, media_type=media_type, kind=kind, organisation=organisation, by=by, state=state, generated=False
    )


def require_taken(documents: Iterable[Document | None]) -> None:
    """Only files that the virus scan does not hold count as evidence. Writes nothing. Raises: Refused naming the file."""
    if reason := queries.not_taken_because(documents):
        raise Refused(reason, "file_held")


@all_or_nothing()
def store_generated(*, name: str, content: bytes, media_type: str, kind: str, organisation: Any = None, by: Any) -> Document:
    """Keeps a file that the portal made itself (agreement, certificate). Writes: the file, Document CLEAN, Event."""
    return _store(
        ContentFile(content, name=name), name=rules.clean_name(name), media_type=media_type, kind=kind,
        organisation=organisation, by=by, state=rules.ScanState.CLEAN, generated=True,
    )  # fmt: skip


@all_or_nothing()
def store_made(*, file: Any, media_type: str, kind: str) -> Document:
    """As store_generated, for a large file that the portal wrote on disk and that is nobody's own. file: django File with its name.
    Writes: the file, Document CLEAN, Event."""
    return _store(
        file, name=rules.clean_name(file.name or ""), media_type=media_type, kind=kind, organisation=None, by=None,
        state=rules.ScanState.CLEAN, generated=True,
    )  # fmt: skip


def _store(
    file: Any, *, name: str, media_type: str, kind: str, organisation: Any, by: Any, state: str, generated: bool
) -> Document:
    digest = hashlib.sha256()
    file.seek(0)
    for piece in file.chunks(1 << 20):
        digest.update(piece)
    file.seek(0)
    document = Document(
        ref=make_ref(Document.REF_PREFIX),
        organisation=organisation,
        uploaded_by=by,
        kind=kind,
        name=name,
        media_type=media_type,
        size=file.size,
        sha256=digest.hexdigest(),
        scan_state=state,
        is_generated=generated,
    )
    stored_as = f"{document.ref}.{rules.extension(name) or 'bin'}"
    kept = _stored.get()
    assert kept is not None, "only within all_or_nothing"
    kept.append((document.file.storage, document.file.field.generate_filename(document, stored_as)))  # half a file goes too
    document.file.save(stored_as, file, save=False)
    document.save()
    journal.record(
        "document.stored" if generated else "document.uploaded",
        document,
        by=by,
        to=state,
        organisations=[organisation.pk] if organisation is not None else [],
        data={"kind": kind, "sha256": document.sha256, "size": document.size},
    )
    return document


@transaction.atomic
def postpone_scan(*, document_id: int, note: str) -> None:
    """A file that the scanner cannot take is shown to it again an hour later. Writes: Document.scan_note, updated_at."""
    Document.objects.filter(pk=document_id).update(scan_note=note[:200], updated_at=clock.now())


@transaction.atomic
def settle_scan(*, document_id: int, clean: bool, note: str = "") -> Document:
    """The scanner's verdict. An infected file's content is removed after commit, and its owner is told.

    note: what was found, or which scanner found nothing.

    Writes: Document, Event document.passed_scan or document.failed_scan, Notice document_infected.
    """
    document = Document.objects.select_for_update().get(pk=document_id)
    if document.scan_state not in {rules.ScanState.QUARANTINED, rules.ScanState.UNSCANNED}:
        return document
    before = document.scan_state
    document.scan_state = rules.LIFECYCLE.step(before, "pass_scan" if clean else "fail_scan")
    document.scanned_at, document.scan_note = clock.now(), note[:200]
    document.save()
    journal.record(
        "document.passed_scan" if clean else "document.failed_scan",
        document,
        by=None,
        frm=before,
        to=document.scan_state,
        reason="" if clean else note,
        organisations=sorted(document.organisation_ids()),
    )
    if not clean:
        stored, name = document.file.storage, document.file.name
        transaction.on_commit(lambda: stored.delete(name or ""))
        if document.uploaded_by is not None:
            journal.tell(
                "document_infected", app="documents", subject=document, to=[document.uploaded_by], url="/home/",
                context={"name": document.name},
            )  # fmt: skip
    return document


@transaction.atomic
def erase(*, document_id: int, by: Any) -> bool:
    """A file that nothing points to any more: its content is removed after commit, its name at once; the fingerprint stays.

    Returns: whether it was erased; a file that still stands somewhere is left alone. Writes: Document, Event document.erased.
    """
    document = Document.objects.select_for_update().get(pk=document_id)
    if document.erased_at is not None or queries.is_used(document):
        return False
    document.erased_at, document.name = clock.now(), document.ref
    document.save()
    journal.record("document.erased", document, by=by, organisations=sorted(document.organisation_ids()))
    transaction.on_commit(lambda: _remove_content(document), robust=True)  # `remove_erased` tries again
    return True


def remove_erased() -> int:
    """The content of erased files that is still there: the storage was silent, or the process ended. Idempotent (sweep).

    Returns: how many files went.
    """
    return sum(_remove_content(document) for document in queries.erased_with_content())


def _remove_content(document: Document) -> bool:
    """One storage failure stops no other file; it is logged, and the next sweep tries again."""
    try:
        document.file.storage.delete(document.file.name or "")
    except Exception:
        log.exception("erased_file_stays", document=document.ref)
        return False
    return True
