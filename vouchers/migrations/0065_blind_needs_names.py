"""In a blind review only members of the pool who went through the list of names are asked: nothing tells them later who applies."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION evaluation_guard_blind_pool() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_application a JOIN vouchers_policyversion v ON v.id = a.policy_version_id
               WHERE a.id = NEW.application_id AND (v.body ->> 'blind_review')::boolean)
       AND NOT EXISTS (SELECT 1 FROM vouchers_poolmember m JOIN vouchers_application a ON a.round_id = m.round_id
               WHERE a.id = NEW.application_id AND m.user_id = NEW.evaluator_id AND m.ended_at IS NULL
               AND m.declared_at IS NOT NULL) THEN
        RAISE EXCEPTION 'in a blind review the list of names comes before the assignment' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_blind_pool BEFORE INSERT ON vouchers_assignment
    FOR EACH ROW EXECUTE FUNCTION evaluation_guard_blind_pool();
"""
BACKWARD = """
DROP TRIGGER evaluation_blind_pool ON vouchers_assignment;
DROP FUNCTION evaluation_guard_blind_pool();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0064_panel_anew")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
