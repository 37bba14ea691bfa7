"""What lets money go once more is guarded by the database too: a return that the bank's own statement shows, another approver
than who said that it came back, an agreement in force and papers that the virus scan does not hold.

Transfers that the statement itself had settled as sent back before this are marked as shown.
"""

from importlib import import_module
from typing import ClassVar

from django.db import migrations, models

SHOWN = """
UPDATE vouchers_paymentattempt SET shown_back_at = settled_at WHERE state = 'SENT_BACK' AND resolved_by_id IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;
"""
FORWARD = """
CREATE FUNCTION disbursement_release_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.approved_by_id IS NOT NULL AND NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id AND EXISTS (
        SELECT 1 FROM vouchers_paymentattempt
        WHERE disbursement_id = NEW.id AND state = 'SENT_BACK' AND resolved_by_id = NEW.approved_by_id) THEN
        RAISE EXCEPTION 'disbursement %: approved by who said that its money came back', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status = 'RETURNED' AND OLD.status <> 'RETURNED' AND EXISTS (SELECT 1 FROM vouchers_paymentattempt
        WHERE disbursement_id = NEW.id AND state IN ('CLAIMED', 'SENT', 'UNKNOWN', 'PARKED', 'PAID')) THEN
        RAISE EXCEPTION 'disbursement %: a transfer of it is under way', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disbursement_release_guard BEFORE UPDATE ON vouchers_disbursement
    FOR EACH ROW EXECUTE FUNCTION disbursement_release_guard();

CREATE FUNCTION attempt_release_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_paymentattempt WHERE disbursement_id = NEW.disbursement_id AND id <> NEW.id
               AND state = 'SENT_BACK' AND shown_back_at IS NULL) THEN
        RAISE EXCEPTION 'payment attempt %: the bank does not show that the former one came back', NEW.ref
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'SENT' AND NOT EXISTS (
        SELECT 1 FROM vouchers_disbursement d JOIN vouchers_milestone m ON m.id = d.milestone_id
        JOIN vouchers_agreement g ON g.id = m.agreement_id JOIN vouchers_voucher v ON v.id = d.voucher_id
        WHERE d.id = NEW.disbursement_id AND g.status IN ('ACTIVE', 'COMPLETED') AND v.status = 'ISSUED') THEN
        RAISE EXCEPTION 'payment attempt %: its agreement is not in force', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'SENT' AND EXISTS (
        SELECT 1 FROM vouchers_disbursement d JOIN documents_document f ON f.id IN (d.invoice_document_id, d.own_share_document_id)
        WHERE d.id = NEW.disbursement_id AND f.scan_state IN ('QUARANTINED', 'INFECTED')) THEN
        RAISE EXCEPTION 'payment attempt %: the virus scan holds a file of it', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attempt_release_guard_claimed BEFORE INSERT ON vouchers_paymentattempt
    FOR EACH ROW EXECUTE FUNCTION attempt_release_guard();
CREATE TRIGGER attempt_release_guard_sent BEFORE UPDATE OF state ON vouchers_paymentattempt
    FOR EACH ROW WHEN (NEW.state = 'SENT' AND OLD.state <> 'SENT') EXECUTE FUNCTION attempt_release_guard();

CREATE OR REPLACE FUNCTION disbursement_files_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM documents_document d WHERE d.scan_state IN ('QUARANTINED', 'INFECTED')
          AND (d.id = NEW.invoice_document_id OR (NEW.status <> 'COMPANY_CONFIRMED' AND d.id = NEW.own_share_document_id))) THEN
        RAISE EXCEPTION 'disbursement %: the virus scan holds a file of it', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER disbursement_files_guard ON vouchers_disbursement;
CREATE TRIGGER disbursement_files_guard BEFORE UPDATE OF status ON vouchers_disbursement FOR EACH ROW
    WHEN (NEW.status IN ('COMPANY_CONFIRMED', 'EVIDENCE_CHECKED', 'APPROVED', 'REGISTERED')
          AND NEW.status IS DISTINCT FROM OLD.status)
    EXECUTE FUNCTION disbursement_files_guard();
"""
HELD = import_module("vouchers.migrations.0027_held_files_guards").FORWARD
BACKWARD = """
DROP TRIGGER attempt_release_guard_sent ON vouchers_paymentattempt;
DROP TRIGGER attempt_release_guard_claimed ON vouchers_paymentattempt;
DROP FUNCTION attempt_release_guard();
DROP TRIGGER disbursement_release_guard ON vouchers_disbursement;
DROP FUNCTION disbursement_release_guard();
DROP TRIGGER disbursement_files_guard ON vouchers_disbursement;
DROP FUNCTION disbursement_files_guard();
""" + HELD[HELD.index("CREATE FUNCTION disbursement_files_guard") :]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0041_objections")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="paymentattempt",
            name="shown_back_at",
            field=models.DateTimeField(null=True, verbose_name="Return shown by the bank's statement"),
        ),
        migrations.RunSQL(SHOWN, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="paymentattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("shown_back_at__isnull", True), ("state", "SENT_BACK"), _connector="OR"),
                name="attempt_shown_back_is_sent_back",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
