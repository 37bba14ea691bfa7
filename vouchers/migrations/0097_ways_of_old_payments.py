"""What was registered, tried or paid before files existed went to the bank's gateway."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
UPDATE vouchers_disbursement d SET way = 'GATEWAY' WHERE way = '' AND (
    status IN ('REGISTERED', 'PAID', 'FAILED')
    OR EXISTS (SELECT 1 FROM vouchers_paymentattempt a WHERE a.disbursement_id = d.id));
UPDATE vouchers_paymentattempt a SET account_id = d.payee_account_id FROM vouchers_disbursement d
    WHERE d.id = a.disbursement_id AND a.account_id IS NULL
      AND a.state IN ('CLAIMED', 'SENT', 'UNKNOWN', 'PARKED', 'PAID');
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0096_payment_files")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
