"""An agreement is completed only when none of its milestones is open: by rule, by action, and here."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION agreement_completion_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_milestone WHERE agreement_id = NEW.id AND status NOT IN ('ACCEPTED', 'REJECTED')) THEN
        RAISE EXCEPTION 'agreement %: a milestone of it is still open', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreement_completion_guard BEFORE UPDATE OF status ON vouchers_agreement
    FOR EACH ROW WHEN (NEW.status = 'COMPLETED' AND OLD.status <> 'COMPLETED') EXECUTE FUNCTION agreement_completion_guard();
"""
BACKWARD = """
DROP TRIGGER agreement_completion_guard ON vouchers_agreement;
DROP FUNCTION agreement_completion_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0043_return_withdrawn")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
