"""A disbursement tells its kind of tax in words."""

from typing import ClassVar

from django.db import migrations, models

CHOICES = [("TAXABLE", "VAT 10%"), ("EXEMPT", "VAT exempt")]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0032_applications_handed_in")]
    operations: ClassVar = [
        migrations.AlterField(
            "disbursement", "tax_kind", models.CharField(choices=CHOICES, default="TAXABLE", max_length=8, verbose_name="VAT")
        ),
    ]
