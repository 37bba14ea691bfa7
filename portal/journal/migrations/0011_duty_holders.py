"""A duty can be handed to one of those who owe it. Duties of which their room reminds by itself say so by a mark of its own."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MARKED = """
UPDATE journal_duty SET reminded = ARRAY[-1]::smallint[]
WHERE closed_at IS NULL AND verb = 'submit_milestone' AND reminded @> ARRAY[7, 1]::smallint[]
"""
UNMARKED = (
    "UPDATE journal_duty SET reminded = ARRAY[7, 1]::smallint[] WHERE closed_at IS NULL AND reminded @> ARRAY[-1]::smallint[]"
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("journal", "0010_jobs"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations: ClassVar = [
        migrations.AddField(
            model_name="duty",
            name="holder",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True), ("holder__isnull", False)),
                fields=["holder", "due_at"],
                name="duty_open_holder",
            ),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.CheckConstraint(
                condition=models.Q(("user__isnull", True), ("holder__isnull", True), _connector="OR"),
                name="duty_in_person_is_not_handed",
            ),
        ),
        migrations.RunSQL(MARKED, UNMARKED),
    ]
