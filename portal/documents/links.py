"""How a page shows a file. A link that would end in a refusal is none."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.documents import queries
from portal.documents.models import Document


def link(document: Document, address: str, *, by: Any) -> SafeString:
    """The file's name as a link for whoever may open it; else the name with the reason, so that no link ends in a refusal.

    by None: somebody outside the file's organisation (the admin's columns know no reader).
    """
    closed = queries.closed_because(by, document)
    if closed:
        return format_html('<span>{}</span> <span class="small muted">{}</span>', document.name, closed)
    return format_html('<a class="underline" href="{}">{}</a>', address, document.name)
