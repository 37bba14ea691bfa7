"""One open claim a person, on whatever number: whoever disputes many registrations at once disputes none in earnest."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q

NAME = "dispute_one_open_per_claimant"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0023_companies_served")]
    operations: ClassVar = [
        migrations.RemoveConstraint(model_name="ownershipdispute", name=NAME),
        migrations.AddConstraint(
            model_name="ownershipdispute",
            constraint=models.UniqueConstraint(fields=["claimant"], condition=Q(status="FILED"), name=NAME),
        ),
    ]
