"""Drafts that were never handed in, and the networks from which others were, are kept no longer than the privacy notice says."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from portal.documents import actions as documents
from portal.journal import actions as journal
from vouchers.applications import queries, rules
from vouchers.applications.actions.drafting import locked
from vouchers.applications.models import Application, ApplicationSection
from vouchers.companies import queries as companies
from vouchers.rounds.models import Round


def forget_drafts(*, now: datetime) -> int:
    """Drafts whose call closed more than DRAFT_DAYS ago: answers, title, comments and files are erased, the empty draft stays.

    Each in its own transaction. Idempotent (sweep). Writes: Application, ApplicationSection, Document, Erasure, Events.
    Returns: how many.
    """
    before = now - timedelta(days=rules.DRAFT_DAYS)
    count = sum(_forget_draft(pk, before, now) for pk in list(queries.drafts_to_forget(before).values_list("pk", flat=True)))
    if count:
        journal.note_erasure(kind="applications.forget_drafts", before=before, count=count)
    return count


@transaction.atomic
def _forget_draft(application_id: int, before: datetime, now: datetime) -> bool:
    """Looks again once the row is locked: the call may have been extended meanwhile. A file that stands elsewhere
    too stays, and so does one on which a company's registration was decided."""
    application = locked(application_id)
    if not queries.drafts_to_forget(before).filter(pk=application_id).exists():
        return False
    ApplicationSection.objects.filter(application=application).update(answers={})
    held: tuple[Any, ...] = (application.application_documents, application.blind_documents)
    files = sorted({document_id for rows in held for document_id in rows.values_list("document_id", flat=True)})
    for rows in held:
        rows.all().delete()
    for document_id in (one for one in files if not companies.was_registration_file(one)):
        documents.erase(document_id=document_id, by=None)
    application.section_comments.all().delete()
    application.title, application.summary, application.forgotten_at = "", "", now
    application.save()
    journal.record("application.forgotten", application, by=None, organisations=application.organisation_ids())
    journal.close_duties(application, by=None)
    return True


def forget_networks(*, now: datetime) -> int:
    """The digests of networks of calls that closed longer ago than their policy keeps them. Idempotent (sweep).

    Writes: Application, Erasure, Event. Returns: how many.
    """
    kept = Application.objects.exclude(network_digest="")
    rounds = Round.objects.filter(pk__in=kept.values("round_id"), closes_at__isnull=False)
    return sum(_forget_networks(one, now) for one in rounds)


@transaction.atomic
def _forget_networks(round_: Round, now: datetime) -> int:
    assert round_.closes_at is not None
    before = now - timedelta(days=round_.policy().signalling.network_days)
    if round_.closes_at > before:
        return 0
    held = Application.objects.exclude(network_digest="").filter(round=round_, submitted_at__lte=before)
    count = held.update(network_digest="")
    if count:
        journal.note_erasure(kind="applications.forget_networks", before=before, count=count)
    return count
