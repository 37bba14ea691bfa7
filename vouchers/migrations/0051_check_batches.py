"""One verb for many applications, and what became of each."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock

GUARD = """
CREATE FUNCTION check_batch_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.outcome <> 'WAITING'
       OR (NEW.batch_id, NEW.application_id) IS DISTINCT FROM (OLD.batch_id, OLD.application_id) THEN
        RAISE EXCEPTION 'what became of an application in a batch stays as it was written' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_batch_line_guard BEFORE UPDATE OR DELETE ON vouchers_checkbatchline
    FOR EACH ROW EXECUTE FUNCTION check_batch_line_guard();
"""
BACK = """
DROP TRIGGER check_batch_line_guard ON vouchers_checkbatchline;
DROP FUNCTION check_batch_line_guard();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("vouchers", "0050_inquiries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CheckBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("BEGIN_CHECK", "Begin the eligibility check"),
                            ("ASK_TAX", "Ask the tax service again"),
                            ("ASK_RULES", "Ask every rule again"),
                            ("FIND_ELIGIBLE", "Find eligible"),
                        ],
                        max_length=14,
                        verbose_name="What is done",
                    ),
                ),
                ("finished_at", models.DateTimeField(null=True, verbose_name="Finished at")),
                (
                    "round",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vouchers.round",
                        verbose_name="Round",
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Begun by",
                    ),
                ),
            ],
            options={
                "verbose_name": "eligibility check of many",
                "verbose_name_plural": "eligibility checks of many",
            },
        ),
        migrations.CreateModel(
            name="CheckBatchLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("WAITING", "Not done yet"), ("DONE", "Done"), ("SKIPPED", "Not done")],
                        default="WAITING",
                        max_length=8,
                    ),
                ),
                ("reason_ko", models.TextField(blank=True)),
                ("reason_en", models.TextField(blank=True)),
                (
                    "application",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.application"),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="vouchers.checkbatch"
                    ),
                ),
            ],
            options={
                "verbose_name": "application of a batch",
                "verbose_name_plural": "applications of a batch",
            },
        ),
        migrations.AddConstraint(
            model_name="checkbatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("finished_at__isnull", True), ("round__isnull", False)),
                fields=("round", "kind"),
                name="check_batch_one_running",
            ),
        ),
        migrations.AddIndex(
            model_name="checkbatchline",
            index=models.Index(condition=models.Q(("outcome", "WAITING")), fields=["batch"], name="check_batch_line_waiting"),
        ),
        migrations.AddConstraint(
            model_name="checkbatchline",
            constraint=models.UniqueConstraint(fields=("batch", "application"), name="check_batch_line_once"),
        ),
        migrations.AddConstraint(
            model_name="checkbatchline",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome", "SKIPPED"), models.Q(("reason_en", ""), ("reason_ko", "")), _connector="XOR"),
                name="check_batch_line_skipped_has_reason",
            ),
        ),
        migrations.RunSQL(GUARD, BACK),
    ]
