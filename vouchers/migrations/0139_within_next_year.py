"""What is carried over reaches into the next fiscal year and no further."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION agreement_within_year() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE year int;
BEGIN
    IF OLD.status <> 'AWAITING_SIGNATURES' AND NEW.ends_on IS NOT DISTINCT FROM OLD.ends_on THEN
        RETURN NEW;
    END IF;
    SELECT fiscal_year INTO year FROM vouchers_round WHERE id = NEW.round_id;
    IF NEW.ends_on > make_date(year + 1, 12, 31) THEN
        RAISE EXCEPTION 'agreement %: past the fiscal year after %', NEW.ref, year
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement_within_year';
    END IF;
    IF NEW.ends_on > make_date(year, 12, 31) AND NOT EXISTS (
        SELECT 1 FROM vouchers_carryover WHERE agreement_id = NEW.id AND fiscal_year = year AND status = 'APPROVED') THEN
        RAISE EXCEPTION 'agreement %: past the fiscal year % without a carry-over', NEW.ref, year
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement_within_year';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0138_receipts_begin_reported")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
