"""What the database guards of who lets money go: an attempt keeps its own releasers, who never settle or explain it; what came
back leaves only under an approval that is younger; a payment is closed only of a terminated agreement.

Attempts made before this are given the people whom the journal names as the last before they were claimed.
"""

from importlib import import_module
from typing import ClassVar

from django.db import migrations

RELEASER = """
    coalesce((SELECT e.by_id FROM journal_event e WHERE e.subject_ref = d.ref AND e.name IN ({names}) AND e.at <= a.claimed_at
              ORDER BY e.seq DESC LIMIT 1), d.{column})
"""
RELEASERS = f"""
UPDATE vouchers_paymentattempt a SET
    approved_by_id = {RELEASER.format(names="'disbursement.approved'", column="approved_by_id")},
    registered_by_id = {RELEASER.format(names="'disbursement.registered', 'disbursement.retried'", column="registered_by_id")}
FROM vouchers_disbursement d WHERE d.id = a.disbursement_id;
"""
DISBURSEMENT = """
CREATE OR REPLACE FUNCTION disbursement_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
            IF NEW.status = 'REGISTERED' AND EXISTS (SELECT 1 FROM vouchers_paymentattempt
                WHERE disbursement_id = NEW.id AND state = 'SENT_BACK' AND settled_at > NEW.approved_at) THEN
                RAISE EXCEPTION 'disbursement %: its money came back since it was approved', NEW.ref
                    USING ERRCODE = 'check_violation';
            END IF;
            IF OLD.status = 'CLOSED' OR (NEW.status = 'CLOSED' AND (moving OR NOT EXISTS (
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
"""
ATTEMPT = """
CREATE OR REPLACE FUNCTION attempt_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE paying record; tried bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a payment attempt is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.key <> OLD.key OR NEW.amount_won <> OLD.amount_won OR NEW.disbursement_id <> OLD.disbursement_id
           OR NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id
           OR NEW.registered_by_id IS DISTINCT FROM OLD.registered_by_id
           OR (OLD.state IN ('PAID', 'REFUSED', 'SENT_BACK') AND NEW.state <> OLD.state
               AND (OLD.state, NEW.state) NOT IN (('PAID', 'SENT_BACK'), ('REFUSED', 'PAID'), ('REFUSED', 'SENT_BACK')))
           OR (OLD.state <> 'CLAIMED' AND NEW.state = 'CLAIMED')
           OR (NEW.state = 'SENT' AND OLD.state NOT IN ('CLAIMED', 'SENT'))
           OR (NEW.state IN ('PAID', 'REFUSED', 'SENT_BACK') AND OLD.state = 'CLAIMED') THEN
            RAISE EXCEPTION 'payment attempt %: its past never changes', NEW.ref USING ERRCODE = 'restrict_violation';
        END IF;
        IF (NEW.resolved_by_id IS DISTINCT FROM OLD.resolved_by_id
            AND NEW.resolved_by_id IN (NEW.approved_by_id, NEW.registered_by_id))
           OR (NEW.explained_by_id IS DISTINCT FROM OLD.explained_by_id
            AND NEW.explained_by_id IN (NEW.approved_by_id, NEW.registered_by_id)) THEN
            RAISE EXCEPTION 'payment attempt %: settled or explained by who released it', NEW.ref
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    SELECT status, amount_won, approved_by_id, registered_by_id INTO paying FROM vouchers_disbursement
        WHERE id = NEW.disbursement_id FOR UPDATE;
    SELECT coalesce(sum(amount_won), 0) INTO tried FROM vouchers_paymentattempt
        WHERE disbursement_id = NEW.disbursement_id AND state NOT IN ('REFUSED', 'SENT_BACK');
    IF NEW.state <> 'CLAIMED' OR paying.status <> 'REGISTERED' OR tried + NEW.amount_won > paying.amount_won THEN
        RAISE EXCEPTION 'payment attempt for disbursement %: not registered, or more than approved', NEW.disbursement_id
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.approved_by_id IS DISTINCT FROM paying.approved_by_id
       OR NEW.registered_by_id IS DISTINCT FROM paying.registered_by_id THEN
        RAISE EXCEPTION 'payment attempt for disbursement %: released by others', NEW.disbursement_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
BEFORE = import_module("vouchers.migrations.0022_payments_overturned")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0029_payments_released_by")]
    operations: ClassVar = [
        migrations.RunSQL(RELEASERS, migrations.RunSQL.noop),
        migrations.RunSQL(DISBURSEMENT + ATTEMPT, BEFORE.FORWARD),
    ]
