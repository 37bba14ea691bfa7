"""A warning about a plan is never deleted, belongs to its agreement for ever, and stays as it is once the plan fits again."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION plan_warning_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.relieved_at IS NOT NULL OR NEW.agreement_id <> OLD.agreement_id THEN
        RAISE EXCEPTION 'a warning about a plan stays what it was' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plan_warning_guard BEFORE UPDATE OR DELETE ON vouchers_planwarning FOR EACH ROW EXECUTE FUNCTION plan_warning_guard();
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC') AND table_name = 'vouchers_agreementline'
          AND privilege_type = 'INSERT'
    LOOP
        EXECUTE format('REVOKE DELETE, TRUNCATE ON vouchers_planwarning FROM %I', one.grantee);
    END LOOP;
END $$;
"""
BACKWARD = """
DROP TRIGGER plan_warning_guard ON vouchers_planwarning;
DROP FUNCTION plan_warning_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0109_plan_warnings")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
