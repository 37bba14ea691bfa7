"""The ledger never gives a call more than the call says, and a draft with money keeps a budget that covers it.

A budget that is raised goes through the call first (an amendment once it is announced), so that everybody reads it.
"""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION ledger_within_call() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE said bigint;
BEGIN
    SELECT budget_won INTO said FROM vouchers_round WHERE id = NEW.round_id FOR SHARE;
    IF -NEW.balance_won > coalesce(said, 0) THEN
        RAISE EXCEPTION 'the call says % won, the ledger would give it % (ledger_within_call)', coalesce(said, 0), -NEW.balance_won
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_within_call';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_account_within_call BEFORE UPDATE OF balance_won ON vouchers_account
    FOR EACH ROW WHEN (NEW.kind = 'TREASURY' AND NEW.balance_won < OLD.balance_won) EXECUTE FUNCTION ledger_within_call();

CREATE OR REPLACE FUNCTION round_budget_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE given bigint;
BEGIN
    SELECT -sum(balance_won) INTO given FROM vouchers_account WHERE round_id = NEW.id AND kind = 'TREASURY';
    IF given > coalesce(NEW.budget_won, 0) THEN
        RAISE EXCEPTION 'the ledger gave this call % won (round_budget_covers_ledger)', given
            USING ERRCODE = 'check_violation', CONSTRAINT = 'round_budget_covers_ledger';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER round_budget_guarded ON vouchers_round;
CREATE TRIGGER round_budget_guarded BEFORE UPDATE OF budget_won ON vouchers_round
    FOR EACH ROW WHEN (coalesce(NEW.budget_won, 0) < coalesce(OLD.budget_won, 0)) EXECUTE FUNCTION round_budget_guard();
"""
BACKWARD = """
DROP TRIGGER ledger_account_within_call ON vouchers_account;
DROP FUNCTION ledger_within_call();
DROP TRIGGER round_budget_guarded ON vouchers_round;
CREATE TRIGGER round_budget_guarded BEFORE UPDATE OF budget_won ON vouchers_round
    FOR EACH ROW WHEN (NEW.budget_won < OLD.budget_won) EXECUTE FUNCTION round_budget_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0072_scores_handed_in_again")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
