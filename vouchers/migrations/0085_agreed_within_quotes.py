"""What is agreed for a match never exceeds the most that its quote committed the provider to (supply amount, VAT excluded)."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION agreement_within_quote() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE agreed bigint; most bigint;
BEGIN
    SELECT sum(amount_won) INTO agreed FROM vouchers_agreementline
        WHERE agreement_id = NEW.agreement_id AND match_id = NEW.match_id;
    SELECT q.supply_amount_won INTO most FROM vouchers_match m JOIN vouchers_quote q ON q.id = m.quote_id WHERE m.id = NEW.match_id;
    IF agreed > most THEN
        RAISE EXCEPTION 'match %: % won agreed, the quote commits to % at most', NEW.match_id, agreed, most
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement_within_quote';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER agreement_within_quote AFTER INSERT ON vouchers_agreementline
    FOR EACH ROW EXECUTE FUNCTION agreement_within_quote();
"""
BACKWARD = """
DROP TRIGGER agreement_within_quote ON vouchers_agreementline;
DROP FUNCTION agreement_within_quote();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0084_sourcing")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
