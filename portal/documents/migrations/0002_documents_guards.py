"""What the database itself guards among files: which file it is never changes, nor does a verdict, and none is deleted."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION documents_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'a file''s row is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.ref, NEW.kind, NEW.name, NEW.media_type, NEW.size, NEW.sha256, NEW.file, NEW.is_generated, NEW.created_at)
       IS DISTINCT FROM
       (OLD.ref, OLD.kind, OLD.name, OLD.media_type, OLD.size, OLD.sha256, OLD.file, OLD.is_generated, OLD.created_at)
       OR NEW.organisation_id IS DISTINCT FROM OLD.organisation_id OR NEW.uploaded_by_id IS DISTINCT FROM OLD.uploaded_by_id THEN
        RAISE EXCEPTION 'which file it is never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.scan_state IN ('CLEAN', 'INFECTED') AND NEW.scan_state <> OLD.scan_state THEN
        RAISE EXCEPTION 'the scanner''s verdict stays' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER document_guard BEFORE UPDATE OR DELETE ON documents_document
    FOR EACH ROW EXECUTE FUNCTION documents_guard();
CREATE TRIGGER document_no_truncate BEFORE TRUNCATE ON documents_document
    FOR EACH STATEMENT EXECUTE FUNCTION documents_guard();
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND table_name = 'documents_document' AND grantee NOT IN (current_user, 'PUBLIC')
    LOOP
        EXECUTE format('REVOKE DELETE, TRUNCATE ON documents_document FROM %I', one.grantee);
    END LOOP;
END $$;
"""
BACKWARD = """
DROP TRIGGER document_no_truncate ON documents_document;
DROP TRIGGER document_guard ON documents_document;
DROP FUNCTION documents_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("documents", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
