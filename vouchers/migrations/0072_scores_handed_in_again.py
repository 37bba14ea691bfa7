"""A score that was handed in again, after who attended the presentation was corrected, is independent as the first one."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0071_criteria_of_presentations")]
    operations: ClassVar = [
        migrations.AddField(model_name="scoreversion", name="again", field=models.BooleanField(default=False, editable=False)),
    ]
