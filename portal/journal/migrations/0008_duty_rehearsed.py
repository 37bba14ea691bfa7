"""Duties of a rehearsal are told from real ones: how long they took says nothing about the real wait."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("journal", "0007_notice_retracted")]
    operations: ClassVar = [
        migrations.AddField(model_name="duty", name="rehearsed", field=models.BooleanField(db_default=False, default=False))
    ]
