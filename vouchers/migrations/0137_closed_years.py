"""Pots of a fiscal year whose close has begun: from then on what stands in them expires or is carried over, and nothing else."""

from typing import ClassVar

from django.db import migrations, models

FORWARD = """
UPDATE vouchers_account a SET closed_in = y.fiscal_year
FROM vouchers_round r, vouchers_yearclosing y
WHERE r.id = a.round_id AND y.status IN ('CLOSING', 'CLOSED') AND a.kind IN ('AVAILABLE', 'RESERVED', 'COMMITTED')
  AND y.fiscal_year = coalesce(a.carried_to, r.fiscal_year);

CREATE FUNCTION ledger_within_year() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE shut int; booked text;
BEGIN
    SELECT closed_in INTO shut FROM vouchers_account WHERE id = NEW.account_id;
    IF shut IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT kind INTO booked FROM vouchers_ledgerevent WHERE id = NEW.event_id;
    IF NEW.amount_won < 0 AND booked NOT IN ('EXPIRED', 'CARRIED') OR NEW.amount_won > 0 AND booked NOT IN ('CARRIED', 'REVERSED') THEN
        RAISE EXCEPTION 'the fiscal year % was closed: % moves nothing of it', shut, booked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_within_year';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_within_year BEFORE INSERT ON vouchers_entry FOR EACH ROW EXECUTE FUNCTION ledger_within_year();

CREATE FUNCTION account_stays_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.closed_in IS NULL AND NEW.carried_to = OLD.closed_in + 1 AND EXISTS (
        SELECT 1 FROM vouchers_entry n JOIN vouchers_ledgerevent e ON e.id = n.event_id
        WHERE n.account_id = NEW.id AND n.amount_won > 0 AND e.kind = 'CARRIED' AND e.fiscal_year = NEW.carried_to) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'pot %: it stays closed with its year, but for what was carried over', NEW.ref USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER account_stays_closed BEFORE UPDATE ON vouchers_account FOR EACH ROW
    WHEN (OLD.closed_in IS NOT NULL AND NEW.closed_in IS DISTINCT FROM OLD.closed_in) EXECUTE FUNCTION account_stays_closed();
"""
BACKWARD = """
DROP TRIGGER account_stays_closed ON vouchers_account;
DROP FUNCTION account_stays_closed();
DROP TRIGGER ledger_within_year ON vouchers_entry;
DROP FUNCTION ledger_within_year();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0136_debts_within_paid")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="account",
            name="closed_in",
            field=models.SmallIntegerField(editable=False, null=True, verbose_name="Closed with the year"),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
