"""A change begins as asked and goes step by step; a noted text says what the one before said of money, period, goal and articles;
who left by a change is bound by none after it; an agreement is not completed while a change of it is open."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION agreements_guard_change_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'REQUESTED' THEN
            RAISE EXCEPTION 'a change begins as asked' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
        ('REQUESTED', 'UNDER_REVIEW'), ('REQUESTED', 'WITHDRAWN'), ('UNDER_REVIEW', 'WITHDRAWN'), ('UNDER_REVIEW', 'APPROVED'),
        ('UNDER_REVIEW', 'NOTED'), ('UNDER_REVIEW', 'REJECTED'), ('APPROVED', 'IN_FORCE'), ('APPROVED', 'WITHDRAWN')) THEN
        RAISE EXCEPTION 'change %: % does not follow %', NEW.ref, NEW.status, OLD.status USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'IN_FORCE' AND OLD.status <> 'IN_FORCE' AND EXISTS (
        SELECT 1 FROM vouchers_agreementversion v
        CROSS JOIN LATERAL jsonb_array_elements(v.body -> 'lines') WITH ORDINALITY AS said(line, place)
        JOIN vouchers_agreementline l ON l.agreement_id = v.agreement_id
            AND l.position = coalesce((said.line ->> 'position')::bigint, said.place)
        JOIN providers_institution i ON i.id IN (l.payee_id, l.contracting_party_id)
        JOIN vouchers_agreementparty p ON p.agreement_id = v.agreement_id AND p.organisation_id = i.organisation_id
        WHERE v.change_id = NEW.id AND (said.line ->> 'amount_won')::bigint > 0 AND NOT EXISTS (
            SELECT 1 FROM vouchers_versionsignature s
            WHERE s.agreement_version_id = v.id AND s.party_id = p.id AND s.signed_hash = v.content_hash)) THEN
        RAISE EXCEPTION 'change %: whoever has a line signs it, named or not', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_change_step BEFORE INSERT OR UPDATE ON vouchers_agreementchange
    FOR EACH ROW EXECUTE FUNCTION agreements_guard_change_step();

CREATE FUNCTION agreements_body_sums(agreement bigint, body jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_object_agg(payee_id::text, won) FROM (
        SELECT l.payee_id, sum((said.line ->> 'amount_won')::bigint) AS won
        FROM jsonb_array_elements(body -> 'lines') WITH ORDINALITY AS said(line, place)
        LEFT JOIN vouchers_agreementline l ON l.agreement_id = agreement
            AND l.position = coalesce((said.line ->> 'position')::bigint, said.place)
        GROUP BY l.payee_id) AS sums
$$;

CREATE FUNCTION agreements_guard_noted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held jsonb;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM vouchers_agreementchange WHERE id = NEW.change_id AND status = 'NOTED') THEN
        RETURN NEW;
    END IF;
    SELECT v.body INTO held FROM vouchers_agreementversion v LEFT JOIN vouchers_agreementchange c ON c.id = v.change_id
        WHERE v.agreement_id = NEW.agreement_id AND (c.id IS NULL OR c.status IN ('IN_FORCE', 'NOTED'))
        ORDER BY v.number DESC LIMIT 1;
    IF (NEW.body -> 'money', NEW.body -> 'period', NEW.body -> 'goal', NEW.body -> 'data_scope', NEW.body -> 'clauses',
        agreements_body_sums(NEW.agreement_id, NEW.body)) IS DISTINCT FROM
       (held -> 'money', held -> 'period', held -> 'goal', held -> 'data_scope', held -> 'clauses',
        agreements_body_sums(NEW.agreement_id, held)) THEN
        RAISE EXCEPTION 'a notice moves amounts between the lines of one provider and nothing else'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_noted_guard BEFORE INSERT ON vouchers_agreementversion
    FOR EACH ROW WHEN (NEW.change_id IS NOT NULL) EXECUTE FUNCTION agreements_guard_noted();

CREATE FUNCTION agreements_guard_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.left_by_id IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM vouchers_agreementchange WHERE id = NEW.left_by_id AND agreement_id = NEW.agreement_id AND status = 'IN_FORCE')
    THEN
        RAISE EXCEPTION 'a party leaves once, by a change that is in force' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_left_guard BEFORE UPDATE ON vouchers_agreementparty
    FOR EACH ROW WHEN (NEW.left_by_id IS DISTINCT FROM OLD.left_by_id) EXECUTE FUNCTION agreements_guard_left();

CREATE FUNCTION agreements_guard_left_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM vouchers_agreementparty p
        JOIN providers_institution i ON i.organisation_id = p.organisation_id AND i.id IN (NEW.payee_id, NEW.contracting_party_id)
        WHERE p.agreement_id = NEW.agreement_id AND p.left_by_id IS NOT NULL) THEN
        RAISE EXCEPTION 'nothing is agreed with a party that left' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_left_line_guard BEFORE UPDATE ON vouchers_agreementline
    FOR EACH ROW WHEN (NEW.amount_won > OLD.amount_won) EXECUTE FUNCTION agreements_guard_left_line();

CREATE FUNCTION agreements_guard_open_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_agreementchange WHERE agreement_id = NEW.id
               AND status IN ('REQUESTED', 'UNDER_REVIEW', 'APPROVED')) THEN
        RAISE EXCEPTION 'agreement %: a change of it is open', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_open_change_guard BEFORE UPDATE ON vouchers_agreement
    FOR EACH ROW WHEN (NEW.status = 'COMPLETED' AND OLD.status <> 'COMPLETED') EXECUTE FUNCTION agreements_guard_open_change();
"""
BACKWARD = """
DROP TRIGGER agreements_open_change_guard ON vouchers_agreement;
DROP FUNCTION agreements_guard_open_change();
DROP TRIGGER agreements_left_line_guard ON vouchers_agreementline;
DROP FUNCTION agreements_guard_left_line();
DROP TRIGGER agreements_left_guard ON vouchers_agreementparty;
DROP FUNCTION agreements_guard_left();
DROP TRIGGER agreements_noted_guard ON vouchers_agreementversion;
DROP FUNCTION agreements_guard_noted();
DROP FUNCTION agreements_body_sums(bigint, jsonb);
DROP TRIGGER agreements_change_step ON vouchers_agreementchange;
DROP FUNCTION agreements_guard_change_step();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0102_clause_comments_guards")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
