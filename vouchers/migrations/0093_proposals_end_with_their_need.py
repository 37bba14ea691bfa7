"""A proposal ends when its need was changed, served or closed; those whose need was served or closed before end here."""

from typing import ClassVar

from django.db import migrations, models

FORWARD = """
UPDATE vouchers_offerproposal p SET status = 'ENDED', updated_at = now(), version = p.version + 1
FROM vouchers_need n WHERE n.id = p.need_id AND p.status = 'OPEN' AND n.status IN ('MATCHED', 'CLOSED')
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0092_kept_rows_reach")]
    operations: ClassVar = [
        migrations.AlterField(
            "offerproposal",
            "status",
            models.CharField(
                choices=[
                    ("OPEN", "Proposed"),
                    ("LAPSED", "Lapsed"),
                    ("WITHDRAWN", "Replaced by a newer proposal"),
                    ("ENDED", "The need was changed, served or closed"),
                ],
                default="OPEN",
                max_length=10,
                verbose_name="State",
            ),
        ),
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),
    ]
