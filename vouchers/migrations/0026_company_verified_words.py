"""A company's registration is checked (확인), an e-mail address confirmed (인증): one word for each. Words only."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0025_applications_lapsed")]
    operations: ClassVar = [
        migrations.AlterField(
            "company",
            "verification",
            models.CharField(
                "Registration state",
                max_length=10,
                choices=[
                    ("UNVERIFIED", "Not verified yet"), ("VERIFIED", "Registration verified"),
                    ("REFUSED", "Registration refused"), ("DISPUTED", "Claim disputed"),
                ],
                default="UNVERIFIED",
            ),
        ),
    ]  # fmt: skip
