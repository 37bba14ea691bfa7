"""What the database itself guards in companies."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0002_rounds_guards")]
    operations: ClassVar = []
