"""Decisions reach every company electronically or by post: one of the two addresses is there."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0022_payments_overturned")]
    operations: ClassVar = [
        migrations.AddConstraint(
            model_name="company",
            constraint=models.CheckConstraint(condition=~Q(service_email="") | ~Q(address=""), name="company_can_be_served"),
        ),
    ]
