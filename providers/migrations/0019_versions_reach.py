"""Versions of datasets are out of the running role's reach too, besides the trigger that refuses even the owner."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND table_name = 'providers_datasetversion' AND grantee NOT IN (current_user, 'PUBLIC')
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON providers_datasetversion FROM %I', one.grantee);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("providers", "0018_price_floors")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
