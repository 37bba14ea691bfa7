"""What the database itself guards in evaluation."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0006_applications_guards")]
    operations: ClassVar = []
