"""A payment is closed, too, where its project failed for good or the company's business ended; nothing is carried over once the close of
its year has begun."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations

HELD = import_module("vouchers.migrations.0147_back_of_each").DISBURSEMENT
ENDED = "(g.status = 'TERMINATED'\n"
FOR_GOOD = "(g.status = 'TERMINATED' OR project_failed(g.id) OR business_ended(g.company_id)\n"
assert HELD.count(ENDED) == 1
FAILED = """
CREATE FUNCTION project_failed(agreement bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM vouchers_finalevaluation f JOIN vouchers_agreement g ON g.id = f.agreement_id
        WHERE g.id = agreement AND f.status = 'CONFIRMED' AND NOT coalesce((
            SELECT (p.body #>> ARRAY['grading', 'pays', f.grade])::boolean FROM vouchers_policyversion p
            WHERE p.round_id = g.round_id ORDER BY p.number DESC LIMIT 1), f.grade <> 'FAIL'))
$$;
CREATE FUNCTION business_ended(company bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM vouchers_company WHERE id = company AND tax_status = 'CLOSED')
$$;
"""
CARRIED = """
CREATE FUNCTION carry_over_before_close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_yearclosing WHERE fiscal_year = NEW.fiscal_year AND status IN ('CLOSING', 'CLOSED')) THEN
        RAISE EXCEPTION 'carry-over %: the close of % has begun', NEW.ref, NEW.fiscal_year
            USING ERRCODE = 'check_violation', CONSTRAINT = 'carry_over_before_close';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER carry_over_before_close BEFORE INSERT OR UPDATE ON vouchers_carryover
    FOR EACH ROW WHEN (NEW.status <> 'REJECTED') EXECUTE FUNCTION carry_over_before_close();
"""
BACKWARD = f"""
DROP TRIGGER carry_over_before_close ON vouchers_carryover;
DROP FUNCTION carry_over_before_close();
{HELD}
DROP FUNCTION business_ended(bigint);
DROP FUNCTION project_failed(bigint);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0148_outcomes")]
    operations: ClassVar = [migrations.RunSQL(FAILED + HELD.replace(ENDED, FOR_GOOD) + CARRIED, BACKWARD)]
