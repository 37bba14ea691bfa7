"""A project's whole file, which a worker makes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0003_documents_erased"),
        ("vouchers", "0121_words_of_states"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("WAITING", "Waits for a worker"),
                            ("MAKING", "Being put together"),
                            ("READY", "Ready"),
                            ("FAILED", "Could not be made"),
                        ],
                        default="WAITING",
                        max_length=7,
                        verbose_name="State",
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0, verbose_name="Done")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="To do")),
                ("claimed_at", models.DateTimeField(null=True, verbose_name="Begun")),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="Fingerprint (SHA-256)")),
                (
                    "manifest_sha256",
                    models.CharField(blank=True, db_index=True, max_length=64, verbose_name="Fingerprint of SHA256SUMS"),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="Reason")),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vouchers.agreement",
                        verbose_name="Agreement",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Asked by",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.document",
                        verbose_name="Archive",
                    ),
                ),
            ],
            options={
                "verbose_name": "audit file",
                "verbose_name_plural": "audit files",
                "permissions": [("make_audit_file", "Have a project's whole file made")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("document__isnull", False),
                                ("status", "READY"),
                                models.Q(("sha256", ""), _negated=True),
                                models.Q(("manifest_sha256", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("status", "READY"), _negated=True),
                                ("document__isnull", True),
                                ("manifest_sha256", ""),
                                ("sha256", ""),
                            ),
                            _connector="OR",
                        ),
                        name="audit_file_ready_whole",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["WAITING", "MAKING"])),
                        fields=("agreement", "asked_by"),
                        name="audit_file_one_under_way",
                    ),
                ],
            },
        ),
    ]
