"""No receipt, and no repayment, is born confirmed: it is reported by one and decided by a second person."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION receipt_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'receipt %: it is reported first, and decided by a second person', NEW.ref
        USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_begins';
END $$;
CREATE TRIGGER receipt_begins BEFORE INSERT ON vouchers_receipt
    FOR EACH ROW WHEN (NEW.status <> 'REPORTED') EXECUTE FUNCTION receipt_begins();
"""
BACKWARD = """
DROP TRIGGER receipt_begins ON vouchers_receipt;
DROP FUNCTION receipt_begins();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0137_closed_years")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
