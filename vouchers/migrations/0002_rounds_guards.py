"""What the database itself guards in rounds: frozen after the announcement, weights of 100, times that only move on."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION round_part_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[];
BEGIN
    touched := CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.round_id] WHEN 'DELETE' THEN ARRAY[OLD.round_id]
                          ELSE ARRAY[OLD.round_id, NEW.round_id] END;
    IF EXISTS (SELECT 1 FROM vouchers_round
               WHERE id = ANY(touched) AND status NOT IN ('DRAFT', 'REVIEW') AND NOT is_reference) THEN
        RAISE EXCEPTION 'the round was announced: its % cannot change', TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER track_frozen BEFORE INSERT OR UPDATE OR DELETE ON vouchers_track
    FOR EACH ROW EXECUTE FUNCTION round_part_guard();
CREATE TRIGGER criterion_frozen BEFORE INSERT OR UPDATE OR DELETE ON vouchers_criterion
    FOR EACH ROW EXECUTE FUNCTION round_part_guard();
CREATE TRIGGER policy_frozen BEFORE INSERT OR UPDATE OR DELETE ON vouchers_policyversion
    FOR EACH ROW EXECUTE FUNCTION round_part_guard();

CREATE FUNCTION round_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    weights bigint;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.is_reference <> NEW.is_reference THEN
        RAISE EXCEPTION 'a reference round stays one, and no other becomes one' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.is_reference THEN
        RETURN NEW;
    END IF;
    IF NEW.status NOT IN ('DRAFT', 'REVIEW', 'CANCELLED')
       AND (TG_OP = 'INSERT' OR OLD.status IN ('DRAFT', 'REVIEW', 'CANCELLED')) THEN
        SELECT coalesce(sum(weight), 0) INTO weights FROM vouchers_criterion WHERE round_id = NEW.id;
        IF weights <> 100 THEN
            RAISE EXCEPTION 'the weights of the criteria add up to %, not 100', weights USING ERRCODE = 'check_violation';
        END IF;
        IF NOT EXISTS (SELECT 1 FROM vouchers_policyversion p WHERE p.round_id = NEW.id AND p.frozen_at IS NOT NULL) THEN
            RAISE EXCEPTION 'a round is announced with a frozen policy' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.status NOT IN ('DRAFT', 'REVIEW') THEN
        IF NEW.status IN ('DRAFT', 'REVIEW') OR (OLD.status = 'CANCELLED' AND NEW.status <> 'CANCELLED') THEN
            RAISE EXCEPTION 'an announced or cancelled round does not go back' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.opens_at IS DISTINCT FROM OLD.opens_at OR NEW.closes_at < OLD.closes_at OR NEW.key <> OLD.key
           OR NEW.match_timing <> OLD.match_timing OR NEW.fiscal_year <> OLD.fiscal_year OR NEW.kind <> OLD.kind
           OR NEW.created_by_id IS DISTINCT FROM OLD.created_by_id
           OR NEW.announced_by_id IS DISTINCT FROM OLD.announced_by_id THEN
            RAISE EXCEPTION 'after the announcement a call may only close later' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER round_guarded BEFORE INSERT OR UPDATE ON vouchers_round
    FOR EACH ROW EXECUTE FUNCTION round_guard();

CREATE FUNCTION round_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status NOT IN ('DRAFT', 'REVIEW') THEN
        RAISE EXCEPTION 'an announced round is never deleted' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER round_never_deleted BEFORE DELETE ON vouchers_round
    FOR EACH ROW EXECUTE FUNCTION round_stays();
"""

BACKWARD = """
DROP TRIGGER round_never_deleted ON vouchers_round;
DROP TRIGGER round_guarded ON vouchers_round;
DROP TRIGGER policy_frozen ON vouchers_policyversion;
DROP TRIGGER criterion_frozen ON vouchers_criterion;
DROP TRIGGER track_frozen ON vouchers_track;
DROP FUNCTION round_stays();
DROP FUNCTION round_guard();
DROP FUNCTION round_part_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
