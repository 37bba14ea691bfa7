from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Lists of duties sort by due day; every page counts a person's unread notices."""

    dependencies: ClassVar = [("journal", "0003_journal_reach")]
    operations: ClassVar = [
        migrations.AddIndex(model_name="duty", index=models.Index(fields=["due_at", "id"], name="duty_due")),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(condition=models.Q(("read_at__isnull", True)), fields=["user"], name="notice_unread"),
        ),
    ]
