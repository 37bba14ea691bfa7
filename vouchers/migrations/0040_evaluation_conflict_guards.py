"""Nobody is assigned, accepts, hands in or keeps scores while a conflict with the application stands: both sides look.

An evaluation that was handed in may end as recused, unchanged, when such a conflict stands and no selection is confirmed.
"""

from typing import ClassVar

from django.db import migrations

STAYS = """
CREATE OR REPLACE FUNCTION evaluation_guard_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status IN ('SUBMITTED', 'LOCKED') AND (
        (NEW.status NOT IN ('SUBMITTED', 'LOCKED') {unless})
        OR (OLD.status = 'LOCKED' AND NEW.status = 'SUBMITTED')
        OR NEW.total IS DISTINCT FROM OLD.total OR NEW.comment <> OLD.comment
        OR NEW.submitted_at IS DISTINCT FROM OLD.submitted_at
        OR NEW.evaluator_id <> OLD.evaluator_id OR NEW.application_id <> OLD.application_id) THEN
        RAISE EXCEPTION 'an evaluation that was handed in does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'SUBMITTED' AND OLD.status <> 'SUBMITTED' AND EXISTS (
        SELECT 1 FROM vouchers_criterion c JOIN vouchers_application a ON a.round_id = c.round_id
        WHERE a.id = NEW.application_id AND NOT EXISTS (
            SELECT 1 FROM vouchers_score s WHERE s.assignment_id = NEW.id AND s.criterion_id = c.id AND s.points IS NOT NULL)) THEN
        RAISE EXCEPTION 'an evaluation is handed in with points for every criterion' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
UNLESS = """AND NOT (NEW.status = 'RECUSED' AND EXISTS (
            SELECT 1 FROM vouchers_caseconflict x
            WHERE x.application_id = NEW.application_id AND x.user_id = NEW.evaluator_id AND x.ended_at IS NULL)
            AND NOT EXISTS (
            SELECT 1 FROM vouchers_selectionrun r JOIN vouchers_application a ON a.round_id = r.round_id
            WHERE a.id = NEW.application_id AND r.status = 'CONFIRMED'))"""
APART = """
CREATE FUNCTION evaluation_guard_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status IN ('INVITED', 'ACCEPTED', 'SUBMITTED', 'LOCKED')
       AND (TG_OP = 'INSERT' OR NEW.status <> OLD.status OR NEW.evaluator_id <> OLD.evaluator_id)
       AND EXISTS (SELECT 1 FROM vouchers_caseconflict x
                   WHERE x.application_id = NEW.application_id AND x.user_id = NEW.evaluator_id AND x.ended_at IS NULL) THEN
        RAISE EXCEPTION 'a conflict of interest with this application stands' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_apart BEFORE INSERT OR UPDATE ON vouchers_assignment
    FOR EACH ROW EXECUTE FUNCTION evaluation_guard_apart();

CREATE FUNCTION evaluation_guard_conflict() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a conflict is ended, never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.user_id <> OLD.user_id OR NEW.application_id <> OLD.application_id
        OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)) THEN
        RAISE EXCEPTION 'a conflict stays with its person and application' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_conflict_stays BEFORE UPDATE OR DELETE ON vouchers_caseconflict
    FOR EACH ROW EXECUTE FUNCTION evaluation_guard_conflict();

CREATE FUNCTION evaluation_guard_conflict_acts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_caseconflict x WHERE x.id = NEW.id AND x.ended_at IS NULL) AND EXISTS (
        SELECT 1 FROM vouchers_assignment s WHERE s.application_id = NEW.application_id AND s.evaluator_id = NEW.user_id
        AND s.status IN ('INVITED', 'ACCEPTED', 'SUBMITTED')) THEN
        RAISE EXCEPTION 'a standing conflict ends the assignment in the same transaction' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER evaluation_conflict_acts AFTER INSERT OR UPDATE ON vouchers_caseconflict
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION evaluation_guard_conflict_acts();
"""
TOGETHER = """
DROP TRIGGER evaluation_conflict_acts ON vouchers_caseconflict;
DROP FUNCTION evaluation_guard_conflict_acts();
DROP TRIGGER evaluation_conflict_stays ON vouchers_caseconflict;
DROP FUNCTION evaluation_guard_conflict();
DROP TRIGGER evaluation_apart ON vouchers_assignment;
DROP FUNCTION evaluation_guard_apart();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0039_evaluation_pool")]
    operations: ClassVar = [
        migrations.RunSQL(STAYS.format(unless=UNLESS), STAYS.format(unless="")),
        migrations.RunSQL(APART, TOGETHER),
    ]
