"""One label for processing and labelling, in offers as in quotes."""

from typing import ClassVar

from django.db import migrations, models

CHOICES = [
    ("EXTRACTION", "Extraction"),
    ("PSEUDONYMISATION", "Pseudonymisation"),
    ("LABELLING", "Processing and labelling"),
    ("STANDARDISATION", "Standardisation"),
    ("ENVIRONMENT", "Analysis environment"),
    ("REVIEW_FEE", "Review fee"),
    ("LABOUR", "Labour"),
]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("providers", "0019_versions_reach")]
    operations: ClassVar = [
        migrations.AlterField("offerline", "kind", models.CharField(choices=CHOICES, max_length=20, verbose_name="Kind of work")),
    ]
