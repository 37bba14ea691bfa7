"""A run keeps its inputs and outputs byte for byte under their hashes; neither ever changes, and a signed run has them."""

from typing import ClassVar

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

RUN_GUARD = """
CREATE OR REPLACE FUNCTION evaluation_guard_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a selection is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.round_id <> OLD.round_id OR NEW.proposed_by_id <> OLD.proposed_by_id OR NEW.summary <> OLD.summary {columns} THEN
        RAISE EXCEPTION 'what was proposed does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status <> 'PROPOSED' AND (NEW.status <> OLD.status OR NEW.confirmed_by_id IS DISTINCT FROM OLD.confirmed_by_id
        OR NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at OR NEW.reason <> OLD.reason) THEN
        RAISE EXCEPTION 'a decided selection does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'CONFIRMED' AND NEW.confirmed_by_id IS NULL THEN
        RAISE EXCEPTION 'a confirmed selection names who confirmed it' USING ERRCODE = 'restrict_violation';
    END IF;
    {record}
    RETURN NEW;
END $$;
"""
COLUMNS = """OR NEW.engine <> OLD.engine
        OR NEW.policy_number IS DISTINCT FROM OLD.policy_number OR NEW.inputs_sha256 <> OLD.inputs_sha256
        OR NEW.outputs_sha256 <> OLD.outputs_sha256"""
RECORD = """IF NEW.status = 'CONFIRMED' AND OLD.status <> 'CONFIRMED'
       AND NOT EXISTS (SELECT 1 FROM vouchers_selectionrecord WHERE run_id = NEW.id) THEN
        RAISE EXCEPTION 'a confirmed selection has its inputs and outputs' USING ERRCODE = 'restrict_violation';
    END IF;"""
RECORD_GUARD = """
CREATE FUNCTION evaluation_guard_record() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE run vouchers_selectionrun;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'a selection''s record does not change (%)', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT * INTO run FROM vouchers_selectionrun WHERE id = NEW.run_id;
    IF run.inputs_sha256 <> encode(sha256(convert_to(NEW.inputs, 'UTF8')), 'hex')
       OR run.outputs_sha256 <> encode(sha256(convert_to(NEW.outputs, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'a selection''s record does not carry its hashes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_record_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_selectionrecord
    FOR EACH ROW EXECUTE FUNCTION evaluation_guard_record();
"""
RECORD_BACK = """
DROP TRIGGER evaluation_record_guard ON vouchers_selectionrecord;
DROP FUNCTION evaluation_guard_record();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("vouchers", "0034_applications_forgotten"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="SelectionRecord",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="record",
                        serialize=False,
                        to="vouchers.selectionrun",
                    ),
                ),
                ("inputs", models.TextField()),
                ("outputs", models.TextField()),
            ],
            options={
                "verbose_name": "selection record",
                "verbose_name_plural": "selection records",
            },
        ),
        migrations.AlterModelOptions(
            name="selectionrun",
            options={
                "permissions": [
                    ("run_selection", "Run a selection dry"),
                    ("propose_selection", "Propose a selection"),
                    ("confirm_selection", "Confirm a selection"),
                ],
                "verbose_name": "selection run",
                "verbose_name_plural": "selection runs",
            },
        ),
        migrations.AddField(
            model_name="selectionline",
            name="bonus",
            field=models.DecimalField(decimal_places=2, default=0, max_digits=5, verbose_name="Bonus"),
        ),
        migrations.AddField(
            model_name="selectionline",
            name="ground",
            field=models.CharField(
                blank=True,
                choices=[
                    ("WITHIN", "Within slots and budget"),
                    ("BY_POOL", "Selected for the quota of a pool"),
                    ("BELOW_MARK", "Below the pass mark"),
                    ("NO_MATCH", "No confirmed match"),
                    ("NO_GRANT", "No grant applied for"),
                    ("OVER_CAP", "Grant above the ceiling of the track"),
                    ("SLOTS_FULL", "Slots of the track are full"),
                    ("BUDGET_SHORT", "The budget does not suffice"),
                    ("POOL_PLACE", "The quota of a pool took the place"),
                ],
                max_length=12,
                verbose_name="Ground",
            ),
        ),
        migrations.AddField(
            model_name="selectionline",
            name="penalty",
            field=models.DecimalField(decimal_places=2, default=0, max_digits=5, verbose_name="Penalty"),
        ),
        migrations.AddField(
            model_name="selectionline",
            name="raw",
            field=models.DecimalField(decimal_places=2, max_digits=6, null=True, verbose_name="Mean of the evaluators"),
        ),
        migrations.AddField(
            model_name="selectionline",
            name="total",
            field=models.DecimalField(decimal_places=2, max_digits=6, null=True, verbose_name="Total"),
        ),
        migrations.AddField(
            model_name="selectionrun",
            name="engine",
            field=models.CharField(blank=True, max_length=20, verbose_name="Engine"),
        ),
        migrations.AddField(
            model_name="selectionrun",
            name="inputs_sha256",
            field=models.CharField(blank=True, max_length=64, verbose_name="SHA-256 of the inputs"),
        ),
        migrations.AddField(
            model_name="selectionrun",
            name="outputs_sha256",
            field=models.CharField(blank=True, max_length=64, verbose_name="SHA-256 of the outputs"),
        ),
        migrations.AddField(
            model_name="selectionrun",
            name="policy_number",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="Policy version"),
        ),
        migrations.AlterField(
            model_name="selectionrun",
            name="status",
            field=models.CharField(
                choices=[
                    ("DRY", "Dry run"),
                    ("PROPOSED", "Proposed"),
                    ("CONFIRMED", "Confirmed and released"),
                    ("DISCARDED", "Discarded"),
                ],
                default="PROPOSED",
                max_length=10,
                verbose_name="Status",
            ),
        ),
        migrations.AddConstraint(
            model_name="selectionline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("total__isnull", True),
                    (
                        "total",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(models.F("score"), "+", models.F("bonus")),
                            "-",
                            models.F("penalty"),
                        ),
                    ),
                    models.Q(
                        (
                            "penalty__gte",
                            django.db.models.expressions.CombinedExpression(models.F("score"), "+", models.F("bonus")),
                        ),
                        ("total", 0),
                    ),
                    _connector="OR",
                ),
                name="selection_line_total",
            ),
        ),
        migrations.RunSQL(RUN_GUARD.format(columns=COLUMNS, record=RECORD), RUN_GUARD.format(columns="", record="")),
        migrations.RunSQL(RECORD_GUARD, RECORD_BACK),
    ]
