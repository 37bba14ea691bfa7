"""The only way out for a file. The owning room's view fetched its row by visible_to before it comes here."""

from typing import Any

from django.http import FileResponse, Http404

from portal.documents import queries, rules
from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit.errors import NotAllowed, Refused
from portal.kit.models import Row


def download(document: Document, *, by: Any, case: Row, inline: bool = False) -> FileResponse:
    """Streams the file as an attachment. inline: only for PDFs that the portal made, shown in the browser.

    case: the row whose page leads to the file. Writes: AccessLog (of the case) unless the file is the reader's own.

    Raises: Refused while the file waits for the scan or was found infected; NotAllowed for an unscanned file of another
    organisation; Http404 when the stored file is gone.
    """
    closed = queries.closed_because(by, document)
    if closed:
        kind = NotAllowed if document.scan_state == rules.ScanState.UNSCANNED else Refused
        raise kind(closed, document.scan_state.lower())
    try:
        file = document.file.storage.open(document.file.name or "", "rb")
    except FileNotFoundError as error:
        raise Http404 from error
    if not queries.owns(by, document):
        persons = [one.ref for one in (document.organisation, document.uploaded_by) if one is not None]
        journal.saw(by, case, persons=persons, what=f"file {document.ref}")
    shown = inline and document.is_generated and document.media_type == "application/pdf"
    response = FileResponse(file, as_attachment=not shown, filename=document.name, content_type=document.media_type)
    response["Content-Length"] = str(document.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
