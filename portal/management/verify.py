"""Does the portal tell the truth? Recomputes chains, seals, sums and stored counts, and names the first row that lies."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Sum

from portal.documents.models import Document
from portal.documents.rules import ScanState
from portal.journal import queries as journal
from portal.journal.models import Event, Seal
from portal.kit import clock
from providers.catalogue import queries as catalogue
from providers.catalogue.models import DatasetVersion, ImportRun
from vouchers.agreements import queries as agreements
from vouchers.agreements.models import AgreementHalt, AgreementVersion
from vouchers.evaluation import queries as evaluation
from vouchers.evaluation.models import Assignment
from vouchers.ledger import queries as ledger
from vouchers.ledger.models import Account, Entry
from vouchers.matching.models import Quote
from vouchers.payments import queries as payments
from vouchers.payments.models import PaymentFile
from vouchers.settlements import queries as settlements
from vouchers.settlements.models import Receipt, SampleItem


@dataclass(frozen=True)
class Check:
    """name: what is compared; rows: how many rows it looks at; faults: a sentence for every row that lies."""

    name: str
    rows: Callable[[], int]
    faults: Callable[[], Iterator[str]]


def ledger_faults() -> Iterator[str]:
    """Balances that are not the sum of their entries, events that do not sum to zero or name another amount."""
    for fault in ledger.faults():
        yield "ledger " + ", ".join(f"{key} {value}" for key, value in fault.items())


def quote_faults() -> Iterator[str]:
    """Quotes whose stored supply amount is not the sum of their lines, and lines that are not quantity × price."""
    wrong = Quote.objects.annotate(lines_won=Sum("lines__amount_won")).exclude(supply_amount_won=F("lines_won"))
    for quote in wrong.only("ref", "supply_amount_won").iterator():
        yield f"quote {quote.ref}: stores {quote.supply_amount_won} won, its lines sum to {quote.lines_won or 0}"


def file_faults() -> Iterator[str]:
    """Documents whose stored file is missing or of another size (the hash is compared when a file is uploaded), and erased
    ones whose content is still there an hour later."""
    kept = Document.objects.exclude(scan_state=ScanState.INFECTED).filter(erased_at__isnull=True)
    for document in Document.objects.filter(erased_at__lt=clock.now() - timedelta(hours=1)).only("ref", "file").iterator():
        if document.file.storage.exists(document.file.name or ""):
            yield f"document {document.ref}: it was erased, but its file {document.file.name} is still there"
    for document in kept.only("ref", "file", "size").iterator(chunk_size=2000):
        try:
            size = document.file.size
        except OSError:
            yield f"document {document.ref}: its file {document.file.name} is missing"
            continue
        if size != document.size:
            yield f"document {document.ref}: stores {document.size} bytes, its file has {size}"


CHECKS: tuple[Check, ...] = (
    Check("journal chains", lambda: Event.objects.count(), journal.chain_faults),
    Check("daily seals", lambda: Seal.objects.count(), journal.seal_faults),
    Check("ledger sums", lambda: Entry.objects.count() + Account.objects.count(), ledger_faults),
    Check("quote sums", lambda: Quote.objects.count(), quote_faults),
    Check("scores, selections, awards", lambda: Assignment.objects.count(), evaluation.faults),
    Check("agreements and signatures", lambda: AgreementVersion.objects.count(), agreements.faults),
    Check("versions of datasets", lambda: DatasetVersion.objects.count(), catalogue.faults),
    Check("reports of imports", lambda: ImportRun.objects.count(), catalogue.import_faults),
    Check("payment files", lambda: PaymentFile.objects.count(), payments.file_faults),
    Check("money paid back", lambda: Receipt.objects.count(), settlements.faults),
    Check("audit samples", lambda: SampleItem.objects.count(), settlements.sample_faults),
    Check("suspensions and terminations", lambda: AgreementHalt.objects.count(), payments.halt_faults),
    Check("stored files", lambda: Document.objects.count(), file_faults),
)
