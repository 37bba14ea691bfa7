"""Payment files: what the database refuses of them by SQL, and what `verify` names."""

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction

from portal.kit import clock
from tests.actions.test_payments_files import filed, read
from tests.factories import bank_answers as answers
from tests.factories import projects as p
from vouchers.payments import queries
from vouchers.payments.models import Disbursement, PaymentAnswer, PaymentAttempt, PaymentFile


@pytest.mark.django_db
def test_the_database_keeps_files_lines_and_answers():
    _at, desk, rows, file = filed(2)
    answer = read(file, answers.paid(file, refuse=[1]), desk.reader)
    line = file.lines.order_by("id")[0]
    for broken in (
        lambda: PaymentFile.objects.filter(pk=file.pk).update(total_won=1),
        lambda: PaymentFile.objects.filter(pk=file.pk).delete(),
        lambda: PaymentAnswer.objects.filter(pk=answer.pk).update(settled={}),
        lambda: PaymentAttempt.objects.filter(pk=line.pk).update(file=None, paid_by=None),
        lambda: PaymentAttempt.objects.filter(pk=line.pk).update(paid_by=desk.finance),
        lambda: PaymentAttempt.objects.filter(pk=line.pk).update(account=None),
        lambda: Disbursement.objects.filter(pk=rows[0].pk).update(payee_account=None),
        lambda: Disbursement.objects.filter(pk=rows[1].pk).update(way=""),
        lambda: PaymentAnswer.objects.create(
            file=file, kind="PAIN_002", document=file.document, sha256="0" * 64, read_by=desk.finance, message_id="x"
        ),
        lambda: PaymentAnswer.objects.create(
            file=file, kind="PAIN_002", document=file.document, sha256=answer.sha256, read_by=desk.reader, message_id="y"
        ),
        lambda: PaymentAnswer.objects.create(
            file=file, kind="PAIN_002", document=file.document, sha256="1" * 64, read_by=desk.reader, message_id="RPT-1"
        ),
        lambda: PaymentAnswer.objects.create(
            file=file, kind="PAIN_002", document=p.paper(None, desk.second), sha256="2" * 64, read_by=desk.second, message_id="z"
        ),
        *(
            lambda column=column: PaymentAttempt.objects.filter(pk=line.pk).update(**{column: line.paid_by})
            for column in ("resolved_by", "explained_by", "withdrawn_by")
        ),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()


@pytest.mark.django_db
def test_a_payment_is_never_in_two_files_by_sql_either():
    _at, _desk, _rows, file = filed(2)
    line = file.lines.order_by("id")[0]
    copy = PaymentAttempt(
        disbursement_id=line.disbursement_id, key="k-2", amount_won=line.amount_won, claimed_at=clock.now(), file=file,
        approved_by_id=line.approved_by_id, registered_by_id=line.registered_by_id, account_id=line.account_id, paid_by=line.paid_by,
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save()
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="attempt_one_live"), transaction.atomic():
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE vouchers_paymentattempt DISABLE TRIGGER USER")
        PaymentAttempt.objects.bulk_create([copy])


@pytest.mark.django_db
def test_verify_names_a_file_whose_bytes_lines_or_entries_lie():
    _at, desk, _rows, file = filed(2)
    answer = read(file, answers.paid(file, refuse=[1]), desk.reader)
    assert list(queries.file_faults()) == []
    storage, name = file.document.file.storage, file.document.file.name
    with storage.open(name, "rb") as stored:
        content = stored.read()
    digit = content.index(b"<InstdAmt") + len(b'<InstdAmt Ccy="KRW">')
    for changed in (content[:digit] + b"9" + content[digit + 1 :], content + b" "):
        storage.delete(name)
        storage.save(name, ContentFile(changed))
        assert [fault for fault in queries.file_faults() if file.ref in fault and "bytes" in fault]
    storage.delete(name)
    storage.save(name, ContentFile(content))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE vouchers_paymentattempt DISABLE TRIGGER USER")
        cursor.execute("UPDATE vouchers_paymentattempt SET state = 'PAID' WHERE state = 'REFUSED'")
        cursor.execute("ALTER TABLE vouchers_paymentattempt ENABLE TRIGGER USER")
    assert any("the ledger holds 160000000" in fault for fault in queries.file_faults())
    name = answer.document.file.name
    storage.delete(name)
    storage.save(name, ContentFile(b"<forged/>"))
    assert any(answer.ref in fault for fault in queries.file_faults())
