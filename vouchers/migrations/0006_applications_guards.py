"""What the database itself guards in applications."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0005_matching_guards")]
    operations: ClassVar = []
