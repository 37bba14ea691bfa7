"""What the database itself guards in access: nothing is provided before both tracks allow it."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION access_both_tracks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status IN ('APPROVED', 'PREPARING', 'PROVISIONED', 'IN_USE') AND NEW.status IS DISTINCT FROM OLD.status
       AND NOT EXISTS (
        SELECT 1 FROM vouchers_ethicsreview e JOIN vouchers_datareview d ON d.request_id = e.request_id
        WHERE e.request_id = NEW.id AND e.status IN ('EXEMPTION_CONFIRMED', 'APPROVED')
          AND d.status IN ('APPROVED', 'RECOGNISED', 'WAIVED')) THEN
        RAISE EXCEPTION 'access request %: both IRB and DRB must allow it', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_request_both_tracks BEFORE INSERT OR UPDATE ON vouchers_accessrequest
    FOR EACH ROW EXECUTE FUNCTION access_both_tracks();
"""
BACKWARD = """
DROP TRIGGER access_request_both_tracks ON vouchers_accessrequest;
DROP FUNCTION access_both_tracks();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0008_agreements_guards")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
