"""What the database itself guards in milestones."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0009_access_guards")]
    operations: ClassVar = []
