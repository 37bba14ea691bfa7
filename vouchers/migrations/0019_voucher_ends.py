"""What the database itself guards of a voucher: it ends once, spent or expired only with an empty pot, and then pays nothing."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION voucher_guard_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = OLD.status THEN
        RETURN NEW;
    END IF;
    IF OLD.status <> 'ISSUED' THEN
        RAISE EXCEPTION 'voucher %: it has ended already', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status IN ('SPENT', 'EXPIRED') AND EXISTS (
        SELECT 1 FROM vouchers_account WHERE kind = 'COMMITTED' AND owner_ref = NEW.ref AND balance_won <> 0) THEN
        RAISE EXCEPTION 'voucher %: money is still committed', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voucher_end_guard BEFORE UPDATE ON vouchers_voucher
    FOR EACH ROW EXECUTE FUNCTION voucher_guard_end();

CREATE FUNCTION disbursement_guard_voucher() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE voucher_status text; agreement_status text;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.status = OLD.status THEN
        RETURN NEW;
    END IF;
    SELECT v.status, a.status INTO voucher_status, agreement_status
        FROM vouchers_voucher v JOIN vouchers_agreement a ON a.id = v.agreement_id WHERE v.id = NEW.voucher_id;
    IF NEW.status IN ('REQUESTED', 'APPROVED', 'REGISTERED')
       AND (voucher_status <> 'ISSUED' OR agreement_status NOT IN ('ACTIVE', 'COMPLETED')) THEN
        RAISE EXCEPTION 'disbursement %: its voucher is % and its agreement %', NEW.ref, voucher_status, agreement_status
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disbursement_voucher_guard BEFORE INSERT OR UPDATE ON vouchers_disbursement
    FOR EACH ROW EXECUTE FUNCTION disbursement_guard_voucher();
"""
BACKWARD = """
DROP TRIGGER disbursement_voucher_guard ON vouchers_disbursement;
DROP FUNCTION disbursement_guard_voucher();
DROP TRIGGER voucher_end_guard ON vouchers_voucher;
DROP FUNCTION voucher_guard_end();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0018_project_words")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
