"""What the database guards of rails and files: a payment leaves by one way of its round's rail, for ever; a file and its answers
never change and hold what they say; what goes to an account goes where it was released to; a changed account waits.
"""

from typing import ClassVar

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION disbursement_way_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE paying jsonb; ways jsonb;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.way = OLD.way THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND EXISTS (SELECT 1 FROM vouchers_paymentattempt WHERE disbursement_id = NEW.id) THEN
        RAISE EXCEPTION 'disbursement %: it was tried and keeps its way', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_one_way';
    END IF;
    SELECT p.body->'paying' INTO paying FROM vouchers_milestone m JOIN vouchers_agreement g ON g.id = m.agreement_id
        JOIN vouchers_policyversion p ON p.round_id = g.round_id WHERE m.id = NEW.milestone_id ORDER BY p.number DESC LIMIT 1;
    ways := paying->'ways';
    IF ways IS NULL OR jsonb_array_length(ways) = 0 THEN
        ways := CASE WHEN paying->>'rail' = 'SUBSIDY_NETWORK' THEN '["NETWORK"]'::jsonb ELSE '["GATEWAY"]'::jsonb END;
    END IF;
    IF NEW.way <> '' AND NOT ways ? NEW.way THEN
        RAISE EXCEPTION 'disbursement %: its round does not pay by %', NEW.ref, NEW.way
            USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_way_of_round';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disbursement_way_guard BEFORE INSERT OR UPDATE OF way ON vouchers_disbursement
    FOR EACH ROW EXECUTE FUNCTION disbursement_way_guard();

CREATE FUNCTION disbursement_account_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.payee_account_id IS DISTINCT FROM OLD.payee_account_id AND EXISTS (SELECT 1 FROM vouchers_paymentattempt
        WHERE disbursement_id = NEW.id AND state IN ('CLAIMED', 'SENT', 'UNKNOWN', 'PARKED', 'PAID')) THEN
        RAISE EXCEPTION 'disbursement %: a transfer of it is under way to its account', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_account_in_flight';
    END IF;
    IF NEW.status = 'REGISTERED' AND OLD.status IN ('APPROVED', 'FAILED') AND EXISTS (SELECT 1 FROM vouchers_payeeaccount
        WHERE id = NEW.payee_account_id AND waits_until > (NEW.registered_at AT TIME ZONE 'Asia/Seoul')::date)
       AND NEW.registered_at IS DISTINCT FROM OLD.registered_at AND NOT EXISTS (SELECT 1 FROM vouchers_paymentattempt
        WHERE disbursement_id = NEW.id AND state IN ('CLAIMED', 'SENT', 'UNKNOWN', 'PARKED', 'PAID')) THEN
        RAISE EXCEPTION 'disbursement %: the account of its payee changed and waits', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_account_waits';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disbursement_account_guard BEFORE UPDATE ON vouchers_disbursement
    FOR EACH ROW EXECUTE FUNCTION disbursement_account_guard();

CREATE FUNCTION payee_account_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.institution_id, NEW.bank_code, NEW.number, NEW.holder, NEW.contact, NEW.entered_by_id)
       IS DISTINCT FROM (OLD.institution_id, OLD.bank_code, OLD.number, OLD.holder, OLD.contact, OLD.entered_by_id)
       OR NEW.waits_until IS DISTINCT FROM OLD.waits_until THEN
        RAISE EXCEPTION 'payee account %: another account is a new row', NEW.ref
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payee_account_keeps';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payee_account_keeps BEFORE UPDATE ON vouchers_payeeaccount
    FOR EACH ROW EXECUTE FUNCTION payee_account_keeps();

CREATE FUNCTION attempt_way_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE paying record; leaf record;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.file_id IS DISTINCT FROM OLD.file_id OR NEW.paid_by_id IS DISTINCT FROM OLD.paid_by_id
           OR NEW.account_id IS DISTINCT FROM OLD.account_id THEN
            RAISE EXCEPTION 'payment attempt %: its file and account never change', NEW.ref
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'attempt_keeps_file';
        END IF;
        RETURN NEW;
    END IF;
    SELECT d.way, d.payee_account_id, g.round_id INTO paying FROM vouchers_disbursement d
        JOIN vouchers_milestone m ON m.id = d.milestone_id JOIN vouchers_agreement g ON g.id = m.agreement_id
        WHERE d.id = NEW.disbursement_id;
    NEW.account_id := coalesce(NEW.account_id, paying.payee_account_id);
    IF NEW.account_id IS DISTINCT FROM paying.payee_account_id THEN
        RAISE EXCEPTION 'payment attempt %: to another account than was released', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'attempt_account';
    END IF;
    SELECT way, round_id, made_by_id INTO leaf FROM vouchers_paymentfile WHERE id = NEW.file_id;
    IF (NEW.file_id IS NULL AND paying.way <> 'GATEWAY') OR (NEW.file_id IS NOT NULL AND (
        leaf.way <> paying.way OR leaf.round_id <> paying.round_id OR leaf.made_by_id IS DISTINCT FROM NEW.paid_by_id)) THEN
        RAISE EXCEPTION 'payment attempt %: by another way, or in another file, than its payment leaves', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'attempt_way';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attempt_way_guard BEFORE INSERT OR UPDATE ON vouchers_paymentattempt
    FOR EACH ROW EXECUTE FUNCTION attempt_way_guard();

CREATE FUNCTION payment_file_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% %: written once', TG_TABLE_NAME, OLD.ref
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payment_file_keeps';
END $$;
CREATE TRIGGER payment_file_keeps BEFORE UPDATE OR DELETE ON vouchers_paymentfile
    FOR EACH ROW EXECUTE FUNCTION payment_file_keeps();
CREATE TRIGGER payment_answer_keeps BEFORE UPDATE OR DELETE ON vouchers_paymentanswer
    FOR EACH ROW EXECUTE FUNCTION payment_file_keeps();
CREATE FUNCTION payment_files_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never emptied', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER payment_files_stay BEFORE TRUNCATE ON vouchers_paymentfile EXECUTE FUNCTION payment_files_stay();
CREATE TRIGGER payment_answers_stay BEFORE TRUNCATE ON vouchers_paymentanswer EXECUTE FUNCTION payment_files_stay();

CREATE FUNCTION payment_file_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted record; held record; which bigint;
BEGIN
    which := CASE WHEN TG_TABLE_NAME = 'vouchers_paymentfile' THEN NEW.id ELSE (to_jsonb(NEW)->>'file_id')::bigint END;
    IF which IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT ref, line_count, total_won INTO wanted FROM vouchers_paymentfile WHERE id = which;
    SELECT count(*) AS lines, coalesce(sum(amount_won), 0) AS won INTO held FROM vouchers_paymentattempt WHERE file_id = which;
    IF held.lines <> wanted.line_count OR held.won <> wanted.total_won THEN
        RAISE EXCEPTION 'payment file %: % payments of % won, it says % of %', wanted.ref, held.lines, held.won,
            wanted.line_count, wanted.total_won USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_file_whole';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payment_file_whole AFTER INSERT ON vouchers_paymentfile DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION payment_file_whole();
CREATE CONSTRAINT TRIGGER payment_file_whole_lines AFTER INSERT ON vouchers_paymentattempt DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION payment_file_whole();

CREATE FUNCTION payment_answer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_paymentattempt WHERE file_id = NEW.file_id
               AND NEW.read_by_id IN (approved_by_id, registered_by_id)) THEN
        RAISE EXCEPTION 'answer %: read by who released a payment of the file', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_answer_four_eyes';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payment_answer_guard BEFORE INSERT ON vouchers_paymentanswer
    FOR EACH ROW EXECUTE FUNCTION payment_answer_guard();
"""
BACKWARD = """
DROP TRIGGER payment_answer_guard ON vouchers_paymentanswer;
DROP FUNCTION payment_answer_guard();
DROP TRIGGER payment_file_whole_lines ON vouchers_paymentattempt;
DROP TRIGGER payment_file_whole ON vouchers_paymentfile;
DROP FUNCTION payment_file_whole();
DROP TRIGGER payment_answers_stay ON vouchers_paymentanswer;
DROP TRIGGER payment_files_stay ON vouchers_paymentfile;
DROP FUNCTION payment_files_stay();
DROP TRIGGER payment_answer_keeps ON vouchers_paymentanswer;
DROP TRIGGER payment_file_keeps ON vouchers_paymentfile;
DROP FUNCTION payment_file_keeps();
DROP TRIGGER attempt_way_guard ON vouchers_paymentattempt;
DROP FUNCTION attempt_way_guard();
DROP TRIGGER payee_account_keeps ON vouchers_payeeaccount;
DROP FUNCTION payee_account_keeps();
DROP TRIGGER disbursement_account_guard ON vouchers_disbursement;
DROP FUNCTION disbursement_account_guard();
DROP TRIGGER disbursement_way_guard ON vouchers_disbursement;
DROP FUNCTION disbursement_way_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0097_ways_of_old_payments")]
    operations: ClassVar = [
        migrations.AddConstraint(
            "disbursement",
            models.CheckConstraint(
                condition=models.Q(("status__in", ["REGISTERED", "PAID", "FAILED"]), _negated=True)
                | models.Q(("way", ""), _negated=True),
                name="disbursement_registered_way",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
