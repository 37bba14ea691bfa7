"""A match is released also where its call closed and nobody applied with it: the state's name says no more why."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0089_requests_end_with_their_match")]
    operations: ClassVar = [
        migrations.AlterField(
            "match",
            "status",
            models.CharField(
                choices=[
                    ("PROPOSED", "Waiting for both confirmations"),
                    ("CONFIRMED", "Confirmed by both"),
                    ("CANCELLED", "Cancelled"),
                    ("RELEASED", "Released"),
                ],
                default="PROPOSED",
                max_length=10,
            ),
        ),
    ]
