"""What the database guards at the year's end: nothing takes force past 31 December without an approved carry-over; what was asked and
decided stays; a close is booked as it was rehearsed, and stays."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION agreement_within_year() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE year int;
BEGIN
    IF OLD.status <> 'AWAITING_SIGNATURES' AND NEW.ends_on IS NOT DISTINCT FROM OLD.ends_on THEN
        RETURN NEW;
    END IF;
    SELECT fiscal_year INTO year FROM vouchers_round WHERE id = NEW.round_id;
    IF NEW.ends_on > make_date(year, 12, 31) AND NOT EXISTS (
        SELECT 1 FROM vouchers_carryover WHERE agreement_id = NEW.id AND fiscal_year = year AND status = 'APPROVED') THEN
        RAISE EXCEPTION 'agreement %: past the fiscal year % without a carry-over', NEW.ref, year
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement_within_year';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreement_within_year BEFORE UPDATE ON vouchers_agreement
    FOR EACH ROW WHEN (NEW.status = 'ACTIVE') EXECUTE FUNCTION agreement_within_year();

CREATE FUNCTION carry_over_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a carry-over is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status <> 'REQUESTED' OR (NEW.agreement_id, NEW.fiscal_year, NEW.amount_won, NEW.reason, NEW.requested_by_id)
        IS DISTINCT FROM (OLD.agreement_id, OLD.fiscal_year, OLD.amount_won, OLD.reason, OLD.requested_by_id) THEN
        RAISE EXCEPTION 'carry-over %: what was asked stays, and is decided once', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER carry_over_guard BEFORE UPDATE OR DELETE ON vouchers_carryover FOR EACH ROW EXECUTE FUNCTION carry_over_guard();

CREATE FUNCTION year_closing_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a close is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status IN ('CLOSED', 'DISCARDED') OR (NEW.fiscal_year, NEW.digest, NEW.expires_won, NEW.carries_won, NEW.rehearsed_by_id)
        IS DISTINCT FROM (OLD.fiscal_year, OLD.digest, OLD.expires_won, OLD.carries_won, OLD.rehearsed_by_id) THEN
        RAISE EXCEPTION 'close %: it stays as it was rehearsed', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'CLOSED' AND EXISTS (SELECT 1 FROM vouchers_closingline WHERE closing_id = NEW.id AND booked_at IS NULL) THEN
        RAISE EXCEPTION 'close %: a line is not booked', NEW.ref USING ERRCODE = 'check_violation', CONSTRAINT = 'year_closing_whole';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER year_closing_guard BEFORE UPDATE OR DELETE ON vouchers_yearclosing FOR EACH ROW EXECUTE FUNCTION year_closing_guard();

CREATE FUNCTION closing_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a line of a close is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.booked_at IS NOT NULL OR (NEW.closing_id, NEW.account_id, NEW.fate, NEW.amount_won)
        IS DISTINCT FROM (OLD.closing_id, OLD.account_id, OLD.fate, OLD.amount_won)
       OR NOT EXISTS (SELECT 1 FROM vouchers_yearclosing WHERE id = NEW.closing_id AND status = 'CLOSING') THEN
        RAISE EXCEPTION 'line % of a close: booked once, while the year is being closed', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER closing_line_guard BEFORE UPDATE OR DELETE ON vouchers_closingline FOR EACH ROW EXECUTE FUNCTION closing_line_guard();

DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC') AND table_name = 'vouchers_agreementline'
          AND privilege_type = 'INSERT'
    LOOP
        EXECUTE format('REVOKE DELETE, TRUNCATE ON vouchers_carryover, vouchers_yearclosing, vouchers_closingline FROM %I', one.grantee);
    END LOOP;
END $$;
"""
BACKWARD = """
DROP TRIGGER closing_line_guard ON vouchers_closingline;
DROP FUNCTION closing_line_guard();
DROP TRIGGER year_closing_guard ON vouchers_yearclosing;
DROP FUNCTION year_closing_guard();
DROP TRIGGER carry_over_guard ON vouchers_carryover;
DROP FUNCTION carry_over_guard();
DROP TRIGGER agreement_within_year ON vouchers_agreement;
DROP FUNCTION agreement_within_year();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0119_year_end")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
