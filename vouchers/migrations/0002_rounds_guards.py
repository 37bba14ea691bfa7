"""What the database itself guards in rounds."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0001_initial")]
    operations: ClassVar = []
