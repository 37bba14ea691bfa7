"""An archive that was made stays as it was made; nobody deletes one."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_file_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an audit file is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status IN ('READY', 'FAILED') OR (NEW.agreement_id, NEW.asked_by_id) IS DISTINCT FROM (OLD.agreement_id, OLD.asked_by_id) THEN
        RAISE EXCEPTION 'audit file %: it stays as it was made', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_file_guard BEFORE UPDATE OR DELETE ON vouchers_auditfile FOR EACH ROW EXECUTE FUNCTION audit_file_guard();
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC') AND table_name = 'vouchers_agreementline'
          AND privilege_type = 'INSERT'
    LOOP
        EXECUTE format('REVOKE DELETE, TRUNCATE ON vouchers_auditfile FROM %I', one.grantee);
    END LOOP;
END $$;
"""
BACKWARD = """
DROP TRIGGER audit_file_guard ON vouchers_auditfile;
DROP FUNCTION audit_file_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0122_audit_files")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
