"""One label for a taxable line, in offers as in quotes."""

from typing import ClassVar

from django.db import migrations, models

CHOICES = [("TAXABLE", "VAT 10%"), ("EXEMPT", "VAT exempt")]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("providers", "0002_catalogue_guards")]
    operations: ClassVar = [
        migrations.AlterField("offerline", "tax_kind", models.CharField(choices=CHOICES, max_length=8, verbose_name="Tax")),
    ]
