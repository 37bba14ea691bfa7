"""What the database itself guards in payments: one live attempt, never more than approved, never more than the voucher."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION disbursement_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held bigint; asked bigint; milestone_status text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a disbursement is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT grant_won INTO held FROM vouchers_voucher WHERE id = NEW.voucher_id FOR UPDATE;
    SELECT coalesce(sum(amount_won), 0) INTO asked FROM vouchers_disbursement
        WHERE voucher_id = NEW.voucher_id AND id <> NEW.id;
    IF asked + NEW.amount_won > held THEN
        RAISE EXCEPTION 'disbursement %: more than the voucher', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.amount_won <> OLD.amount_won OR NEW.milestone_id <> OLD.milestone_id OR NEW.payee_id <> OLD.payee_id
           OR NEW.voucher_id <> OLD.voucher_id THEN
            RAISE EXCEPTION 'disbursement %: its amount and payee never change', NEW.ref USING ERRCODE = 'check_violation';
        END IF;
        IF OLD.status = 'PAID' AND NEW.status <> 'PAID' THEN
            RAISE EXCEPTION 'disbursement %: paid stays paid', NEW.ref USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.status = 'PAID' AND OLD.status <> 'PAID' AND NOT EXISTS (
            SELECT 1 FROM vouchers_paymentattempt WHERE disbursement_id = NEW.id AND state = 'PAID') THEN
            RAISE EXCEPTION 'disbursement %: paid only by a paid attempt', NEW.ref USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF NEW.status IN ('APPROVED', 'REGISTERED') AND NOT EXISTS (
        SELECT 1 FROM vouchers_payeeaccount
        WHERE id = NEW.payee_account_id AND institution_id = NEW.payee_id AND verified_by_id IS NOT NULL) THEN
        RAISE EXCEPTION 'disbursement %: its account is not verified', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    SELECT status INTO milestone_status FROM vouchers_milestone WHERE id = NEW.milestone_id;
    IF milestone_status <> 'ACCEPTED' THEN
        RAISE EXCEPTION 'disbursement %: its milestone is not accepted', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disbursement_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_disbursement
    FOR EACH ROW EXECUTE FUNCTION disbursement_guard();

CREATE FUNCTION attempt_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE paying record; tried bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a payment attempt is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.key <> OLD.key OR NEW.amount_won <> OLD.amount_won OR NEW.disbursement_id <> OLD.disbursement_id
           OR (OLD.state IN ('PAID', 'REFUSED') AND NEW.state <> OLD.state) OR (OLD.state <> 'CLAIMED' AND NEW.state = 'CLAIMED')
           OR (NEW.state = 'SENT' AND OLD.state NOT IN ('CLAIMED', 'SENT'))
           OR (NEW.state IN ('PAID', 'REFUSED') AND OLD.state = 'CLAIMED') THEN
            RAISE EXCEPTION 'payment attempt %: its past never changes', NEW.ref USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    SELECT status, amount_won INTO paying FROM vouchers_disbursement WHERE id = NEW.disbursement_id FOR UPDATE;
    SELECT coalesce(sum(amount_won), 0) INTO tried FROM vouchers_paymentattempt
        WHERE disbursement_id = NEW.disbursement_id AND state <> 'REFUSED';
    IF NEW.state <> 'CLAIMED' OR paying.status <> 'REGISTERED' OR tried + NEW.amount_won > paying.amount_won THEN
        RAISE EXCEPTION 'payment attempt for disbursement %: not registered, or more than approved', NEW.disbursement_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attempt_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_paymentattempt
    FOR EACH ROW EXECUTE FUNCTION attempt_guard();
"""
BACKWARD = """
DROP TRIGGER attempt_guard ON vouchers_paymentattempt;
DROP FUNCTION attempt_guard();
DROP TRIGGER disbursement_guard ON vouchers_disbursement;
DROP FUNCTION disbursement_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0010_milestones_guards")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
