"""What the database itself guards among accounts: a consent is never edited; a change of mind is a new row."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION consent_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a consent is append-only (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER consent_immutable BEFORE UPDATE OR DELETE ON accounts_consent
    FOR EACH ROW EXECUTE FUNCTION consent_refuse_change();
CREATE TRIGGER consent_no_truncate BEFORE TRUNCATE ON accounts_consent
    FOR EACH STATEMENT EXECUTE FUNCTION consent_refuse_change();
"""
BACKWARD = """
DROP TRIGGER consent_no_truncate ON accounts_consent;
DROP TRIGGER consent_immutable ON accounts_consent;
DROP FUNCTION consent_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
