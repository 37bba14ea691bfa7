"""Payment files and their answers are written once, out of the running role's reach besides the triggers."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee, table_name FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC')
          AND table_name IN ('vouchers_paymentfile', 'vouchers_paymentanswer')
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM %I', one.table_name, one.grantee);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0098_payment_files_guards")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
