"""The dossier as each institution received it, and which of these copies a board decided on."""

import django.db.models.deletion
from django.db import migrations, models

import portal.kit.clock


class Migration(migrations.Migration):
    dependencies = [("vouchers", "0019_voucher_ends")]

    operations = [
        migrations.CreateModel(
            name="SubmittedDossier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("number", models.PositiveSmallIntegerField(verbose_name="Version")),
                ("body", models.JSONField()),
                ("content_hash", models.CharField(max_length=64, verbose_name="Content hash (SHA-256)")),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="dossiers", to="vouchers.accessrequest"
                    ),
                ),
            ],
            options={
                "verbose_name": "submitted dossier",
                "verbose_name_plural": "submitted dossiers",
                "ordering": ["number"],
                "constraints": [models.UniqueConstraint(fields=("request", "number"), name="submitted_dossier_once")],
            },
        ),
        *(
            migrations.AddField(
                model_name=model,
                name="dossier",
                field=models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.submitteddossier",
                    verbose_name="Dossier decided on",
                ),
            )
            for model in ("ethicsreview", "datareview")
        ),
    ]  # fmt: skip
