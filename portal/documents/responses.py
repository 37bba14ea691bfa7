"""The only way out for a file. The owning room's view fetched its row by visible_to before it comes here."""

from typing import Any

from django.http import FileResponse, Http404
from django.utils.translation import gettext_lazy as _

from portal.documents import queries, rules
from portal.documents.models import Document
from portal.kit.errors import NotAllowed, Refused


def download(document: Document, *, by: Any, inline: bool = False) -> FileResponse:
    """Streams the file as an attachment. inline: only for PDFs that the portal made, shown in the browser.

    Raises: Refused while the file waits for the scan or was found infected; NotAllowed for an unscanned file of another
    organisation; Http404 when the stored file is gone.
    """
    match document.scan_state:
        case rules.ScanState.QUARANTINED:
            raise Refused(_("This file is still being checked for viruses. Try again in a few minutes."), "quarantined")
        case rules.ScanState.INFECTED:
            raise Refused(_("The virus scan refused this file. Ask its owner to upload a clean one."), "infected")
    if not queries.may_open(by, document):
        raise NotAllowed(
            _("This file was not scanned for viruses, so only the organisation that uploaded it may open it."), "unscanned"
        )
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
