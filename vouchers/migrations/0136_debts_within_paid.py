"""Two orders, or an order and a settlement, never claim the same won: what is owed back of a voucher, and did not come yet, is at most
what its pot still holds as paid. Who meet at a debt wait for each other at the agreement."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION debt_within_paid() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owed bigint; held bigint;
BEGIN
    PERFORM 1 FROM vouchers_agreement WHERE id = NEW.agreement_id FOR UPDATE;
    SELECT coalesce(sum(greatest(0, d.principal_won - (
        SELECT coalesce(sum(CASE WHEN r.is_repayment THEN -r.principal_won ELSE r.principal_won END), 0)
        FROM vouchers_receipt r WHERE r.debt_id = d.id AND r.status = 'CONFIRMED'))), 0) INTO owed
        FROM vouchers_debt d WHERE d.agreement_id = NEW.agreement_id AND d.kind <> 'SURCHARGE'
        AND d.status IN ('OPEN', 'SUSPENDED', 'ENFORCED');
    SELECT coalesce(sum(a.balance_won), 0) INTO held FROM vouchers_voucher v
        JOIN vouchers_account a ON a.kind = 'PAID' AND a.owner_ref = v.ref WHERE v.agreement_id = NEW.agreement_id;
    IF owed + NEW.principal_won > held THEN
        RAISE EXCEPTION 'debt %: % won would be owed back, the voucher holds % as paid', NEW.ref, owed + NEW.principal_won, held
            USING ERRCODE = 'check_violation', CONSTRAINT = 'debt_within_paid';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER debt_within_paid BEFORE INSERT ON vouchers_debt
    FOR EACH ROW WHEN (NEW.kind <> 'SURCHARGE') EXECUTE FUNCTION debt_within_paid();
"""
BACKWARD = """
DROP TRIGGER debt_within_paid ON vouchers_debt;
DROP FUNCTION debt_within_paid();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0135_agreement_joining_guards")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
