"""The owner's function that erases old accesses names its table with its schema and looks nowhere else, so that nobody can put
a table of their own before it; only who writes the log may call it. An address of a sign-up that nobody confirmed leaves its
mail's row. The erasing finds its rows by an index.
"""

from typing import ClassVar

from django.db import migrations, models

ACCESSES = """
DO $do$ DECLARE one record; BEGIN
    EXECUTE format($f$
        CREATE OR REPLACE FUNCTION %1$I.journal_forget_accesses(before timestamptz) RETURNS bigint
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
        DECLARE gone bigint;
        BEGIN
            DELETE FROM %1$I.journal_accesslog WHERE at < least(before, now() - interval '2 years');
            GET DIAGNOSTICS gone = ROW_COUNT;
            RETURN gone;
        END $body$ $f$, current_schema());
    REVOKE EXECUTE ON FUNCTION journal_forget_accesses(timestamptz) FROM PUBLIC;
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND table_name = 'journal_accesslog' AND privilege_type = 'INSERT'
          AND grantee NOT IN (current_user, 'PUBLIC')
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION journal_forget_accesses(timestamptz) TO %I', one.grantee);
    END LOOP;
END $do$;
"""
ACCESSES_BEFORE = """
ALTER FUNCTION journal_forget_accesses(timestamptz) SET search_path FROM CURRENT;
GRANT EXECUTE ON FUNCTION journal_forget_accesses(timestamptz) TO PUBLIC;
"""
NOTICE = """
CREATE OR REPLACE FUNCTION journal_guard_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'a notice is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.key, NEW.app, NEW.template, NEW.language, NEW.subject_type, NEW.subject_ref, NEW.title, NEW.created_at)
       IS DISTINCT FROM
       (OLD.key, OLD.app, OLD.template, OLD.language, OLD.subject_type, OLD.subject_ref, OLD.title, OLD.created_at)
       OR NEW.user_id IS DISTINCT FROM OLD.user_id
       OR (NEW.address <> OLD.address AND NOT (OLD.app = 'account' AND NEW.address LIKE '%@forgotten.invalid')) THEN
        RAISE EXCEPTION 'what a notice told to whom stays' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state IN ('SENT', 'SKIPPED')
       AND (NEW.state <> OLD.state OR NEW.sent_at IS DISTINCT FROM OLD.sent_at OR NEW.attempts <> OLD.attempts) THEN
        RAISE EXCEPTION 'a delivered notice stays delivered' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("journal", "0005_erasures")]
    operations: ClassVar = [
        migrations.RunSQL(ACCESSES, ACCESSES_BEFORE),
        migrations.RunSQL(NOTICE, migrations.RunSQL.noop),
        migrations.AddIndex("accesslog", models.Index(fields=["at"], name="access_log_at")),
    ]
