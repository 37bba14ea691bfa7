"""A claim on a company's number knows whether an officer took it up; of a company that is disputed now, all open ones count so."""

from typing import ClassVar

from django.db import migrations, models

TAKEN_UP = """
UPDATE vouchers_ownershipdispute d SET taken_up_at = d.updated_at FROM vouchers_company c
WHERE c.id = d.company_id AND c.verification = 'DISPUTED' AND d.status = 'FILED';
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0030_payments_released_guards")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="ownershipdispute",
            name="taken_up_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="Taken up"),
        ),
        migrations.RunSQL(TAKEN_UP, migrations.RunSQL.noop),
    ]
