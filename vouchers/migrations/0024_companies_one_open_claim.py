"""One open claim a person, on whatever number: whoever disputes many registrations at once disputes none in earnest.

Where somebody has several open claims already, all claims filed until now are left as they are, for officers to decide.
"""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q

NAME = "dispute_one_open_per_claimant"
INDEX = f"""
DO $$
DECLARE last bigint;
BEGIN
    SELECT coalesce(max(newest), 0) INTO last FROM (
        SELECT max(id) newest FROM vouchers_ownershipdispute WHERE status = 'FILED' GROUP BY claimant_id HAVING count(*) > 1) many;
    EXECUTE format('CREATE UNIQUE INDEX {NAME} ON vouchers_ownershipdispute (claimant_id)'
        ' WHERE status = ''FILED'' AND id > %s', last);
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0023_companies_served")]
    operations: ClassVar = [
        migrations.RemoveConstraint(model_name="ownershipdispute", name=NAME),
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(INDEX, f"DROP INDEX {NAME}")],
            [
                migrations.AddConstraint(
                    model_name="ownershipdispute",
                    constraint=models.UniqueConstraint(fields=["claimant"], condition=Q(status="FILED"), name=NAME),
                ),
            ],
        ),
    ]
