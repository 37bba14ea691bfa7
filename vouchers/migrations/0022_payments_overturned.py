"""The bank's statement may overturn what was settled: a paid transfer that came back, a refused one that moved after all.

A voucher that had ended opens again for money that came back. Who approved or registered a payment never resolves its attempt.
"""

from typing import ClassVar

from django.db import migrations, models

PAID_STAYS = """
        IF OLD.status = 'PAID' AND NEW.status <> 'PAID' THEN
            RAISE EXCEPTION 'disbursement %: paid stays paid', NEW.ref USING ERRCODE = 'check_violation';
        END IF;
"""
PAID_UNLESS_SENT_BACK = """
        IF OLD.status = 'PAID' AND NEW.status <> 'PAID' AND (NEW.status <> 'SENT_BACK' OR EXISTS (
            SELECT 1 FROM vouchers_paymentattempt WHERE disbursement_id = NEW.id AND state = 'PAID') OR NOT EXISTS (
            SELECT 1 FROM vouchers_paymentattempt WHERE disbursement_id = NEW.id AND state = 'SENT_BACK')) THEN
            RAISE EXCEPTION 'disbursement %: paid stays paid', NEW.ref USING ERRCODE = 'check_violation';
        END IF;
"""
DISBURSEMENT = """
CREATE OR REPLACE FUNCTION disbursement_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
{paid}
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
           OR {settled} OR (OLD.state <> 'CLAIMED' AND NEW.state = 'CLAIMED')
           OR (NEW.state = 'SENT' AND OLD.state NOT IN ('CLAIMED', 'SENT'))
           OR (NEW.state IN ('PAID', 'REFUSED') AND OLD.state = 'CLAIMED') THEN
            RAISE EXCEPTION 'payment attempt %: its past never changes', NEW.ref USING ERRCODE = 'restrict_violation';
        END IF;
{eyes}
        RETURN NEW;
    END IF;
    SELECT status, amount_won INTO paying FROM vouchers_disbursement WHERE id = NEW.disbursement_id FOR UPDATE;
    SELECT coalesce(sum(amount_won), 0) INTO tried FROM vouchers_paymentattempt
        WHERE disbursement_id = NEW.disbursement_id AND state NOT IN ({ended});
    IF NEW.state <> 'CLAIMED' OR paying.status <> 'REGISTERED' OR tried + NEW.amount_won > paying.amount_won THEN
        RAISE EXCEPTION 'payment attempt for disbursement %: not registered, or more than approved', NEW.disbursement_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
SETTLED_ONCE = "(OLD.state IN ('PAID', 'REFUSED') AND NEW.state <> OLD.state)"
SETTLED_OR_OVERTURNED = """(OLD.state IN ('PAID', 'REFUSED', 'SENT_BACK') AND NEW.state <> OLD.state
               AND (OLD.state, NEW.state) NOT IN (('PAID', 'SENT_BACK'), ('REFUSED', 'PAID')))
           OR (NEW.state = 'SENT_BACK' AND OLD.state NOT IN ('PAID', 'SENT_BACK'))"""
OTHER_EYES = """
        IF NEW.resolved_by_id IS DISTINCT FROM OLD.resolved_by_id AND EXISTS (
            SELECT 1 FROM vouchers_disbursement WHERE id = NEW.disbursement_id
            AND NEW.resolved_by_id IN (approved_by_id, registered_by_id)) THEN
            RAISE EXCEPTION 'payment attempt %: resolved by who released it', NEW.ref USING ERRCODE = 'check_violation';
        END IF;
"""
VOUCHER = """
CREATE OR REPLACE FUNCTION voucher_guard_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = OLD.status THEN
        RETURN NEW;
    END IF;
    IF OLD.status <> 'ISSUED' {unless} THEN
        RAISE EXCEPTION 'voucher %: it has ended already', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status IN ('SPENT', 'EXPIRED') AND EXISTS (
        SELECT 1 FROM vouchers_account WHERE kind = 'COMMITTED' AND owner_ref = NEW.ref AND balance_won <> 0) THEN
        RAISE EXCEPTION 'voucher %: money is still committed', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
UNLESS_MONEY_CAME_BACK = """AND NOT (OLD.status IN ('SPENT', 'EXPIRED') AND NEW.status = 'ISSUED' AND EXISTS (
        SELECT 1 FROM vouchers_account WHERE kind = 'COMMITTED' AND owner_ref = NEW.ref AND balance_won > 0))"""

FORWARD = (
    DISBURSEMENT.format(paid=PAID_UNLESS_SENT_BACK)
    + ATTEMPT.format(settled=SETTLED_OR_OVERTURNED, eyes=OTHER_EYES, ended="'REFUSED', 'SENT_BACK'")
    + VOUCHER.format(unless=UNLESS_MONEY_CAME_BACK)
)
BACKWARD = (
    DISBURSEMENT.format(paid=PAID_STAYS)
    + ATTEMPT.format(settled=SETTLED_ONCE, eyes="", ended="'REFUSED'")
    + VOUCHER.format(unless="")
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0021_submitted_dossiers_guards")]
    operations: ClassVar = [
        migrations.AlterField(
            model_name="disbursement",
            name="status",
            field=models.CharField(
                choices=[
                    ("REQUESTED", "Requested by the provider"),
                    ("COMPANY_CONFIRMED", "Confirmed by the company"),
                    ("EVIDENCE_CHECKED", "Evidence checked"),
                    ("RETURNED", "Returned"),
                    ("APPROVED", "Approved"),
                    ("REGISTERED", "Registered for payment"),
                    ("PAID", "Paid"),
                    ("FAILED", "Transfer failed"),
                    ("SENT_BACK", "Sent back by the bank"),
                ],
                default="REQUESTED",
                max_length=18,
                verbose_name="State",
            ),
        ),
        migrations.AlterField(
            model_name="paymentattempt",
            name="state",
            field=models.CharField(
                choices=[
                    ("CLAIMED", "Claimed, not sent yet"),
                    ("SENT", "Sent, no answer yet"),
                    ("UNKNOWN", "Outcome unknown"),
                    ("PAID", "Paid"),
                    ("REFUSED", "Refused by the bank"),
                    ("SENT_BACK", "Sent back by the bank"),
                    ("PARKED", "Waiting for a person"),
                ],
                default="CLAIMED",
                max_length=10,
                verbose_name="State",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
