"""The only way out for a file. The owning room's view fetched its row by visible_to before it comes here."""

from typing import Any

from django.http import FileResponse, Http404
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.documents import queries, rules
from portal.documents.models import Document
from portal.kit.errors import NotAllowed, Refused


def link(document: Document, address: str, *, by: Any) -> SafeString:
    """The file's name as a link for whoever may open it; else the name with the reason, so that no link ends in a refusal.

    by None: somebody outside the file's organisation (the admin's columns know no reader).
    """
    closed = queries.closed_because(by, document)
    if closed:
        return format_html('<span>{}</span> <span class="small muted">{}</span>', document.name, closed)
    return format_html('<a class="underline" href="{}">{}</a>', address, document.name)


def download(document: Document, *, by: Any, inline: bool = False) -> FileResponse:
    """Streams the file as an attachment. inline: only for PDFs that the portal made, shown in the browser.

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
    shown = inline and document.is_generated and document.media_type == "application/pdf"
    response = FileResponse(file, as_attachment=not shown, filename=document.name, content_type=document.media_type)
    response["Content-Length"] = str(document.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
