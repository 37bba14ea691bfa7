"""The clock's door to the virus scanner."""

from typing import BinaryIO, cast

import structlog
from celery import shared_task
from django.conf import settings

from portal.documents import actions, gateways, queries
from portal.documents.models import Document

log = structlog.get_logger("documents")


@shared_task(name="documents.scan_waiting")
def scan_waiting() -> int:
    """Shows every unseen file to the scanner. Returns files that got a verdict. Without CLAMD_URL: does nothing.

    Asking twice is harmless, so nothing is claimed; a scanner that does not answer leaves the rest for the next sweep.
    """
    if not settings.CLAMD_URL:
        return 0
    scanner, done = gateways.version(settings.CLAMD_URL), 0
    for document in Document.objects.filter(pk__in=queries.waiting_for_scan()).order_by("created_at"):
        try:
            with document.file.open("rb") as file:
                verdict = gateways.scan(cast(BinaryIO, file), settings.CLAMD_URL)
        except FileNotFoundError:
            log.error("document_file_missing", document=document.ref)
            continue
        except gateways.TooLarge as error:  # this file alone is beyond the scanner; it stays in quarantine
            log.error("document_beyond_scanner", document=document.ref, size=document.size, error=str(error))
            actions.postpone_scan(document_id=document.pk, note=str(error))
            continue
        except gateways.NoAnswer as error:
            log.warning("scanner_silent", document=document.ref, error=str(error))
            break
        actions.settle_scan(document_id=document.pk, clean=verdict.clean, note=verdict.found or scanner)
        done += 1
    return done


@shared_task(name="documents.remove_erased")
def remove_erased() -> int:
    """Tries again what could not be removed when it was erased."""
    return actions.remove_erased()
