"""Of everybody only so much comes back as the voucher holds as paid, whoever claims it first: an order, a settlement or a termination.
A grant covers what was asked for, what was closed is asked for no more, and an order beside a termination rests on what that takes back."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations, models
from django.db.models import F, Q

from portal.kit.won import WonField

HELD = import_module("vouchers.migrations.0142_closed_after_year")
SUM = """        WHERE voucher_id = NEW.voucher_id AND id <> NEW.id;
    IF asked + NEW.amount_won > held THEN"""
OPEN_SUM = """        WHERE voucher_id = NEW.voucher_id AND id <> NEW.id AND status <> 'CLOSED';
    IF NEW.status <> 'CLOSED' AND asked + NEW.amount_won > held THEN"""
assert HELD.FORWARD.count(SUM) == 1
DISBURSEMENT = HELD.FORWARD.replace(SUM, OPEN_SUM)

CLAIMED = """
CREATE FUNCTION claimed_back_won(agreement bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT (coalesce((SELECT sum(greatest(0, d.principal_won - (
            SELECT coalesce(sum(CASE WHEN r.is_repayment THEN -r.principal_won ELSE r.principal_won END), 0)
            FROM vouchers_receipt r WHERE r.debt_id = d.id AND r.status = 'CONFIRMED')))
        FROM vouchers_debt d WHERE d.agreement_id = agreement AND d.kind <> 'SURCHARGE'
        AND d.status IN ('OPEN', 'SUSPENDED', 'ENFORCED')), 0)
        + coalesce((SELECT sum(h.amount_won - h.recovered_won) FROM vouchers_haltrecovery h
        JOIN vouchers_agreementhalt t ON t.id = h.halt_id WHERE t.agreement_id = agreement), 0))::bigint
$$;
CREATE FUNCTION paid_pot_won(agreement bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(a.balance_won), 0)::bigint FROM vouchers_voucher v
        JOIN vouchers_account a ON a.kind = 'PAID' AND a.owner_ref = v.ref WHERE v.agreement_id = agreement
$$;
CREATE OR REPLACE FUNCTION debt_within_paid() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE owed bigint; held bigint;
BEGIN
    PERFORM 1 FROM vouchers_agreement WHERE id = NEW.agreement_id FOR UPDATE;
    owed := claimed_back_won(NEW.agreement_id);
    held := paid_pot_won(NEW.agreement_id);
    IF owed + NEW.principal_won > held THEN
        RAISE EXCEPTION 'debt %: % won would be owed back, the voucher holds % as paid', NEW.ref, owed + NEW.principal_won, held
            USING ERRCODE = 'check_violation', CONSTRAINT = 'debt_within_paid';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION recovery_within_paid() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE agreement bigint; owed bigint; held bigint;
BEGIN
    SELECT agreement_id INTO agreement FROM vouchers_agreementhalt WHERE id = NEW.halt_id;
    PERFORM 1 FROM vouchers_agreement WHERE id = agreement FOR UPDATE;
    owed := claimed_back_won(agreement);
    held := paid_pot_won(agreement);
    IF owed + NEW.amount_won > held THEN
        RAISE EXCEPTION 'recovery %: % won would be owed back, the voucher holds % as paid', NEW.ref, owed + NEW.amount_won, held
            USING ERRCODE = 'check_violation', CONSTRAINT = 'recovery_within_paid';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER recovery_within_paid BEFORE INSERT ON vouchers_haltrecovery FOR EACH ROW EXECUTE FUNCTION recovery_within_paid();
"""
UNCLAIMED = f"""
DROP TRIGGER recovery_within_paid ON vouchers_haltrecovery;
DROP FUNCTION recovery_within_paid();
{import_module("vouchers.migrations.0146_debts_beside_recoveries").FORWARD}
DROP FUNCTION claimed_back_won(bigint);
DROP FUNCTION paid_pot_won(bigint);
"""
BESIDE = """
CREATE FUNCTION clawback_base() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' OR NEW.base_won <> coalesce((SELECT sum(h.amount_won) FROM vouchers_haltrecovery h
        JOIN vouchers_agreementhalt t ON t.id = h.halt_id JOIN vouchers_agreementparty p ON p.id = h.party_id
        WHERE t.agreement_id = NEW.agreement_id AND p.organisation_id = NEW.organisation_id), 0) THEN
        RAISE EXCEPTION 'clawback %: it rests on what the termination takes back', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'clawback_base';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER clawback_base BEFORE INSERT ON vouchers_clawback FOR EACH ROW WHEN (NEW.base_won <> 0) EXECUTE FUNCTION clawback_base();
CREATE TRIGGER clawback_base_stays BEFORE UPDATE ON vouchers_clawback FOR EACH ROW WHEN (NEW.base_won <> OLD.base_won)
    EXECUTE FUNCTION clawback_base();
"""
NOT_BESIDE = """
DROP TRIGGER clawback_base_stays ON vouchers_clawback;
DROP TRIGGER clawback_base ON vouchers_clawback;
DROP FUNCTION clawback_base();
"""
COVERS = """
CREATE FUNCTION voucher_asked_won(asked_of bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(amount_won), 0)::bigint FROM vouchers_disbursement WHERE voucher_id = asked_of AND status <> 'CLOSED'
$$;
CREATE FUNCTION voucher_covers_asked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asked bigint;
BEGIN
    asked := voucher_asked_won(NEW.id);
    IF asked > NEW.grant_won THEN
        RAISE EXCEPTION 'voucher %: % won were asked of it', NEW.ref, asked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_covers_what_was_asked', DETAIL = asked::text;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voucher_covers_asked BEFORE UPDATE ON vouchers_voucher FOR EACH ROW WHEN (NEW.grant_won < OLD.grant_won)
    EXECUTE FUNCTION voucher_covers_asked();
CREATE FUNCTION change_covers_asked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asked bigint;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.status <> 'APPROVED' OR OLD.status = 'APPROVED') THEN
        RETURN NEW;
    END IF;
    SELECT voucher_asked_won(id) INTO asked FROM vouchers_voucher WHERE agreement_id = NEW.agreement_id;
    IF asked > (NEW.after ->> 'grant_won')::bigint THEN
        RAISE EXCEPTION 'change %: % won were asked of its voucher', NEW.ref, asked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_covers_what_was_asked', DETAIL = asked::text;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER change_covers_asked BEFORE INSERT OR UPDATE ON vouchers_agreementchange
    FOR EACH ROW EXECUTE FUNCTION change_covers_asked();
"""
UNCOVERED = """
DROP TRIGGER change_covers_asked ON vouchers_agreementchange;
DROP FUNCTION change_covers_asked();
DROP TRIGGER voucher_covers_asked ON vouchers_voucher;
DROP FUNCTION voucher_covers_asked();
DROP FUNCTION voucher_asked_won(bigint);
"""
STAND = """
UPDATE vouchers_agreementparty p SET ordered_back_won = d.won FROM (
    SELECT agreement_id, organisation_id, sum(principal_won) AS won FROM vouchers_debt
    WHERE kind = 'CLAWBACK' AND status <> 'CANCELLED' GROUP BY 1, 2) d
WHERE p.agreement_id = d.agreement_id AND p.organisation_id = d.organisation_id
"""


def _clawback(constraint: models.BaseConstraint) -> migrations.AddConstraint:
    return migrations.AddConstraint("clawback", constraint)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0146_debts_beside_recoveries")]
    operations: ClassVar = [
        migrations.RemoveConstraint("clawback", "clawback_says_what"),
        migrations.RemoveConstraint("clawback", "clawback_surcharge_by_times"),
        migrations.AddField(
            "agreementparty", "ordered_back_won", WonField(default=0, verbose_name="Ordered back, and not cancelled")
        ),
        migrations.AddField("clawback", "base_won", WonField(default=0, verbose_name="Taken back by the termination")),
        _clawback(
            models.CheckConstraint(
                condition=(Q(noticed_won__gt=0, base_won=0) | Q(noticed_won=0, base_won__gt=0)) & ~Q(facts=""),
                name="clawback_says_what",
            )
        ),
        _clawback(
            models.UniqueConstraint(
                fields=["agreement", "organisation"],
                condition=Q(base_won__gt=0) & ~Q(status__in=["DROPPED", "CANCELLED"]),
                name="clawback_once_beside_termination",
            )
        ),
        _clawback(
            models.CheckConstraint(
                condition=Q(
                    surcharge_times__range=(0, 5), surcharge_won=(F("ordered_won") + F("base_won")) * F("surcharge_times")
                ),
                name="clawback_surcharge_by_times",
            )
        ),
        migrations.RunSQL(CLAIMED, UNCLAIMED),
        migrations.RunSQL(BESIDE, NOT_BESIDE),
        migrations.RunSQL(COVERS, UNCOVERED),
        migrations.RunSQL(DISBURSEMENT, HELD.FORWARD),
        migrations.RunSQL(STAND, migrations.RunSQL.noop),
    ]
