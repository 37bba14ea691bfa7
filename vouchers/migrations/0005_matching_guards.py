"""What the database itself guards in matching.

Quotes and their lines are immutable (a new price is a new row), the sums of a quote equal its lines at commit (supply
amount: all lines, VAT: a tenth of the taxable ones, rounded down), and a match stays with its quote.
"""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION quote_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a quote never changes: send the next version (% on %)', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER quote_immutable BEFORE UPDATE OR DELETE ON vouchers_quote
    FOR EACH ROW EXECUTE FUNCTION quote_refuse_change();
CREATE TRIGGER quote_line_immutable BEFORE UPDATE OR DELETE ON vouchers_quoteline
    FOR EACH ROW EXECUTE FUNCTION quote_refuse_change();

CREATE FUNCTION quote_sums_equal_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE the_quote bigint; supply numeric; taxable numeric; wanted_supply bigint; wanted_vat bigint;
BEGIN
    IF TG_TABLE_NAME = 'vouchers_quoteline' THEN the_quote := NEW.quote_id; ELSE the_quote := NEW.id; END IF;
    SELECT coalesce(sum(amount_won), 0), coalesce(sum(amount_won) FILTER (WHERE tax_kind = 'TAXABLE'), 0)
        INTO supply, taxable FROM vouchers_quoteline WHERE quote_id = the_quote;
    SELECT supply_amount_won, vat_won INTO wanted_supply, wanted_vat FROM vouchers_quote WHERE id = the_quote;
    IF supply <> wanted_supply OR div(taxable, 10) <> wanted_vat THEN
        RAISE EXCEPTION 'the sums of quote % do not equal its lines', the_quote USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER quote_sums AFTER INSERT ON vouchers_quote
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION quote_sums_equal_lines();
CREATE CONSTRAINT TRIGGER quote_line_sums AFTER INSERT ON vouchers_quoteline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION quote_sums_equal_lines();

CREATE FUNCTION match_stays_with_quote() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.quote_id <> OLD.quote_id OR NEW.need_id <> OLD.need_id OR NEW.institution_id <> OLD.institution_id THEN
        RAISE EXCEPTION 'a match stays with its need, quote and institution' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER match_identity BEFORE UPDATE ON vouchers_match
    FOR EACH ROW EXECUTE FUNCTION match_stays_with_quote();
"""
BACKWARD = """
DROP TRIGGER match_identity ON vouchers_match;
DROP FUNCTION match_stays_with_quote();
DROP TRIGGER quote_line_sums ON vouchers_quoteline;
DROP TRIGGER quote_sums ON vouchers_quote;
DROP FUNCTION quote_sums_equal_lines();
DROP TRIGGER quote_line_immutable ON vouchers_quoteline;
DROP TRIGGER quote_immutable ON vouchers_quote;
DROP FUNCTION quote_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0004_ledger_guards")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
