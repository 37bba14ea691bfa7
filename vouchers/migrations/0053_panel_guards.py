"""What the database guards in the panel phase: independent scores first, every version of a score kept, nothing after closing.

Scores that were handed in before versions were kept become their own first version.
"""

from importlib import import_module
from typing import ClassVar

from django.db import migrations

_BEFORE = import_module("vouchers.migrations.0048_selection_after_objections")

FIRST = """
INSERT INTO vouchers_scoreversion (assignment_id, criterion_id, number, points, comment, reason, entered_at)
SELECT s.assignment_id, s.criterion_id, 1, s.points, s.comment, '', a.submitted_at
FROM vouchers_score s JOIN vouchers_assignment a ON a.id = s.assignment_id
WHERE a.submitted_at IS NOT NULL AND s.points IS NOT NULL;
"""
SCORE = """
CREATE OR REPLACE FUNCTION evaluation_guard_score() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE the_assignment bigint; state text;
BEGIN
    IF TG_OP = 'INSERT' THEN the_assignment := NEW.assignment_id; ELSE the_assignment := OLD.assignment_id; END IF;
    IF TG_OP = 'UPDATE' AND (NEW.assignment_id <> OLD.assignment_id {criterion}) THEN
        RAISE EXCEPTION 'a score stays with its assignment' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT status INTO state FROM vouchers_assignment WHERE id = the_assignment;
    IF state <> 'ACCEPTED' {panel} THEN
        RAISE EXCEPTION 'scores change only between the declaration and handing in (assignment is %)', state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
"""
IN_PANEL = """AND NOT (TG_OP = 'UPDATE' AND state = 'SUBMITTED' AND NEW.points IS NOT NULL AND EXISTS (
        SELECT 1 FROM vouchers_panelphase p JOIN vouchers_assignment a ON a.application_id = p.application_id
        WHERE a.id = the_assignment AND p.status = 'OPEN'))"""
ASSIGNMENT = """
CREATE OR REPLACE FUNCTION evaluation_guard_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status IN ('SUBMITTED', 'LOCKED') AND (
        (NEW.status NOT IN ('SUBMITTED', 'LOCKED') {unless})
        OR (OLD.status = 'LOCKED' AND NEW.status = 'SUBMITTED')
        OR (NEW.total IS DISTINCT FROM OLD.total {panel})
        OR NEW.comment <> OLD.comment
        OR NEW.submitted_at IS DISTINCT FROM OLD.submitted_at
        OR NEW.evaluator_id <> OLD.evaluator_id OR NEW.application_id <> OLD.application_id) THEN
        RAISE EXCEPTION 'an evaluation that was handed in does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    {unlocked}
    IF NEW.status = 'SUBMITTED' AND OLD.status <> 'SUBMITTED' AND EXISTS (
        SELECT 1 FROM vouchers_criterion c JOIN vouchers_application a ON a.round_id = c.round_id
        WHERE a.id = NEW.application_id AND NOT EXISTS (
            SELECT 1 FROM vouchers_score s WHERE s.assignment_id = NEW.id AND s.criterion_id = c.id AND s.points IS NOT NULL)) THEN
        RAISE EXCEPTION 'an evaluation is handed in with points for every criterion' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
OPEN = "SELECT 1 FROM vouchers_panelphase p WHERE p.application_id = NEW.application_id AND p.status = 'OPEN'"
TOTAL_IN_PANEL = f"AND NOT (OLD.status = 'SUBMITTED' AND NEW.status = 'SUBMITTED' AND EXISTS ({OPEN}))"
UNLOCKED = f"""IF NEW.status = 'LOCKED' AND OLD.status = 'SUBMITTED' AND EXISTS ({OPEN}) THEN
        RAISE EXCEPTION 'scores are not locked while a panel is open' USING ERRCODE = 'restrict_violation';
    END IF;"""
KEPT = """
CREATE FUNCTION evaluation_refuse_version_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'versions of scores are append-only (%)', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER evaluation_version_immutable BEFORE UPDATE OR DELETE ON vouchers_scoreversion
    FOR EACH ROW EXECUTE FUNCTION evaluation_refuse_version_change();

CREATE FUNCTION evaluation_guard_versions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE the_assignment bigint; state text;
BEGIN
    IF TG_TABLE_NAME = 'vouchers_score' THEN the_assignment := NEW.assignment_id; ELSE the_assignment := NEW.id; END IF;
    SELECT status INTO state FROM vouchers_assignment WHERE id = the_assignment;
    IF state = 'SUBMITTED' AND EXISTS (
        SELECT 1 FROM vouchers_score s LEFT JOIN LATERAL (
            SELECT v.points, v.comment FROM vouchers_scoreversion v
            WHERE v.assignment_id = s.assignment_id AND v.criterion_id = s.criterion_id ORDER BY v.number DESC LIMIT 1) last ON true
        WHERE s.assignment_id = the_assignment
          AND (last.points IS DISTINCT FROM s.points OR last.comment IS DISTINCT FROM s.comment)) THEN
        RAISE EXCEPTION 'a score that was handed in is what its newest version says' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER evaluation_versions_of_score AFTER UPDATE ON vouchers_score
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION evaluation_guard_versions();
CREATE CONSTRAINT TRIGGER evaluation_versions_of_assignment AFTER UPDATE ON vouchers_assignment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status = 'SUBMITTED' AND OLD.status <> 'SUBMITTED')
    EXECUTE FUNCTION evaluation_guard_versions();

CREATE FUNCTION evaluation_guard_panel() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a panel is closed, never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' AND EXISTS (SELECT 1 FROM vouchers_assignment a
        WHERE a.application_id = NEW.application_id AND a.status IN ('INVITED', 'ACCEPTED')) THEN
        RAISE EXCEPTION 'a panel opens after every evaluator handed in' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.status = 'CLOSED' OR NEW.application_id <> OLD.application_id
        OR NEW.opened_at <> OLD.opened_at OR NEW.opened_by_id <> OLD.opened_by_id) THEN
        RAISE EXCEPTION 'a panel stays as it was opened, and closed once closed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_panel_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_panelphase
    FOR EACH ROW EXECUTE FUNCTION evaluation_guard_panel();

CREATE FUNCTION evaluation_guard_reading() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.assignment_id <> OLD.assignment_id OR NEW.opened_at <> OLD.opened_at
       OR NEW.seconds < OLD.seconds OR NEW.beat_at < OLD.beat_at THEN
        RAISE EXCEPTION 'a reading only grows' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_reading_guard BEFORE UPDATE OR DELETE ON vouchers_reading
    FOR EACH ROW EXECUTE FUNCTION evaluation_guard_reading();
"""
UNKEPT = """
DROP TRIGGER evaluation_reading_guard ON vouchers_reading;
DROP FUNCTION evaluation_guard_reading();
DROP TRIGGER evaluation_panel_guard ON vouchers_panelphase;
DROP FUNCTION evaluation_guard_panel();
DROP TRIGGER evaluation_versions_of_assignment ON vouchers_assignment;
DROP TRIGGER evaluation_versions_of_score ON vouchers_score;
DROP FUNCTION evaluation_guard_versions();
DROP TRIGGER evaluation_version_immutable ON vouchers_scoreversion;
DROP FUNCTION evaluation_refuse_version_change();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0052_panel_phases")]
    operations: ClassVar = [
        migrations.RunSQL(FIRST, migrations.RunSQL.noop),
        migrations.RunSQL(
            SCORE.format(criterion="OR NEW.criterion_id <> OLD.criterion_id", panel=IN_PANEL),
            SCORE.format(criterion="", panel=""),
        ),
        migrations.RunSQL(
            ASSIGNMENT.format(unless=_BEFORE.ASIDE, panel=TOTAL_IN_PANEL, unlocked=UNLOCKED),
            ASSIGNMENT.format(unless=_BEFORE.ASIDE, panel="", unlocked=""),
        ),
        migrations.RunSQL(KEPT, UNKEPT),
    ]
