"""What the database itself guards in payments."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0010_milestones_guards")]
    operations: ClassVar = []
