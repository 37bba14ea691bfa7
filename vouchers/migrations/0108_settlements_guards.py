"""What the database guards of settlements: a fixed amount stays, an objection alone lowers it; what came is shared out whole, never
beyond what is owed, and stays; nobody who judged a line fixes the amount."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION settlement_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a settlement is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.confirmed_at IS NOT NULL AND ((NEW.agreement_id, NEW.company_id, NEW.round_id, NEW.paid_won, NEW.released_won,
        NEW.interest_won, NEW.proposed_by_id, NEW.confirmed_by_id, NEW.confirmed_at, NEW.verification_id, NEW.interest_proof_id)
        IS DISTINCT FROM (OLD.agreement_id, OLD.company_id, OLD.round_id, OLD.paid_won, OLD.released_won, OLD.interest_won,
        OLD.proposed_by_id, OLD.confirmed_by_id, OLD.confirmed_at, OLD.verification_id, OLD.interest_proof_id)
        OR NEW.refund_won > OLD.refund_won OR NEW.status NOT IN ('REFUND_DUE', 'CLOSED')) THEN
        RAISE EXCEPTION 'settlement %: a fixed amount stays, or is lowered', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.confirmed_at IS NOT NULL AND OLD.confirmed_at IS NULL AND EXISTS (
        SELECT 1 FROM vouchers_settlementline WHERE settlement_id = NEW.id
        AND (verdict = 'OPEN' OR judged_by_id = NEW.confirmed_by_id)) THEN
        RAISE EXCEPTION 'settlement %: a line is not judged, or was judged by who fixes the amount', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_judged_apart';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER settlement_guard BEFORE UPDATE OR DELETE ON vouchers_settlement
    FOR EACH ROW EXECUTE FUNCTION settlement_guard();

CREATE FUNCTION settlement_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fixed timestamptz;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a line of a settlement is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT confirmed_at INTO fixed FROM vouchers_settlement WHERE id = NEW.settlement_id;
    IF fixed IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.disallowed_won > OLD.disallowed_won
        OR (NEW.settlement_id, NEW.position, NEW.grant_won, NEW.own_cash_won, NEW.in_kind_won, NEW.vat_won, NEW.proof_id, NEW.judged_by_id,
            NEW.owed_by) IS DISTINCT FROM (OLD.settlement_id, OLD.position, OLD.grant_won, OLD.own_cash_won, OLD.in_kind_won, OLD.vat_won,
            OLD.proof_id, OLD.judged_by_id, OLD.owed_by)) THEN
        RAISE EXCEPTION 'line %: the amount is fixed', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER settlement_line_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_settlementline
    FOR EACH ROW EXECUTE FUNCTION settlement_line_guard();

CREATE FUNCTION debt_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE came bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a debt is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.principal_won > OLD.principal_won OR NEW.interest_won > OLD.interest_won OR NEW.due_on < OLD.due_on
        OR (NEW.kind, NEW.settlement_id, NEW.agreement_id, NEW.organisation_id)
        IS DISTINCT FROM (OLD.kind, OLD.settlement_id, OLD.agreement_id, OLD.organisation_id) THEN
        RAISE EXCEPTION 'debt %: it only falls, and its day only moves later', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'PAID' AND OLD.status <> 'PAID' THEN
        SELECT coalesce(sum(CASE WHEN is_repayment THEN -amount_won ELSE amount_won END), 0) INTO came
            FROM vouchers_receipt WHERE debt_id = NEW.id AND status = 'CONFIRMED';
        IF came <> NEW.principal_won + NEW.interest_won + NEW.charged_won THEN
            RAISE EXCEPTION 'debt %: % won came, % are owed', NEW.ref, came, NEW.principal_won + NEW.interest_won + NEW.charged_won
                USING ERRCODE = 'check_violation', CONSTRAINT = 'debt_paid_whole';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER debt_guard BEFORE UPDATE OR DELETE ON vouchers_debt FOR EACH ROW EXECUTE FUNCTION debt_guard();

CREATE FUNCTION receipt_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE came bigint; owed bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a receipt is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.status <> 'REPORTED' OR (NEW.debt_id, NEW.amount_won, NEW.received_on, NEW.proof_id, NEW.reported_by_id,
        NEW.is_repayment) IS DISTINCT FROM (OLD.debt_id, OLD.amount_won, OLD.received_on, OLD.proof_id, OLD.reported_by_id, OLD.is_repayment)) THEN
        RAISE EXCEPTION 'receipt %: what was reported stays, and is decided once', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'CONFIRMED' THEN
        SELECT coalesce(sum(CASE WHEN is_repayment THEN -principal_won ELSE principal_won END), 0) INTO came
            FROM vouchers_receipt WHERE debt_id = NEW.debt_id AND status = 'CONFIRMED' AND id <> coalesce(NEW.id, 0);
        SELECT principal_won INTO owed FROM vouchers_debt WHERE id = NEW.debt_id;
        IF NOT NEW.is_repayment AND came + NEW.principal_won > owed THEN
            RAISE EXCEPTION 'receipt %: % won would have come of % owed', NEW.ref, came + NEW.principal_won, owed
                USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_within_debt';
        END IF;
        IF NEW.is_repayment AND came - NEW.principal_won < owed THEN
            RAISE EXCEPTION 'receipt %: more would go back than came too much', NEW.ref
                USING ERRCODE = 'check_violation', CONSTRAINT = 'repayment_within_over';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER receipt_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_receipt FOR EACH ROW EXECUTE FUNCTION receipt_guard();

DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC') AND table_name = 'vouchers_agreementline'
          AND privilege_type = 'INSERT'
    LOOP
        EXECUTE format(
            'REVOKE DELETE, TRUNCATE ON vouchers_settlement, vouchers_settlementline, vouchers_debt, vouchers_receipt FROM %I', one.grantee
        );
    END LOOP;
END $$;
"""
BACKWARD = """
DROP TRIGGER receipt_guard ON vouchers_receipt;
DROP FUNCTION receipt_guard();
DROP TRIGGER debt_guard ON vouchers_debt;
DROP FUNCTION debt_guard();
DROP TRIGGER settlement_line_guard ON vouchers_settlementline;
DROP FUNCTION settlement_line_guard();
DROP TRIGGER settlement_guard ON vouchers_settlement;
DROP FUNCTION settlement_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0107_settlements")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
