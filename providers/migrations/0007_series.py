"""Series of datasets with phased releases, and who is told when one opens."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock


class Migration(migrations.Migration):
    dependencies = [
        ("providers", "0006_version_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="dataset",
            name="planned_for",
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name="dataset",
            name="series_place",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="DatasetSeries",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("key", models.SlugField(max_length=80, unique=True, verbose_name="Identifier")),
                ("title_ko", models.CharField(max_length=200, verbose_name="Korean title")),
                ("title_en", models.CharField(max_length=200, verbose_name="English title")),
                ("description_ko", models.TextField(verbose_name="Korean description")),
                ("description_en", models.TextField(verbose_name="English description")),
                ("source", models.TextField(blank=True, verbose_name="Source")),
                ("certainty", models.CharField(blank=True, max_length=10, verbose_name="Certainty")),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="providers.institution",
                        verbose_name="Institution",
                    ),
                ),
            ],
            options={
                "verbose_name": "series of datasets",
                "verbose_name_plural": "series of datasets",
                "ordering": ["key"],
            },
        ),
        migrations.AddField(
            model_name="dataset",
            name="series",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.datasetseries"
            ),
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField(verbose_name="Since")),
                (
                    "series",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="providers.datasetseries",
                        verbose_name="Series",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Person",
                    ),
                ),
            ],
            options={
                "verbose_name": "subscription",
                "verbose_name_plural": "subscriptions",
                "constraints": [models.UniqueConstraint(fields=("series", "user"), name="subscription_once")],
            },
        ),
    ]
