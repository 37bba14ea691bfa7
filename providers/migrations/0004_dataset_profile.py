"""The union of the metadata profiles, versions, drafts and variables of datasets."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock


class Migration(migrations.Migration):
    dependencies = [
        ("providers", "0003_offerline_tax_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DatasetVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="Number")),
                (
                    "profile",
                    models.CharField(
                        choices=[
                            ("DCAT_AP", "DCAT-AP 3.0.1"),
                            ("RESTRICTED", "HealthDCAT-AP Release 8, restricted"),
                            ("NON_PUBLIC", "HealthDCAT-AP Release 8, non-public"),
                            ("KR", "HealthDCAT-KR (draft)"),
                        ],
                        max_length=12,
                        verbose_name="Profile",
                    ),
                ),
                ("content", models.JSONField(verbose_name="Content")),
                ("sha256", models.CharField(max_length=64, verbose_name="Hash")),
                ("published_at", models.DateTimeField(default=portal.kit.clock.now, verbose_name="Published at")),
            ],
            options={
                "verbose_name": "dataset version",
                "verbose_name_plural": "dataset versions",
                "ordering": ["dataset", "number"],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("DRAFT", "Draft"),
                            ("SUBMITTED", "Submitted"),
                            ("METADATA_CHECK", "Metadata check"),
                            ("PUBLISHED", "Published"),
                            ("DISCARDED", "Discarded"),
                        ],
                        max_length=16,
                        verbose_name="State",
                    ),
                ),
                ("content", models.JSONField(verbose_name="Content")),
            ],
            options={
                "verbose_name": "draft of a dataset",
                "verbose_name_plural": "drafts of datasets",
                "ordering": ["dataset"],
            },
        ),
        migrations.CreateModel(
            name="Variable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=100, verbose_name="Name")),
                ("label_ko", models.CharField(blank=True, max_length=1000, verbose_name="Korean label")),
                ("label_en", models.CharField(blank=True, max_length=1000, verbose_name="English label")),
                (
                    "datatype",
                    models.CharField(
                        choices=[
                            ("string", "Characters"),
                            ("integer", "Whole number"),
                            ("decimal", "Decimal number"),
                            ("boolean", "Yes or no"),
                            ("date", "Date"),
                            ("datetime", "Date and time"),
                            ("time", "Time"),
                            ("duration", "Duration"),
                            ("base64Binary", "File or image"),
                        ],
                        max_length=20,
                        verbose_name="Data type",
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=1000, verbose_name="Unit")),
                ("values", models.CharField(blank=True, max_length=1000, verbose_name="Values")),
                ("description_ko", models.CharField(blank=True, max_length=1000, verbose_name="Korean description")),
                ("description_en", models.CharField(blank=True, max_length=1000, verbose_name="English description")),
                ("required", models.BooleanField(default=False, verbose_name="Always filled")),
            ],
            options={
                "verbose_name": "variable",
                "verbose_name_plural": "variables",
                "ordering": ["dataset", "position"],
            },
        ),
        migrations.AddField(
            model_name="dataset",
            name="access_body",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name="dataset",
            name="analytics_url",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="dataset",
            name="applicable_legislation",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), blank=True, default=list),
        ),
        migrations.AddField(
            model_name="dataset",
            name="coding_systems",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="dataset",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="Confirmed as right at"),
        ),
        migrations.AddField(
            model_name="dataset",
            name="contact_email",
            field=models.EmailField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="dataset",
            name="contact_name_en",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="dataset",
            name="contact_name_ko",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="dataset",
            name="contact_page",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="dataset",
            name="contact_phone",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="dataset",
            name="custodian",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name="dataset",
            name="dataset_type",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="dataset",
            name="distributions",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="dataset",
            name="documentation_url",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="dataset",
            name="environment_gpus",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="dataset",
            name="environment_note",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="dataset",
            name="environment_seats",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="dataset",
            name="health_theme",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), blank=True, default=list),
        ),
        migrations.AddField(
            model_name="dataset",
            name="keywords_en",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=250), blank=True, default=list
            ),
        ),
        migrations.AddField(
            model_name="dataset",
            name="keywords_ko",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=200), blank=True, default=list
            ),
        ),
        migrations.AddField(
            model_name="dataset",
            name="origin",
            field=models.CharField(
                choices=[("SOURCE", "Taken over from a public source by the portal"), ("HOLDER", "Entered by the institution")],
                default="SOURCE",
                max_length=8,
                verbose_name="Entered by",
            ),
        ),
        migrations.AddField(
            model_name="dataset",
            name="other_identifiers",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=200), blank=True, default=list
            ),
        ),
        migrations.AddField(
            model_name="dataset",
            name="personal_data",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list),
        ),
        migrations.AddField(
            model_name="dataset",
            name="population_coverage_en",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="dataset",
            name="population_coverage_ko",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="dataset",
            name="profile",
            field=models.CharField(
                blank=True,
                choices=[
                    ("DCAT_AP", "DCAT-AP 3.0.1"),
                    ("RESTRICTED", "HealthDCAT-AP Release 8, restricted"),
                    ("NON_PUBLIC", "HealthDCAT-AP Release 8, non-public"),
                    ("KR", "HealthDCAT-KR (draft)"),
                ],
                max_length=12,
                verbose_name="Profile",
            ),
        ),
        migrations.AddField(
            model_name="dataset",
            name="provenance_en",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="dataset",
            name="provenance_ko",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="dataset",
            name="published_number",
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name="Published version"),
        ),
        migrations.AddField(
            model_name="dataset",
            name="published_sha256",
            field=models.CharField(
                blank=True, editable=False, max_length=64, null=True, verbose_name="Hash of the published version"
            ),
        ),
        migrations.AddField(
            model_name="dataset",
            name="purposes",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), blank=True, default=list),
        ),
        migrations.AddField(
            model_name="dataset",
            name="quality_en",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="dataset",
            name="quality_ko",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="dataset",
            name="quality_url",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="dataset",
            name="referenced_by",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=200), blank=True, default=list
            ),
        ),
        migrations.AddField(
            model_name="dataset",
            name="retention_end",
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name="dataset",
            name="retention_start",
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name="dataset",
            name="sample_url",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="dataset",
            name="spatial",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list),
        ),
        migrations.AddField(
            model_name="dataset",
            name="structured",
            field=models.BooleanField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="dataset",
            name="temporal_resolution",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="dataset",
            name="theme",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), blank=True, default=list),
        ),
        migrations.AddField(
            model_name="datasetversion",
            name="dataset",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.dataset", verbose_name="Dataset"
            ),
        ),
        migrations.AddField(
            model_name="datasetversion",
            name="published_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="Published by",
            ),
        ),
        migrations.AddField(
            model_name="draft",
            name="dataset",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.dataset", verbose_name="Dataset"
            ),
        ),
        migrations.AddField(
            model_name="variable",
            name="dataset",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="providers.dataset", verbose_name="Dataset"
            ),
        ),
        migrations.AddConstraint(
            model_name="datasetversion",
            constraint=models.UniqueConstraint(fields=("dataset", "number"), name="dataset_version_number"),
        ),
        migrations.AddConstraint(
            model_name="datasetversion",
            constraint=models.UniqueConstraint(fields=("dataset", "number", "sha256"), name="dataset_version_named"),
        ),
        migrations.AddConstraint(
            model_name="variable",
            constraint=models.UniqueConstraint(fields=("dataset", "name"), name="variable_once"),
        ),
    ]
