"""A selection's reason also says what broke a tie."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0027_held_files_guards")]
    operations: ClassVar = [
        migrations.AlterField("selectionline", "reason_ko", models.CharField(max_length=500)),
        migrations.AlterField("selectionline", "reason_en", models.CharField(max_length=500)),
    ]
