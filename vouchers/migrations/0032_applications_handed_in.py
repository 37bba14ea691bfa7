"""What an application held when a supplement opened it again is kept until the supplement comes."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0031_companies_claim_taken_up")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="application",
            name="handed_in",
            field=models.JSONField(default=dict, editable=False),
        ),
    ]
