"""Decisions reach every company electronically or by post: one of the two addresses is there.

Companies that registered before with neither are marked: their page then shows what has to be mended.
"""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0022_payments_overturned")]
    operations: ClassVar = [
        migrations.RunSQL(
            """
            UPDATE vouchers_company SET address = '주소 확인 필요' WHERE service_email = '' AND address = '';
            SET CONSTRAINTS ALL IMMEDIATE;
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="company",
            constraint=models.CheckConstraint(condition=~Q(service_email="") | ~Q(address=""), name="company_can_be_served"),
        ),
    ]
