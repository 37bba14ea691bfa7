"""What an inspection reported stays; a finding stays what was found, and is settled by somebody else than who answered it."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION inspection_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.status <> 'PLANNED' OR (NEW.agreement_id, NEW.kind, NEW.planned_by_id)
       IS DISTINCT FROM (OLD.agreement_id, OLD.kind, OLD.planned_by_id) THEN
        RAISE EXCEPTION 'what an inspection reported stays' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER inspection_guard BEFORE UPDATE OR DELETE ON vouchers_inspection FOR EACH ROW EXECUTE FUNCTION inspection_guard();

CREATE FUNCTION finding_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.status = 'CLOSED' OR (NEW.inspection_id, NEW.position, NEW.text, NEW.party_id, NEW.due_on)
       IS DISTINCT FROM (OLD.inspection_id, OLD.position, OLD.text, OLD.party_id, OLD.due_on) THEN
        RAISE EXCEPTION 'a finding stays what was found' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'CLOSED' AND (OLD.status <> 'ANSWERED' OR NEW.closed_by_id = NEW.answered_by_id) THEN
        RAISE EXCEPTION 'a finding is settled once it was answered, by somebody else' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER finding_guard BEFORE UPDATE OR DELETE ON vouchers_finding FOR EACH ROW EXECUTE FUNCTION finding_guard();
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC') AND table_name = 'vouchers_agreementline'
          AND privilege_type = 'INSERT'
    LOOP
        EXECUTE format('REVOKE DELETE, TRUNCATE ON vouchers_inspection, vouchers_finding FROM %I', one.grantee);
    END LOOP;
END $$;
"""
BACKWARD = """
DROP TRIGGER inspection_guard ON vouchers_inspection;
DROP FUNCTION inspection_guard();
DROP TRIGGER finding_guard ON vouchers_finding;
DROP FUNCTION finding_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0117_inspections")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
