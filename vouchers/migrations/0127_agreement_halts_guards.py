"""An agreement in force is suspended or terminated only by a halt that was carried out: agreed to by every party over what stands, or
decided by a second person after opinions. What was asked, agreed to and said stays; what was released is what was shown."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION agreements_guard_halt() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE booked record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a suspension or termination is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.released_won IS DISTINCT FROM (NEW.figures ->> 'released_won')::bigint OR (NEW.kind = 'SUSPENSION' AND NEW.released_won <> 0) THEN
        RAISE EXCEPTION 'halt %: releases what its figures say, a suspension nothing', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> (CASE NEW.way WHEN 'CONSENT' THEN 'PROPOSED' ELSE 'NOTICED' END) OR NOT EXISTS (
            SELECT 1 FROM vouchers_agreement WHERE id = NEW.agreement_id
            AND (status = 'ACTIVE' OR (status = 'SUSPENDED' AND NEW.kind = 'TERMINATION'))) THEN
            RAISE EXCEPTION 'halt %: begins as asked, of an agreement in force', NEW.ref USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.agreement_id, NEW.number, NEW.kind, NEW.way, NEW.ground, NEW.at_fault_id, NEW.statement, NEW.asked_for_id, NEW.asked_by_id,
        NEW.opinion_until) IS DISTINCT FROM
       (OLD.agreement_id, OLD.number, OLD.kind, OLD.way, OLD.ground, OLD.at_fault_id, OLD.statement, OLD.asked_for_id, OLD.asked_by_id,
        OLD.opinion_until) THEN
        RAISE EXCEPTION 'halt %: what was asked never changes', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.figures, NEW.content_hash) IS DISTINCT FROM (OLD.figures, OLD.content_hash)
       AND (NEW.status <> OLD.status OR OLD.status NOT IN ('PROPOSED', 'NOTICED')) THEN
        RAISE EXCEPTION 'halt %: figures are renewed while it is open, and seen before it is carried out', NEW.ref
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (('PROPOSED', 'EXECUTED'), ('PROPOSED', 'WITHDRAWN'),
        ('NOTICED', 'EXECUTED'), ('NOTICED', 'DISMISSED'), ('NOTICED', 'WITHDRAWN')) THEN
        RAISE EXCEPTION 'halt %: % does not follow %', NEW.ref, NEW.status, OLD.status USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status NOT IN ('PROPOSED', 'NOTICED') AND ((NEW.executed_at, NEW.released_id, NEW.decided_by_id, NEW.decided_at, NEW.answer)
        IS DISTINCT FROM (OLD.executed_at, OLD.released_id, OLD.decided_by_id, OLD.decided_at, OLD.answer)
        OR OLD.resumed_at IS NOT NULL AND NEW.resumed_at IS DISTINCT FROM OLD.resumed_at) THEN
        RAISE EXCEPTION 'halt %: what was carried out stays', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status <> 'EXECUTED' OR OLD.status = 'EXECUTED' THEN
        RETURN NEW;
    END IF;
    IF NEW.way = 'CONSENT' AND EXISTS (SELECT 1 FROM vouchers_agreementparty p WHERE p.agreement_id = NEW.agreement_id
        AND p.left_by_id IS NULL AND NOT EXISTS (SELECT 1 FROM vouchers_haltconsent c
            WHERE c.halt_id = NEW.id AND c.party_id = p.id AND c.signed_hash = NEW.content_hash)) THEN
        RAISE EXCEPTION 'halt %: every party agrees to what stands', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.way = 'FAULT' AND (EXISTS (SELECT 1 FROM vouchers_haltopinion o WHERE o.halt_id = NEW.id AND o.given_by_id = NEW.decided_by_id)
        OR (NOT (NEW.kind = 'SUSPENSION' AND NEW.ground IN ('DATA_MISUSE', 'INSPECTION'))
            AND (NEW.executed_at AT TIME ZONE 'Asia/Seoul')::date <= NEW.opinion_until
            AND EXISTS (SELECT 1 FROM vouchers_agreementparty p WHERE p.agreement_id = NEW.agreement_id AND p.left_by_id IS NULL
                AND p.role <> 'OPERATOR' AND NOT EXISTS (SELECT 1 FROM vouchers_haltopinion o
                    WHERE o.halt_id = NEW.id AND o.party_id = p.id)))) THEN
        RAISE EXCEPTION 'halt %: decided by a second person, after opinions or their days', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.released_id IS NOT NULL THEN
        SELECT e.kind, e.amount_won, e.subject_ref, v.ref INTO booked FROM vouchers_ledgerevent e
            JOIN vouchers_voucher v ON v.agreement_id = NEW.agreement_id WHERE e.id = NEW.released_id;
        IF (booked.kind, booked.amount_won, booked.subject_ref) IS DISTINCT FROM ('RELEASED', NEW.released_won, booked.ref) THEN
            RAISE EXCEPTION 'halt %: the ledger releases what was shown', NEW.ref USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_halt_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_agreementhalt
    FOR EACH ROW EXECUTE FUNCTION agreements_guard_halt();

CREATE FUNCTION agreements_guard_halted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM vouchers_agreementhalt WHERE agreement_id = NEW.id AND status = 'EXECUTED' AND resumed_at IS NULL
        AND kind = (CASE NEW.status WHEN 'SUSPENDED' THEN 'SUSPENSION' ELSE 'TERMINATION' END)) THEN
        RAISE EXCEPTION 'agreement %: suspended or terminated only by what everybody agreed to or a second person decided', NEW.ref
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_halted_guard BEFORE UPDATE OF status ON vouchers_agreement FOR EACH ROW
    WHEN (OLD.status IN ('ACTIVE', 'SUSPENDED') AND NEW.status IN ('SUSPENDED', 'TERMINATED') AND OLD.status <> NEW.status)
    EXECUTE FUNCTION agreements_guard_halted();

CREATE FUNCTION agreements_guard_halt_voice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'what a party agreed to or said stays' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_TABLE_NAME = 'vouchers_haltconsent' THEN
        IF NOT EXISTS (SELECT 1 FROM vouchers_agreementhalt h JOIN vouchers_agreementparty p ON p.agreement_id = h.agreement_id
            WHERE h.id = NEW.halt_id AND p.id = NEW.party_id AND h.status = 'PROPOSED' AND h.content_hash = NEW.signed_hash) THEN
            RAISE EXCEPTION 'a party agrees to what stands, while it is open' USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF NOT EXISTS (SELECT 1 FROM vouchers_agreementhalt h JOIN vouchers_agreementparty p ON p.agreement_id = h.agreement_id
        WHERE h.id = NEW.halt_id AND p.id = NEW.party_id AND h.status = 'NOTICED' AND p.role <> 'OPERATOR') THEN
        RAISE EXCEPTION 'a party is heard while a notice is open' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_halt_consent_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_haltconsent
    FOR EACH ROW EXECUTE FUNCTION agreements_guard_halt_voice();
CREATE TRIGGER agreements_halt_opinion_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_haltopinion
    FOR EACH ROW EXECUTE FUNCTION agreements_guard_halt_voice();

CREATE FUNCTION agreements_guard_recovery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND ((NEW.halt_id, NEW.party_id, NEW.amount_won)
        IS DISTINCT FROM (OLD.halt_id, OLD.party_id, OLD.amount_won) OR NEW.recovered_won < OLD.recovered_won)) THEN
        RAISE EXCEPTION 'what is paid back after a termination never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' AND NOT EXISTS (SELECT 1 FROM vouchers_agreementhalt h
        CROSS JOIN LATERAL jsonb_array_elements(h.figures -> 'recoveries') AS shown
        WHERE h.id = NEW.halt_id AND h.status = 'EXECUTED' AND (shown ->> 'party')::bigint = NEW.party_id
        AND (shown ->> 'amount_won')::bigint = NEW.amount_won) THEN
        RAISE EXCEPTION 'a party pays back what was shown' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_recovery_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_haltrecovery
    FOR EACH ROW EXECUTE FUNCTION agreements_guard_recovery();

DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC') AND table_name = 'vouchers_agreementline'
          AND privilege_type = 'INSERT'
    LOOP
        EXECUTE format('REVOKE DELETE, TRUNCATE ON vouchers_agreementhalt, vouchers_haltconsent, vouchers_haltopinion,'
            ' vouchers_haltrecovery FROM %I', one.grantee);
        EXECUTE format('REVOKE UPDATE ON vouchers_haltconsent, vouchers_haltopinion FROM %I', one.grantee);
    END LOOP;
END $$;
"""
BACKWARD = """
DROP TRIGGER agreements_recovery_guard ON vouchers_haltrecovery;
DROP FUNCTION agreements_guard_recovery();
DROP TRIGGER agreements_halt_opinion_guard ON vouchers_haltopinion;
DROP TRIGGER agreements_halt_consent_guard ON vouchers_haltconsent;
DROP FUNCTION agreements_guard_halt_voice();
DROP TRIGGER agreements_halted_guard ON vouchers_agreement;
DROP FUNCTION agreements_guard_halted();
DROP TRIGGER agreements_halt_guard ON vouchers_agreementhalt;
DROP FUNCTION agreements_guard_halt();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0126_agreement_halts")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
