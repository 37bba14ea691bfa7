"""The rows that must not change are out of the running role's reach, besides the triggers that refuse even the owner.

A notice moves on (waiting, sent, read) but what it told to whom stays, a delivered one stays delivered, and none is deleted.
"""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION journal_guard_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'a notice is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.key, NEW.app, NEW.template, NEW.language, NEW.address, NEW.subject_type, NEW.subject_ref, NEW.title, NEW.created_at)
       IS DISTINCT FROM
       (OLD.key, OLD.app, OLD.template, OLD.language, OLD.address, OLD.subject_type, OLD.subject_ref, OLD.title, OLD.created_at)
       OR NEW.user_id IS DISTINCT FROM OLD.user_id THEN
        RAISE EXCEPTION 'what a notice told to whom stays' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state IN ('SENT', 'SKIPPED')
       AND (NEW.state <> OLD.state OR NEW.sent_at IS DISTINCT FROM OLD.sent_at OR NEW.attempts <> OLD.attempts) THEN
        RAISE EXCEPTION 'a delivered notice stays delivered' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER notice_guard BEFORE UPDATE OR DELETE ON journal_notice
    FOR EACH ROW EXECUTE FUNCTION journal_guard_notice();
CREATE TRIGGER notice_no_truncate BEFORE TRUNCATE ON journal_notice
    FOR EACH STATEMENT EXECUTE FUNCTION journal_guard_notice();

DO $$ DECLARE one record; BEGIN  -- whatever the running role is called: everybody but the owner loses these rights
    FOR one IN
        SELECT DISTINCT grantee, table_name FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC')
          AND table_name IN ('journal_event', 'journal_seal', 'journal_accesslog', 'journal_notice')
    LOOP
        EXECUTE format('REVOKE DELETE, TRUNCATE ON %I FROM %I', one.table_name, one.grantee);
        IF one.table_name <> 'journal_notice' THEN
            EXECUTE format('REVOKE UPDATE ON %I FROM %I', one.table_name, one.grantee);
        END IF;
    END LOOP;
END $$;
"""
BACKWARD = """
DROP TRIGGER notice_no_truncate ON journal_notice;
DROP TRIGGER notice_guard ON journal_notice;
DROP FUNCTION journal_guard_notice();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("journal", "0002_journal_guards")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
