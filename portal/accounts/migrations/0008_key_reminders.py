"""So many days before the end of a key its people were told last."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0007_member_roles")]
    operations: ClassVar = [
        migrations.AddField("apikey", "reminded_days", models.PositiveSmallIntegerField(editable=False, null=True))
    ]
