"""What `verify` asks of payment files: the stored bytes, what they say, what the lines say, what the ledger holds."""

import hashlib
from collections.abc import Iterator

from portal.documents import queries as documents
from portal.documents.models import Document
from vouchers.payments import rules
from vouchers.payments.models import PaymentAnswer, PaymentFile
from vouchers.payments.queries.files import booked_won, lines_of
from vouchers.rounds.rules import Way


def file_faults() -> Iterator[str]:
    """A sentence for each payment file or answer whose bytes are not those that were kept, whose lines are others than the file
    names, or whose paid lines are not what the ledger holds under their references."""
    for file in PaymentFile.objects.select_related("document").order_by("pk").iterator(chunk_size=200):
        yield from _faults_of(file)
    for answer in PaymentAnswer.objects.select_related("document").order_by("pk").iterator(chunk_size=200):
        content = _content(answer.document)
        if content is not None and (
            hashlib.sha256(content).hexdigest() != answer.sha256 or answer.sha256 != answer.document.sha256
        ):
            yield f"answer {answer.ref}: its file {answer.document.ref} is not the one that was read"


def _faults_of(file: PaymentFile) -> Iterator[str]:
    lines = list(lines_of(file))
    if (len(lines), sum(line.amount_won for line in lines)) != (file.line_count, file.total_won):
        yield f"payment file {file.ref}: stores {file.line_count} payments of {file.total_won} won, its lines are others"
    paid_won = sum(line.amount_won for line in lines if line.state == rules.AttemptState.PAID)
    if paid_won != booked_won(file):
        yield f"payment file {file.ref}: {paid_won} won of it are paid, the ledger holds {booked_won(file)}"
    content = _content(file.document)
    if content is None:
        return  # the check of stored files names it
    if hashlib.sha256(content).hexdigest() != file.document.sha256:
        yield f"payment file {file.ref}: its stored bytes are not those that were made"
    elif file.way == Way.PAIN_001:
        named = [(one.key, one.amount_won, one.account) for one in rules.read_pain_001(content)[1]]
        if named != [(line.key, line.amount_won, line.account.number if line.account else "") for line in lines]:
            yield f"payment file {file.ref}: names other transfers than its lines"


def _content(document: Document) -> bytes | None:
    try:
        return documents.content_of(document)
    except OSError:
        return None
