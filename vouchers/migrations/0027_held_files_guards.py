"""What the database itself guards about held files: nothing is accepted or paid on a file that the virus scan holds."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION milestone_files_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM vouchers_deliverable v JOIN documents_document d ON d.id = v.document_id
        WHERE v.milestone_id = NEW.id AND d.scan_state IN ('QUARANTINED', 'INFECTED')
          AND v.submission = (SELECT max(submission) FROM vouchers_deliverable WHERE milestone_id = NEW.id)) THEN
        RAISE EXCEPTION 'milestone %: the virus scan holds a file of it', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER milestone_files_guard BEFORE UPDATE OF status ON vouchers_milestone FOR EACH ROW
    WHEN (NEW.status IN ('COMPANY_ACCEPTED', 'ACCEPTED') AND NEW.status IS DISTINCT FROM OLD.status)
    EXECUTE FUNCTION milestone_files_guard();

CREATE FUNCTION disbursement_files_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM documents_document d WHERE d.scan_state IN ('QUARANTINED', 'INFECTED')
          AND (d.id = NEW.invoice_document_id OR (NEW.status = 'EVIDENCE_CHECKED' AND d.id = NEW.own_share_document_id))) THEN
        RAISE EXCEPTION 'disbursement %: the virus scan holds a file of it', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disbursement_files_guard BEFORE UPDATE OF status ON vouchers_disbursement FOR EACH ROW
    WHEN (NEW.status IN ('COMPANY_CONFIRMED', 'EVIDENCE_CHECKED') AND NEW.status IS DISTINCT FROM OLD.status)
    EXECUTE FUNCTION disbursement_files_guard();
"""
BACKWARD = """
DROP TRIGGER milestone_files_guard ON vouchers_milestone;
DROP FUNCTION milestone_files_guard();
DROP TRIGGER disbursement_files_guard ON vouchers_disbursement;
DROP FUNCTION disbursement_files_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0026_company_verified_words"), ("documents", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
