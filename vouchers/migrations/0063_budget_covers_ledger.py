"""The budget that a call announces is never lowered below the money that the ledger gave it."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION round_budget_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE given bigint;
BEGIN
    SELECT -sum(balance_won) INTO given FROM vouchers_account WHERE round_id = NEW.id AND kind = 'TREASURY';
    IF given > NEW.budget_won THEN
        RAISE EXCEPTION 'the ledger gave this call % won (round_budget_covers_ledger)', given
            USING ERRCODE = 'check_violation', CONSTRAINT = 'round_budget_covers_ledger';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER round_budget_guarded BEFORE UPDATE OF budget_won ON vouchers_round
    FOR EACH ROW WHEN (NEW.budget_won < OLD.budget_won) EXECUTE FUNCTION round_budget_guard();
"""
BACKWARD = """
DROP TRIGGER round_budget_guarded ON vouchers_round;
DROP FUNCTION round_budget_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0062_late_entries")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
