"""A blind version is never the original under another name, and stays with its application and kind."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION applications_guard_blind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.application_id <> OLD.application_id OR NEW.document_id <> OLD.document_id OR NEW.kind <> OLD.kind
        OR (NEW.current AND NOT OLD.current)) THEN
        RAISE EXCEPTION 'a blind version stays as it was attached' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.current AND EXISTS (
        SELECT 1 FROM vouchers_applicationdocument a JOIN documents_document o ON o.id = a.document_id
        JOIN documents_document b ON b.id = NEW.document_id
        WHERE a.application_id = NEW.application_id AND o.sha256 = b.sha256) THEN
        RAISE EXCEPTION 'a blind version is another file than the original' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER applications_blind_guard BEFORE INSERT OR UPDATE ON vouchers_blinddocument
    FOR EACH ROW EXECUTE FUNCTION applications_guard_blind();
"""
BACKWARD = """
DROP TRIGGER applications_blind_guard ON vouchers_blinddocument;
DROP FUNCTION applications_guard_blind();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0056_blind_documents")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
