"""What the database itself guards in agreements."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0007_evaluation_guards")]
    operations: ClassVar = []
