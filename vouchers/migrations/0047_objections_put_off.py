"""The decision about an objection is put off once, with its reason; a due day moves in no other way."""

from typing import ClassVar

from django.db import migrations, models

GUARD = """
CREATE FUNCTION objections_guard_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.due_at IS DISTINCT FROM OLD.due_at
       AND (OLD.first_due_at IS NOT NULL OR NEW.first_due_at IS DISTINCT FROM OLD.due_at) THEN
        RAISE EXCEPTION 'the decision about an objection is put off only once' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.first_due_at IS NOT NULL
       AND (NEW.first_due_at, NEW.extension_reason) IS DISTINCT FROM (OLD.first_due_at, OLD.extension_reason) THEN
        RAISE EXCEPTION 'why a decision was put off stays as it was told' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER objections_due_guard BEFORE UPDATE ON vouchers_objection
    FOR EACH ROW EXECUTE FUNCTION objections_guard_due();
"""
BACK = """
DROP TRIGGER objections_due_guard ON vouchers_objection;
DROP FUNCTION objections_guard_due();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("journal", "0007_notice_retracted"),
        ("vouchers", "0046_assignment_runs"),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name="objection",
            name="extension_reason",
            field=models.TextField(blank=True, verbose_name="Why the decision was put off"),
        ),
        migrations.AddField(
            model_name="objection",
            name="first_due_at",
            field=models.DateTimeField(null=True, verbose_name="First due"),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("extension_reason", ""), ("first_due_at__isnull", True)),
                    models.Q(("first_due_at__lt", models.F("due_at")), models.Q(("extension_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="objection_extended_with_reason",
            ),
        ),
        migrations.RunSQL(GUARD, BACK),
    ]
