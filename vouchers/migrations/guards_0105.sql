-- Two functions as migrations 0001 to 0105 left them: 0133 and 0135 write them anew, and their ways back bring them back.

CREATE FUNCTION disbursement_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE held bigint; asked bigint; milestone_status text; newest text; moving boolean;
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
        IF NEW.status <> OLD.status THEN
            SELECT state INTO newest FROM vouchers_paymentattempt WHERE disbursement_id = NEW.id ORDER BY id DESC LIMIT 1;
            moving := EXISTS (SELECT 1 FROM vouchers_paymentattempt
                WHERE disbursement_id = NEW.id AND state IN ('CLAIMED', 'SENT', 'UNKNOWN', 'PARKED', 'PAID'));
            IF OLD.status = 'PAID' AND NEW.status <> 'SENT_BACK' THEN
                RAISE EXCEPTION 'disbursement %: paid stays paid', NEW.ref USING ERRCODE = 'check_violation';
            END IF;
            IF NEW.status = 'SENT_BACK' AND (moving OR NOT EXISTS (
                SELECT 1 FROM vouchers_paymentattempt WHERE disbursement_id = NEW.id AND state = 'SENT_BACK')) THEN
                RAISE EXCEPTION 'disbursement %: nothing of it came back', NEW.ref USING ERRCODE = 'check_violation';
            END IF;
            IF NEW.status = 'FAILED' AND newest IS DISTINCT FROM 'REFUSED' THEN
                RAISE EXCEPTION 'disbursement %: fails only when the bank refused', NEW.ref USING ERRCODE = 'check_violation';
            END IF;
            IF NEW.status = 'PAID' AND NOT EXISTS (
                SELECT 1 FROM vouchers_paymentattempt WHERE disbursement_id = NEW.id AND state = 'PAID') THEN
                RAISE EXCEPTION 'disbursement %: paid only by a paid attempt', NEW.ref USING ERRCODE = 'check_violation';
            END IF;
            IF NEW.status = 'REGISTERED' AND NOT EXISTS (SELECT 1 FROM vouchers_paymentattempt WHERE disbursement_id = NEW.id AND state = 'PARKED') AND EXISTS (SELECT 1 FROM vouchers_paymentattempt
                WHERE disbursement_id = NEW.id AND state = 'SENT_BACK' AND settled_at > NEW.approved_at) THEN
                RAISE EXCEPTION 'disbursement %: its money came back since it was approved', NEW.ref
                    USING ERRCODE = 'check_violation';
            END IF;
            IF (OLD.status = 'CLOSED' AND NOT (NEW.status = 'REGISTERED' AND EXISTS (SELECT 1 FROM vouchers_paymentattempt WHERE disbursement_id = NEW.id AND state = 'PARKED'))) OR (NEW.status = 'CLOSED' AND (moving OR NOT EXISTS (
                SELECT 1 FROM vouchers_milestone m JOIN vouchers_agreement g ON g.id = m.agreement_id
                WHERE m.id = NEW.milestone_id AND g.status = 'TERMINATED'))) THEN
                RAISE EXCEPTION 'disbursement %: closed once, of a terminated agreement, with nothing under way', NEW.ref
                    USING ERRCODE = 'check_violation';
            END IF;
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

CREATE FUNCTION agreements_guard_line()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE state text;
BEGIN
    SELECT status INTO state FROM vouchers_agreement WHERE id = NEW.agreement_id;
    IF state <> 'DRAFTING' THEN
        RAISE EXCEPTION 'lines are written only in drafting (agreement is %)', state USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
