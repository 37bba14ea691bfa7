"""A reason may be kept before its points; handing in without points for every criterion is refused by the database too."""

from typing import ClassVar

from django.db import migrations, models

GUARD = """
CREATE OR REPLACE FUNCTION evaluation_guard_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status IN ('SUBMITTED', 'LOCKED') AND (
        NEW.status NOT IN ('SUBMITTED', 'LOCKED') OR (OLD.status = 'LOCKED' AND NEW.status <> 'LOCKED')
        OR NEW.total IS DISTINCT FROM OLD.total OR NEW.comment <> OLD.comment
        OR NEW.submitted_at IS DISTINCT FROM OLD.submitted_at
        OR NEW.evaluator_id <> OLD.evaluator_id OR NEW.application_id <> OLD.application_id) THEN
        RAISE EXCEPTION 'an evaluation that was handed in does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    {whole}
    RETURN NEW;
END $$;
"""
WHOLE = """
    IF NEW.status = 'SUBMITTED' AND OLD.status <> 'SUBMITTED' AND EXISTS (
        SELECT 1 FROM vouchers_criterion c JOIN vouchers_application a ON a.round_id = c.round_id
        WHERE a.id = NEW.application_id AND NOT EXISTS (
            SELECT 1 FROM vouchers_score s WHERE s.assignment_id = NEW.id AND s.criterion_id = c.id AND s.points IS NOT NULL)) THEN
        RAISE EXCEPTION 'an evaluation is handed in with points for every criterion' USING ERRCODE = 'restrict_violation';
    END IF;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0011_payments_guards")]
    operations: ClassVar = [
        migrations.AlterField(
            model_name="score", name="points", field=models.PositiveSmallIntegerField(null=True, verbose_name="Points")
        ),
        migrations.RunSQL(GUARD.format(whole=WHOLE), GUARD.format(whole="")),
    ]
