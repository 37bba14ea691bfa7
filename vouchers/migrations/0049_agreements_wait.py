"""Where a round says that results are provisional, no agreement takes force before the time to object is over for everybody and
no admissible objection against them is open."""

from typing import ClassVar

from django.db import migrations

GUARD = """
CREATE FUNCTION agreements_guard_provisional() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE said text; last date; waiting bigint;
BEGIN
    SELECT p.body #>> '{selection,provisional}' INTO said FROM vouchers_policyversion p
        WHERE p.round_id = NEW.round_id ORDER BY p.number DESC LIMIT 1;
    IF coalesce(said, 'false') <> 'true' THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT 1 FROM vouchers_objection o WHERE o.round_id = NEW.round_id AND o.status = 'UNDER_REVIEW'
               AND o.event_name IN ('application.not_selected', 'application.placed_on_reserve')) THEN
        RAISE EXCEPTION 'an objection against the selection is under review' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT max(l.open_until), count(*) FILTER (WHERE l.served_on IS NULL) INTO last, waiting
        FROM vouchers_selectionletter l JOIN vouchers_selectionline s ON s.id = l.line_id
        JOIN vouchers_selectionrun r ON r.id = s.run_id WHERE r.round_id = NEW.round_id AND r.status = 'CONFIRMED';
    IF waiting > 0 OR (NEW.activated_at AT TIME ZONE 'Asia/Seoul')::date <= last THEN
        RAISE EXCEPTION 'the time to object to the selection is not over' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_provisional_guard BEFORE UPDATE ON vouchers_agreement
    FOR EACH ROW WHEN (NEW.status = 'ACTIVE' AND OLD.status = 'AWAITING_SIGNATURES')
    EXECUTE FUNCTION agreements_guard_provisional();
"""
BACK = """
DROP TRIGGER agreements_provisional_guard ON vouchers_agreement;
DROP FUNCTION agreements_guard_provisional();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0048_selection_after_objections")]
    operations: ClassVar = [migrations.RunSQL(GUARD, BACK)]
