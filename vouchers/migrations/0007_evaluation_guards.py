"""What the database itself guards in evaluation.

Scores are fixed once handed in, a run's lines once written, an award's amount for good. Slots of a track and the ledger's
reservation are counted at commit: an award without its money, or one more than the slots, cannot be committed.
"""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE SEQUENCE vouchers_project_no;

CREATE FUNCTION evaluation_guard_score() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE the_assignment bigint; state text;
BEGIN
    IF TG_OP = 'INSERT' THEN the_assignment := NEW.assignment_id; ELSE the_assignment := OLD.assignment_id; END IF;
    IF TG_OP = 'UPDATE' AND NEW.assignment_id <> OLD.assignment_id THEN
        RAISE EXCEPTION 'a score stays with its assignment' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT status INTO state FROM vouchers_assignment WHERE id = the_assignment;
    IF state <> 'ACCEPTED' THEN
        RAISE EXCEPTION 'scores change only between the declaration and handing in (assignment is %)', state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_score_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_score
    FOR EACH ROW EXECUTE FUNCTION evaluation_guard_score();

CREATE FUNCTION evaluation_guard_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status IN ('SUBMITTED', 'LOCKED') AND (
        NEW.status NOT IN ('SUBMITTED', 'LOCKED') OR (OLD.status = 'LOCKED' AND NEW.status <> 'LOCKED')
        OR NEW.total IS DISTINCT FROM OLD.total OR NEW.comment <> OLD.comment
        OR NEW.submitted_at IS DISTINCT FROM OLD.submitted_at
        OR NEW.evaluator_id <> OLD.evaluator_id OR NEW.application_id <> OLD.application_id) THEN
        RAISE EXCEPTION 'an evaluation that was handed in does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_assignment_guard BEFORE UPDATE ON vouchers_assignment
    FOR EACH ROW EXECUTE FUNCTION evaluation_guard_assignment();

CREATE FUNCTION evaluation_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a selection''s lines do not change (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER evaluation_line_immutable BEFORE UPDATE OR DELETE ON vouchers_selectionline
    FOR EACH ROW EXECUTE FUNCTION evaluation_refuse_change();

CREATE FUNCTION evaluation_guard_award() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an award is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.grant_won <> OLD.grant_won OR NEW.application_id <> OLD.application_id OR NEW.run_id <> OLD.run_id
       OR NEW.project_no <> OLD.project_no THEN
        RAISE EXCEPTION 'an award''s amount, application and number do not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_award_guard BEFORE UPDATE OR DELETE ON vouchers_award
    FOR EACH ROW EXECUTE FUNCTION evaluation_guard_award();

CREATE FUNCTION evaluation_award_within() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE places integer; taken integer; the_track bigint; app_ref text; reserved numeric; run_state text;
BEGIN
    SELECT a.track_id, a.ref, t.slots INTO the_track, app_ref, places
        FROM vouchers_application a JOIN vouchers_track t ON t.id = a.track_id WHERE a.id = NEW.application_id;
    SELECT status INTO run_state FROM vouchers_selectionrun WHERE id = NEW.run_id;
    IF run_state <> 'CONFIRMED' THEN
        RAISE EXCEPTION 'an award needs a confirmed selection' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT count(*) INTO taken FROM vouchers_award w JOIN vouchers_application a ON a.id = w.application_id
        WHERE a.track_id = the_track AND w.status IN ('NOTIFIED', 'ACCEPTED', 'AGREEMENT_READY');
    IF places IS NOT NULL AND taken > places THEN
        RAISE EXCEPTION 'track % has % slots, % awards', the_track, places, taken USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT coalesce(sum(e.amount_won), 0) INTO reserved FROM vouchers_ledgerevent e
        WHERE e.subject_ref = app_ref AND e.kind = 'RESERVED';
    IF reserved <> NEW.grant_won THEN
        RAISE EXCEPTION 'award of % won without its reservation (% won)', NEW.grant_won, reserved
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER evaluation_award_slots_and_budget AFTER INSERT ON vouchers_award
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION evaluation_award_within();
"""
BACKWARD = """
DROP TRIGGER evaluation_award_slots_and_budget ON vouchers_award;
DROP FUNCTION evaluation_award_within();
DROP TRIGGER evaluation_award_guard ON vouchers_award;
DROP FUNCTION evaluation_guard_award();
DROP TRIGGER evaluation_line_immutable ON vouchers_selectionline;
DROP FUNCTION evaluation_refuse_change();
DROP TRIGGER evaluation_assignment_guard ON vouchers_assignment;
DROP FUNCTION evaluation_guard_assignment();
DROP TRIGGER evaluation_score_guard ON vouchers_score;
DROP FUNCTION evaluation_guard_score();
DROP SEQUENCE vouchers_project_no;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0006_applications_guards")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
