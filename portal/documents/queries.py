"""Questions about files: who owns them, which wait for the scanner."""

from typing import Any

from django.db.models import Q

from portal.accounts.queries import organisation_ids_of
from portal.documents import rules
from portal.documents.models import Document


def owns(user: Any, document: Document) -> bool:
    """The reader uploaded the file, or holds a role in the organisation whose file it is."""
    if document.uploaded_by_id is not None and document.uploaded_by_id == user.pk:
        return True
    return document.organisation_id is not None and document.organisation_id in organisation_ids_of(user)


def may_open(user: Any, document: Document) -> bool:
    return rules.may_open(document.scan_state, owns(user, document))


def waiting_for_scan(limit: int = 200) -> list[int]:
    """Ids of files that the scanner has not seen, the oldest first."""
    unseen = Q(scan_state=rules.ScanState.QUARANTINED) | Q(scan_state=rules.ScanState.UNSCANNED, is_generated=False)
    return list(Document.objects.filter(unseen).order_by("created_at").values_list("pk", flat=True)[:limit])
