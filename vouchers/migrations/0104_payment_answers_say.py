"""What an answer says of each transfer, and until when a statement tells."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0103_changes_are_signed")]
    operations: ClassVar = [
        migrations.AddField("paymentanswer", "covers_to", models.DateTimeField("Ends at", null=True)),
        migrations.AddField("paymentanswer", "said", models.JSONField("What it says", default=dict)),
    ]
