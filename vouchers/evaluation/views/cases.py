"""What the evaluator's pages share: the fetch of an own assignment, the case as it may be read, the mark of an opened page."""

from datetime import datetime
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from portal.kit import clock
from vouchers.applications import queries as applications
from vouchers.evaluation.models import Assignment
from vouchers.evaluation.rules.panels import BEAT_SECONDS

_SALT = "evaluation.reading"


def own_assignment(request: HttpRequest, ref: str) -> Assignment:
    """An evaluator's own. Officers look in the admin."""
    own = Assignment.objects.visible_to(request.user).filter(evaluator_id=request.user.pk)
    wanted = (
        "application__round",
        "application__track",
        "application__company",
        "application__need",
        "application__policy_version",
    )
    row = get_object_or_404(own.select_related(*wanted), ref=ref)
    row.application.title = applications.shown_title(row.application)  # for the pages alone: actions fetch their own row
    return row


def content_of(row: Assignment) -> dict[str, Any]:
    """The application as its room shows it; files come through this assignment."""
    blind = applications.is_blind(row.application)
    found = applications.blind_content(row.application) if blind else applications.content(row.application, for_evaluators=True)
    base = reverse("evaluation:assignment", args=[row.ref]) + "documents/"
    return {"blind": blind, "content": found, "money_rows": applications.amount_rows(found.money), "document_base": base}


def document_of(row: Assignment, document_ref: str) -> Any:
    """A file that counts; in a blind review its blind version alone, whoever guesses the address of an original."""
    if applications.is_blind(row.application):
        return applications.blind_document_of(row.application, document_ref)
    return applications.current_document_of(row.application, document_ref)


def reading_of(row: Assignment) -> dict[str, Any]:
    """What a page needs to report how long it is read. mark, signed: this page of this assignment was made now. The reports carry
    it, so no other moment can be claimed."""
    return {"mark": signing.dumps([row.ref, clock.now().isoformat()], salt=_SALT), "beat_seconds": BEAT_SECONDS}


def read_mark(row: Assignment, text: str) -> datetime | None:
    """When the page was made; None for a mark that is not the portal's, or of another assignment."""
    try:
        ref, opened_at = signing.loads(text, salt=_SALT)
    except signing.BadSignature:
        return None
    return datetime.fromisoformat(opened_at) if ref == row.ref else None
