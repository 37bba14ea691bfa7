"""Penalties of applications with their evidence; none is deleted, and one that was taken back stays so."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock

GUARD = """
CREATE FUNCTION evaluation_guard_penalty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a penalty is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.application_id <> OLD.application_id OR NEW.code <> OLD.code OR NEW.evidence <> OLD.evidence
       OR NEW.recorded_by_id <> OLD.recorded_by_id THEN
        RAISE EXCEPTION 'a penalty stays as it was recorded' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.taken_back_at IS NOT NULL AND (NEW.taken_back_at IS DISTINCT FROM OLD.taken_back_at OR NEW.reason <> OLD.reason) THEN
        RAISE EXCEPTION 'a penalty that was taken back stays so' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_penalty_guard BEFORE UPDATE OR DELETE ON vouchers_penaltyrecord
    FOR EACH ROW EXECUTE FUNCTION evaluation_guard_penalty();
"""
BACK = """
DROP TRIGGER evaluation_penalty_guard ON vouchers_penaltyrecord;
DROP FUNCTION evaluation_guard_penalty();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("vouchers", "0036_selection_letters"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="PenaltyRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("GAVE_UP", "Gave up an earlier award or project"),
                            ("POOR_RESULT", "An earlier project was graded insufficient"),
                            ("LATE_SETTLEMENT", "An earlier settlement report was late"),
                        ],
                        max_length=16,
                        verbose_name="Ground",
                    ),
                ),
                ("evidence", models.TextField(verbose_name="Evidence")),
                ("taken_back_at", models.DateTimeField(null=True, verbose_name="Taken back")),
                ("reason", models.TextField(blank=True, verbose_name="Reason")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vouchers.application",
                        verbose_name="Application",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Recorded by",
                    ),
                ),
                (
                    "taken_back_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Taken back by",
                    ),
                ),
            ],
            options={
                "verbose_name": "penalty",
                "verbose_name_plural": "penalties",
                "permissions": [("record_penalty", "Record a penalty")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("taken_back_at__isnull", True)),
                        fields=("application", "code"),
                        name="penalty_counts_once",
                    ),
                    models.CheckConstraint(condition=models.Q(("evidence", ""), _negated=True), name="penalty_has_evidence"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_back_at__isnull", True), ("taken_back_by__isnull", True)),
                            models.Q(("taken_back_at__isnull", False), ("taken_back_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="penalty_taken_back_pair",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, BACK),
    ]
