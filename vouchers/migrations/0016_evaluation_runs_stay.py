"""A selection that was confirmed or discarded stays as it was decided; runs and assignments are never deleted."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION evaluation_guard_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a selection is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.round_id <> OLD.round_id OR NEW.proposed_by_id <> OLD.proposed_by_id OR NEW.summary <> OLD.summary THEN
        RAISE EXCEPTION 'what was proposed does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status <> 'PROPOSED' AND (NEW.status <> OLD.status OR NEW.confirmed_by_id IS DISTINCT FROM OLD.confirmed_by_id
        OR NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at OR NEW.reason <> OLD.reason) THEN
        RAISE EXCEPTION 'a decided selection does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'CONFIRMED' AND NEW.confirmed_by_id IS NULL THEN
        RAISE EXCEPTION 'a confirmed selection names who confirmed it' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_run_guard BEFORE UPDATE OR DELETE ON vouchers_selectionrun
    FOR EACH ROW EXECUTE FUNCTION evaluation_guard_run();

CREATE FUNCTION evaluation_keep_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an assignment is never deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER evaluation_assignment_stays BEFORE DELETE ON vouchers_assignment
    FOR EACH ROW EXECUTE FUNCTION evaluation_keep_assignment();
"""
BACKWARD = """
DROP TRIGGER evaluation_assignment_stays ON vouchers_assignment;
DROP FUNCTION evaluation_keep_assignment();
DROP TRIGGER evaluation_run_guard ON vouchers_selectionrun;
DROP FUNCTION evaluation_guard_run();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0015_applications_matches_fixed")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
