"""Consents are out of the running role's reach too, besides the trigger that refuses even the owner."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND table_name = 'accounts_consent' AND grantee NOT IN (current_user, 'PUBLIC')
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON accounts_consent FROM %I', one.grantee);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0002_accounts_guards")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
