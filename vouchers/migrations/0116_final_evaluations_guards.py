"""A grade is decided by somebody who graded nothing, after at least two people graded all; what a grader said stays. A grade changes by
an objection for the better, or by its condition."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION final_evaluation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE said record; ranks text[] := ARRAY['FAIL', 'GOOD_FAITH', 'CONDITIONAL', 'ORDINARY', 'EXCELLENT'];
BEGIN
    IF TG_OP = 'DELETE' OR NEW.agreement_id <> OLD.agreement_id OR NEW.opened_by_id <> OLD.opened_by_id THEN
        RAISE EXCEPTION 'a final evaluation stays that of its project' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status = 'GRADING' AND NEW.status = 'CONFIRMED' OR OLD.status <> 'GRADING' AND NEW.status = 'GRADING' THEN
        RAISE EXCEPTION 'final evaluation %: no such step', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status <> 'GRADING' THEN
        SELECT count(*) AS n, count(handed_in_at) AS handed, bool_or(grader_id = NEW.decided_by_id) AS own, round(avg(points), 2) AS points
            INTO said FROM vouchers_finalscore WHERE evaluation_id = NEW.id;
        IF said.n < 2 OR said.handed < said.n OR said.own OR said.points <> NEW.points THEN
            RAISE EXCEPTION 'final evaluation %: at least two people grade, all of them, and somebody else decides', NEW.ref
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF OLD.grade <> '' AND NEW.grade <> OLD.grade
       AND NOT (OLD.status = 'DECIDED' AND NEW.status = 'DECIDED' AND array_position(ranks, NEW.grade::text) > array_position(ranks, OLD.grade::text)
                AND NEW.decided_by_id <> OLD.decided_by_id)
       AND NOT (OLD.status = 'CONFIRMED' AND NEW.status = 'DECIDED' AND OLD.grade = 'CONDITIONAL') THEN
        RAISE EXCEPTION 'final evaluation %: a grade changes for the better, or by its condition', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER final_evaluation_guard BEFORE UPDATE OR DELETE ON vouchers_finalevaluation
    FOR EACH ROW EXECUTE FUNCTION final_evaluation_guard();

CREATE FUNCTION final_score_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.handed_in_at IS NOT NULL OR NEW.evaluation_id <> OLD.evaluation_id THEN
        RAISE EXCEPTION 'what a grader said stays' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER final_score_guard BEFORE UPDATE OR DELETE ON vouchers_finalscore FOR EACH ROW EXECUTE FUNCTION final_score_guard();
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC') AND table_name = 'vouchers_agreementline'
          AND privilege_type = 'INSERT'
    LOOP
        EXECUTE format('REVOKE DELETE, TRUNCATE ON vouchers_finalevaluation, vouchers_finalscore FROM %I', one.grantee);
    END LOOP;
END $$;
"""
BACKWARD = """
DROP TRIGGER final_evaluation_guard ON vouchers_finalevaluation;
DROP FUNCTION final_evaluation_guard();
DROP TRIGGER final_score_guard ON vouchers_finalscore;
DROP FUNCTION final_score_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0115_final_evaluations")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
