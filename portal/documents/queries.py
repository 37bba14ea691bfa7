"""Questions about files: who owns them, which wait for the scanner."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.functional import Promise

from portal.accounts.queries import organisation_ids_of
from portal.documents import rules
from portal.documents.models import Document
from portal.kit import clock


def owns(user: Any, document: Document) -> bool:
    """The reader uploaded the file, or holds a role in the organisation whose file it is. user None: an unknown outsider."""
    if user is None:
        return False
    if document.uploaded_by_id is not None and document.uploaded_by_id == user.pk:
        return True
    return document.organisation_id is not None and document.organisation_id in organisation_ids_of(user)


def closed_because(user: Any, document: Document) -> Promise | str:
    """Why this reader may not open the file, as a sentence; empty when they may. Reads only the reader's own grants."""
    return rules.closed_because(document.scan_state, owns(user, document))


def may_open(user: Any, document: Document) -> bool:
    return rules.may_open(document.scan_state, owns(user, document))


def not_taken_because(documents: Iterable[Document | None]) -> str:
    """Why these files may not be accepted as evidence now: the first reason, as a sentence; empty when all may."""
    for document in documents:
        if document is not None and (reason := rules.not_taken_because(document.scan_state, bool(settings.CLAMD_URL))):
            return str(reason) % {"name": document.name}
    return ""


def content_of(document: Document) -> bytes:
    """What the file holds, for a room's worker that reads it; never for a page. Raises FileNotFoundError."""
    with document.file.open("rb") as file:
        return bytes(file.read())


def is_used(document: Document) -> bool:
    """Does any row of any room point to this file?"""
    links = [one for one in Document._meta.get_fields(include_hidden=True) if one.one_to_many or one.one_to_one]
    return any(link.related_model._default_manager.filter(**{link.field.name: document}).exists() for link in links)  # type: ignore[union-attr]


def erased_with_content() -> Iterator[Document]:
    """Files erased within the last RETRY_DAYS whose content the storage still holds."""
    for document in Document.objects.filter(erased_at__gt=clock.now() - timedelta(days=rules.RETRY_DAYS)).only("ref", "file"):
        if document.file.storage.exists(document.file.name or ""):
            yield document


def waiting_for_scan(limit: int = 200) -> list[int]:
    """Ids of files that the scanner has not seen, the oldest first; one that it could not take rests for an hour."""
    unseen = Q(scan_state=rules.ScanState.QUARANTINED) | Q(scan_state=rules.ScanState.UNSCANNED, is_generated=False)
    resting = ~Q(scan_note="") & Q(updated_at__gt=clock.now() - timedelta(hours=1))
    return list(
        Document.objects.filter(unseen, erased_at__isnull=True)
        .exclude(resting)
        .order_by("created_at")
        .values_list("pk", flat=True)[:limit]
    )
