from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """A notice can be taken back from its person."""

    dependencies: ClassVar = [("journal", "0006_forgetting_reach")]
    operations: ClassVar = [
        migrations.AddField(model_name="notice", name="retracted_at", field=models.DateTimeField(null=True)),
    ]
