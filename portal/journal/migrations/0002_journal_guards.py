"""What the database itself guards in the journal.

Events, seals and the access log are append-only. Every writer of events holds advisory lock 7214001 shared until its
transaction ends, so that the sealer, who takes it alone, knows that no event with a lower id can still appear. Plain SQL,
since a trigger library can be switched off per session.
"""

from typing import ClassVar

from django.db import migrations

TABLES = ("journal_event", "journal_seal", "journal_accesslog")

FORWARD = """
CREATE FUNCTION journal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION journal_event_writers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7214001);
    RETURN NULL;
END $$;
CREATE TRIGGER event_writers BEFORE INSERT ON journal_event
    FOR EACH STATEMENT EXECUTE FUNCTION journal_event_writers();
""" + "".join(
    f"""
CREATE TRIGGER {table}_immutable BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION journal_refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
"""
    for table in TABLES
)
BACKWARD = (
    "".join(f"DROP TRIGGER {table}_no_truncate ON {table};\nDROP TRIGGER {table}_immutable ON {table};\n" for table in TABLES)
    + """
DROP TRIGGER event_writers ON journal_event;
DROP FUNCTION journal_event_writers();
DROP FUNCTION journal_refuse_change();
"""
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("journal", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
