"""Upheld, and yet nothing has to be done: said so, with the reason; it stays as it was recorded."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q

GUARD = """
CREATE FUNCTION objections_guard_waiver() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.remedy_at IS NOT NULL AND NEW.remedy_waived IS DISTINCT FROM OLD.remedy_waived THEN
        RAISE EXCEPTION 'what was done stays as it was recorded' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER objections_waiver_guard BEFORE UPDATE ON vouchers_objection
    FOR EACH ROW EXECUTE FUNCTION objections_guard_waiver();
"""
UNDO = """
DROP TRIGGER objections_waiver_guard ON vouchers_objection;
DROP FUNCTION objections_guard_waiver();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0073_ledger_within_call")]

    operations: ClassVar = [
        migrations.AddField("objection", "remedy_waived", models.BooleanField(default=False, verbose_name="No act was needed")),
        migrations.AddConstraint(
            "objection",
            models.CheckConstraint(condition=Q(remedy_waived=False) | ~Q(remedy=""), name="objection_waived_with_reason"),
        ),
        migrations.RunSQL(GUARD, UNDO),
    ]
